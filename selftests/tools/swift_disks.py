"""What Swift's disks have: the account of a project that is gone, no API shows to an operator any more."""

import subprocess

LOOK = """
import pathlib, sqlite3
for file in pathlib.Path("/srv/node").glob("*/containers/*/*/*/*.db"):
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        row = "select account, container from container_info where delete_timestamp <= put_timestamp"
        for account, container in database.execute(row):
            print(f"{account}/{container}")
"""


def containers_on_disk(host: str) -> dict[str, dict[str, str]]:
    """The containers of all accounts, by account and name, without those that were deleted.

    Args:
        host: a node with Swift's disks below /srv/node, which `ssh HOST` reaches as root.

    Raises:
        subprocess.CalledProcessError: it cannot be looked at.
    """
    looked = subprocess.run(["ssh", host, "python3", "-"], input=LOOK, capture_output=True, text=True, check=True)
    return {line: {} for line in looked.stdout.splitlines()}
