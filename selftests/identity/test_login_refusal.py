import pytest

from fixtures.identity.login_outcome import LoginOutcome
from fixtures.identity.login_refusal import other_project, refusal, role_missing
from selftests.identity.known_logins import login_of, text_of, token

NOVA_CONF = "compute1: /etc/nova/nova.conf [neutron]"
UNAUTHORIZED = LoginOutcome(401, "The request you have made requires authentication.")
UNTRUSTED = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1000)"


def nothing(_: object) -> tuple[str, str]:
    return "", ""


def told(outcome: LoginOutcome, text: str = "", service: str = "nova-compute") -> str:
    return refusal(login_of(text or text_of(), outcome, service), nothing)


def test_a_token_is_no_refusal() -> None:
    assert told(LoginOutcome(201, token=token("admin"))) == ""


def test_a_wrong_password() -> None:
    assert told(UNAUTHORIZED) == (
        f"{NOVA_CONF} (line 6): Keystone at http://controller:5000 refuses the user neutron for the project service: "
        '401 "The request you have made requires authentication.". Fix: set [neutron] password in /etc/nova/nova.conf '
        "to that of the user neutron (openstack user set --password-prompt neutron sets a new one), if openstack user "
        "show neutron has it enabled and openstack role assignment list --names --user neutron a role of its in that "
        "project, then systemctl restart nova-compute"
    )


def test_what_an_operator_sees_is_the_reason() -> None:
    login = login_of(text_of(), UNAUTHORIZED)
    message = refusal(login, lambda _: ("the user neutron is disabled", "openstack user set --enable neutron"))
    assert '401 "The request you have made requires authentication."; the user neutron is disabled. ' in message
    assert message.endswith("Fix: openstack user set --enable neutron, then systemctl restart nova-compute")


@pytest.mark.parametrize(
    ("outcome", "line", "seen", "fix"),
    [
        (LoginOutcome(why="closed", said="Connection refused"), 4, "cannot be reached: Connection refused", "auth_url"),
        (LoginOutcome(why="silent"), 4, "no answer in time", "/etc/hosts"),
        (LoginOutcome(why="versions", said="404"), 4, "is no Keystone (HTTP 404)", "openstack endpoint list"),
        (LoginOutcome(why="url"), 4, "auth_url = http://controller:5000 is no URL", "set [neutron] auth_url"),
        (LoginOutcome(why="tls", said=UNTRUSTED), 4, "not trusted here: self-signed certificate", "[neutron] cafile"),
        (LoginOutcome(404, "Not found"), 4, 'with 404 "Not found"', "set [neutron] auth_url"),
        (LoginOutcome(400, "Expecting to find domain in user."), 5, "Expecting to find domain", "user_domain_name"),
        (LoginOutcome(503), 4, "with 503", "read Keystone's log"),
        (
            LoginOutcome(403, "no access"),
            6,
            'refuses the user neutron for the project service: 403 "no access"',
            "password",
        ),
    ],
)
def test_each_refusal_names_its_place_and_its_fix(outcome: LoginOutcome, line: int, seen: str, fix: str) -> None:
    message = told(outcome)
    assert message.startswith(f"{NOVA_CONF} (line {line}): ")
    assert seen in message
    assert "neutron" in message
    assert fix in message.partition("Fix: ")[2]
    assert message.endswith(", then systemctl restart nova-compute")


def test_a_certificate_that_is_not_there() -> None:
    message = told(LoginOutcome(why="cafile", said="/etc/nowhere"), text_of("neutron", "cafile = /etc/nowhere"))
    assert message.startswith(f"{NOVA_CONF} (line 10): cafile = /etc/nowhere: there is no such file")


@pytest.mark.parametrize("why", ["changed", "reference", "proxy", "old", "long", "down", "no python", "no answer"])
def test_what_is_not_known_is_no_refusal(why: str) -> None:
    login = login_of(text_of(), LoginOutcome(why=why))
    assert refusal(login, nothing) == ""
    assert login.why_untried.startswith("compute1: /etc/nova/nova.conf [neutron] was not tried: ")


def test_what_is_wrong_in_the_file_alone() -> None:
    text = text_of().replace("auth_type = password\n", "")
    assert told(LoginOutcome(), text) == (
        f"{NOVA_CONF} (line 3): it has no auth_type, so nobody logs in. Fix: set [neutron] auth_type = password, then "
        "systemctl restart nova-compute"
    )


def test_a_missing_role_is_told_where_one_is_needed() -> None:
    login = login_of(text_of(), LoginOutcome(201, token=token("member", "reader")))
    assert role_missing(login, login.token) == (
        f"{NOVA_CONF} (line 5): the user neutron has in the project service the roles member, reader, expected admin "
        "or service. Fix: openstack role add --project service --user neutron admin"
    )
    for roles in (("admin",), ("service", "member")):
        assert role_missing(login, token(*roles)) == ""
    other = login_of(text_of("of_our_own"), LoginOutcome(201, token=token("reader")))
    assert role_missing(other, other.token) == ""
    system = login_of(text_of().replace("project_name = service", "system_scope = all"), LoginOutcome())
    assert role_missing(system, token("reader")) == ""


def test_another_project_is_told() -> None:
    login = login_of(text_of(), LoginOutcome(201, token=token("admin", project="demo")))
    assert "is for the project demo, expected service" in other_project(login, login.token)
    assert other_project(login, token("admin")) == ""
    assert other_project(login, token("admin", project="Service")) == ""


def test_hostile_names_are_quoted_in_what_is_to_be_typed() -> None:
    login = login_of(text_of(user="$( touch ran )"), LoginOutcome(401))
    assert "--password-prompt '$( touch ran )'" in refusal(login, nothing)
