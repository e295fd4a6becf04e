from pathlib import Path
from typing import Any

import pytest

from fixtures.core.programs import MissingProgram, Unusable
from fixtures.database.database_outcome import Outcome
from fixtures.database.database_probe import LACKS_SQLALCHEMY
from fixtures.database.database_refusal import refusal
from fixtures.database.databases import Database, _asked_alone, databases_on, opened
from fixtures.nodes.checked_host import CheckedHost
from selftests.database import known_databases
from selftests.database.known_databases import PASSWORD, database, heard, server, this_machine, url_to, with_servers

BOTH = "[database]\nconnection = {}\n[api_database]\nconnection = {}\n"


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


def names(databases: list[Database]) -> list[str]:
    return [f"{each.option.project} {each.option.section}" for each in databases]


def test_each_database_of_the_nodes_services_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database(), cinder=database())})
    files = {
        "nova-conductor": written(tmp_path, "nova.conf", BOTH.format(url_to("nova", "wr0ng-one"), url_to("nova"))),
        "cinder-volume": written(tmp_path, "cinder.conf", f"[database]\nconnection = {url_to('cinder')}\n"),
        "nova-compute": written(tmp_path, "other.conf", f"[database]\nconnection = {url_to('not', host='read')}\n"),
    }
    found = opened(databases_on(this_machine(files, monkeypatch, python)))
    assert names(found) == ["nova database", "nova api_database", "cinder database"]
    assert [each.outcome.code for each in found] == [1045, 0, 0]
    refused = refusal(found[0])
    assert refused.startswith(
        f"compute1: {files['nova-conductor']} [database] connection (line 2): the server db refuses the user nova for "
        'the database nova: 1045 "Access denied for user '
    )
    assert f"set the password in [database] connection in {files['nova-conductor']}" in refused
    assert refused.endswith("then systemctl restart nova-conductor.service")
    assert "wr0ng-one" not in refused
    assert not any(each[0] == "read" for each in heard(python))


def test_one_file_of_several_services_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = with_servers(tmp_path, {"db": server(nova_api=database(cells=[]))})
    file = written(tmp_path, "nova.conf", f"[api_database]\nconnection = {url_to('nova_api')}\n")
    node = this_machine({"nova-conductor": file, "nova-scheduler": file}, monkeypatch, python)
    [one] = opened(databases_on(node))
    assert one.to_restart == "systemctl restart nova-conductor.service; systemctl restart nova-scheduler.service"
    assert one.outcome.cells == ()


def test_a_cells_conductor_does_not_read_the_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = with_servers(tmp_path, {"db": server(nova_api=database(cells=[]))})
    file = written(tmp_path, "nova.conf", f"[api_database]\nconnection = {url_to('nova_api')}\n")
    [one] = opened(databases_on(this_machine({"nova-conductor": file}, monkeypatch, python)))
    assert one.outcome.cells is None


def test_a_file_that_the_service_cannot_read_either_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = with_servers(tmp_path, {})
    files = {
        "nova-conductor": written(tmp_path, "nova.conf", "[database\nconnection = of-a-line-that-is-none"),
        "neutron-server": tmp_path / "nowhere.conf",
    }
    assert databases_on(this_machine(files, monkeypatch, python)) == []


def test_a_project_without_a_unit_is_found_by_who_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fixtures.database import databases

    file = written(tmp_path, "placement.conf", f"[placement_database]\nconnection = {url_to('placement')}\n")
    monkeypatch.setattr(databases, "sources", lambda *_: [str(file)])
    node = this_machine({}, monkeypatch, with_servers(tmp_path, {"db": server(placement=database())}))
    node.facts.parsed["running-projects"] = ["placement", "nova", "neutron"]
    [one] = opened(databases_on(node))
    assert one.outcome.is_open
    assert one.to_restart == "restart what runs placement (its units, or the web server that it is in)"


def test_what_is_not_known_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, "nova.conf", f"[database]\nconnection = {url_to('nova')}\n")
    found = databases_on(this_machine({"nova-conductor": file}, monkeypatch, tmp_path))

    def without_python(*_: Any) -> None:
        raise MissingProgram("compute1", Unusable("python3", "no such program"))

    class Lacks:
        rc, stdout = LACKS_SQLALCHEMY, ""

    for run, why in ((without_python, "there is no Python"), (lambda *_: Lacks, "no Python there has SQLAlchemy")):
        monkeypatch.setattr(CheckedHost, "run", run)
        [one] = opened(found)
        assert one.why_untried.startswith(f"compute1: {file} [database] connection was not tried: {why}")
        assert refusal(one) == ""


def test_a_value_that_is_too_long_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database())})
    text = f"[database]\nconnection_parameters = {'x' * 100 * 1024}\nconnection = {url_to('nova')}\n"
    node = this_machine({"nova-conductor": written(tmp_path, "nova.conf", text)}, monkeypatch, python)
    [one] = opened(databases_on(node))
    assert "too long" in one.why_untried


def test_one_connection_too_many_is_asked_again_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database())})
    file = written(tmp_path, "nova.conf", f"[database]\nconnection = {url_to('nova')}\n")
    [one] = databases_on(this_machine({"nova-conductor": file}, monkeypatch, python))
    crowded = Database(one.node, one.there, one.option, one.to_restart, Outcome(why="refused", code=1040))
    assert _asked_alone(crowded).outcome.is_open
    sound = known_databases.opened(Outcome(status={"max_connections": "100", "threads_connected": "89"}))
    assert _asked_alone(sound) is sound


HOSTILE = [
    "it's",
    'a"; touch ran; "b',
    "$( touch ran )",
    "`touch ran`",
    "a\\nb",
    "--help",
    "caf\u00e9 \u2603",
    "-c",
    "%s",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_parameters_are_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database())})
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    text = f"[database]\nconnection_parameters = a={value.replace('$', '$$')}\nconnection = {url_to('nova')}\n"
    node = this_machine({"nova-conductor": written(tmp_path, "nova.conf", text)}, monkeypatch, python)
    [one] = opened(databases_on(node))
    assert one.outcome.is_open
    assert heard(python)[0][3] == f"a={value}"
    assert [*(tmp_path / "here").iterdir()] == []
    assert PASSWORD not in repr(one)
