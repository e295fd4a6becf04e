import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.identity.login_outcome import LoginOutcome, outcomes_in
from fixtures.identity.login_probe import PROBE
from selftests.patience import LONG
from selftests.tools.keystone_server import FakeKeystone, serving
from selftests.tools.tls_server import certificate

WORD = "Pr0be-s3cret'\"#word"


@pytest.fixture
def keystone() -> Iterator[FakeKeystone]:
    with serving(FakeKeystone({"neutron": WORD, "c1": WORD})) as served:
        yield served


def request_for(keystone: FakeKeystone, file: Path, **others: Any) -> dict[str, Any]:
    user = {"name": "neutron", "domain": {"name": "Default"}}
    scope = {"project": {"name": "service", "domain": {"name": "Default"}}}
    return {
        "file": str(file),
        "line": 2,
        "option": "password",
        "is_paste": False,
        "url": keystone.url,
        "is_direct": False,
        "body": {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}},
        "cafile": "",
        "certfile": "",
        "keyfile": "",
        "is_insecure": False,
        "is_inside": False,
        "pid": 0,
        **others,
    }


def written(folder: Path, line: str, more: str = "") -> Path:
    file = folder / "nova.conf"
    file.write_text(f"[neutron]\npassword = {line}\n{more}")
    return file


def printed(*requests: dict[str, Any], python: str = sys.executable, **env: str) -> str:
    words = [json.dumps(request) for request in requests]
    done = subprocess.run(
        [python, "-c", PROBE, *words], capture_output=True, text=True, timeout=LONG, env={**os.environ, **env}
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def outcomes(*requests: dict[str, Any], **env: str) -> list[LoginOutcome]:
    found = outcomes_in(printed(*requests, **env))
    return [found[number] for number in range(len(requests))]


def test_a_token_comes_with_what_keystone_says_of_it(keystone: FakeKeystone, tmp_path: Path) -> None:
    end = {"interface": "public", "region": "RegionOne", "region_id": "RegionOne", "url": "http://c:9696", "id": "e"}
    keystone.catalog = [{"type": "network", "name": "neutron", "endpoints": [end], "id": "s"}]
    [outcome] = outcomes(request_for(keystone, written(tmp_path, WORD)))
    assert outcome.status == 201
    assert outcome.token
    assert outcome.token.project == {"id": "p1", "name": "service"}
    assert outcome.token.roles == {"admin"}
    assert outcome.token.catalog.url_for(service_type="network", interface="public") == "http://c:9696"
    assert keystone.heard[0]["auth"]["scope"]["project"]["name"] == "service"


def test_a_refusal_comes_with_keystones_words(keystone: FakeKeystone, tmp_path: Path) -> None:
    [outcome] = outcomes(request_for(keystone, written(tmp_path, "wrong")))
    assert (outcome.status, outcome.said) == (401, "The request you have made requires authentication.")
    assert not outcome.token


@pytest.mark.parametrize(
    ("line", "more", "password"),
    [
        ("plain", "", "plain"),
        ("  'in quotes'  ", "", "in quotes"),
        ('"', "", ""),
        ("with = and : and #", "", "with = and : and #"),
        ("two", "  lines\n\tand more\nusername = neutron\n", "two\nlines\nand more"),
        ("dollars $$ and \\$", "", "dollars $ and $"),
        ("a$1b$", "", "a$1b$"),
        ("caf\u00e9 \u2603", "", "caf\u00e9 \u2603"),
        ("$( touch ran );`touch ran`'\"", "", "$( touch ran );`touch ran`'\""),
        ("x" * 100 * 1024, "", "x" * 100 * 1024),
    ],
)
def test_the_password_is_read_as_the_service_reads_it(
    keystone: FakeKeystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, more: str, password: str
) -> None:
    monkeypatch.chdir(tmp_path)
    keystone.passwords = {"neutron": password}
    [outcome] = outcomes(request_for(keystone, written(tmp_path, line, more)))
    assert outcome.status == 201
    assert [each.name for each in tmp_path.iterdir()] == ["nova.conf"]


def test_a_paste_file_has_neither_quotes_nor_references(keystone: FakeKeystone, tmp_path: Path) -> None:
    keystone.passwords = {"neutron": "'$word'"}
    [outcome] = outcomes(request_for(keystone, written(tmp_path, "'$word'"), is_paste=True))
    assert outcome.status == 201


def test_an_application_credential(keystone: FakeKeystone, tmp_path: Path) -> None:
    identity = {"methods": ["application_credential"], "application_credential": {"id": "c1"}}
    request = request_for(keystone, written(tmp_path, WORD), body={"auth": {"identity": identity}}, is_direct=True)
    assert outcomes(request)[0].status == 201


@pytest.mark.parametrize("path", ["", "/", "/v3", "/v3/"])
@pytest.mark.parametrize("is_direct", [True, False])
def test_urls_with_and_without_a_version(keystone: FakeKeystone, tmp_path: Path, path: str, is_direct: bool) -> None:
    request = request_for(keystone, written(tmp_path, WORD), url=f"{keystone.url}{path}", is_direct=is_direct)
    assert outcomes(request)[0].status == 201


@pytest.mark.parametrize(
    ("versions", "path", "why"),
    [
        ((200, "<html>"), "", "versions"),
        ((404, "no"), "", "versions"),
        ((500, "no"), "/v3", ""),
        ((300, {"versions": {"values": [{"id": "v2.0", "links": []}]}}), "", "old"),
        ((300, {"versions": [None, 1, {"id": "v3", "links": [{"rel": "self", "href": "file:///etc/"}]}]}), "", "url"),
        ((200, {"version": {"id": 3, "links": {"href": 1}}}), "", "old"),
    ],
)
def test_what_is_no_keystone(keystone: FakeKeystone, tmp_path: Path, versions: Any, path: str, why: str) -> None:
    keystone.versions = versions
    [outcome] = outcomes(request_for(keystone, written(tmp_path, WORD), url=f"{keystone.url}{path}"))
    assert outcome.why == why
    assert bool(outcome.token) is (why == "")


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ((404, "<html>"), 404, ""),
        ((400, {"error": {"message": "Expecting to find domain in user."}}), 400, "Expecting to find domain in user."),
        ((201, {"token": "t"}), 201, ""),
        ((201, "not JSON"), 201, ""),
        ((503, {"error": "no"}), 503, ""),
        ((401, {"error": {"message": "x" * 2000}}), 401, "x" * 200),
    ],
)
def test_whatever_it_answers_is_text(
    keystone: FakeKeystone, tmp_path: Path, answer: Any, status: int, said: str
) -> None:
    keystone.answer = answer
    [outcome] = outcomes(request_for(keystone, written(tmp_path, WORD)))
    assert (outcome.status, outcome.said, outcome.token) == (status, said, None)


