from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.cloud import cloud


@pytest.mark.parametrize(
    ("names", "given"),
    [
        (["admin", "member", "reader"], ["member"]),
        (["Admin", "Member"], ["Member"]),
        (["_member_", "SwiftOperator"], ["_member_", "SwiftOperator"]),
    ],
)
def test_a_member_gets_the_roles_that_let_work(names: list[str], given: list[str], monkeypatch: Any) -> None:
    listed = [SimpleNamespace(name=name, id=name) for name in names]
    monkeypatch.setattr(cloud, "keystone", lambda _: SimpleNamespace(roles=lambda: listed))
    operator: Any = None
    assert cloud._working_roles(operator) == given
