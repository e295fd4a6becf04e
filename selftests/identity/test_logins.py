import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.core.programs import MissingProgram, Unusable
from fixtures.core.redaction import redact
from fixtures.identity.login_refusal import refusal
from fixtures.identity.logins import Login, logins_on, tried
from fixtures.nodes.checked_host import CheckedHost
from selftests.identity.known_logins import text_of, this_machine
from selftests.tools.keystone_server import FakeKeystone, serving

WORD = "l0g-in-with-this"


@pytest.fixture
def keystone() -> Iterator[FakeKeystone]:
    with serving(FakeKeystone({"neutron": WORD, "placement": WORD, "nova": WORD})) as served:
        yield served


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


def by_name(logins: list[Login]) -> dict[str, Login]:
    return {login.section.name: login for login in logins}


def test_each_section_that_the_nodes_services_read_is_tried(keystone: FakeKeystone, tmp_path: Path) -> None:
    def section(name: str, *more: str, user: str = "", password: str = WORD) -> str:
        return text_of(name, *more, url=keystone.url, user=user or name, password=password)

    nova = section("neutron", password="not-this-one") + section("placement")
    files = {
        "nova-compute": written(tmp_path, "nova.conf", nova + section("keystone_authtoken", user="nobody")),
        "neutron-server": written(tmp_path, "neutron.conf", section("nova") + section("placement", user="nobody")),
    }
    found = tried(logins_on(this_machine(files)))
    assert sorted(login.name for login in found) == [
        f"{files['neutron-server']} [nova]",
        f"{files['nova-compute']} [neutron]",
        f"{files['nova-compute']} [placement]",
    ]
    assert {name: login.outcome.status for name, login in by_name(found).items()} == {
        "neutron": 401,
        "placement": 201,
        "nova": 201,
    }
    message = refusal(by_name(found)["neutron"], lambda _: ("", ""))
    assert message.startswith(
        f"compute1: {files['nova-compute']} [neutron] (line 6): Keystone at {keystone.url} refuses"
    )
    assert '401 "The request you have made requires authentication."' in message
    assert "not-this-one" not in message


def test_one_file_of_several_services_is_asked_about_once(keystone: FakeKeystone, tmp_path: Path) -> None:
    file = written(tmp_path, "nova.conf", text_of("placement", url=keystone.url, user="placement", password=WORD))
    [login] = logins_on(this_machine({"nova-compute": file, "nova-conductor": file, "nova-scheduler": file}))
    assert login.to_restart == (
        "systemctl restart nova-compute.service; systemctl restart nova-conductor.service; "
        "systemctl restart nova-scheduler.service"
    )
    tried([login, login])
    assert len(keystone.heard) == 1


def test_a_file_that_the_service_cannot_read_either_says_nothing(keystone: FakeKeystone, tmp_path: Path) -> None:
    files = {
        "nova-compute": written(tmp_path, "nova.conf", "[neutron\npassword = of-a-line-that-is-none"),
        "neutron-server": tmp_path / "nowhere.conf",
        "cinder-volume": written(tmp_path, "cinder.conf", text_of("nova", url=keystone.url)),
    }
    assert [login.section.name for login in logins_on(this_machine(files))] == ["nova"]


def test_where_python_is_missing_nothing_is_known(
    keystone: FakeKeystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"nova-compute": written(tmp_path, "nova.conf", text_of(url=keystone.url))}
    found = logins_on(this_machine(files))

    def run(*_: Any) -> None:
        raise MissingProgram("compute1", Unusable("python3", "no such program"))

    monkeypatch.setattr(CheckedHost, "run", run)
    [login] = tried(found)
    assert (
        login.why_untried
        == f"compute1: {files['nova-compute']} [neutron] was not tried: there is no Python where it would log in"
    )
    assert refusal(login, lambda _: ("", "")) == ""


def test_a_value_that_is_too_long_is_not_sent(keystone: FakeKeystone, tmp_path: Path) -> None:
    text = text_of(url=keystone.url, user="x" * 100 * 1024) + text_of(
        "placement", url=keystone.url, user="placement", password=WORD
    )
    found = by_name(tried(logins_on(this_machine({"nova-compute": written(tmp_path, "nova.conf", text)}))))
    assert "too long" in found["neutron"].why_untried
    assert found["placement"].outcome.status == 201


HOSTILE = [
    "it's",
    'a"; touch ran; "b',
    "$( touch ran )",
    "`touch ran`",
    "a\\nb",
    "--help",
    "caf\u00e9 \u2603",
    "%s%n",
    "-c",
    "{}",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_names_are_names(
    keystone: FakeKeystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    keystone.passwords = {value: WORD}
    text = text_of(url=keystone.url, user=value, password=WORD)
    [login] = tried(logins_on(this_machine({"nova-compute": written(tmp_path, "nova.conf", text)})))
    assert login.outcome.status == 201
    assert keystone.heard[0]["auth"]["identity"]["password"]["user"]["name"] == value
    assert [each.name for each in tmp_path.iterdir()] == ["nova.conf"]


@pytest.mark.parametrize("value", [*HOSTILE, "x" * 100 * 1024])
def test_hostile_urls_are_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.chdir(tmp_path)
    text = text_of(url=value, password=WORD)
    for login in tried(logins_on(this_machine({"nova-compute": written(tmp_path, "nova.conf", text)}))):
        message = refusal(login, lambda _: ("", "")) or login.why_untried
        assert "is no URL of Keystone's" in message or "too long" in message
        assert len(message) < 600
    assert [each.name for each in tmp_path.iterdir()] == ["nova.conf"]


def test_no_password_is_seen_from_the_file_to_the_message(tmp_path: Path) -> None:
    """Not in a command line while it runs, and not in a message, even if Keystone says it."""
    heard, seen = threading.Event(), list[bytes]()

    class Echo(FakeKeystone):
        def reply_to(self, body: Any) -> tuple[int, Any]:
            seen.extend(_command_lines())
            heard.set()
            return 401, {"error": {"message": f"{WORD} is wrong"}}

    with serving(Echo()) as keystone:
        file = written(tmp_path, "nova.conf", text_of(url=keystone.url, password=WORD))
        [login] = tried(logins_on(this_machine({"nova-compute": file})))
    assert heard.is_set()
    assert any(b"OpenStack" in each or b"WHOLE = " in each for each in seen)
    assert not any(WORD.encode() in each for each in seen)
    assert WORD not in repr(login.section)
    assert WORD not in redact(refusal(login, lambda _: ("", "")))


def _command_lines() -> Iterator[bytes]:
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                if int(process.name) != os.getpid():
                    yield (process / name).read_bytes()
            except OSError:
                continue


def test_a_stopped_container_is_not_asked() -> None:
    from fixtures.identity.login_outcome import LoginOutcome
    from selftests.identity.known_logins import login_of

    login = login_of(text_of(), LoginOutcome())
    there: Any = SimpleNamespace(
        container=SimpleNamespace(is_down=True), place="podman:nova_compute", started={}, shown=str
    )
    stopped = Login(login.node, there, login.section, login.to_restart)
    assert "the container that it is in does not run" in tried([stopped])[0].why_untried
