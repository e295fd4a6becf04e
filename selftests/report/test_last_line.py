from fixtures.core.request_stats import Effort
from fixtures.core.spans import RESOURCE, Span
from fixtures.report.critical_path import CriticalPath, Step
from fixtures.report.last_line import last_line


def path(seconds: float, booting: float = 0) -> CriticalPath:
    return CriticalPath([Step(Span(RESOURCE, "server", 1, 0, seconds), 0, seconds, seconds, booting)])


def asked() -> Effort:
    effort = Effort()
    effort.commands.update({"controller": 5, "compute1": 7})
    effort.requests, effort.servers = 512, 4
    return effort


def test_all_of_it() -> None:
    assert last_line(214.3, path(187.4, 78.2), asked()) == (
        "run 214 s; the cloud's own critical path 187 s (78 s of it booting): 1.14; "
        "round trips: all else compute1 7, controller 5; API calls 512; servers booted 4"
    )


def test_nothing_booted() -> None:
    assert "critical path 10 s: 2.00; " in last_line(20, path(10), asked())


def test_where_the_cloud_made_nothing_no_bound_is_told() -> None:
    assert last_line(3, CriticalPath(), Effort()) == "run 3 s; round trips: none; API calls 0; servers booted 0"
