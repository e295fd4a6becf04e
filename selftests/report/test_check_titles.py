import pytest

from fixtures.report.catalogue import catalogue
from fixtures.report.check_titles import full_title, title_of_check


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ("tests/network/x.py::test_floating_ip_leads_to_the_guest", "A floating IP leads to the guest"),
        ("tests/compute/x.py::test_libvirt_answers[compute1]", "libvirt answers: compute1"),
        ("x.py::test_compute_service_runs[compute1-nova-compute]", "A compute service runs: compute1-nova-compute"),
        ("x.py::test_member_is_refused[a[b]::c]", "Member is refused: a[b]::c"),
        ("x.py::test_new_api_has_vlan_ids", "New API has VLAN IDs"),
        ("x.py::TestIt::test_nova_boots", "Nova boots"),
    ],
)
def test_a_check_is_called_by_a_sentence(test: str, told: str) -> None:
    assert full_title(test) == told


def test_in_another_language() -> None:
    korean = catalogue("ko")
    assert title_of_check("x.py::test_floating_ip_leads_to_the_guest", korean) == "플로팅 IP로 게스트에 접속된다"
    assert title_of_check("x.py::test_of_somebody_else", korean) == "Of somebody else"
