import pytest
from openstack.exceptions import HttpException

from fixtures.session.api_errors import ApiError, told_in_one_sentence


def test_an_http_error_is_told_with_its_fix() -> None:
    with pytest.raises(ApiError, match=r"500: Server Error.*Fix: read the log"), told_in_one_sentence():
        raise HttpException("500: Server Error for url: http://controller:9292/v2/images")


def test_a_failed_check_stays_a_failed_check() -> None:
    with pytest.raises(AssertionError, match=r"^no$"), told_in_one_sentence():
        raise AssertionError("no")
