"""The report in a real browser, which has no network; its screenshots, for the eye, stay in pytest's own folder."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fixtures.report.html_report import draw
from fixtures.report.report_folder import REPORTS
from selftests.patience import LONG
from selftests.report.told_verdict import broken, healthy, read

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
ALONE = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
HOSTILE = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title = 'taken over'\">"
PNG = b"\x89PNG\r\n\x1a\n"
BLANK = 10_000
"""Bytes; a screenshot of an empty page has fewer."""

pytestmark = pytest.mark.skipif(
    not BROWSER, reason=f"none of {', '.join(BROWSERS)} is on the PATH: apt-get install chromium-headless-shell"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a run, with its reports."""
    verdict = broken(f"{HOSTILE} was seen. Fix: set my_ip", warnings=["a certificate ends in 20 days"])
    (tmp_path / "verdict.json").write_text(json.dumps(verdict))
    (tmp_path / "timeline.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="20">the run</text></svg>')
    draw(tmp_path)
    return tmp_path


def browse(folder: Path, name: str, *arguments: str) -> str:
    """What a browser says that opens one of them."""
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [str(BROWSER), *ALONE, *as_root, f"--user-data-dir={folder / 'profile'}", *arguments]
    done = subprocess.run([*command, (folder / name).as_uri()], capture_output=True, text=True, timeout=LONG)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("report.html", ["✗ This cloud does not work yet: 1 cause", "1. NOVA-3 my_ip is the node's own", "compute1"]),
        ("report.ko.html", ["✗ 이 클라우드는 아직 제대로 동작하지 않는다: 원인 1개", "해결 방법", "compute1"]),
    ],
)
def test_it_reads_its_text(folder: Path, name: str, words: list[str]) -> None:
    seen = read(browse(folder, name, "--dump-dom"))
    text = "\n".join(seen.told)
    assert [word for word in words if word not in text] == []
    assert HOSTILE in text and "taken over" not in seen.told[0]
    assert {"script", "img"}.isdisjoint(seen.elements)


@pytest.mark.parametrize("name", map(str, REPORTS))
@pytest.mark.parametrize("size", ["1200,1600", "400,1600"])
def test_it_paints_it(folder: Path, name: str, size: str) -> None:
    picture = folder / f"{name}-{size.partition(',')[0]}.png"
    browse(folder, name, f"--screenshot={picture}", f"--window-size={size}")
    content = picture.read_bytes()
    assert content.startswith(PNG) and len(content) > BLANK


def test_a_healthy_cloud_too(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").write_text(json.dumps(healthy()))
    draw(tmp_path)
    seen = read(browse(tmp_path, "report.html", "--dump-dom"))
    assert seen.told[0] == "Everything that could be checked works"
