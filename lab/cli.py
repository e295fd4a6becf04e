"""The commands of the lab."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from types import FrameType

from lab import commands, leftovers, logs, owner, preflight
from lab.errors import LabError, LackingError
from lab.machines import DEFAULT, clouds, machines

_DESCRIPTION = """A real OpenStack on this machine, out of Debian's packages: a controller, compute and
block storage nodes, on networks of their own that nothing leaves."""

_EPILOG = """exit codes: 0 done, 1 failed, 2 this machine lacks something, or wrong arguments, 3 down,
130 interrupted; exec passes on the exit code of its command.

for example:
  ./lab/lab up && ./lab/lab exec -- pytest --hosts=controller,compute1,compute2,block1"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the lab and return its exit code; whatever goes wrong is told, one line each."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # What the caller ignores (nohup) stays ignored.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        return _run(given)
    except KeyboardInterrupt as interrupt:
        print("\nlab: interrupted: './lab/lab up' goes on, './lab/lab down' clears away", file=sys.stderr)
        return 128 + int(interrupt.args[0])
    except LackingError as lack:
        return _fail(str(lack), 2)
    except (LabError, OSError) as error:
        return _fail(str(error), 1)
    except subprocess.CalledProcessError as error:
        return _fail(_failed_command(error), 1)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    # A build's threads wait for their programs, and Python for its threads: the programs end first.
    if owner.is_held():
        leftovers.end_strays()
    raise KeyboardInterrupt(number)


def _fail(text: str, code: int) -> int:
    print("\n".join(f"lab: {line}" for line in text.splitlines()), file=sys.stderr)
    return code


def _failed_command(error: subprocess.CalledProcessError) -> str:
    """Name a command that failed and the last it said: on its standard error, or in the log it wrote to."""
    command = [error.cmd] if isinstance(error.cmd, str) else [str(word) for word in error.cmd]
    name = " ".join(command)[:100]
    if error.stderr:
        return f"{name}: {str(error.stderr).strip().splitlines()[-1]}"
    log = logs.newest()
    return f"{name}: {logs.last_line(log)} ({log})" if log else f"{name}: exit code {error.returncode}"


def _run(arguments: list[str]) -> int:
    parser = _parser()
    own, command = _split(arguments)
    options = parser.parse_args(own)
    if command and options.command != "exec":
        parser.error(f"{options.command} takes no command after --")
    if options.command == "exec" and not command:
        parser.error("exec needs a command: lab exec [MACHINE] -- CMD…")
    preflight.check_root()
    return _act(options, command)


def _act(options: argparse.Namespace, command: list[str]) -> int:
    actions: dict[str, Callable[[], int]] = {
        "check": commands.check,
        "up": lambda: commands.up(options.cloud),
        "status": commands.show_status,
        "exec": lambda: commands.execute(options.machine, command),
        "reset": commands.reset,
        "reboot": lambda: commands.reboot(options.machine),
        "break": lambda: _break(options),
        "mend": lambda: commands.mend(options.name),
        "down": lambda: commands.down(options.force),
        "clean": lambda: commands.clean(options.force),
    }
    return actions[options.command]()


def _break(options: argparse.Namespace) -> int:
    if options.list:
        return commands.list_faults()
    if options.reveal:
        return commands.reveal()
    return commands.break_lab(options.name)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    middle = arguments.index("--")
    return arguments[:middle], arguments[middle + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    names = list(machines())
    commands.add_parser(
        "check", help="ask whether this machine can run the lab; nothing is installed or made; exit code 2 if not"
    )
    up = commands.add_parser("up", help="build what is not cached, start, wait until the cloud is healthy")
    titles = "; ".join(f"{name}: {title}" for name, title in clouds().items())
    up.add_argument(
        "cloud", nargs="?", choices=clouds(), help=f"which of lab/clouds ({DEFAULT} if none is up) — {titles}"
    )
    commands.add_parser("status", help="show what runs, with memory, disk and logs; exit code 3 if it is down")
    execute = commands.add_parser(
        "exec",
        help="run a command on the runner's side, with credentials and SSH set up, or on a machine",
        usage="lab exec [MACHINE] -- CMD…",
    )
    execute.add_argument("machine", nargs="?", choices=names, help="run it there, over SSH; else on the runner's side")
    commands.add_parser("reset", help="throw away what was changed: the machines start anew from their images")
    reboot = commands.add_parser("reboot", help="reboot a machine from inside, keeping its disk; wait until it answers")
    reboot.add_argument("machine", choices=names)
    _add_which_fault(commands.add_parser("break", help="break it in one of the ways that people do (faults/)"))
    mend = commands.add_parser("mend", help="undo a fault, or all")
    mend.add_argument("name", nargs="?", help="the fault")
    for name, text in (
        ("down", "stop it and leave nothing behind but the cache"),
        ("clean", "down, and remove the cache"),
    ):
        ending = commands.add_parser(name, help=text)
        ending.add_argument("--force", action="store_true", help="even if the lab belongs to another checkout")
    return parser


def _add_which_fault(breaking: argparse.ArgumentParser) -> None:
    which = breaking.add_mutually_exclusive_group(required=True)
    which.add_argument("name", nargs="?", help="the fault")
    which.add_argument("--random", action="store_true", help="any, and do not tell which: an exercise")
    which.add_argument("--reveal", action="store_true", help="tell what is broken")
    which.add_argument(
        "--list",
        action="store_true",
        help="list the faults, each with the requirement that it breaks (its row under docs/rows/, such as NOVA-3)",
    )
