from pathlib import Path

import pytest
from openstack.connection import Connection

from fixtures.checksum import digest
from fixtures.container import StoredObject


@pytest.mark.req("SWI-1")
def test_container_is_listed(object_store: Connection, container: str) -> None:
    """`swift post demo-c1` makes a container, `swift list` shows it."""
    listed = [each.name for each in object_store.object_store.containers()]
    assert container in listed, (
        f"container {container} is not among {listed}. Mend: check swift-container-server on the object nodes"
    )


@pytest.mark.req("SWI-2")
def test_object_has_the_size_of_the_file(stored_object: StoredObject, guest_image: Path) -> None:
    """`swift list --lh` shows as many bytes as went up."""
    sent = guest_image.stat().st_size
    assert stored_object.size == sent, (
        f"Swift holds {stored_object.size} bytes of {sent}. Mend: check swift-object-server and its disks"
    )


@pytest.mark.req("SWI-2")
def test_object_has_the_etag_of_the_file(stored_object: StoredObject, guest_image: Path) -> None:
    """Swift's ETag is the file's MD5."""
    expected = digest(guest_image, "md5")
    assert stored_object.etag == expected, (
        f"Swift's ETag is {stored_object.etag}, the file's MD5 {expected}. Mend: check the nodes' disks"
    )


@pytest.mark.req("SWI-2")
def test_download_gives_the_same_bytes(stored_object: StoredObject, guest_image: Path) -> None:
    """`swift download` gives back what `swift upload` took."""
    assert stored_object.download() == guest_image.read_bytes(), (
        f"{stored_object.name} came back as other bytes. Mend: check the object nodes' disks and swift-object-auditor"
    )
