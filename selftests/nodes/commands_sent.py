"""The commands that the suite can send to a node or a guest, read from its source."""

import ast
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selftests import ROOT

SENDS = {"run": 0, "try_run": 0, "check_output": 0, "run_expect": 1, "run_test": 0, "quote": 0, "fact": 1}
"""What sends a command, or makes a part of one, and the place of the command among its arguments."""


@dataclass(frozen=True)
class Sent:
    """A call that sends a command."""

    where: str
    """As FILE:FUNCTION."""
    line: int
    command: ast.expr
    values: list[ast.expr]
    names: Mapping[str, Any]
    """What the names of its module stand for."""
    own: frozenset[str]
    """The names that stand for something else in the function."""

    def constant(self, expression: ast.expr) -> Any:
        """What is the same in every run; None for what somebody may have said."""
        used = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
        if used & self.own:
            return None
        if isinstance(expression, ast.Starred):
            return self.constant(expression.value)
        try:
            return eval(compile(ast.Expression(expression), self.where, "eval"), dict(self.names))
        except (NameError, AttributeError):
            return None

    def template(self, many: int) -> str | None:
        """The command, where it is constant; what is there once for each value, as often as is asked for."""
        if isinstance(whole := self.constant(self.command), str):
            return whole
        repeated = self.command.right if isinstance(self.command, ast.BinOp) else None
        if isinstance(repeated, ast.BinOp) and isinstance(repeated.op, ast.Mult):
            assert isinstance(self.command, ast.BinOp)
            first, each = self.constant(self.command.left), self.constant(repeated.left)
            return first + each * many if isinstance(first, str) and isinstance(each, str) else None
        return None

    def arguments(self, *hostile: str) -> list[str]:
        """The values of the template: constant ones as they are, the others hostile ones, in turn."""
        given: list[str] = []
        for value in self.values:
            constant = self.constant(value)
            if isinstance(value, ast.Starred):
                given += constant or hostile
            else:
                given.append(constant if isinstance(constant, str) else hostile[len(given) % len(hostile)])
        return given

    @property
    def takes_values(self) -> bool:
        """Is there a place for something that is not constant?"""
        return any(self.constant(each) is None for each in self.values)

    @property
    def takes_many(self) -> bool:
        """Does it take any number of them?"""
        return any(isinstance(each, ast.Starred) and self.constant(each) is None for each in self.values)


def all_sent() -> list[Sent]:
    """Every such call below fixtures/ and tests/."""
    files = sorted(file for folder in ("fixtures", "tests") for file in (ROOT / folder).rglob("*.py"))
    return [sent for file in files for sent in _sent_by(file.relative_to(ROOT))]


def _sent_by(file: Path) -> Iterator[Sent]:
    tree = ast.parse((ROOT / file).read_text())
    if not any(_is_sending(node) for node in ast.walk(tree)):
        return
    names = vars(importlib.import_module(".".join(file.with_suffix("").parts)))
    for function, call in _calls(tree, None):
        own = {each.arg for each in ast.walk(function) if isinstance(each, ast.arg)} if function else set()
        if function:
            own |= {each.id for each in ast.walk(function) if _is_bound(each)}  # type: ignore[attr-defined]
        place = SENDS[_name(call)]
        where = f"{file}:{function.name if function else ''}"
        yield Sent(where, call.lineno, call.args[place], call.args[place + 1 :], names, frozenset(own))


def _calls(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        inner = child if isinstance(child, ast.FunctionDef) else function
        if isinstance(child, ast.Call) and _is_sending(child):
            yield function, child
        yield from _calls(child, inner)


def _is_sending(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node) in SENDS


def _name(call: ast.Call) -> str:
    """Of a method, or of a function that others are given to call, or of a fact's; not of another library's quote()."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr if ast.unparse(call.func) not in {"subprocess.run", "shlex.quote"} else ""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    return name if name in {"run", "fact"} else ""


def _is_bound(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
