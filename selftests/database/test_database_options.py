import json
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.database.database_options import DatabaseOption, options_of, request_of
from fixtures.database.database_readers import PLACEMENT_API
from fixtures.nodes.config import EffectiveConfig

URL = "mysql+pymysql://nova:s3cret@controller/nova"


def options(text: str, service: str = "nova-conductor", project: str = "nova") -> list[DatabaseOption]:
    config = EffectiveConfig(f"{service}.service", {f"/etc/{project}/{project}.conf": text})
    return list(options_of(config, service, project))


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (f"connection = {URL}", True),
        ("connection = mysql://nova:s3cret@controller/nova", True),
        ("connection = postgresql+psycopg2://nova:s3cret@controller/nova", True),
        ("connection = mysql+pymysql://nova:$unset@controller/nova", True),
        ("slave_connection = mysql+pymysql://nova:s3cret@replica/nova", True),
        ("connection = sqlite:////var/lib/nova/novadb", False),
        ("connection = mongodb://ceilometer@controller:27017/ceilometer", False),
        ("connection = <None>", False),
        ("connection =", False),
        (f"#connection = {URL}", False),
        (f"ovn_nb_connection = {URL}", False),
    ],
)
def test_they_are_found_by_what_they_are(line: str, is_one: bool) -> None:
    for section in ("database", "storage:sqlalchemy", "of_its_own"):
        found = options(f"[{section}]\n{line}\n", "designate", "designate")
        assert [(each.section, each.line) for each in found] == ([(section, 2)] if is_one else [])


@pytest.mark.parametrize(
    ("service", "sections"),
    [
        ("nova-api", ["database", "api_database"]),
        ("nova-novncproxy", ["database"]),
        (PLACEMENT_API, ["placement_database", "api_database"]),
    ],
)
def test_a_service_goes_by_its_own_sections(service: str, sections: list[str]) -> None:
    text = "".join(f"[{name}]\nconnection = {URL}\n" for name in ("database", "placement_database", "api_database"))
    assert {each.section for each in options(text, service)} == set(sections)


def test_placements_own_file_has_that_section(tmp_path: Any) -> None:
    text = f"[placement_database]\nconnection = {URL}\n"
    assert [each.section for each in options(text, "placement-api", "placement")] == ["placement_database"]


def test_the_cells_are_read_by_who_answers_for_all_of_them() -> None:
    text = f"[api_database]\nconnection = {URL}\n[database]\nconnection = {URL}\n"
    reading = {service: [each.section for each in options(text, service) if each.has_cells] for service in ALL_OF_NOVA}
    assert reading == {"nova-api": ["api_database"], "nova-scheduler": ["api_database"], "nova-conductor": []}


ALL_OF_NOVA = ("nova-api", "nova-scheduler", "nova-conductor")


def test_no_part_of_the_url_is_sent() -> None:
    text = f"[api_database]\nconnection = {URL}\nconnection_parameters = ssl_ca=/etc/ca\n[database]\nconnection={URL}\n"
    there: Any = SimpleNamespace(shown=lambda path: f"nova_api:{path}")
    config = EffectiveConfig("nova-api", {"nova_api:/etc/nova/nova.conf": text})
    option = next(options_of(config, "nova-api", "nova"))
    request = request_of(option, there)
    assert "s3cret" not in request
    assert json.loads(request) == {
        "file": "/etc/nova/nova.conf",
        "line": 2,
        "option": "connection",
        "is_paste": False,
        "parameters": "ssl_ca=/etc/ca",
        "project": "nova",
        "has_cells": True,
        "main": {"file": "/etc/nova/nova.conf", "line": 5, "option": "connection", "is_paste": False},
    }
    assert (option.file, option.shown) == ("nova_api:/etc/nova/nova.conf", "[api_database] connection")
