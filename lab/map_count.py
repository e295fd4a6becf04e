"""How many mappings this machine's kernel lets a process have: a user-mode machine's processes need more than usual.

Each page that such a process touches is a mapping of its own (arch/um/os-Linux/skas/mem.c, map()): a guest of 256 MiB
has 65,536, and Linux lets a process have 65,530 (Documentation/admin-guide/sysctl/vm.rst, max_map_count). Where they
run out, the process is killed: the guest is gone, and the machine's log says "UML ran out of memory on the host side".
"""

from pathlib import Path

from lab.paths import STATE
from lab.progress import say

FILE = Path("/proc/sys/vm/max_map_count")
ENOUGH = 1_048_576
BEFORE = STATE / "max-map-count"
"""What it was, to be put back."""


def ensure() -> None:
    """Let processes have enough, until the lab is down; says so where that is not permitted."""
    before = FILE.read_text().strip()
    if int(before) >= ENOUGH:
        return
    try:
        FILE.write_text(f"{ENOUGH}\n")
    except OSError as error:
        say(
            f"vm.max_map_count stays {before} ({error.strerror}): a guest may crash. Fix: sysctl vm.max_map_count={ENOUGH}"
        )
        return
    BEFORE.write_text(before)


def put_back(noted: Path | None = None) -> None:
    """Let it be what it was; `noted` is where that was noted, by itself this lab's own place."""
    before = noted or BEFORE
    if before.exists():
        FILE.write_text(before.read_text())
        before.unlink()
