"""Which other cloud `make test` runs the suite on, after the default one: python -m lab.cloud_of_day OF-DAY|NAME|NUMBER.

It prints the cloud's name; nothing where none is to be run, and then says why.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date

from lab.machines import DEFAULT, clouds, machines
from lab.paths import CHECKOUT
from lab.suites import HOST

SEEN = CHECKOUT / "docs" / "seen"
"""What the suite said of each cloud, once it had been seen green there (faults/seen.py)."""
OF_DAY = "OF-DAY"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the name; 0, or argparse's 2 where there is no such cloud."""
    options = _parser().parse_args(arguments)
    cloud = chosen(options.cloud, date.today().toordinal())
    minutes = (options.taken or 0) // 60
    if cloud and minutes >= options.within:
        late = f"{minutes} minutes have passed, and it begins within {options.within} (ALSO_WITHIN)"
        print(f"== the other cloud, {cloud}, is left out: {late}", file=sys.stderr)
        return 0
    if cloud and options.taken is not None:
        print(f"== the other cloud, after {minutes} minutes: {cloud} ({', '.join(in_turn())} in turn)", file=sys.stderr)
    print(cloud)
    return 0


def in_turn() -> list[str]:
    """Return the clouds that come round: seen green, and of the host's own suite of Debian, whose base is in the cache."""
    return [name for name in clouds() if name != DEFAULT and (SEEN / f"{name}.json").exists() and _is_of_host(name)]


def _is_of_host(cloud: str) -> bool:
    return all(machine.debian == HOST for machine in machines(cloud).values())


def chosen(word: str, day: int) -> str:
    """Return the cloud that a word means; empty for an empty one.

    Args:
        word: OF_DAY, a number, or a cloud's name.
        day: such as the date's ordinal.
    """
    names = in_turn()
    number = day if word == OF_DAY else int(word) if word.isdecimal() else None
    return word if number is None else names[number % len(names)]


def _cloud(given: str) -> str:
    if given and given != OF_DAY and not given.isdecimal() and given not in clouds():
        raise argparse.ArgumentTypeError(
            f"{given!r} is neither {OF_DAY}, nor a number, nor one of {', '.join(clouds())}"
        )
    return given


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.cloud_of_day", description=__doc__)
    parser.add_argument("cloud", type=_cloud, metavar=OF_DAY, help="or a number, or a cloud of lab/clouds; '': none")
    parser.add_argument("--taken", type=int, metavar="SECONDS", help="that have passed, where it is about to begin")
    parser.add_argument("--within", type=int, default=sys.maxsize, metavar="MINUTES", help="of which it may begin")
    return parser


if __name__ == "__main__":
    sys.exit(main())
