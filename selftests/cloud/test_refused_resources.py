"""A resource that a service refuses comes with the option that does, and so with its cause."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openstack.exceptions import BadRequestException, ForbiddenException
from openstack.network.v2.network import Network

from fixtures.compute import flavor, keypair
from fixtures.compute.local_key import LocalKey
from fixtures.core.proven import Shown
from fixtures.guest import floating_ip
from fixtures.image import image

RUN: Any = SimpleNamespace(name=lambda part: f"acc-{part}", tag="acc")


def refusing(error: Exception) -> Any:
    """A cloud, and each of its services, that refuses whatever is to be made."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    service = SimpleNamespace(create_flavor=refuse, create_keypair=refuse, create_ip=refuse, create_image=refuse)
    return SimpleNamespace(compute=service, network=service, image=service)


def test_an_operator_without_flavors_is_told_of_the_policy() -> None:
    cloud = refusing(ForbiddenException("Policy doesn't allow os_compute_api:os-flavor-manage:create"))
    with pytest.raises(Shown, match=r"manage:create\)\. Fix: .*policy\.yaml .*os_compute_api:os-flavor-manage:create"):
        flavor._made(cloud, name="acc-nano")


def test_a_user_without_key_pairs_is_told_of_the_quota(tmp_path: Path) -> None:
    (tmp_path / "key.pub").write_text("ssh-rsa AAAA acc")
    cloud = refusing(ForbiddenException("Quota exceeded, too many key pairs."))
    with pytest.raises(Shown, match=r"too many key pairs\.\)\. Fix: .*\[quota\] key_pairs in nova-api's nova\.conf"):
        keypair._made(cloud, "acc-key", LocalKey(tmp_path / "key"))


def test_a_user_without_floating_ips_is_told_of_the_policy() -> None:
    cloud = refusing(ForbiddenException("rule:create_floatingip is disallowed by policy"))
    with pytest.raises(Shown, match=r"no floating IP of ext1 .*Fix: .*policy\.yaml .*take out create_floatingip"):
        floating_ip._made(cloud, Network(name="ext1"), RUN)


@pytest.mark.parametrize(("said", "is_shown"), [("schema['properties']['disk_format']", True), ("no name", False)])
def test_a_format_that_glance_does_not_take_is_told(said: str, is_shown: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "glance", lambda cloud: cloud.image)
    with pytest.raises((Shown, BadRequestException)) as told:
        image._made(refusing(BadRequestException(said)), RUN, "qcow2")
    assert isinstance(told.value, Shown) is is_shown
    assert ("disk_formats must have qcow2" in str(told.value)) is is_shown
