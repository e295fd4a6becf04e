import hashlib
import hmac
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from openstack.connection import Connection

from fixtures.object.stored_object import StoredObject
from fixtures.object.temporary_url import TemporaryUrls, best_digest


class FakeCloud:
    @property
    def object_store(self) -> "FakeCloud":
        return self

    def get_endpoint(self) -> str:
        return "http://controller:8080/v1/AUTH_p1"


def urls(digest: str) -> TemporaryUrls:
    stored = StoredObject(cast(Connection, FakeCloud()), "c", "a file", 1, "e")
    return TemporaryUrls(stored, "s3cret", digest)


def test_a_temporary_url_is_signed_as_swift_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1000.5)
    parts = urlsplit(urls("sha256").ending_in(300))
    query: dict[str, Any] = parse_qs(parts.query)
    expected = hmac.new(b"s3cret", b"GET\n1300\n/v1/AUTH_p1/c/a file", hashlib.sha256).hexdigest()
    assert (parts.path, query["temp_url_expires"], query["temp_url_sig"]) == (
        "/v1/AUTH_p1/c/a%20file",
        ["1300"],
        [expected],
    )


def test_the_key_is_in_no_message() -> None:
    assert "s3cret" not in repr(urls("sha1"))


@pytest.mark.parametrize(
    ("allowed", "best"), [(["sha1", "sha256", "sha512"], "sha256"), (["sha1"], "sha1"), (["sha512"], "sha512")]
)
def test_the_best_allowed_digest_is_taken(allowed: list[str], best: str) -> None:
    assert best_digest(allowed) == best
