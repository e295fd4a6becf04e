"""What was measured, as a table, and whether that is what is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass

from selftests.tools.many_nodes.measured import Measured

MOST_TIMES, LEAST_FASTER, MOST_MEMORY = 4, 20, 500
"""100 nodes against 10; plain testinfra against the suite on 100; MiB."""
FEW, MANY = 10, 100


@dataclass(frozen=True)
class Plain:
    """What plain testinfra took over one connection."""

    measured: Measured
    nodes: int
    """On so many."""

    def seconds(self, nodes: int) -> float:
        """For as many, one after the other."""
        return self.measured.seconds * nodes / self.nodes

    @property
    def trips(self) -> float:
        """Round trips to a node."""
        found = [
            line.rpartition(" ")[2] for line in self.measured.output.splitlines() if line.startswith("round trips: ")
        ]
        return int(found[-1]) / self.nodes if found else float("nan")


Suite = Mapping[int, Measured]
"""By the number of nodes."""
Plains = Mapping[str, Mapping[int, Plain]]
"""By the connection, then by the number of nodes."""


def table(suite: Suite, plain: Plains) -> list[str]:
    """A line for each number of nodes; what is worked out from fewer nodes has a mark."""
    head = [
        "nodes",
        "suite s",
        "MiB",
        "with ssh",
        *(f"{way}:// s" for way in plain),
        *(f"{way} / suite" for way in plain),
    ]
    rows = [head]
    for nodes, run in suite.items():
        ways = [each[nodes] for each in plain.values()]
        times = [f"{way.seconds(nodes):.0f}{'*' * (way.nodes != nodes)}" for way in ways]
        faster = [f"{way.seconds(nodes) / run.seconds:.1f}" for way in ways]
        rows.append([str(nodes), f"{run.seconds:.1f}", f"{run.own:.0f}", f"{run.all:.0f}", *times, *faster])
    lines = ["  ".join(f"{cell:>13}" for cell in row) for row in rows]
    samples = sorted({way.nodes for each in plain.values() for nodes, way in each.items() if way.nodes != nodes})
    note = [f"* worked out from {sample} of the nodes; --whole asks all" for sample in samples]
    trips = [f"{way}://: {next(iter(each.values())).trips:.0f} round trips to a node" for way, each in plain.items()]
    return [*lines, *note, *trips]


def goals(suite: Suite, plain: Plains) -> dict[str, bool]:
    """Each goal that these numbers of nodes tell of, in words, and whether it is reached."""
    found = {}
    if {FEW, MANY} <= suite.keys():
        times = suite[MANY].seconds / suite[FEW].seconds
        found[f"{MANY} nodes take {times:.1f} times as long as {FEW}, at most {MOST_TIMES} wanted"] = (
            times <= MOST_TIMES
        )
    if MANY in suite:
        for way, each in plain.items():
            faster = each[MANY].seconds(MANY) / suite[MANY].seconds
            words = f"{faster:.1f} times as fast as plain testinfra over {way}:// on {MANY}, {LEAST_FASTER} wanted"
            found[words] = faster >= LEAST_FASTER
    most = max(max(run.all, run.own) for run in suite.values())
    found[f"{most:.0f} MiB of memory with all ssh, less than {MOST_MEMORY} wanted"] = most < MOST_MEMORY
    return found
