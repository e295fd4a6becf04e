from pathlib import Path

import pytest
from openstack.connection import Connection
from openstack.image.v2.image import Image

from fixtures.cloud.client import glance
from fixtures.core.checksum import digest


@pytest.mark.req("GLA-1")
def test_uploaded_image_is_active(cloud: Connection, image: Image) -> None:
    """`openstack image create --file` ends in an active image."""
    status = glance(cloud).get_image(image.id).status
    assert status == "active", (
        f"image {image.id} is {status}, not active. "
        "Fix: read glance-api's log; its store may be full, or not writable by the user glance"
    )


@pytest.mark.req("GLA-1")
def test_image_has_the_size_of_the_file(image: Image, guest_image: Path) -> None:
    """Glance counts as many bytes as we sent."""
    sent = guest_image.stat().st_size
    assert image.size == sent, f"Glance holds {image.size} bytes of {sent}. Fix: read glance-api's log"


@pytest.mark.req("GLA-1")
def test_image_has_the_checksum_of_the_file(image: Image, guest_image: Path) -> None:
    """Glance's own checksum is that of the file."""
    expected = digest(guest_image, image.hash_algo or "md5")
    seen = image.hash_value or image.checksum
    assert seen == expected, f"Glance's checksum is {seen}, the file's {expected}. Fix: check the store's disk"


@pytest.mark.req("GLA-1")
def test_download_gives_the_same_bytes(downloaded_image: Path, guest_image: Path) -> None:
    """What comes back is what went up."""
    assert digest(downloaded_image) == digest(guest_image), (
        f"the image came back as {downloaded_image.stat().st_size} other bytes than the "
        f"{guest_image.stat().st_size} sent. Fix: check the disk under Glance's store."
    )
