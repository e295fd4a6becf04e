import json
from typing import cast

import pytest
from testinfra.host import Host

from fixtures.identity.login_request import request_of
from fixtures.nodes.service import Service
from selftests.identity.known_logins import sections, text_of

NODE = cast(Host, None)


def names(text: str, service: str = "nova-compute") -> list[str]:
    return [section.name for section in sections(text, service)]


def body_of(text: str, service: str = "nova-compute") -> dict[str, object]:
    [section] = sections(text, service)
    request: dict[str, dict[str, object]] = json.loads(request_of(section, Service(NODE, {})))
    return request["body"]["auth"]  # type: ignore[return-value]


def test_a_section_is_found_by_its_options_whatever_it_is_called() -> None:
    text = text_of("neutron") + text_of("of_our_own") + "[glance]\napi_servers = http://controller:9292\n"
    assert names(text) == ["neutron", "of_our_own"]


def test_places_are_those_of_the_file() -> None:
    [section] = sections(text_of("neutron", "region_name = RegionOne"))
    assert (section.secret.file, section.secret.line) == ("/etc/nova/nova.conf", 6)
    assert section.settings["region_name"].origin == "/etc/nova/nova.conf:10"
    assert section.secret.value == ""


@pytest.mark.parametrize(
    ("service", "text", "read"),
    [
        ("nova-compute", text_of("keystone_authtoken"), []),
        ("nova-api", text_of("keystone_authtoken"), ["keystone_authtoken"]),
        ("nova-api", text_of("keystone_authtoken", "[api]", "auth_strategy = noauth2"), []),
        ("nova-scheduler", text_of("neutron") + text_of("placement"), ["placement"]),
        ("nova-compute", text_of("service_user"), []),
        ("nova-compute", text_of("service_user", "send_service_user_token = true"), ["service_user"]),
        ("nova-compute", text_of("ironic"), []),
        ("neutron-server", text_of("nova") + text_of("placement"), ["nova"]),
        ("neutron-server", "[DEFAULT]\nservice_plugins = router,segments\n" + text_of("placement"), ["placement"]),
        (
            "neutron-server",
            "[DEFAULT]\nnotify_nova_on_port_status_changes = false\nnotify_nova_on_port_data_changes = 0\n"
            + text_of("nova"),
            [],
        ),
        ("cinder-volume", text_of("keystone_authtoken") + text_of("nova"), ["nova"]),
        ("glance-api", text_of("keystone_authtoken", "[paste_deploy]", "flavor = caching"), []),
        ("glance-api", text_of("keystone_authtoken", "[paste_deploy]", "flavor = keystone"), ["keystone_authtoken"]),
        ("swift-proxy", text_of("filter:authtoken", "[pipeline:main]", "pipeline = cache proxy-server"), []),
        (
            "swift-proxy",
            text_of("filter:authtoken", "[pipeline:main]", "pipeline = authtoken proxy-server"),
            ["filter:authtoken"],
        ),
    ],
)
def test_only_what_the_service_goes_by_counts(service: str, text: str, read: list[str]) -> None:
    assert names(text, service) == read


@pytest.mark.parametrize(
    "text",
    [
        "[neutron]\n# auth_url = http://controller:5000\n# username = neutron\n",
        text_of(password="<service password>"),
        text_of(password="%SERVICE_PASSWORD%"),
        text_of(user="%SERVICE_USER%"),
        text_of(url="<None>"),
        text_of(url=""),
        "[neutron]\nauth_url = $nobody_has_it\nusername = neutron\n",
    ],
)
def test_a_sample_is_no_login(text: str) -> None:
    assert names(text) == []


def test_a_login_can_be_another_sections() -> None:
    text = (
        text_of("common", user="nova", password="of-the-common") + "[neutron]\nauth_section = common\nregion_name = R\n"
    )
    [section] = sections(text)
    assert (section.name, section["username"], section.secret.option) == ("neutron", "nova", "[common] password")
    assert section["region_name"] == "R"


def test_an_own_section_that_lends_its_login_counts_too() -> None:
    text = (
        text_of("keystone_authtoken")
        + "[service_user]\nsend_service_user_token = 1\nauth_section = keystone_authtoken\n"
    )
    assert names(text, "nova-api") == ["keystone_authtoken", "service_user"]
    assert names(text, "nova-compute") == ["service_user"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[neutron]\nauth_section = common\n", "no file has [common]"),
        (text_of().replace("auth_type = password\n", ""), "it has no auth_type"),
        (text_of().replace("password = s3cr3t-word\n", ""), "it has no password"),
        (text_of("neutron", "domain_name = Default"), "it names a domain and a project"),
        (text_of(password="pass$word"), "in its password a $ begins the name of another option"),
    ],
)
def test_what_is_wrong_before_keystone_is_asked(text: str, fault: str) -> None:
    [section] = sections(text)
    assert fault in section.fault
    assert "Fix: " in section.fault
    assert "pass$word" not in section.fault


