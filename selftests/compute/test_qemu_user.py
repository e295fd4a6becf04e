"""Whom QEMU runs as is told by qemu.conf, and that libvirt leaves disks to whom they belong."""

import pytest

from fixtures.compute.qemu_user import understood


@pytest.mark.parametrize(
    ("text", "kept", "is_kept_out"),
    [
        ("", "", False),
        ("#dynamic_ownership = 0\n", "", False),
        ("dynamic_ownership = 1\n", "", False),
        ("# as in the guide\n\ndynamic_ownership = 0\n", "/etc/libvirt/qemu.conf:3", True),
        ("dynamic_ownership=0\nuser = libvirt-qemu\n", "/etc/libvirt/qemu.conf:1", True),
        ('user = "nova"\ngroup = "nova"\ndynamic_ownership = 0\n', "/etc/libvirt/qemu.conf:3", False),
        ("user = 'nova'\ndynamic_ownership = 0\n", "/etc/libvirt/qemu.conf:2", False),
        ('user = "+42436"\ndynamic_ownership = 0\n', "/etc/libvirt/qemu.conf:2", False),
        ('group = "nova"\ndynamic_ownership = 0\n', "/etc/libvirt/qemu.conf:2", False),
        ('user = "root"\ndynamic_ownership = 0\n', "/etc/libvirt/qemu.conf:2", False),
        ('user = "+0"\ndynamic_ownership = 0 # root\n', "/etc/libvirt/qemu.conf:2", False),
        ("dynamic_ownership = 0\ndynamic_ownership = 1\n", "", False),
        ('dynamic_ownership = 0\n#user = "nova"\n', "/etc/libvirt/qemu.conf:1", True),
    ],
)
def test_qemu_is_kept_out_where_disks_stay_with_another_user(text: str, kept: str, is_kept_out: bool) -> None:
    user = understood(text, "nova")
    assert (user.kept, user.is_kept_out) == (kept, is_kept_out)


def test_nova_may_run_as_somebody_else() -> None:
    assert not understood('user = "stack"\ndynamic_ownership = 0\n', "stack").is_kept_out
    assert understood('user = "nova"\ndynamic_ownership = 0\n', "stack").is_kept_out
