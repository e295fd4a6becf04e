import pytest

from fixtures.core.programs import TABLE, MissingProgram, Unusable, to_install, unusable_in


@pytest.mark.parametrize(
    ("code", "told", "program"),
    [
        (127, "sh: 1: virsh: not found\n", "virsh"),
        (127, "bash: line 1: virsh: command not found\n", "virsh"),
        (127, "-sh: virsh: not found\n", "virsh"),
        (127, "/bin/sh: line 3: virsh: command not found\n", "virsh"),
        (127, "sh: 1: exec: virsh: not found\n", "virsh"),
        (127, "zsh:1: command not found: virsh\n", "virsh"),
        (127, "timeout: failed to run command 'virsh': No such file or directory\n", "virsh"),
        (127, "timeout: failed to run command \u2018virsh\u2019: No such file or directory\n", "virsh"),
        (127, "env: 'virsh': No such file or directory\n", "virsh"),
        (127, "env: can't execute 'virsh': No such file or directory\n", "virsh"),
        (1, 'exec of "virsh" failed: No such file or directory\n', "virsh"),
        (1, "sudo: virsh: command not found\n", "virsh"),
        (0, "noise\nsh: 7: /usr/sbin/lvs: not found\nnoise\n", "lvs"),
        (127, "bash: ping: 명령어를 찾을 수 없음\n", "ping"),
        (126, "timeout: failed to run command 'ss': Permission denied\n", "ss"),
    ],
)
def test_a_program_that_is_not_there_is_told_by_name(code: int, told: str, program: str) -> None:
    assert unusable_in(code, told) == Unusable(program, _why(code, told))


def _why(code: int, told: str) -> str:
    return told.strip().rpartition(": ")[2] if code == 126 or "명" in told else "no such program"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (127, 'OCI runtime exec failed: exec failed: exec: "virsh": executable file not found in $PATH: unknown'),
        (126, 'exec failed: exec: "/bin/virsh": stat /bin/virsh: no such file or directory: unknown'),
        (127, "fish: Unknown command: virsh\n"),
        (127, "fish: Unknown command 'virsh'\n"),
        (127, "virsh: Command not found.\n"),
    ],
)
def test_whatever_looks_for_it_its_name_is_found(code: int, told: str) -> None:
    assert unusable_in(code, told) == Unusable("virsh", "no such program")


@pytest.mark.parametrize("code", [127, 0])
@pytest.mark.parametrize(
    ("told", "why"),
    [
        (
            "virsh: error while loading shared libraries: libvirt.so.0: cannot open shared object file: No such file\n",
            "error while loading shared libraries: libvirt.so.0: cannot open shared object file: No such file",
        ),
        (
            "/usr/bin/virsh: symbol lookup error: /usr/lib/libvirt.so.0: undefined symbol: x\n",
            "symbol lookup error: /usr/lib/libvirt.so.0: undefined symbol: x",
        ),
        (
            "Error loading shared library libvirt.so.0: No such file or directory (needed by /usr/bin/virsh)\n",
            "Error loading shared library libvirt.so.0: No such file or directory",
        ),
    ],
)
def test_a_program_that_lacks_a_library_is_told_by_its_own_name(code: int, told: str, why: str) -> None:
    assert unusable_in(code, told) == (broken := Unusable("virsh", why, is_broken=True))
    assert 'on c1, ldd "$(command -v virsh)"' in str(MissingProgram("c1", broken))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (1, ""),
        (0, "fish: Unknown command: kubectl\n"),
        (0, "kubectl: Command not found.\n"),
        (127, ""),
        (1, "cat: /etc/hostname: No such file or directory\n"),
        (1, "error: Domain not found: no domain with matching name 'x'\n"),
        (1, "bash: connect: Connection refused\nbash: line 1: /dev/tcp/10.0.0.1/22: Connection refused\n"),
        (1, 'Cannot open network namespace "qrouter-1": No such file or directory\n'),
        (0, "/root/.bashrc: line 3: kubectl: command not found\n"),
        (0, "/etc/profile.d/tools.sh: line 3: kubectl: command not found\n"),
    ],
)
def test_anything_else_is_an_answer(code: int, told: str) -> None:
    assert unusable_in(code, told) is None


def test_node_program_and_both_packages_are_named() -> None:
    assert str(MissingProgram("compute1", Unusable("virsh", "no such program"))) == (
        "compute1: virsh: no such program, so what a check asked for is not known. Fix: on compute1, "
        "apt install libvirt-clients (Debian, Ubuntu) or dnf install libvirt-client (RHEL, Rocky)"
    )


def test_of_a_guest_the_image_is_named() -> None:
    told = str(MissingProgram("203.0.113.7", Unusable("ping", "no such program")).in_guest())
    assert told.startswith("the guest at 203.0.113.7: ping: no such program")
    assert told.endswith("Fix: give an image that has ping (--image)")


def test_of_a_program_that_is_in_no_table_its_package_can_be_found() -> None:
    assert "apt-file search bin/swift-ring-builder" in to_install("swift-ring-builder")


def test_both_families_have_the_same_programs() -> None:
    debian, rhel = ({program for names in TABLE[family].values() for program in names} for family in ("debian", "rhel"))
    assert debian == rhel
