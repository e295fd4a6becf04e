import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fixtures.database.database_outcome import Outcome, outcomes_in
from fixtures.database.database_probe import AT_ONCE, LACKS_SQLALCHEMY, PROBE, RUN, TIMEOUT, WHOLE
from selftests.database.known_databases import CELL0, PASSWORD, STATUS, database, heard, server, url_to, with_servers
from selftests.patience import LONG


def request_for(file: Path, line: int = 2, **others: Any) -> dict[str, Any]:
    asked = {"file": str(file), "line": line, "option": "connection", "is_paste": False, "parameters": ""}
    return {**asked, "project": "nova_of_this_test", "has_cells": False, "main": None, **others}


def written(folder: Path, *urls: str) -> Path:
    """Each in a section of its own; the first one is on line 2, the next on line 4."""
    file = folder / "nova.conf"
    file.write_text("".join(f"[database{number}]\nconnection = {url}\n" for number, url in enumerate(urls)))
    return file


def printed(path: Path, *requests: dict[str, Any], python: str = sys.executable) -> str:
    words = [json.dumps(request) for request in requests]
    done = subprocess.run(
        [python, "-c", PROBE, *words],
        capture_output=True,
        text=True,
        timeout=LONG,
        env={**os.environ, "PYTHONPATH": str(path)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def outcomes(path: Path, *requests: dict[str, Any]) -> list[Outcome]:
    found = outcomes_in(printed(path, *requests))
    return [found[number] for number in range(len(requests))]


def test_an_open_one_tells_what_is_there(tmp_path: Path) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database(7, alembic=[["abc"]]))})
    [outcome] = outcomes(python, request_for(written(tmp_path, url_to("nova"))))
    assert outcome.is_open
    assert (outcome.user, outcome.host, outcome.database, outcome.server) == ("nova", "db", "nova", "db")
    assert (outcome.tables, outcome.at, outcome.lacks, outcome.cells) == (7, ("abc",), (), None)
    assert outcome.number("threads_connected") == int(STATUS["Threads_connected"])
    assert heard(python) == [["db", "nova", "nova", None, ["connect_timeout", "read_timeout"]]]


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        (url_to("nova", "wrong-one-here"), 1045, "Access denied for user 'nova' with ***"),
        (url_to("missing"), 1049, "Unknown database 'missing'"),
        (url_to("nova", host="elsewhere"), 2003, "Can't connect to MySQL server on 'elsewhere'"),
        (url_to("nova", host="full"), 1040, "ny connections"),
    ],
)
def test_a_refusal_comes_with_the_servers_words(tmp_path: Path, url: str, code: int, said: str) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database()), "full": {"says": [1040, "ny connections"]}})
    [outcome] = outcomes(python, request_for(written(tmp_path, url)))
    assert (outcome.why, outcome.code, outcome.said) == ("refused", code, said)
    assert outcome.user == "nova"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql+pymysql://nova:half@of-it@db/nova", "url"),
        ("mysql+pymysql://nova:s3cret@db:port/nova", "url"),
        ("mysql+pymsql://nova:s3cret@db/nova", "driver"),
        ("postgresql+asyncpg://nova:s3cret@db/nova", "driver"),
        ("sqlite:////var/lib/nova/nova.sqlite", "kind"),
        ("mysql+pymysql://nova:$other@db/nova", "reference"),
    ],
)
def test_what_cannot_be_opened_has_a_word(tmp_path: Path, url: str, why: str) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database())})
    said = printed(python, request_for(written(tmp_path, url)))
    assert outcomes_in(said)[0].why == why
    assert not any(secret in said for secret in ("half", "of-it", "s3cret"))
    assert heard(python) == []


def test_one_whose_turn_never_came_is_not_called_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = PROBE.replace(f"= {TIMEOUT}, {WHOLE}, {AT_ONCE},", f"= {TIMEOUT}, 5, {AT_ONCE},", 1)
    monkeypatch.setattr("selftests.database.test_database_probe.PROBE", hurried)
    python = with_servers(tmp_path, {"db": {**server(nova=database()), "seconds": 3600}})
    file = written(tmp_path, *(url_to(f"nova{number}") for number in range(AT_ONCE + 1)))
    found = outcomes(python, *(request_for(file, 2 * number) for number in range(1, AT_ONCE + 2)))
    assert sorted(each.why for each in found) == ["no answer"] + ["silent"] * AT_ONCE


