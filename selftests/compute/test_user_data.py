import ast
import base64
import subprocess
from pathlib import Path

from fixtures.compute.user_data import LOCK_PASSWORDS, USER_DATA
from selftests import ROOT

SHADOW = """\
root:!$1$ssisyfpf$YqvuJLfrrW6Cg/l53Pi1n1:10933:0:99999:7:::
daemon:*:10933:0:99999:7:::
nobody::10933:0:99999:7:::
cirros:$1$ecgqyiea$GZzgQPRzx7sFFoZ7p8ewU/:10933:0:99999:7:::
"""
LOCKED = SHADOW.replace("$1$ecgqyiea$GZzgQPRzx7sFFoZ7p8ewU/", "*")


def after_boot(shadow: str, folder: Path) -> str:
    """What the guest's own script makes of its passwords."""
    file, script = folder / "shadow", folder / "user-data"
    file.write_text(shadow)
    file.chmod(0o600)
    script.write_text(LOCK_PASSWORDS.replace("/etc/shadow", str(file)))
    script.chmod(0o700)
    subprocess.run([script], check=True)
    assert file.stat().st_mode & 0o777 == 0o600
    return file.read_text()


def test_no_password_opens_and_no_account_is_locked(tmp_path: Path) -> None:
    assert after_boot(SHADOW, tmp_path) == LOCKED


def test_a_second_time_it_changes_nothing(tmp_path: Path) -> None:
    assert after_boot(LOCKED, tmp_path) == LOCKED


def test_the_labs_guest_is_open_before(tmp_path: Path) -> None:
    """Otherwise nothing is tried there."""
    shadow = (ROOT / "lab/guest/rootfs/etc/shadow").read_text()
    assert "\ncirros:$6$" in shadow
    assert "\ncirros:*:" in after_boot(shadow, tmp_path)


def test_the_labs_guest_takes_it_for_a_script(tmp_path: Path) -> None:
    """The function of the lab's guest, as it stands there, with another folder for /run."""
    (tmp_path / "user-data").write_bytes(base64.b64decode(USER_DATA))
    text = (ROOT / "lab/guest/rootfs/bin/metadata").read_text()
    function = "keep_script" + text.partition("\nkeep_script")[2].partition("\n}\n")[0] + "\n}\n"
    subprocess.run(["sh", "-c", function.replace("/run/", f"{tmp_path}/") + "keep_script"], check=True)
    assert (tmp_path / "user-data").stat().st_mode & 0o111


def test_each_server_of_a_run_is_given_it() -> None:
    calls = [
        (file.name, {word.arg for word in call.keywords})
        for file in (ROOT / "fixtures").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".create_server")
    ]
    assert len(calls) > 1
    assert [file for file, given in calls if "user_data" not in given] == []
