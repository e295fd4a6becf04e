import pytest

pytest.register_assert_rewrite("fixtures")  # before any of it is imported
pytest_plugins = [
    f"fixtures.{name}"
    for name in (
        "report",  # first, so that a run that cannot begin leaves a verdict, too
        "core",
        "verdict",
        "session",
        "nodes",
        "cloud",
        "identity",
        "image",
        "network",
        "broker",
        "database",
        "tls",
        "compute",
        "guest",
        "block",
        "object",
        "preflight",
        "cleanup",
    )
]
