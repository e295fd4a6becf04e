from pathlib import Path

import pytest

from reports.render import AT_CAUSES, EXIT_USAGE, LOCK, has_causes, main, opened_at_causes, without_analytics


def test_the_analytics_script_is_taken_out() -> None:
    tag = '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>'
    assert without_analytics(f"<head>{tag}<title>Report</title></head>") == "<head><title>Report</title></head>"


def test_a_run_with_causes_opens_at_them(tmp_path: Path) -> None:
    assert opened_at_causes("<head><title>") == f"<head>{AT_CAUSES}<title>"
    assert not has_causes(tmp_path)
    (tmp_path / "categories.json").write_text('[{"name": "What followed from that"}]')
    assert not has_causes(tmp_path)
    (tmp_path / "categories.json").write_text('[{"name": "1. NOVA-3", "expand": true}]')
    assert has_causes(tmp_path)


def test_without_results_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "index.html")]) == EXIT_USAGE
    assert capsys.readouterr().err == f"no Allure results in {tmp_path}: run pytest first\n"


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in LOCK.read_text()
