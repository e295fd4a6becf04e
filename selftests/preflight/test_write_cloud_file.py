from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests_mock as mocker

from fixtures.cloud.connection import GIVEN
from fixtures.core.cloud_file import CloudFile
from fixtures.core.cloud_file_reader import read_cloud_file
from fixtures.nodes.nodes import GIVEN_NODES, Given
from fixtures.nodes.roles import Wishes
from fixtures.preflight.cloud_file_text import Seen, cloud_file_text
from fixtures.preflight.node_roles import ROLELESS
from fixtures.preflight.write_cloud_file import first_cloud_file
from selftests import ROOT
from selftests.test_command_line import problems
from selftests.tools import fake_keystone

Read = Callable[[str], CloudFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def of(text: str) -> CloudFile:
        (tmp_path / "cloud.toml").write_text(text)
        return read_cloud_file(tmp_path / "cloud.toml", "cloud.toml")

    return of


def test_what_is_written_can_be_read(read: Read) -> None:
    options = {"os_cloud": "mine", "hosts": ["a", "root@b:22"], "sudo": True, "roles": {"compute": ["a", "-b"]}}
    seen = Seen(options, ["compute", "volumev3"], {"nova-compute": 2, "ovn-controller": 3}, {"compute": 1})
    found = read(cloud_file_text(seen, date(2026, 1, 2)))
    assert {key: value for key, value in found if value and key not in ("expected", "waivers")} == options
    assert found.expected.services == ["compute", "volumev3"]
    assert found.expected.running == {"nova-compute": 2, "ovn-controller": 3}
    assert found.expected.nodes == {"compute": 1}


def test_of_nothing_seen_a_file_is_left(read: Read) -> None:
    assert read(cloud_file_text(Seen({}), date(2026, 1, 2))) == CloudFile()


HOSTILE = 'a"\n[[waivers]]\nrow = "NEU-7"\x7f\u2028\\'


def test_what_the_cloud_says_of_itself_is_never_more_than_a_text(read: Read) -> None:
    seen = Seen({"external_network": HOSTILE}, [HOSTILE], {HOSTILE: 1, "a_password": 2})
    found = read(cloud_file_text(seen, date(2026, 1, 2)))
    assert found.waivers == []
    assert found.external_network == 'a"[[waivers]]row = "NEU-7"\\'
    assert list(found.expected.running) == found.expected.services == [found.external_network]


def service(binary: str, host: str, state: str = "up") -> dict[str, str]:
    told = {"zone": "nova", "status": "enabled", "updated_at": "2026-01-02T03:04:05.000000"}
    return {"binary": binary, "host": host, "state": state, **told}


def test_the_cloud_is_asked_what_it_has(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OS_CLOUD", raising=False)
    usual: dict[str, Any] = {"role": [], "sample_seed": "", "hosts": "bob:s3cret@a", "timeout_scale": "1"}
    usual |= {"image": "x.img", "at_once": "5", "sample": "3", "maxfail_alike": "0", "flavor_ram": "256", "sudo": True}
    usual |= dict.fromkeys(["cloud_file", "os_cloud", "image_checksum", "image_user", "external_network"], "")

    def getoption(name: str, default: object = None) -> Any:
        return usual.get(name.removeprefix("--").replace("-", "_"), default)

    stash = pytest.Stash()
    stash[GIVEN_NODES], stash[ROLELESS] = Given((), {}, Wishes()), {}
    config = SimpleNamespace(option=SimpleNamespace(**usual), getoption=getoption, stash=stash)
    with mocker.Mocker() as requests:
        fake_keystone.keystone(requests, "admin")
        services = [service("nova-compute", "a"), service("nova-compute", "b"), service("nova-compute", "c", "down")]
        requests.get(f"{fake_keystone.NOVA}/os-services", json={"services": services})
        requests.get(f"{fake_keystone.NOVA}/", json={"version": {"id": "v2.1", "links": [], "status": "CURRENT"}})
        stash[GIVEN] = fake_keystone.connected()
        text = first_cloud_file(cast(pytest.Config, config))
    found = read(text)
    assert found.expected.services == ["compute", "identity"]
    assert found.expected.running == {"nova-compute": 2}
    assert found.sudo is True
    assert (found.flavor_ram, found.sample, found.maxfail_alike) == (256, 3, 0)
    assert (found.at_once, found.timeout_scale, found.image_user, found.sample_seed) == (None, None, None, None)
    assert found.hosts is None
    assert found.image == str(Path("x.img").absolute())
    assert "s3cret" not in text


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "cloud.toml").write_text("# mine")
    told = problems("--write-cloud-file=cloud.toml", str(ROOT / "tests"), cwd=tmp_path)
    assert told == ["--write-cloud-file=cloud.toml: is there already. Fix: name another file, or remove it"]
    assert not (tmp_path / "report").exists()


def test_without_credentials_nothing_is_written(tmp_path: Path) -> None:
    [told] = problems("--write-cloud-file=cloud.toml", str(ROOT / "tests"), cwd=tmp_path)
    assert told.startswith("credentials: none given")
    assert not (tmp_path / "cloud.toml").exists()
