from types import ModuleType

import pytest

IN_ORDER = {
    "pytest_cmdline_main": "verdict_file refused_command_line timing_files run_problems sweep show_nodes",
    "pytest_configure": """
        redacted_logs which_tests empty_options settings report_folder
        leaks table_mistakes nodes termination requirements private_folder outcomes
        redacted_results terminal verdict_file""",
    "pytest_sessionstart": "node_roles evidence",
    "pytest_collection_modifyitems": "requirements gathering read_only blocking allure order",
    "pytest_runtestloop": "stale_runs certificates environment",
    "pytest_fixture_setup": "timing resources",
    "pytest_runtest_setup": "timing background api_errors gathering blocking",
    "pytest_runtest_makereport": "outcomes redacted_results allure evidence",
    "pytest_sessionfinish": """
        termination timing_files run_problems leaks run_warnings request_stats environment categories spans""",
    "pytest_testnodedown": "leaks run_warnings spans request_stats",
    "pytest_terminal_summary": "run_problems terminal run_warnings leaks",
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
