"""Inside namespaces of its own: boot the nodes, run the suite on them, then plain testinfra; see __main__.py."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from lab.paths import CACHE
from lab.processes import run
from lab.progress import say, step
from selftests import ROOT
from selftests.tools.many_nodes import compute_nodes
from selftests.tools.many_nodes.compute_nodes import KEY, KNOWN, MODEL, PLACE, ComputeNode
from selftests.tools.many_nodes.delaying_relay import READY
from selftests.tools.many_nodes.measured import Measured, available, measured
from selftests.tools.many_nodes.told import Plain, Plains, goals, table

HERE = "selftests.tools.many_nodes"
MARK = "MANY_NODES_RUN"
PLAIN = {"ssh": "ssh://{name}?controlpersist=60", "paramiko": "paramiko://{name}"}
"""As testinfra names a node over each of its own connections."""
TEMPORARY = Path("/tmp")
SAMPLE = 10
"""Of more nodes plain testinfra asks so many."""
SSH_CONFIG = f"""Host *
    User root
    IdentityFile {KEY}
    IdentitiesOnly yes
    UserKnownHostsFile {KNOWN}
    HostKeyAlias {MODEL.name}
    StrictHostKeyChecking yes
    BatchMode yes
    LogLevel ERROR
    ControlPath {PLACE}/%n/socket
"""
"""The path is for plain testinfra, whose ControlPersist shares nothing without one; the suite has its own."""
# Nothing of the caller's way to a cloud of his own
FOREIGN = ("OS_", "PYTEST_", "GUEST_", "HOSTS", "ANSIBLE_")


def main(asked: dict[str, Any]) -> int:
    """Do what was asked for; 1 where a goal is not reached."""
    with Path(asked["report"] or os.devnull).open("w") as report:  # now: it may be in a folder that is hidden
        return _run(asked, report)


def _run(asked: dict[str, Any], report: TextIO) -> int:
    _hide()
    nodes = [ComputeNode(number) for number in range(1, max(asked["nodes"]) + 1)]
    with step("configure what the nodes have in common"):
        model = compute_nodes.build_model(nodes)
    before = available()
    with step(f"boot {len(nodes)} nodes", lambda: f"{len(list(PLACE.glob('*/console')))} begun"):
        compute_nodes.plug(nodes)
        compute_nodes.start(nodes, model)
    say(f"a node takes {(before - available()) / len(nodes):.0f} MiB of this machine's memory")
    with _delayed(nodes, asked["delay"]) as addresses:
        config = PLACE / "ssh_config"
        hosts = (f"Host {node.name}\n    HostName {address}\n" for node, address in zip(nodes, addresses, strict=True))
        config.write_text("".join(hosts) + SSH_CONFIG)
        _suite(nodes[:1], config, ["--collect-only"])  # so that the first that counts finds compiled modules, too
        suite = {number: _suite(nodes[:number], config, asked["options"]) for number in asked["nodes"]}
        plain = _plain(nodes, config, asked)
    shown = suite[max(suite)]
    print(_end_of(shown))
    print("\n".join(table(suite, plain)))
    reached = goals(suite, plain)
    print("\n".join(f"{'reached' if is_reached else 'NOT REACHED'}: {goal}" for goal, is_reached in reached.items()))
    report.write(json.dumps(_data(suite, plain, reached), indent=1) + "\n")
    return 0 if all(reached.values()) else 1


def _hide() -> None:
    """What programs leave in /run and /tmp, and the lab's builds in their cache, goes with this."""
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    PLACE.mkdir()
    (checkout := PLACE / "checkout").mkdir()
    run("mount", "--bind", str(ROOT), str(checkout))
    run("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", str(TEMPORARY))
    if TEMPORARY in ROOT.parents:
        ROOT.mkdir(parents=True)
        run("mount", "--bind", str(checkout), str(ROOT))
    (CACHE / "apt").mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "tmpfs", "tmpfs", str(CACHE / "apt"))


