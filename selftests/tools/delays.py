"""How long a flaky cloud keeps its callers waiting: some APIs are slow, others are not; a seed plays it again."""

import random
from collections import Counter
from dataclasses import dataclass, field

SLOW_APIS = 0.5
"""The share of the APIs that are slow at all."""


@dataclass(frozen=True)
class Delay:
    """Seconds that one call is kept."""

    before: float = 0
    """Before the API hears of it."""
    after: float = 0
    """When the API has answered, before the caller hears of that."""


NONE = Delay()


@dataclass
class Delays:
    """Chosen anew for each call; an API's own calls get the same ones in each run, whatever other APIs are asked."""

    share: float
    """Of a slow API's calls."""
    longest: float
    """Seconds."""
    seed: int | None
    calls: Counter[str] = field(default_factory=Counter)
    """Delayed ones, by the API."""
    _apis: dict[str, "_Api"] = field(default_factory=dict)

    def of_call(self, api: str) -> Delay:
        """The delay of the next call.

        Args:
            api: where it is, such as controller:8774.
        """
        delay = self._apis.setdefault(api, _Api(api, self.longest, self.seed)).next(self.share)
        self.calls[api] += delay != NONE
        return delay

    def told(self) -> str:
        """Such as "delayed 12 calls: controller:8774 10, controller:9292 2"."""
        apis = ", ".join(f"{api} {number}" for api, number in sorted(self.calls.items()) if number)
        return f"delayed {self.calls.total()} calls" + (f": {apis}" if apis else "")


class _Api:
    """One API: slow or not, and how slow at most."""

    def __init__(self, name: str, longest: float, seed: int | None) -> None:
        self._chance = random.Random(None if seed is None else f"{seed} {name}")
        self._longest = self._chance.uniform(longest / 4, longest) if self._chance.random() < SLOW_APIS else 0

    def next(self, share: float) -> Delay:
        """The next call's."""
        is_hit, is_before = self._chance.random() < share, self._chance.random() < 0.5
        seconds = self._chance.uniform(0, self._longest)
        if not is_hit or not seconds:
            return NONE
        return Delay(before=seconds) if is_before else Delay(after=seconds)
