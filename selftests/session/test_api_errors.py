import re

import pytest
import requests
from openstack.exceptions import HttpException
from requests_mock import Mocker

from fixtures.session.api_errors import ApiError, told_in_one_sentence
from selftests.tools.fake_keystone import NOVA, connected, keystone


def test_an_http_error_is_told_with_its_fix() -> None:
    with pytest.raises(ApiError, match=r"500: Server Error.*Fix: read the log"), told_in_one_sentence():
        raise HttpException("500: Server Error for url: http://controller:9292/v2/images")


def test_a_failed_check_stays_a_failed_check() -> None:
    with pytest.raises(AssertionError, match=r"^no$"), told_in_one_sentence():
        raise AssertionError("no")


def test_a_certificate_is_told_with_its_own_fix(requests_mock: Mocker) -> None:
    keystone(requests_mock, "member")
    expired = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)"
    requests_mock.get(re.compile(NOVA), exc=requests.exceptions.SSLError(f"(Caused by SSLError('{expired}'))"))
    told = "^http://controller:8774: its certificate is not trusted here: certificate has expired. Fix: have it issued"
    with pytest.raises(ApiError, match=told), told_in_one_sentence():
        list(connected().compute.servers())
