from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures.report import environment


@pytest.mark.parametrize(("of_worker", "told"), [({}, "cloud = mine\n"), ({"workerinput": {}}, "")])
def test_only_who_starts_workers_knows_the_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_worker: dict[str, Any], told: str
) -> None:
    monkeypatch.setattr(environment, "_environment", lambda _: [("cloud", "mine")])
    (tmp_path / "environment.properties").touch()
    option = SimpleNamespace(collectonly=False)
    config = SimpleNamespace(option=option, getoption=lambda _: str(tmp_path), **of_worker)
    environment.pytest_runtestloop(cast(pytest.Session, SimpleNamespace(config=config)))
    assert (tmp_path / "environment.properties").read_text() == told
