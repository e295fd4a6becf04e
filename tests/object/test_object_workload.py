from pathlib import Path

import pytest
from openstack.connection import Connection

from fixtures.cloud.other_project import status_for
from fixtures.core.checksum import digest
from fixtures.core.deadlines import Deadlines
from fixtures.core.waiting import wait_for
from fixtures.identity.anonymous import Anonymous
from fixtures.object.large_object import LargeObject
from fixtures.object.public_object import CONTENT
from fixtures.object.stored_object import StoredObject
from fixtures.object.temporary_url import TemporaryUrls

spans = pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("bytes=0-99", slice(0, 100)),
        ("bytes=100000-100999", slice(100_000, 101_000)),
        ("bytes=-100", slice(-100, None)),
    ],
    ids=["beginning", "middle", "end"],
)


@pytest.mark.req("SWI-1")
def test_container_is_listed(object_store: Connection, container: str, deadlines: Deadlines) -> None:
    """`swift post demo-c1` makes a container, `swift list` shows it.

    Source: swift/container/server.py, account_update: what the account's server does not hear now, it hears from
    swift-container-updater.
    """
    wait_for(
        f"the account to list container {container}",
        probe=lambda: [each.name for each in object_store.object_store.containers()],
        until=lambda listed: container in listed,
        deadline=deadlines.listed,
        fix="check swift-container-server, swift-container-updater and swift-account-server on the object nodes",
    )


@pytest.mark.req("SWI-2")
def test_object_has_the_size_of_the_file(stored_object: StoredObject, guest_image: Path) -> None:
    """`swift list --lh` shows as many bytes as went up."""
    sent = guest_image.stat().st_size
    assert stored_object.size == sent, (
        f"Swift holds {stored_object.size} bytes of {sent}. Fix: check swift-object-server and its disks"
    )


@pytest.mark.req("SWI-2")
def test_object_has_the_etag_of_the_file(stored_object: StoredObject, guest_image: Path) -> None:
    """Swift's ETag is the file's MD5."""
    expected = digest(guest_image, "md5")
    assert stored_object.etag == expected, (
        f"Swift's ETag is {stored_object.etag}, the file's MD5 {expected}. Fix: check the nodes' disks"
    )


@pytest.mark.req("SWI-2")
def test_download_gives_the_same_bytes(stored_object: StoredObject, guest_image: Path) -> None:
    """`swift download` gives back what `swift upload` took."""
    assert stored_object.download(guest_image.stat().st_size) == guest_image.read_bytes(), (
        f"{stored_object.name} came back as other bytes. Fix: check the object nodes' disks and swift-object-auditor"
    )


@pytest.mark.req("SWI-2")
@spans
def test_range_gives_just_these_bytes(
    stored_object: StoredObject, guest_image: Path, span: str, expected: slice
) -> None:
    """A client may read a part of an object, or go on with a download that broke off."""
    answer, sent = stored_object.part(span), guest_image.read_bytes()[expected]
    assert answer.status_code == 206, (
        f"{stored_object.name}, {span}: HTTP {answer.status_code}, expected 206. Fix: read swift-proxy-server's log"
    )
    same = answer.content == sent
    assert same, (
        f"{stored_object.name}, {span}: {len(answer.content)} other bytes than the {len(sent)} sent. "
        "Fix: check the object nodes' disks; swift-object-auditor finds and quarantines the damaged"
    )


@pytest.mark.req("SWI-2")
def test_large_object_has_the_size_of_its_segments(large_object: LargeObject) -> None:
    """A manifest makes one object of several segments."""
    size, sent = large_object.stored.size, len(large_object.content)
    assert size == sent, f"the large object has {size} bytes of {sent}. Fix: check the slo filter of the proxy"