@contextmanager
def _delayed(nodes: Sequence[ComputeNode], delay: float) -> Iterator[list[str]]:
    """Where the nodes are reached, each way so many milliseconds later."""
    there = [node.address for node in nodes]
    if not delay:
        yield there
    elif _has_netem(nodes, delay):
        say(f"each way takes {delay:g} ms, by netem")
        yield there
    else:
        say(f"each way takes {delay:g} ms, in a relay: this kernel has no netem")
        here = [address.replace("10.", "127.", 1) for address in there]
        ways = [f"{one}={other}" for one, other in zip(here, there, strict=True)]
        relay = subprocess.Popen(
            [sys.executable, "-m", f"{HERE}.delaying_relay", str(delay), *ways], stdout=subprocess.PIPE, text=True
        )
        try:
            if not relay.stdout or relay.stdout.readline().strip() != READY:
                raise SystemExit("many nodes: the relay does not start")
            yield here
        finally:
            relay.kill()
            relay.wait()


def _has_netem(nodes: Sequence[ComputeNode], delay: float) -> bool:
    """Delay what leaves each end of the nodes' wires, if the kernel can (tc-netem(8)); between nodes twice."""
    for node in nodes:
        for place in (["dev", node.name], ["dev", "eth0"]):
            inside = ["-n", node.name] if place[1] == "eth0" else []
            words = ["tc", *inside, "qdisc", "add", *place, "root", "netem", "delay", f"{delay}ms", "limit", "10000"]
            if subprocess.run(words, capture_output=True).returncode:
                return False
    return True


def _suite(nodes: Sequence[ComputeNode], config: Path, options: Sequence[str]) -> Measured:
    files = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("tests/*/test_*_nodes.py"))
    words = ["-pno:cacheprovider", f"-p{HERE}.without_api", f"--report-dir={PLACE / f'report-{len(nodes)}'}"]
    hosts = f"--hosts={','.join(node.name for node in nodes)}"
    with step(f"the suite on {len(nodes)}{' (a rehearsal)' * ('--collect-only' in options)}"):
        return _pytest([*words, hosts, f"--ssh-config={config}", *options, *files], f"suite-{len(nodes)}")


def _plain(nodes: Sequence[ComputeNode], config: Path, asked: dict[str, Any]) -> Plains:
    """Over each connection, and for each number of nodes; of more than SAMPLE by these, unless all are asked for."""
    found: dict[str, dict[int, Plain]] = {}
    for way in asked["plain"]:
        runs: dict[int, Plain] = {}
        for number in asked["nodes"]:
            looked = number if asked["whole"] else min(number, SAMPLE)
            if looked not in runs:
                runs[looked] = Plain(_plain_on(nodes[:looked], way, config), looked)
            runs[number] = runs[looked]
        found[way] = runs
    return found


def _plain_on(nodes: Sequence[ComputeNode], way: str, config: Path) -> Measured:
    hosts = ",".join(PLAIN[way].format(name=node.name) for node in nodes)
    own = ["-c/dev/null", f"--rootdir={ROOT}", "--noconftest", "-pno:cacheprovider", "-pno:allure_pytest"]
    words = [*own, f"-p{HERE}.plain_checks", f"--hosts={hosts}", f"--ssh-config={config}"]
    with step(f"plain testinfra over {way}:// on {len(nodes)}"):
        file = str(Path(__file__).with_name("plain_checks.py"))
        return _pytest([*words, file], f"plain-{way}-{len(nodes)}")


def _pytest(words: Sequence[str], name: str) -> Measured:
    """Run pytest; whoever starts this with a lower priority has all of it at that."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    environment = {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "160", "XDG_STATE_HOME": str(PLACE / "state")}
    words = [sys.executable, "-m", "pytest", *words]
    return measured(words, ROOT, environment, f"{MARK}={name}", PLACE / f"{name}.log")


def _end_of(shown: Measured) -> str:
    """What the reader of a run sees: the verdict and what follows; without, the last lines."""
    lines = shown.output.splitlines()
    begin = next((number for number, line in enumerate(lines) if "what is wrong" in line), max(0, len(lines) - 20))
    return "\n".join([f"{len(lines)} lines were printed; the end of them:", *lines[begin:]])


def _data(suite: dict[int, Measured], plain: Plains, reached: dict[str, bool]) -> dict[str, Any]:
    told = {way: {number: asdict(each) for number, each in runs.items()} for way, runs in plain.items()}
    return {"suite": {number: asdict(each) for number, each in suite.items()}, "plain": told, "goals": reached}


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
