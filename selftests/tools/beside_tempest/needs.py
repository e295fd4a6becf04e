"""What Tempest does not make by itself: two images and two flavors, removed again."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from openstack.connection import Connection

from fixtures.cloud.client import glance
from fixtures.cloud.run.owned import owned
from fixtures.core.image_needs import disk_gib, usual_memory
from selftests.tools.beside_tempest.facts import disk_format

NAMES = ("beside-tempest", "beside-tempest-other")
DEADLINE = 120
"""Seconds for each to be gone."""


@dataclass(frozen=True)
class Needs:
    """IDs; of each the first is used, the second is to be another one. The second flavor has twice the memory."""

    images: tuple[str, str]
    flavors: tuple[str, str]


@contextmanager
def needs(cloud: Connection, image: Path, ram: int) -> Iterator[Needs]:
    """Make them, and remove them however it ends.

    Args:
        ram: MiB; 0: what the image usually needs.
    """
    memory = ram or usual_memory(image)
    with ExitStack() as stack:
        images = [stack.enter_context(_image(cloud, name, image)) for name in NAMES]
        sizes = zip(NAMES, (memory, 2 * memory), strict=True)
        flavors = [stack.enter_context(_flavor(cloud, name, size, max(1, disk_gib(image)))) for name, size in sizes]
        yield Needs((images[0], images[1]), (flavors[0], flavors[1]))


@contextmanager
def _image(cloud: Connection, name: str, file: Path) -> Iterator[str]:
    api = glance(cloud)
    made = api.create_image(
        name, container_format="bare", disk_format=disk_format(file), visibility="public", allow_duplicates=True
    )
    with owned(made, delete=api.delete_image, get=api.get_image, deadline=DEADLINE):
        with file.open("rb") as data:
            headers = {"Content-Type": "application/octet-stream"}
            api.put(f"/images/{made.id}/file", data=data, headers=headers)
        yield str(made.id)


@contextmanager
def _flavor(cloud: Connection, name: str, ram: int, disk: int) -> Iterator[str]:
    nova = cloud.compute
    made = nova.create_flavor(name=name, vcpus=1, ram=ram, disk=disk)
    with owned(made, delete=nova.delete_flavor, get=nova.get_flavor, deadline=DEADLINE):
        yield str(made.id)
