"""Which connections with TLS the files of services call for."""

from collections.abc import Iterable

import pytest
import testinfra
from keystoneauth1.access.service_catalog import ServiceCatalogV3

from fixtures.database.database_outcome import Outcome as DatabaseOutcome
from fixtures.identity.login_outcome import LoginOutcome, Token
from fixtures.nodes.checked_host import CheckedHost
from fixtures.nodes.config import EffectiveConfig, project_of
from fixtures.nodes.service import Service
from fixtures.tls.broker_clients import broker_clients
from fixtures.tls.database_clients import database_clients
from fixtures.tls.identity_clients import identity_clients
from fixtures.tls.image_clients import image_clients
from fixtures.tls.service_files import ServiceFile
from fixtures.tls.tls_client import TlsClient, request_of
from fixtures.tls.tls_clients import merged
from selftests.database.known_databases import opened
from selftests.identity.known_logins import login_of, text_of
from selftests.tools.fake_keystone import endpoint

CA = "/etc/ssl/certs/ca-certificates.crt"
BROKER = "[DEFAULT]\ntransport_url = rabbit://openstack:s3cr3t-word@one:5671,openstack:s3cr3t-word@two:5671/\n"
RABBIT = "[oslo_messaging_rabbit]\nssl = true\n"
NEUTRON, GLANCE = "https://controller:9696", "https://controller:9292"


def file_of(text: str, service: str = "nova-compute") -> ServiceFile:
    there = Service(CheckedHost(testinfra.get_host("local://").backend), {"Id": f"{service}.service"})
    project = project_of(service)
    config = EffectiveConfig(f"{service}.service", {f"/etc/{project}/{project}.conf": text})
    return ServiceFile("compute1", there, service, config)


def with_token(text: str, service: str = "nova-compute"):  # type: ignore[no-untyped-def]
    kinds = {"network": NEUTRON, "image": GLANCE, "compute": "http://controller:8774"}
    listed = [
        {"type": kind, "name": kind, "endpoints": [endpoint(url, each) for each in ("public", "internal")]}
        for kind, url in kinds.items()
    ]
    token = Token({"id": "p1", "name": "service"}, frozenset({"admin"}), ServiceCatalogV3(listed))
    return login_of(text, LoginOutcome(token=token), service)


def told(clients: Iterable[TlsClient]) -> list[tuple[str, str, str, bool, bool]]:
    return [(each.where, each.peer, each.trust.file, each.trust.is_off, each.trust.with_names) for each in clients]


def test_a_login_asks_keystone_and_then_the_service_that_it_is_for() -> None:
    login = with_token(text_of("neutron", f"cafile = {CA}", url="https://controller:5000"))
    assert told(identity_clients([login])) == [
        ("compute1: /etc/nova/nova.conf [neutron] (line 4)", "https://controller:5000", CA, False, True),
        ("compute1: /etc/nova/nova.conf [neutron], network", NEUTRON, CA, False, True),
    ]
    [first, _] = identity_clients([login])
    assert first.trust.option == "[neutron] cafile of /etc/nova/nova.conf"
    assert first.to_restart == "systemctl restart nova-compute"
    assert "s3cr3t-word" not in request_of(first)


def test_what_is_not_https_is_no_client() -> None:
    assert told(identity_clients([login_of(text_of(), LoginOutcome())])) == []


def test_insecure_takes_anyone() -> None:
    login = login_of(text_of("neutron", "insecure = true", url="https://controller:5000"), LoginOutcome())
    assert [each.trust.is_off for each in identity_clients([login])] == [True]


@pytest.mark.parametrize(
    ("text", "place", "ca", "is_off"),
    [
        ("[glance]\nregion_name = RegionOne\n", "[glance]", "", False),
        (f"[glance]\ncafile = {CA}\n", "[glance]", CA, False),
        ("[glance]\ninsecure = true\n", "[glance]", "", True),
        (f"[glance]\napi_servers = {GLANCE}\n", "[glance] (line 2)", "", False),
    ],
)
def test_nova_fetches_images(text: str, place: str, ca: str, is_off: bool) -> None:
    found = told(image_clients([file_of(text)], [with_token(text_of())]))
    assert found == [(f"compute1: /etc/nova/nova.conf {place}, image", GLANCE, ca, is_off, True)]


