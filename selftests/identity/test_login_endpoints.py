import pytest

from fixtures.identity.login_endpoints import endpoint_of, unfound
from fixtures.identity.login_outcome import LoginOutcome
from fixtures.identity.logins import Login
from selftests.identity.known_logins import login_of, text_of, token

BOTH = {"public": "RegionOne", "internal": "RegionOne"}


def found(text: str, service: str = "nova-compute", **regions: dict[str, str]) -> Login:
    return login_of(text, LoginOutcome(201, token=token("admin", catalog=regions)), service)


def test_an_endpoint_of_the_region_is_found() -> None:
    login = found(text_of("placement", "region_name = RegionOne"), placement=BOTH)
    assert unfound(login, login.token) == ""
    assert endpoint_of(login) == "http://RegionOne:1"


def test_a_region_that_does_not_exist_is_told() -> None:
    login = found(text_of("placement", "region_name = RegionTwo"), placement=BOTH)
    assert unfound(login, login.token) == (
        "compute1: /etc/nova/nova.conf [placement] (line 10): region_name = RegionTwo, where the catalogue has no "
        "placement; it has one in RegionOne. Fix: set [placement] region_name = RegionOne, then "
        "systemctl restart nova-compute"
    )


def test_the_middlewares_region_is_keystones() -> None:
    login = found(text_of("keystone_authtoken", "region_name = RegionTwo"), "nova-api", identity=BOTH)
    assert "no identity" in unfound(login, login.token)
    assert endpoint_of(login) == ""


def test_an_interface_that_is_not_there_is_told() -> None:
    login = found(text_of("placement", "valid_interfaces = admin"), placement=BOTH)
    message = unfound(login, login.token)
    assert message.startswith(
        "compute1: /etc/nova/nova.conf [placement] (line 10): it takes the admin endpoint of a placement"
    )
    assert "internal of placement, public of placement in its regions" in message


def test_cinder_is_found_by_its_name_where_nova_is_told_one() -> None:
    text = text_of("cinder", "catalog_info = volumev3:cinderv3:publicURL", "os_region_name = RegionOne")
    login = found(text, volumev3=BOTH)
    assert "the public endpoint of a volumev3 called cinderv3" in unfound(login, login.token)
    plain = found(text_of("cinder", "os_region_name = RegionOne"), block_storage=BOTH)
    assert unfound(plain, plain.token) == ""
    assert endpoint_of(plain) == "http://RegionOne:1"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (text_of("cinder", "os_region_name = RegionTwo"), ""),
        (text_of("of_our_own", "region_name = RegionTwo"), ""),
        (text_of("neutron", "region_name = RegionTwo", "endpoint_override = http://n:9696"), "http://n:9696"),
        (text_of("cinder", "endpoint_template = http://c:8776/v3/%(project_id)s"), "http://c:8776/v3/"),
    ],
)
def test_where_the_catalogue_does_not_count(text: str, url: str) -> None:
    """The cloud has no such service, it is not known which is meant, or the file has its URL."""
    login = found(text, network=BOTH)
    assert unfound(login, login.token) == ""
    assert endpoint_of(login) == url
