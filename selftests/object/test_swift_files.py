import os
from pathlib import Path

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.kept_out import Unreadable
from fixtures.nodes.node import Node
from fixtures.object.swift_files import KINDS, SwiftFiles, conf_in, gather, parse_ini
from selftests.nodes.known_nodes import KnownFacts, known_node

HERE = checked(testinfra.get_host("local://"))
PYTHON = "/usr/bin/python3"


def object_node(*words: str | Path, installed: str = "swift-object") -> Node:
    """This machine, on which a server of Swift's was started with these words."""
    facts = known_node("object1", running=[installed]).facts.parsed
    facts["started"][f"{installed}.service"]["Arguments"] = " ".join(map(str, words))
    node = Node("object1", frozenset(), HERE)
    vars(node)["facts"] = KnownFacts(HERE, facts)
    return node


def serving(path: str | Path) -> Node:
    return object_node(PYTHON, "/usr/bin/swift-object-server", path, "--verbose")


def configuration(tmp_path: Path, name: str = "object.conf") -> Path:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"[DEFAULT]\n# caf\u00e9\nbind_port = 6200\nswift_dir = {tmp_path}/rings\n", encoding="latin-1")
    (tmp_path / "rings").mkdir(exist_ok=True)
    for ring in ("object", "object-1", "account"):
        (tmp_path / "rings" / f"{ring}.ring.gz").write_bytes(b"\xff" + ring.encode())
    return file


def port(files: SwiftFiles) -> str | None:
    return files.server_of("object").options.get("bind_port")


def test_a_server_names_its_file_which_names_its_rings(tmp_path: Path) -> None:
    found = gather(serving(file := configuration(tmp_path)))
    assert (found.server_of("object").path, port(found)) == (str(file), "6200")
    assert {name: (ring.kind, ring.packed) for name, ring in found.rings.items()} == {
        "object.ring.gz": ("object", b"\xffobject"),
        "object-1.ring.gz": ("object", b"\xffobject-1"),
    }
    assert {server.kind for server in found.servers} == set(KINDS)


def test_a_folder_of_configurations_is_read(tmp_path: Path) -> None:
    configuration(tmp_path, "object-server/1.conf")
    assert port(gather(serving(tmp_path / "object-server"))) == "6200"


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (["/usr/bin/swift-object-server", "/etc/swift/o.conf", "/x"], "/etc/swift/o.conf"),
        ([PYTHON, "/opt/stack/data/venv/bin/swift-object-server", "-v", "/etc/swift/o/1.conf"], "/etc/swift/o/1.conf"),
        (["/usr/bin/uwsgi", "/etc/swift/uwsgi.ini"], "/etc/swift/object-server.conf"),
        ([], "/etc/swift/object-server.conf"),
    ],
)
def test_the_configuration_is_the_word_behind_the_program(words: list[str], path: str) -> None:
    assert conf_in(words, "object") == path


def test_a_node_without_servers_may_have_rings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration(tmp_path)
    monkeypatch.setattr("fixtures.object.swift_files.FOLDER", str(tmp_path / "rings"))
    assert sorted(gather(object_node(installed="swift-proxy")).rings) == [
        "account.ring.gz",
        "object-1.ring.gz",
        "object.ring.gz",
    ]


def test_what_is_no_file_or_too_large_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match=r"/pipe: no regular file"):
        gather(serving(tmp_path / "pipe"))
    (tmp_path / "large").write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(Unreadable, match=r"large: larger than 1048576 bytes"):
        gather(serving(tmp_path / "large"))


def test_a_ring_may_be_larger_than_a_configuration(tmp_path: Path) -> None:
    node = serving(configuration(tmp_path))
    (tmp_path / "rings" / "object.ring.gz").write_bytes(large := b"#" * (1024 * 1024 + 1))
    assert gather(node).rings["object.ring.gz"].packed == large


def test_so_is_a_folder_that_depends_on_who_looks(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("[DEFAULT]\nswift_dir = ../rings\n")
    with pytest.raises(AssertionError, match=r"a\.conf: swift_dir = \.\./rings is no absolute path\."):
        gather(serving(tmp_path / "a.conf"))


def test_what_is_no_configuration_is_not_shown() -> None:
    with pytest.raises(ValueError, match="could not read") as caught:
        parse_ini("root:$6$secret:19000::::::\n")
    assert "secret" not in str(caught.value)