def test_a_password_is_sent_nowhere_else(keystone: FakeKeystone, tmp_path: Path) -> None:
    with serving(FakeKeystone({"neutron": WORD})) as other:
        keystone.redirect = f"{other.url}/v3/auth/tokens"
        [outcome] = outcomes(request_for(keystone, written(tmp_path, WORD)))
    assert outcome.status == 302
    assert "sends its askers elsewhere" in outcome.why_untried
    assert other.heard == []


def test_the_same_login_is_asked_for_once(keystone: FakeKeystone, tmp_path: Path) -> None:
    file = written(tmp_path, WORD)
    found = outcomes(
        *[request_for(keystone, file) for _ in range(3)], request_for(keystone, file, url=f"{keystone.url}/v3")
    )
    assert [each.status for each in found] == [201] * 4
    assert len(keystone.heard) == 2


def test_where_nobody_answers(keystone: FakeKeystone, tmp_path: Path) -> None:
    file = written(tmp_path, WORD)
    requests = [
        request_for(keystone, file, url=url)
        for url in ("http://127.0.0.1:1", "http://nobody.invalid:5000", "file:///etc/passwd")
    ]
    refused, unknown, no_url = outcomes(*requests)
    assert (refused.why, refused.said) == ("closed", "Connection refused")
    assert unknown.why == "closed"
    assert unknown.said
    assert no_url.why == "url"


