"""Where the lab keeps things: what can be rebuilt in the cache, what runs in the state folder."""

import os
from pathlib import Path

LAB = Path(__file__).resolve().parent
CHECKOUT = LAB.parent

# XDG Base Directory Specification: user-specific data that can be made again.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "openstack-lab"
LOGS = CACHE / "logs"

# One lab a machine: its addresses, namespace and state are fixed: a second checkout sees the first.
STATE = Path("/var/lib/openstack-lab")
LOCK = Path("/run/openstack-lab.lock")
NETNS = "oslab"
