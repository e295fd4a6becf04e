"""What is said of handshakes that no server here gives."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fixtures.tls.certificate import LONGEST, SHOWN, Certificate, certificate_in
from fixtures.tls.handshake import Handshake, handshakes_in
from fixtures.tls.tls_client import TlsClient, Trust, place_in
from fixtures.tls.tls_trouble import trouble, why_unknown

NOW = datetime.now(UTC)
VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"
SHOWN_BY_SERVER = Certificate(NOW - timedelta(300), NOW + timedelta(65), ("controller",), "CN=controller", "CN=Our CA")
CLIENT = TlsClient(
    "compute1",
    "compute1: /etc/nova/nova.conf [DEFAULT] (line 2)",
    "amqps",
    "controller",
    5671,
    Trust("/etc/ca.pem", "[oslo_messaging_rabbit] ssl_ca_file of /etc/nova/nova.conf"),
    "correct [DEFAULT] transport_url",
    "systemctl restart nova-compute",
)


def refused(said: str = VERIFY, code: int = 0, shown: Certificate | None = SHOWN_BY_SERVER, **more: object) -> str:
    shaken = Handshake(why="refused", said=said, code=code, now=NOW.timestamp(), certificate=shown)
    return trouble(replace(CLIENT, handshake=shaken, **more))  # type: ignore[arg-type]


def test_an_issuer_that_is_not_known_is_told_with_the_whole_of_the_fix() -> None:
    assert refused(code=20) == (
        "compute1: /etc/nova/nova.conf [DEFAULT] (line 2): the broker controller:5671: nobody in "
        "[oslo_messaging_rabbit] ssl_ca_file of /etc/nova/nova.conf = /etc/ca.pem has signed its certificate (issuer "
        "CN=Our CA). Fix: put the certificate of that issuer there; where it is there, have the server send those "
        "between, too (the whole chain in one file), then systemctl restart nova-compute"
    )


def test_without_a_file_it_is_told_how_all_programs_of_the_node_would_trust() -> None:
    said = refused(code=19, trust=Trust("", "[neutron] cafile of /etc/nova/nova.conf"))
    assert "nobody in what all trust ($REQUESTS_CA_BUNDLE, certifi, or the system's own) has signed" in said
    assert "update-ca-certificates" in said
    assert "or set [neutron] cafile of /etc/nova/nova.conf to a file with it" in said


def test_a_bundle_that_is_not_there_is_no_option_that_is_wrong() -> None:
    shaken = Handshake(why="cafile", said="/etc/gone.pem")
    said = trouble(replace(CLIENT, trust=Trust("", "[neutron] cafile of /etc/nova/nova.conf"), handshake=shaken))
    assert "$REQUESTS_CA_BUNDLE (or certifi) = /etc/gone.pem: there is no such file" in said
    assert "cafile of" not in said


def test_one_above_it_may_have_ended() -> None:
    said = refused(code=10)
    assert "a certificate above its own, which lasts until " in said
    assert "Fix: put the new certificate of that issuer into [oslo_messaging_rabbit] ssl_ca_file" in said


def test_a_clock_may_be_wrong() -> None:
    later = (NOW + timedelta(100)).timestamp()
    shaken = Handshake(why="refused", said=VERIFY, code=10, now=later, certificate=SHOWN_BY_SERVER)
    said = trouble(replace(CLIENT, handshake=shaken))
    assert "by the clock of compute1. Fix: set the clock of compute1 (date)" in said


def test_one_above_it_may_not_have_begun() -> None:
    said = refused(code=9)
    assert (
        "a certificate above its own (issuer CN=Our CA) has not begun, by the clock of compute1. Fix: set the" in said
    )


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol (_ssl.c:1006)", "it offers no version of TLS that compute1"),
        ("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version", "it offers no version of TLS"),
        (
            "[SSL: DH_KEY_TOO_SMALL] dh key too small (_ssl.c:1006)",
            "a key or a signature of its certificate is too weak",
        ),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "it speaks no TLS, which is expected there"),
        ("[SSL] record layer failure (_ssl.c:1033)", "it speaks no TLS, which is expected there"),
        ("hostname 'controller' doesn't match 'other'", "its certificate is for controller as the name of a"),
        (VERIFY, "nobody in [oslo_messaging_rabbit] ssl_ca_file"),  # Python 2 and 3.6 say no more
    ],
)
def test_words_of_libraries_are_understood_without_a_number(said: str, seen: str) -> None:
    assert seen in refused(said)


def test_an_old_python_says_nothing_of_the_end() -> None:
    ended = replace(SHOWN_BY_SERVER, ends=NOW - timedelta(2))
    assert "its certificate for controller expired on " in refused(shown=ended)
    assert "rabbitmqctl eval 'ssl:clear_pem_cache().'" in refused(shown=ended)


def test_nor_of_a_clock_that_is_behind() -> None:
    early = replace(SHOWN_BY_SERVER, begins=NOW + timedelta(2))
    assert "its certificate begins on " in refused(shown=early)
    assert "Fix: set the clock of compute1 (date)" in refused(shown=early)


def test_what_nobody_understands_is_no_failure() -> None:
    shaken = Handshake(why="refused", said="[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required")
    client = replace(CLIENT, handshake=shaken)
    assert trouble(client) == ""
    assert why_unknown(client).endswith("was not looked at: " + shaken.said)


@pytest.mark.parametrize(("days", "is_told"), [(365, True), (7, False)])
def test_of_one_that_a_program_renews_the_last_day_is_nothing_to_say(days: int, is_told: bool) -> None:
    ends = NOW + timedelta(hours=5)
    shown = replace(SHOWN_BY_SERVER, begins=ends - timedelta(days), ends=ends)
    shaken = Handshake(is_trusted=True, now=NOW.timestamp(), certificate=shown)
    assert ("within a day" in trouble(replace(CLIENT, handshake=shaken))) is is_told


def test_a_client_that_was_not_tried_is_no_failure() -> None:
    assert trouble(CLIENT) == ""
    assert why_unknown(CLIENT).endswith("was not looked at: nobody answers")


@pytest.mark.parametrize("shown", ["", "no base64", base64.b64encode(b"no certificate").decode(), "A" * (LONGEST + 1)])
def test_what_is_no_certificate_is_none(shown: str) -> None:
    assert certificate_in(shown) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "[0]",
        '[0, {"why": 7, "code": "x", "now": "x", "certificate": [], "is_trusted": 1}]',
        "[" * 1000,
        f'[0, {{"now": 1{"0" * 400}}}]',
    ],
)
def test_a_strange_answer_is_no_answer(line: str) -> None:
    assert handshakes_in(line).get(0, Handshake()) == Handshake()


def test_what_is_shown_is_short_and_on_one_line() -> None:
    told = handshakes_in('[0, {"why": "refused", "said": "a\\u001b[2J\\nb' + "x" * 1000 + '"}]')
    assert told[0].said.startswith("a[2J bx")
    assert len(told[0].said) <= 200
    many = replace(SHOWN_BY_SERVER, names=tuple(f"host{number}" for number in range(100)))
    assert many.called.endswith("host7 and 92 others")
    assert SHOWN <= 100


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://controller:5000/v3", ("https", "controller", 5000)),
        ("https://controller/identity", ("https", "controller", 443)),
        ("http://[fd00::1]:5000", ("http", "fd00::1", 5000)),
        ("https://u:p@controller", ("https", "controller", 443)),
        ("https://controller:port", None),
        ("https://[", None),
        ("ftp://controller", None),
        ("", None),
    ],
)
def test_urls_are_read_as_clients_read_them(url: str, found: tuple[str, str, int] | None) -> None:
    assert place_in(url) == found
