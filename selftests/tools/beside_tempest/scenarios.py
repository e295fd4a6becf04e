"""What of Tempest and what of this suite prove the same."""

ALL = r"^tempest\.scenario\."
PROVEN_BY: dict[str, tuple[str, ...]] = {
    "test_network_basic_ops": ("NEU-8", "NEU-9", "NEU-12", "NEU-13", "NEU-14"),
    "test_server_basic_ops": ("NOVA-13", "NOVA-14", "NOVA-19", "NEU-16"),
    "test_volume_boot_pattern": ("CIN-5",),
    "test_stamp_pattern": ("CIN-3", "CIN-4", "CIN-5"),
    "test_object_storage_basic_ops": ("SWI-1", "SWI-2", "SWI-4"),
    "test_security_groups_basic_ops": ("NEU-11",),
    "test_snapshot_pattern": (),
    "test_minimum_basic": ("GLA-1", "NOVA-13", "NOVA-14", "NEU-12", "CIN-4"),
}
"""By Tempest's scenario, the rows; some of them prove more. Of an image that is made of a server, no row tells."""


def regex(names: list[str]) -> str:
    """Of Tempest's tests that are in these scenarios."""
    return rf"{ALL}({'|'.join(names)})\."


def rows(names: list[str]) -> list[str]:
    """Those that prove the same, each once."""
    return list(dict.fromkeys(row for name in names for row in PROVEN_BY[name]))
