"""A verdict as a run writes it, of a cloud with one broken node."""

from html.parser import HTMLParser
from typing import Any

MY_IP = "tests/compute/test_compute_nodes.py::test_my_ip_is_an_address_of_this_node"
VNC = "tests/compute/test_compute_nodes.py::test_vnc_proxy_is_sent_to_this_node"
FLOATING = "tests/network/test_network_workload.py::test_floating_ip_leads_to_the_guest"
BOOTS = "tests/compute/test_compute_workload.py::test_guest_boots"
OVN = "tests/network/test_ovn_api.py::test_rules_of_a_security_group_are_acls"
MESSAGE = "compute1: my_ip = 10.0.0.11 is no address of this node. Fix: set my_ip = 10.0.0.101 in /etc/nova/nova.conf"
NOT_VNC = "compute1: the VNC proxy is sent to 10.0.0.11. Fix: set [vnc] server_proxyclient_address = $my_ip"


def check(test: str, rows: list[str], outcome: str, node: str | None = None) -> dict[str, Any]:
    return {"test": test, "title": "", "rows": rows, "node": node, "outcome": outcome, "seconds": 0.1}


def failure(row: str, test: str, message: str) -> dict[str, Any]:
    return {"row": row, "key": row, "test": test, "message": message, "logged": [], "seconds": 9.5, "symptom": False}


def cause(row: str, *messages: str, **others: Any) -> dict[str, Any]:
    told = {"cause_found": True, "first_error": None, "logged": [], "consequences": [], **others}
    return {
        "row": row,
        "title": f"{row} …",
        "page": f"docs/rows/{row}.md",
        "seconds": 9.5,
        "messages": [*messages],
        **told,
    }


def healthy(**others: Any) -> dict[str, Any]:
    """Of a run in which nothing failed."""
    usual: dict[str, Any] = {
        "schema": 1,
        "run": "0123456789ab",
        "exit_code": 0,
        "problems": [],
        "warnings": [],
        "seconds": 214.3,
        "sample": None,
        "passed": 3,
        "root_causes": [],
        "failures": [],
        "blocked": {},
        "skipped": {OVN: "OVN does not wire this cloud's guests"},
        "nodes": [
            {"name": "controller", "roles": ["controller", "network"]},
            {"name": "compute1", "roles": ["compute"]},
        ],
        "checks": [
            check(f"{MY_IP}[controller]", ["NOVA-3"], "passed", "controller"),
            check(f"{MY_IP}[compute1]", ["NOVA-3"], "passed", "compute1"),
            check(FLOATING, ["NEU-12"], "passed"),
            check(OVN, ["NEU-11"], "skipped"),
        ],
    }
    return {**usual, **others}


def broken(message: str = MESSAGE, **others: Any) -> dict[str, Any]:
    """Of one in which compute1 has the controller's my_ip."""
    told = {
        "exit_code": 1,
        "passed": 1,
        "root_causes": [cause("NOVA-3", message, consequences=["NOVA-4"])],
        "failures": [failure("NOVA-3", f"{MY_IP}[compute1]", message), failure("NOVA-4", f"{VNC}[compute1]", NOT_VNC)],
        "blocked": {BOOTS: "blocked by NOVA-3 (--keep-going starts it all the same)"},
        "checks": [
            check(f"{MY_IP}[controller]", ["NOVA-3"], "passed", "controller"),
            check(f"{MY_IP}[compute1]", ["NOVA-3"], "failed", "compute1"),
            check(f"{VNC}[compute1]", ["NOVA-4"], "failed", "compute1"),
            check(BOOTS, ["NOVA-14"], "blocked"),
        ],
    }
    return healthy(**{**told, **others})


class _Reader(HTMLParser):
    """Reads the text, without what is no text; and which elements and links there are."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src", "xlink:href") and value]
        self._skipped += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._skipped and data.strip():
            self.told.append(" ".join(data.split()))


def read(page: str) -> _Reader:
    """A page as one reads it."""
    reader = _Reader()
    reader.feed(page)
    return reader
