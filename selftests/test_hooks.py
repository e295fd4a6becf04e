from types import ModuleType

import pytest

IN_ORDER = {
    "pytest_cmdline_main": """
        redacted_logs instead_of_tests html_report verdict_file refused_command_line timing_files history run_problems
        sweep doctor write_cloud_file show_nodes""",
    "pytest_configure": """
        which_tests empty_options cloud_file_option settings report_folder
        leaks table_mistakes nodes termination requirements private_folder checks outcomes
        redacted_results terminal progress verdict_file history_folder cloud_file_names""",
    "pytest_report_header": "cloud_file_option environment",
    "pytest_collection": "cloud_file_option workers",
    "pytest_sessionstart": "waived node_roles evidence",
    "pytest_collection_modifyitems": "requirements gathering read_only blocking allure order",
    "pytest_collection_finish": "termination preflight history",
    "pytest_runtestloop": "termination stale_runs certificates environment",
    "pytest_fixture_setup": "timing resources",
    "pytest_runtest_setup": "timing allure background api_errors gathering blocking",
    "pytest_runtest_teardown": "termination background",
    "pytest_runtest_makereport": "outcomes must_run redacted_results allure waived evidence",
    "pytest_sessionfinish": """
        termination timing_files run_problems leaks environment categories workers""",
    "pytest_configure_node": "switched_off nodes",
    "pytest_testnodedown": "leaks workers",
    "pytest_terminal_summary": "history folded_reports run_problems terminal waived html_report run_warnings leaks",
}
"""In the order in which pytest calls them; a wrapper around those behind it."""


def ours(config: pytest.Config, hook: str) -> list[str]:
    plugins = [each.plugin for each in reversed(getattr(config.hook, hook).get_hookimpls())]
    names = [plugin.__name__ for plugin in plugins if isinstance(plugin, ModuleType)]
    return [name.rpartition(".")[2] for name in names if name.startswith("fixtures.")]


def test_hooks_that_several_plugins_implement_are_called_in_this_order(pytestconfig: pytest.Config) -> None:
    """Apart from pytest_addoption, where they are called as they come."""
    found = {name: ours(pytestconfig, name) for name in vars(pytestconfig.hook) if name.startswith("pytest_")}
    several = {name: plugins for name, plugins in found.items() if len(plugins) > 1 and name != "pytest_addoption"}
    assert several == {name: plugins.split() for name, plugins in IN_ORDER.items()}
