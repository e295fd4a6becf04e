import pytest

from selftests.tools.delays import NONE, Delay, Delays

APIS = [f"controller:{port}" for port in range(8770, 8790)]


def drawn(delays: Delays, apis: list[str], times: int = 20) -> dict[str, list[Delay]]:
    return {api: [delays.of_call(api) for _ in range(times)] for api in apis}


def test_some_apis_are_slow_before_and_after() -> None:
    delays = Delays(share=0.5, longest=4, seed=1)
    found = drawn(delays, APIS)
    hit = {api: [each for each in calls if each != NONE] for api, calls in found.items()}
    slow = [api for api in APIS if hit[api]]
    assert 0 < len(slow) < len(APIS)
    assert all(any(each.before for each in hit[api]) and any(each.after for each in hit[api]) for api in slow)
    assert all(0 < each.before + each.after <= 4 for api in slow for each in hit[api])
    assert delays.calls.total() == sum(map(len, hit.values()))


def test_a_seed_plays_it_again_in_whatever_order_the_apis_are_asked() -> None:
    first, again = Delays(0.5, 4, seed=7), Delays(0.5, 4, seed=7)
    assert drawn(first, APIS) == drawn(again, APIS[::-1])
    assert drawn(Delays(0.5, 4, seed=8), APIS) != drawn(Delays(0.5, 4, seed=7), APIS)


@pytest.mark.parametrize("delays", [Delays(0, 4, seed=1), Delays(1, 0, seed=1)])
def test_nothing_is_delayed_unless_asked_for(delays: Delays) -> None:
    assert {each for calls in drawn(delays, APIS).values() for each in calls} == {NONE}
    assert delays.told() == "delayed 0 calls"