def test_a_file_that_has_changed_says_nothing(tmp_path: Path) -> None:
    python = with_servers(tmp_path, {})
    asked = [request_for(written(tmp_path, url_to("nova")), line) for line in (1, 99)]
    assert [each.why for each in outcomes(python, *asked, request_for(tmp_path / "nowhere"))] == ["changed"] * 3


def test_the_password_is_the_services_own(tmp_path: Path) -> None:
    python = with_servers(tmp_path, {"db": {**server(nova=database()), "users": {"nova": "p@ss/$w#rd:%"}}})
    file = written(tmp_path, url_to("nova", "p%40ss%2F$$w%23rd%3A%25"))
    assert outcomes(python, request_for(file))[0].is_open


def test_a_plugin_is_left_out_and_parameters_are_added(tmp_path: Path) -> None:
    """DevStack's dbcounter writes down what is asked."""
    python = with_servers(tmp_path, {"db": server(nova=database(), nova_api=database())})
    file = written(
        tmp_path,
        url_to("nova", more="?charset=utf8&plugin=dbcounter"),
        url_to("nova_api", more="?plugin=dbcounter&x=1"),
    )
    outcomes(python, request_for(file), request_for(file, 4, parameters="ssl_ca=/etc/ca"))
    assert sorted(each[3] for each in heard(python)) == ["charset=utf8&", "x=1&ssl_ca=/etc/ca"]


def test_what_the_url_asks_for_of_tls_is_told_without_the_password_of_the_key(tmp_path: Path) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database())})
    url = url_to("nova") + "?ssl_ca=%2Fetc%2Fca.pem&ssl_key=/etc/key.pem&ssl_key_password=s3cr3t-word&charset=utf8"
    shown = printed(python, request_for(written(tmp_path, url)))
    assert outcomes_in(shown)[0].ssl == {"ssl_ca": "/etc/ca.pem", "ssl_key": "/etc/key.pem"}
    assert "s3cr3t-word" not in shown


def test_mysql_without_a_driver_is_spoken_to_by_pymysql(tmp_path: Path) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database())})
    for scheme in ("mysql", "mysql+mysqldb"):
        file = written(tmp_path, url_to("nova").replace("mysql+pymysql", scheme))
        assert outcomes(python, request_for(file))[0].is_open


def test_one_url_is_opened_once(tmp_path: Path) -> None:
    python = with_servers(tmp_path, {"db": server(nova=database())})
    file = written(tmp_path, url_to("nova"), url_to("nova"))
    assert [each.is_open for each in outcomes(python, request_for(file), request_for(file, 4))] == [True, True]
    assert len(heard(python)) == 1


def test_the_cells_databases_are_opened_too(tmp_path: Path) -> None:
    template = "{scheme}://{username}:{password}@{hostname}/nova_cell0?{query}"
    cells = [[CELL0, "cell0", template], ["c1", "cell1", url_to("nova", "0ld-one-here")], ["c2", None, url_to("nova")]]
    api = database(cells=cells)
    python = with_servers(tmp_path, {"db": server(nova_api=api, nova=database(), nova_cell0=database(0))})
    file = written(tmp_path, url_to("nova_api"), url_to("nova", more="?charset=utf8"))
    main = {"file": str(file), "line": 4, "option": "connection", "is_paste": False}
    said = printed(python, request_for(file, has_cells=True, main=main))
    [outcome] = outcomes_in(said).values()
    assert outcome.cells
    assert [(cell.name, cell.is_cell0, cell.outcome.code) for cell in outcome.cells] == [
        ("cell0", True, 0),
        ("cell1", False, 1045),
        ("", False, 0),
    ]
    assert outcome.cells[0].outcome.database == "nova_cell0"
    assert outcome.cells[0].outcome.tables == 0
    assert PASSWORD not in said
    assert "0ld-one-here" not in said
    assert ["db", "nova", "nova_cell0", "charset=utf8", ["connect_timeout", "read_timeout"]] in heard(python)


@pytest.mark.parametrize("template", ["{password.__class__}", "{nothing}", "{0}", "{username:>99999999}"])
def test_a_template_of_another_kind_is_no_url(tmp_path: Path, template: str) -> None:
    url = f"mysql+pymysql://{template}@db/nova"
    python = with_servers(tmp_path, {"db": server(nova_api=database(cells=[["c1", "cell1", url]]))})
    file = written(tmp_path, url_to("nova_api"))
    main = {"file": str(file), "line": 2, "option": "connection", "is_paste": False}
    [outcome] = outcomes(python, request_for(file, has_cells=True, main=main))
    assert outcome.cells
    assert not outcome.cells[0].outcome.is_open