def test_without_auth_type_cinder_asks_nova_as_its_user() -> None:
    [section] = sections(text_of("nova").replace("auth_type = password\n", ""), "cinder-volume")
    assert not section.fault
    assert section.why_untried == "auth_type = (none) is none that is tried"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (text_of().replace("auth_type = password", "auth_type = none"), "auth_type = none"),
        (text_of().replace("auth_type = password", "auth_type = v2password"), "auth_type = v2password"),
        (text_of().replace("auth_type = password", "auth_type = v3kerberos"), "auth_type = v3kerberos"),
        (text_of(url="http://controller:5000/v2.0/"), "v2 API"),
        (text_of(url="http://me:hidden@controller:5000"), "there is a password in its auth_url"),
    ],
)
def test_what_cannot_be_tried_is_told(text: str, why: str) -> None:
    [section] = sections(text)
    assert why in section.why_untried
    assert not section.fault


def test_names_of_old() -> None:
    text = """
[keystone_authtoken]
identity_uri = http://controller:35357
admin_user = nova
admin_password = s3cr3t-word
admin_tenant_name = service
"""
    [section] = sections(text, "nova-api")
    assert not section.fault and not section.why_untried
    assert section.secret.option == "[keystone_authtoken] admin_password"
    scope = {"project": {"name": "service", "domain": {"id": "default"}}}
    assert body_of(text, "nova-api")["scope"] == scope


@pytest.mark.parametrize(
    ("old", "new", "scope"),
    [
        ("", "", {"project": {"name": "service", "domain": {"name": "Default"}}}),
        ("project_name = service", "project_id = p1", {"project": {"id": "p1"}}),
        (
            "project_name = service",
            "tenant_name = service",
            {"project": {"name": "service", "domain": {"name": "Default"}}},
        ),
        ("project_name = service", "system_scope = all", {"system": {"all": True}}),
        ("project_name = service", "trust_id = t1", {"OS-TRUST:trust": {"id": "t1"}}),
        ("project_name = service", "domain_id = d1", {"domain": {"id": "d1"}}),
        ("project_name = service", "", None),
    ],
)
def test_scopes(old: str, new: str, scope: object) -> None:
    assert body_of(text_of().replace(old, new) if old else text_of()).get("scope") == scope


def test_a_default_domain_is_for_both() -> None:
    text = text_of("neutron", "default_domain_id = default").replace("user_domain_name = Default\n", "")
    assert body_of(text.replace("project_domain_name = Default\n", "")) == {
        "identity": {"methods": ["password"], "password": {"user": {"name": "neutron", "domain": {"id": "default"}}}},
        "scope": {"project": {"name": "service", "domain": {"id": "default"}}},
    }


def test_an_application_credential_is_for_its_project() -> None:
    text = """
[neutron]
auth_type = v3applicationcredential
auth_url = http://controller:5000/v3
application_credential_id = c1
application_credential_secret = s3cr3t-word
"""
    assert body_of(text) == {
        "identity": {"methods": ["application_credential"], "application_credential": {"id": "c1"}}
    }
    [section] = sections(text)
    assert section.who == "application credential c1"
    assert section.secret.option == "[neutron] application_credential_secret"


@pytest.mark.parametrize(
    ("text", "service", "kind", "interfaces"),
    [
        (text_of("neutron"), "nova-compute", "network", ["internal", "public"]),
        (text_of("placement", "valid_interfaces = internal"), "nova-compute", "placement", ["internal"]),
        (text_of("cinder"), "nova-compute", "volumev3", ["public"]),
        (text_of("cinder", "catalog_info = block-storage::internalURL"), "nova-compute", "block-storage", ["internal"]),
        (text_of("nova", "endpoint_type = internal"), "neutron-server", "compute", ["internal"]),
        (text_of("nova"), "cinder-api", "compute", ["public"]),
        (text_of("keystone_authtoken"), "cinder-api", "identity", []),
        (text_of("of_our_own"), "nova-compute", "", ["internal", "public"]),
    ],
)
def test_which_service_is_found_with_it(text: str, service: str, kind: str, interfaces: list[str]) -> None:
    [section] = sections(text, service)
    assert (section.kind, section.interfaces) == (kind, interfaces)


@pytest.mark.parametrize(
    "value", ["'", '"; touch ran', "$( touch ran )", "`touch ran`", "caf\u00e9 \u2603", "x" * 100 * 1024]
)
def test_hostile_values_are_values(value: str) -> None:
    text = text_of(user=value, password="no-secret-here")
    found = sections(text)
    assert [section["username"] for section in found] in ([value], [])
    for section in found:
        request = request_of(section, Service(NODE, {}))
        assert "no-secret-here" not in request
        assert json.loads(request)["body"]["auth"]["identity"]["password"]["user"]["name"] == value
