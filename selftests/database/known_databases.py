"""Servers of databases of which the test says what is there, and a SQLAlchemy that speaks to them and no others."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import testinfra

from fixtures.database.database_options import DatabaseOption
from fixtures.database.database_outcome import Outcome
from fixtures.database.databases import Database
from fixtures.nodes.checked_host import CheckedHost
from fixtures.nodes.node import Node
from fixtures.nodes.service import Service
from selftests.identity import known_logins

PASSWORD = "d4tabase-s3cret"
CELL0 = "00000000-0000-0000-0000-000000000000"
STATUS = {"max_connections": "151", "Threads_connected": "20", "Max_used_connections": "30"}
# What the probe uses of sqlalchemy 1.x and 2.x: create_engine, and of an engine its url, its driver and its dialect.
# Errors have a number and words, as those of PyMySQL
FAKE = r"""
import json, os, re, time
try:
    from urllib.parse import unquote
except ImportError:
    from urllib import unquote
HERE = os.path.dirname(__file__)
SERVERS = json.load(open(os.path.join(HERE, "servers.json")))
URL = re.compile(r"(?P<name>[\w+]+)://(?:(?P<username>[^:/]*)(?::(?P<password>[^@]*))?@)?"
                 r"(?P<host>[^/:?]*)(?::(?P<port>\d+))?(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?$")

class Error(Exception):
    pass

class Url(object):
    def __init__(self, url):
        found = URL.match(url)
        if not found:
            raise ValueError("Could not parse SQLAlchemy URL from string " + url)
        for name, value in found.groupdict().items():
            setattr(self, name, unquote(value) if value and name != "query" else value)
        self.port = int(self.port) if self.port else None

class Cursor(object):
    def __init__(self, server, database):
        self.server, self.database = server, database
    def execute(self, question):
        held = self.server["databases"][self.database]
        if question in self.server.get("refuses", {}):
            raise Error(*self.server["refuses"][question])
        known = {"VARIABLES": [], "STATUS": list(self.server.get("status", {}).items()), "COUNT": [[held["tables"]]]}
        for word, name in (("alembic_version", "alembic"), ("migrate_version", "migrate"), ("cell_mappings", "cells")):
            if word in question and name not in held:
                raise Error(1146, "no such table")
            known[word] = held.get(name)
        self.rows = next((rows for word, rows in known.items() if word in question), [[1]])
    def fetchall(self):
        return self.rows

class Connection(object):
    def __init__(self, *given):
        self.given = given
    def cursor(self):
        return Cursor(*self.given)
    def rollback(self):
        pass
    close = rollback

class Dialect(object):
    def __init__(self, url):
        self.name = url.name.partition("+")[0]
    def create_connect_args(self, url):
        return [url], {}
    def connect(self, url, **options):
        with open(os.path.join(HERE, "heard"), "a") as heard:
            heard.write(json.dumps([url.host, url.username, url.database, url.query, sorted(options)]) + "\n")
        server = SERVERS.get(url.host)
        if not server:
            raise Error(2003, "Can't connect to MySQL server on '%s'" % url.host)
        time.sleep(server.get("seconds", 0))
        if "says" in server:
            raise Error(*server["says"])
        if server["users"].get(url.username) != url.password:
            raise Error(1045, "Access denied for user '%s' with %s" % (url.username, url.password))
        if url.database not in server["databases"]:
            raise Error(1049, "Unknown database '%s'" % url.database)
        return Connection(server, url.database)

class Engine(object):
    def __init__(self, url):
        self.url, self.driver = url, url.name.partition("+")[2]
        self.dialect = Dialect(url)

def create_engine(url):
    made = Engine(Url(url))
    if made.driver not in ("pymysql", "psycopg2"):
        raise ImportError("no " + made.driver)
    return made
"""


def server(**databases: Mapping[str, Any]) -> dict[str, Any]:
    """One that lets nova in with PASSWORD, and has these databases."""
    return {"users": {"nova": PASSWORD}, "databases": databases, "status": STATUS}


def database(tables: int = 3, **others: Any) -> dict[str, Any]:
    """What the database of a server has."""
    return {"tables": tables, **others}


def with_servers(folder: Path, servers: Mapping[str, Any]) -> Path:
    """A folder for PYTHONPATH with such a SQLAlchemy, for these servers by the names of their hosts."""
    package = folder / "python" / "sqlalchemy"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(FAKE)
    (package / "servers.json").write_text(json.dumps(servers))
    return package.parent


def heard(python: Path) -> list[list[Any]]:
    """Host, user, database, query and options of each connection that was tried."""
    file = python / "sqlalchemy" / "heard"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def url_to(name: str, password: str = PASSWORD, host: str = "db", more: str = "") -> str:
    return f"mysql+pymysql://nova:{password}@{host}/{name}{more}"


def this_machine(files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch, python: Path) -> Node:
    """This one as a node, on which each of these services reads its file, and Python has that SQLAlchemy."""
    monkeypatch.setenv("PYTHONPATH", str(python))
    made = known_logins.this_machine(files)
    made.facts.parsed["running-projects"] = []
    return made


def opened(
    outcome: Outcome, section: str = "api_database", project: str = "nova", name: str = "connection"
) -> Database:
    """A database of a service on compute1, and what came of it."""
    there = Service(CheckedHost(testinfra.get_host("local://").backend), {"Id": "nova-api.service"})
    option = DatabaseOption(project, section, name, f"/etc/{project}/{project}.conf:14", has_cells=True)
    return Database("controller", there, option, "systemctl restart nova-api", outcome)
