"""See what a command writes on the lab's machines: what changes there while it runs, and does not without it. By hand:

`./lab/lab exec -- .venv/bin/python -m selftests.tools.written_on_nodes -- pytest --read-only --hosts=…`

Looked for are files and folders of any file system but the kernel's own whose status has changed (inode(7), ctime):
content, owner, mode, name. A file that came and went shows as its folder. First nothing runs for as long as is asked
for (--quiet), and what changes then is the machines' own.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence

from lab.machines import machines

# The time is that of the machine's own clock
CHANGED = r"""
find / \( -fstype proc -o -fstype sysfs -o -fstype cgroup2 -o -fstype cgroup -o -fstype devpts \) -prune \
    -o -newerct "@$1" \( -type f -o -type d \) -print 2> /dev/null
"""
NOT_REACHED = 255
"""The exit code of ssh itself: ssh(1), EXIT STATUS."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 if something was written that is not written without it."""
    parser = argparse.ArgumentParser(prog="python -m selftests.tools.written_on_nodes", description=__doc__)
    parser.add_argument("--quiet", type=float, default=120, metavar="SECONDS", help="how long nothing runs before")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    options = parser.parse_args(arguments)
    quiet = _now()
    time.sleep(options.quiet)
    own = {name: _changed(name, since) for name, since in quiet.items()}
    begin = _now()
    code = subprocess.run(options.command).returncode
    written = {name: _changed(name, since) - own[name] for name, since in begin.items()}
    print(f"the command ended with {code}")
    for name, paths in written.items():
        print(f"{name}: {len(own[name])} paths change by themselves, {len(paths)} others while it ran")
        print("\n".join(f"  {path}" for path in sorted(paths)))
    return 1 if any(written.values()) else 0


def _now() -> dict[str, str]:
    return {name: _on(name, "date +%s").strip() for name in machines()}


def _changed(name: str, since: str) -> set[str]:
    return set(_on(name, f"sh -c '{CHANGED}' sh {since}").splitlines())


def _on(name: str, command: str) -> str:
    done = subprocess.run(["ssh", name, command], capture_output=True, text=True, check=False)
    if done.returncode == NOT_REACHED:
        sys.exit(f"{name} was not asked, so what was written there is not known: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
