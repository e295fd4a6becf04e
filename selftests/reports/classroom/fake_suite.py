"""Stands for pytest in the tests of a class: does what the name of its cloud says, and writes the verdict of it."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

VERDICTS = Path(__file__).with_name("verdicts.json")


def main() -> int:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for option in ("--report-dir", "--history", "--os-cloud", "--cloud-file", "--hosts"):
        parser.add_argument(option, default="")
    given = parser.parse_known_args()[0]
    folder, cloud = Path(given.report_dir), given.os_cloud
    (folder / "called.json").write_text(json.dumps({"words": sys.argv[1:], "environment": {**os.environ}}))
    print("tests/x.py ....     [ 30%]", flush=True)
    if cloud == "silent":
        return 1
    if cloud == "hangs":
        return wait_for_the_end(folder)
    verdict = json.loads(VERDICTS.read_text())[cloud or "good"]
    (folder / "verdict.json").write_text(json.dumps(verdict) if isinstance(verdict, dict) else verdict)
    return verdict["exit_code"] if isinstance(verdict, dict) else 3


def wait_for_the_end(folder: Path) -> int:
    def clean_up(*_: object) -> None:
        (folder / "cleaned-up").touch()
        (folder / "verdict.json").write_text(json.dumps({"exit_code": 2, "problems": ["interrupted: SIGTERM"]}))
        sys.exit(2)

    signal.signal(signal.SIGTERM, clean_up)
    (folder / "running").touch()
    time.sleep(3600)
    return 0


if __name__ == "__main__":
    sys.exit(main())
