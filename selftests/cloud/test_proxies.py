import os
import urllib.request
from collections import UserDict
from collections.abc import Iterator

import pytest
import requests.utils

from fixtures.cloud.proxies import read_proxies_whole

PROXY = {"http_proxy": "http://198.51.100.1:3128"}


class Torn(UserDict[str, str]):
    """An environment from which pytest removes its variable while another thread reads all, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__(PROXY)
        self.times = times

    def __iter__(self) -> Iterator[str]:
        """As os.environ's, whose values are read one by one after all names."""
        if self.times:
            self.times -= 1
            yield "PYTEST_CURRENT_TEST"
        yield from self.data


@pytest.fixture(autouse=True)
def functions_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a connection of another test has replaced comes back after."""
    for module in (urllib.request, requests.utils):
        for name in ("getproxies", "getproxies_environment"):
            monkeypatch.setattr(module, name, getattr(getattr(module, name), "__wrapped__", getattr(module, name)))


def test_without_it_requests_ends_with_key_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", Torn(1))
    with pytest.raises(KeyError, match="PYTEST_CURRENT_TEST"):
        requests.utils.get_environ_proxies("http://192.0.2.1:5000/v3")


def test_a_variable_that_goes_meanwhile_has_the_proxies_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read_proxies_whole()
    monkeypatch.setattr(os, "environ", Torn(2))
    assert requests.utils.get_environ_proxies("http://192.0.2.1:5000/v3") == {"http": PROXY["http_proxy"]}


def test_a_host_that_no_proxy_names_is_asked_directly_after_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    read_proxies_whole()
    monkeypatch.setattr(os, "environ", environment := Torn(1))
    environment["no_proxy"] = "controller"
    assert requests.utils.get_environ_proxies("http://controller:5000/v3") == {}


def test_what_is_replaced_is_replaced_once() -> None:
    read_proxies_whole()
    first = urllib.request.getproxies
    read_proxies_whole()
    assert urllib.request.getproxies is first


def test_an_environment_that_never_holds_still_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    read_proxies_whole()
    monkeypatch.setattr(os, "environ", Torn(1000))
    with pytest.raises(KeyError):
        urllib.request.getproxies()