def test_nova_fetches_none_where_no_token_tells_whence_or_it_is_http() -> None:
    assert told(image_clients([file_of("[glance]\nregion_name = RegionOne\n")], [])) == []
    assert told(image_clients([file_of("[glance]\napi_servers = http://controller:9292\n")], [])) == []


def test_cinder_has_options_of_its_own_for_that() -> None:
    text = f"[DEFAULT]\nglance_api_servers = {GLANCE}\nglance_ca_certificates_file = {CA}\n"
    assert told(image_clients([file_of(text, "cinder-volume")], [])) == [
        ("compute1: /etc/cinder/cinder.conf [DEFAULT] (line 2), image", GLANCE, CA, False, True)
    ]


@pytest.mark.parametrize("option", ["[DEFAULT]\nos_region_name", "[glance]\nregion_name"])
def test_cinder_fetches_none_from_another_region(option: str) -> None:
    assert told(image_clients([file_of(f"{option} = Elsewhere\n", "cinder-volume")], [with_token(text_of())])) == []


@pytest.mark.parametrize(
    ("more", "ca", "is_off", "with_names"),
    [
        ("", "", True, False),
        ("ssl_ca_file = /etc/ca.pem\n", "/etc/ca.pem", False, False),
        ("ssl_ca_file = /etc/ca.pem\nssl_enforce_hostname_verification = true\n", "/etc/ca.pem", False, True),
    ],
)
def test_a_broker_is_asked_at_each_of_its_hosts(more: str, ca: str, is_off: bool, with_names: bool) -> None:
    found = [*broker_clients([file_of(BROKER + RABBIT + more)])]
    where = "compute1: /etc/nova/nova.conf [DEFAULT] (line 2)"
    ends = ("the broker one:5671", "the broker two:5671")
    assert told(found) == [(where, end, ca, is_off, with_names) for end in ends]
    assert not any("s3cr3t-word" in request_of(each) + repr(each) for each in found)


def test_a_broker_without_tls_is_none() -> None:
    assert told(broker_clients([file_of(BROKER), file_of("[DEFAULT]\n" + RABBIT)])) == []


@pytest.mark.parametrize(
    ("ssl", "driver", "found"),
    [
        ({}, "pymysql", []),
        ({"ssl_ca": CA}, "pymysql", [(CA, False, True)]),
        ({"ssl_ca": CA, "ssl_check_hostname": "false"}, "pymysql", [(CA, False, False)]),
        ({"ssl_ca": CA, "ssl_verify_cert": "true"}, "pymysql", [(CA, True, True)]),
        ({"ssl_ca": CA, "ssl_capath": "/etc/ssl/certs"}, "pymysql", [(CA, True, True)]),
        ({"ssl_ca": CA}, "mysqldb", [(CA, True, True)]),
        ({"ssl_ca": CA, "ssl_disabled": "true"}, "pymysql", []),
        ({"ssl_check_hostname": "true"}, "pymysql", []),
    ],
)
def test_a_database_has_tls_where_its_url_asks_for_it(
    ssl: dict[str, str], driver: str, found: list[tuple[str, bool, bool]]
) -> None:
    database = opened(DatabaseOutcome(host="db", driver=driver, ssl=ssl))
    clients = told(database_clients([database]))
    assert [each[2:] for each in clients] == found
    assert all(each[1] == "the database server db:3306" for each in clients)


def test_the_same_of_two_services_is_one_that_restarts_both() -> None:
    both = [file_of(BROKER + RABBIT), file_of(BROKER + RABBIT, "nova-conductor")]
    found = merged(broker_clients(both))
    assert [each.peer for each in found] == ["the broker one:5671", "the broker two:5671"]
    assert {each.to_restart for each in found} == {
        "systemctl restart nova-compute.service; systemctl restart nova-conductor.service"
    }