def test_without_the_table_nothing_is_known_of_cells(tmp_path: Path) -> None:
    python = with_servers(tmp_path, {"db": server(nova_api=database(0))})
    [outcome] = outcomes(python, request_for(written(tmp_path, url_to("nova_api")), has_cells=True))
    assert (outcome.tables, outcome.cells) == (0, None)


def test_a_server_that_is_not_ready_tells_its_state_all_the_same(tmp_path: Path) -> None:
    said = [1047, "WSREP has not yet prepared node for application use"]
    galera = {"wsrep_on": "ON", "wsrep_cluster_status": "non-Primary"}
    held = {**server(nova=database()), "refuses": {"SELECT 1": said}, "status": galera}
    [outcome] = outcomes(with_servers(tmp_path, {"db": held}), request_for(written(tmp_path, url_to("nova"))))
    assert (outcome.code, outcome.said) == (1047, said[1])
    assert outcome.status == galera


@pytest.mark.parametrize(("code", "is_read_only"), [(1290, True), (1064, False), (None, False)])
def test_a_server_that_takes_no_changes_says_so(tmp_path: Path, code: int | None, is_read_only: bool) -> None:
    refuses = {"START TRANSACTION READ WRITE": [code, "running with the --read-only option"]} if code else {}
    held = {**server(nova=database()), "refuses": refuses}
    [outcome] = outcomes(with_servers(tmp_path, {"db": held}), request_for(written(tmp_path, url_to("nova"))))
    assert outcome.is_open
    assert outcome.is_read_only is is_read_only


@pytest.mark.parametrize(
    ("oslo_db", "value", "known"),
    [
        ("class DBConsistencyError(Exception): pass", "ON", True),
        ("class DBDeadlock(Exception): pass", "ON", False),
        ("import nothing_of_that_name", "ON", None),
        ("class DBDeadlock(Exception): pass", "OFF", None),
    ],
)
def test_where_the_server_ends_transactions_oslo_db_is_looked_at(
    tmp_path: Path, oslo_db: str, value: str, known: bool | None
) -> None:
    held = {**server(nova=database()), "status": {"innodb_snapshot_isolation": value}}
    python = with_servers(tmp_path, {"db": held})
    (python / "oslo_db").mkdir()
    (python / "oslo_db" / "__init__.py").touch()
    (python / "oslo_db" / "exception.py").write_text(oslo_db)
    [outcome] = outcomes(python, request_for(written(tmp_path, url_to("nova"))))
    assert outcome.is_open
    assert outcome.begins_anew is known


@pytest.mark.parametrize("python", ["python2.7", "python3.6", sys.executable])
def test_any_python_runs_it(tmp_path: Path, python: str) -> None:
    if not shutil.which(python) or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"no {python} here")
    path = with_servers(tmp_path, {"db": server(nova=database())})
    assert outcomes_in(printed(path, request_for(written(tmp_path, url_to("nova"))), python=python))[0].is_open


def pythons(folder: Path, *names: str) -> dict[str, str]:
    """An environment in which these are all the Pythons, and the last of them has SQLAlchemy."""
    for name in names:
        code = 0 if name == names[-1] else LACKS_SQLALCHEMY
        (folder / name).write_text(f"#!/bin/sh\necho {name}\nexit {code}\n")
        (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


@pytest.mark.parametrize("names", [("python3",), ("python3", "python2"), ("python3", "python2", "python")])
def test_the_python_that_has_sqlalchemy_is_asked(tmp_path: Path, names: tuple[str, ...]) -> None:
    env = pythons(tmp_path, *names)
    done = subprocess.run(["/bin/sh", "-c", RUN, "sh", "program"], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()[-1]) == (0, names[-1])


def test_no_python_and_none_that_has_sqlalchemy_are_told_apart(tmp_path: Path) -> None:
    run = ["/bin/sh", "-c", RUN.replace("/usr/libexec", "/nowhere"), "sh", "import sqlalchemy"]
    assert subprocess.run(run, env={"PATH": str(tmp_path)}, capture_output=True).returncode == 127
    (tmp_path / "python3").symlink_to(sys.executable)
    lacking = [*run[:-1], PROBE]
    done = subprocess.run(lacking, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (LACKS_SQLALCHEMY, "")
