from fixtures.compute.console_page import why_no_page
from fixtures.nodes.listeners import Listeners
from fixtures.nodes.restarting import Restarting

PAGE = "http://controller:6080/vnc_auto.html"


def test_a_page_that_is_not_there_is_told_with_its_status() -> None:
    said, fix = why_no_page(PAGE, 404, Restarting(), Listeners())
    assert said == "404"
    assert "ls /usr/share/novnc" in fix


def test_no_connection_is_told_with_where_the_page_is_set() -> None:
    said, fix = why_no_page(PAGE, 0, Restarting(), Listeners(), "/etc/nova/nova.conf:32")
    assert said == "no connection"
    assert fix.startswith("[vnc] novncproxy_base_url in /etc/nova/nova.conf:32 must lead here")
    assert fix.endswith("restart nova-novncproxy, and read its log; open port 6080")
