from typing import Any, cast

import pytest

from fixtures.nodes.config import EffectiveConfig
from fixtures.nodes.named_hosts import hosts_in, told_of
from fixtures.nodes.service import Service
from fixtures.nodes.service_environment import ServiceEnvironment

FILE = "/etc/nova/nova.conf"


def around(text: str) -> ServiceEnvironment:
    there = Service(cast(Any, None), {"Id": "nova-compute.service"})
    return ServiceEnvironment("compute1", "nova-compute", there, EffectiveConfig("nova-compute.service", {FILE: text}))


@pytest.mark.parametrize(
    ("option", "text", "hosts"),
    [
        ("transport_url", "rabbit://openstack:s3cr3t@controller:5672/", ["controller"]),
        ("connection", "mysql+pymysql://nova:s3cr3t@db/nova", ["db"]),
        ("api_servers", "http://controller:9292,http://other:9292", ["controller", "other"]),
        ("memcached_servers", "controller:11211, 10.0.0.11:11211", ["controller", "10.0.0.11"]),
        ("host", "controller", []),
    ],
)
def test_hosts_of_a_value(option: str, text: str, hosts: list[str]) -> None:
    assert [*hosts_in(option, text)] == hosts


def test_the_option_is_told_and_not_its_value() -> None:
    known = [around("[DEFAULT]\ntransport_url = rabbit://openstack:s3cr3t@controller\n")]
    assert told_of("controller", [RuntimeError(), [], known]) == f"[DEFAULT] transport_url in {FILE}:2 on compute1"


def test_a_name_that_nobody_is_told_is_none() -> None:
    assert (
        told_of("controller", [[around("[DEFAULT]\nhost = controller\ntransport_url = rabbit://a@10.0.0.11\n")]]) == ""
    )
