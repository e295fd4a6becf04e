import ast
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.cloud.quota_usage import READERS
from fixtures.verdict.resources import RESOURCES, Resource, key_of_resource
from selftests import ROOT
from selftests.test_layers import fixtures_in

pytest_plugins = ["pytester"]

DECLARED = ("prefetch(", "resource(")


def image() -> None: ...


def makers() -> Iterator[ast.FunctionDef]:
    """The fixtures that give what they have made with the run's tag."""
    for file in (ROOT / "fixtures").rglob("*.py"):
        for fixture in fixtures_in(file):
            is_given = any(isinstance(node, ast.Yield) for node in ast.walk(fixture))
            if is_given and "run" in [argument.arg for argument in fixture.args.args]:
                yield fixture


def test_what_a_run_makes_is_declared() -> None:
    made = {fixture.name: [ast.unparse(each) for each in fixture.decorator_list] for fixture in makers()}
    assert {"router", "closed_group", "ipv6_router"} < made.keys()
    assert [name for name, [*decorators] in made.items() if not decorators[-1].startswith(DECLARED)] == []
    assert made.keys() - RESOURCES.keys() == set()


def test_a_resource_is_found_under_the_words_that_told_it() -> None:
    cause, told = ValueError("no image"), RuntimeError("told")
    vars(cause)["resource"] = "image"
    told.__context__ = cause
    assert key_of_resource(told) == "GLA-1"
    assert key_of_resource(RuntimeError("bare")) is None


def test_each_quota_is_one_that_the_services_tell() -> None:
    told = {word for words in READERS.values() for word in words}
    assert {word for each in RESOURCES.values() for word in each.quota} < told


def test_what_is_prefetched_needs_nothing_that_ends_before_it() -> None:
    """What is asked for ends at once, what was prefetched in the background: see `prefetch`."""
    prefetched = {each.name: each.needs for each in RESOURCES.values() if each.is_prefetched}
    asked = {fixture.name for fixture in makers()} - prefetched.keys()
    assert {name: asked.intersection(needs) for name, needs in prefetched.items() if asked.intersection(needs)} == {}


def test_what_is_begun_with_the_first_workload_makes_nobody_wait() -> None:
    """A fixture that is not prefetched is asked for there and then: it must not stand on what is made meanwhile."""
    needs = {each.name: each.args for file in (ROOT / "fixtures").rglob("*.py") for each in fixtures_in(file)}
    late = {each.name for each in RESOURCES.values() if each.is_late}

    def stands_on(name: str) -> set[str]:
        own = {each.arg for each in needs[name].args} if name in needs else set()
        return own.union(*map(stands_on, own))

    assert len(late) > 30
    asked = [
        (name, need)
        for name in late
        for need in RESOURCES[name].needs
        if not (need in RESOURCES and RESOURCES[need].is_prefetched)
    ]
    assert [(name, need) for name, need in asked if stands_on(need) & late] == []


def test_what_a_resource_comes_after_is_one() -> None:
    named = {name: {*each.after, *each.rather_after} for name, each in RESOURCES.items()}
    assert {name: after - RESOURCES.keys() for name, after in named.items() if after - RESOURCES.keys()} == {}


def test_a_row_that_is_none_is_told() -> None:
    with pytest.raises(pytest.UsageError, match=r"test_resources: image: no such row: GLA-9\. Fix: "):
        Resource(image, "GLA-9", {}, 0)


@pytest.mark.parametrize("kind", ["prefetch", "resource"])
def test_a_wrong_row_ends_the_run_with_one_line(
    kind: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    plugin = f"from fixtures.session.{kind} import {kind}\n@{kind}(row='NEU-99')\ndef trunk(): yield"
    pytester.makepyfile(plugin=plugin, conftest="pytest_plugins = ['plugin']")
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    [line] = [line for line in done.errlines if line]
    assert line.startswith("ERROR: plugin: trunk: no such row: NEU-99. Fix: choose one of ")


@pytest.mark.parametrize("kind", ["prefetch", "resource"])
def test_a_resource_without_a_row_is_impossible(kind: str) -> None:
    decorator: Any = getattr(__import__(f"fixtures.session.{kind}", fromlist=[kind]), kind)
    with pytest.raises(TypeError, match="row"):
        decorator(quota={})
    with pytest.raises(TypeError):
        decorator(image)
