import os
from pathlib import Path

import pytest
import testinfra

from fixtures.nodes.checked_host import checked
from fixtures.nodes.files import fetch
from fixtures.nodes.kept_out import Unreadable

HERE = checked(testinfra.get_host("local://"))


def test_files_are_read_in_the_order_of_the_patterns(tmp_path: Path) -> None:
    for name in ("b.conf", "a.conf", "z z.conf"):
        (tmp_path / name).write_text(f"[{name}]\n")
    read = fetch(HERE, [f"{tmp_path}/z z.conf", f"{tmp_path}/[ab].conf", f"{tmp_path}/none*.conf"])
    assert list(read.items()) == [
        (f"{tmp_path}/z z.conf", "[z z.conf]\n"),
        (f"{tmp_path}/a.conf", "[a.conf]\n"),
        (f"{tmp_path}/b.conf", "[b.conf]\n"),
    ]


@pytest.mark.parametrize(
    "path", ["/etc/nova/$(touch {0}/ran)", "`touch {0}/ran`", "x; touch {0}/ran", "-e /etc", "a\nb"]
)
def test_a_path_that_a_process_names_is_no_code(tmp_path: Path, path: str) -> None:
    assert fetch(HERE, [path.format(tmp_path)]) == {}
    assert not (tmp_path / "ran").exists()


def test_what_is_no_file_or_too_large_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match=r"pipe: no regular file$"):
        fetch(HERE, [f"{tmp_path}/pipe"])
    (tmp_path / "large").write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(Unreadable, match=r"large: larger than 1048576 bytes$"):
        fetch(HERE, [f"{tmp_path}/large"])