def test_whom_it_trusts(tmp_path: Path) -> None:
    mine, other = certificate(tmp_path, "mine"), certificate(tmp_path, "other")
    file = written(tmp_path, WORD)
    with serving(FakeKeystone({"neutron": WORD}), mine) as keystone:
        trusted, stranger, insecure, nothing, missing = outcomes(
            request_for(keystone, file, cafile=str(mine)),
            request_for(keystone, file, cafile=str(other)),
            request_for(keystone, file, is_insecure=True),
            request_for(keystone, file),
            request_for(keystone, file, cafile=str(tmp_path / "nowhere")),
        )
        by_variable = outcomes(request_for(keystone, file, is_inside=True), REQUESTS_CA_BUNDLE=str(mine))[0]
        assert len(keystone.heard) == 3
    assert [each.status for each in (trusted, insecure, by_variable)] == [201] * 3
    assert (stranger.why, nothing.why, missing.why) == ("tls", "tls", "cafile")
    assert "certificate verify failed" in stranger.said


def test_proxies_are_the_services_own(keystone: FakeKeystone, tmp_path: Path) -> None:
    file, proxy = written(tmp_path, WORD), "http://127.0.0.1:1"
    own, service, bypassed = (
        outcomes(request_for(keystone, file), http_proxy=proxy)[0],
        outcomes(request_for(keystone, file, is_inside=True), http_proxy=proxy, no_proxy="")[0],
        outcomes(request_for(keystone, file, is_inside=True), http_proxy=proxy, no_proxy="localhost,127.0.0.1")[0],
    )
    assert (own.status, bypassed.status) == (201, 201)
    assert (service.why, bool(service.why_untried)) == ("proxy", True)


@pytest.mark.parametrize(
    "changes", [{"line": 1}, {"line": 99}, {"option": "username"}, {"file": "/nowhere"}, {"file": "/"}], ids=str
)
def test_a_file_that_was_changed_is_not_tried(keystone: FakeKeystone, tmp_path: Path, changes: dict[str, Any]) -> None:
    [outcome] = outcomes({**request_for(keystone, written(tmp_path, WORD)), **changes})
    assert outcome.why == "changed"
    assert keystone.heard == []


def test_a_password_that_is_another_option_is_not_tried(keystone: FakeKeystone, tmp_path: Path) -> None:
    [outcome] = outcomes(request_for(keystone, written(tmp_path, "${keystone_authtoken.password}")))
    assert (outcome.why, keystone.heard) == ("reference", [])


def test_the_password_is_nowhere_to_be_seen_while_it_runs(tmp_path: Path) -> None:
    """Neither in a command line nor in an environment of any process, nor in what it prints."""
    heard, has_looked, seen = threading.Event(), threading.Event(), list[bytes]()

    class Slow(FakeKeystone):
        def reply_to(self, body: Any) -> tuple[int, Any]:
            heard.set()
            has_looked.wait(LONG)
            return 401, {"error": {"message": "no"}}

    def look() -> None:
        heard.wait(LONG)
        for process in Path("/proc").glob("[0-9]*"):
            for name in ("cmdline", "environ"):
                try:
                    seen.append((process / name).read_bytes())
                except OSError:
                    continue
        has_looked.set()

    with serving(Slow()) as keystone:
        looking = threading.Thread(target=look)
        looking.start()
        told = printed(request_for(keystone, written(tmp_path, WORD)))
        looking.join()
    assert any(b"neutron" in each and PROBE.encode()[:40] in each for each in seen)
    secret = WORD.encode()
    assert not any(secret in each or json.dumps(WORD).encode()[1:-1] in each for each in seen)
    assert WORD not in told


@pytest.mark.parametrize("python", ["python2.7", "python3.6"])
def test_old_pythons_can_do_it_too(keystone: FakeKeystone, tmp_path: Path, python: str) -> None:
    found = shutil.which(python)
    if not found or subprocess.run([found, "-c", "import ssl"], capture_output=True).returncode:
        pytest.skip(f"no {python} here")
    assert outcomes_in(printed(request_for(keystone, written(tmp_path, WORD)), python=found))[0].status == 201
