import pytest

from fixtures.identity.version_documents import TELLING, is_document, is_json, root_of, service_of
from selftests.identity.known_documents import OTHERS, TOLD, document


@pytest.mark.parametrize("kind", TOLD)
def test_each_service_is_known_by_what_it_tells(kind: str) -> None:
    assert service_of(document(kind)) == kind
    assert set(TOLD) == TELLING


@pytest.mark.parametrize("kind", OTHERS)
def test_of_others_nothing_is_said(kind: str) -> None:
    assert is_document(document(kind))
    assert service_of(document(kind)) == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>It works!</html>",
        b"[]",
        b"3",
        b'{"versions": 3}',
        b'{"versions": [null, {"id": 3}]}',
        b"[" * 100000,
    ],
)
def test_what_is_no_document_is_nobodys(content: bytes) -> None:
    assert not is_document(content)
    assert service_of(content) == ""


def test_json_is_told_from_a_page() -> None:
    assert is_json(b'{"error": {}}')
    assert not is_json(b"<html>It works!</html>")


def test_a_version_of_its_own_is_known_too() -> None:
    """As Keystone has it at /v3."""
    content = b'{"version": {"id": "v3.14", "media-types": [{"type": "application/vnd.openstack.identity-v3+json"}]}}'
    assert service_of(content) == "identity"


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://controller:8776/v3/0123abc", "http://controller:8776/"),
        ("http://controller:8774/v2.1", "http://controller:8774/"),
        ("http://controller:9292", "http://controller:9292/"),
        ("https://cloud/volume/v3/0123abc", "https://cloud/volume/"),
        ("https://cloud/placement", "https://cloud/placement/"),
        ("http://[fd00::1]:8080/v1/AUTH_0123", "http://[fd00::1]:8080/"),
    ],
)
def test_the_root_is_before_the_version(url: str, root: str) -> None:
    assert root_of(url) == root