@pytest.mark.req("SWI-2")
def test_large_object_gives_the_joined_segments(large_object: LargeObject) -> None:
    """A download of the manifest gives the bytes of all segments, in order."""
    came = large_object.stored.download(len(large_object.content))
    same = came == large_object.content
    assert same, (
        f"the large object came back as {len(came)} other bytes than the {len(large_object.content)} sent. "
        "Fix: in proxy-server.conf's pipeline, slo stands after the authentication and before the proxy-server"
    )


@pytest.mark.req("SWI-4")
@pytest.mark.proves_cause
def test_member_of_another_project_is_refused(other_project: Connection, stored_object: StoredObject) -> None:
    """A container without an ACL is its own project's alone."""
    status = status_for(other_project, stored_object.url)
    assert status == 403, (
        f"a member of another project asked for {stored_object.path} and got {status}, expected 403. "
        "Fix: [filter:keystoneauth] in proxy-server.conf: reseller_admin_role must be no role of members"
    )


@pytest.mark.req("SWI-4")
@pytest.mark.proves_cause
def test_private_container_is_closed_without_a_token(anonymous: Anonymous, stored_object: StoredObject) -> None:
    """Without a token there is nothing to read."""
    status = anonymous.read(stored_object.url).status
    assert status == 401, (
        f"asked for {stored_object.path} without a token: {status or 'no connection'}, expected 401. "
        "Fix: the pipeline in proxy-server.conf must have authtoken and keystoneauth, in this order"
    )


@pytest.mark.req("SWI-4")
@pytest.mark.proves_cause
def test_public_container_is_readable_without_a_token(anonymous: Anonymous, public_object: StoredObject) -> None:
    """`swift post -r '.r:*'` lets everyone read."""
    reading = anonymous.read(public_object.url)
    assert (reading.status, reading.content) == (200, CONTENT), (
        f"asked for {public_object.path} without a token: {reading.status or 'no connection'}, {reading.content[:80]!r}"
        "; expected 200 and the object. Fix: delay_auth_decision = true in [filter:authtoken] of proxy-server.conf"
    )


@pytest.mark.req("SWI-4")
@pytest.mark.proves_cause
def test_public_container_is_listed_without_a_token(anonymous: Anonymous, public_object: StoredObject) -> None:
    """`swift post -r '.rlistings'` lets everyone see what there is."""
    container = public_object.url.rpartition("/")[0]  # its owner has seen the object listed
    reading = anonymous.read(container)
    assert (reading.status, reading.content.decode().split()) == (200, [public_object.name]), (
        f"asked for the list of /{public_object.container} without a token: {reading.status or 'no connection'}, "
        f"{reading.content[:80]!r}. Fix: delay_auth_decision = true in [filter:authtoken] of proxy-server.conf"
    )


@pytest.mark.req("SWI-4")
@pytest.mark.proves_cause
def test_temporary_url_opens_the_object(anonymous: Anonymous, temporary_urls: TemporaryUrls) -> None:
    """`swift tempurl GET 300 …` is as good as a token until it ends."""
    reading = anonymous.read(temporary_urls.ending_in(300))
    assert reading.status == 200, (
        f"a temporary URL of {temporary_urls.stored.path}, signed with {temporary_urls.digest}, gave "
        f"{reading.status or 'no connection'}, expected 200. Fix: in proxy-server.conf's pipeline tempurl stands "
        "before authtoken, which has delay_auth_decision = true; compare the proxy's clock with the runner's"
    )


@pytest.mark.req("SWI-4")
@pytest.mark.proves_cause
def test_temporary_url_ends(anonymous: Anonymous, temporary_urls: TemporaryUrls) -> None:
    """After its end a temporary URL opens nothing."""
    reading = anonymous.read(temporary_urls.ending_in(-60))
    assert reading.status == 401, (
        f"a temporary URL of {temporary_urls.stored.path} that ended a minute ago gave "
        f"{reading.status or 'no connection'}, expected 401. Fix: compare the proxy's clock (chronyc tracking) "
        "with the runner's"
    )
