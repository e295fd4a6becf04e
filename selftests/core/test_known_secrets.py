import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from fixtures.core.known_secrets import know
from fixtures.core.redaction import know_those_in, redact

pytestmark = pytest.mark.usefixtures("no_known_secrets")
SECRETS = [
    "s3cret-Pa55",
    "pä$$ w/rd+1'\"x",
    "a@b:c/d?e#f&g=h",
    "back\\slash\\n1",
    "<xml>&amp;1",
    "1" * 40,
    "ünï c0de ☃ here",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_it_is_hidden_in_every_form(secret: str) -> None:
    know(secret)
    encoded = secret.encode()
    written = [
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret),
        json.dumps(json.dumps({"p": secret})),
        repr(secret),
        str({"p": secret}),
        base64.b64encode(encoded).decode(),
        *(base64.b64encode(b"x" * before + encoded + b"and more").decode() for before in range(3)),
        base64.urlsafe_b64encode(b"admin:" + encoded).decode(),
    ]
    for text in written:
        shown = redact(f"it is {text} there")
        assert "***" in shown
        assert secret not in shown
        assert quote(secret, safe="")[2:] not in shown


@pytest.mark.parametrize("word", ["", "x", "openstack", "controller", "NOVA_PASS", "secret", "password", None])
def test_a_word_that_is_also_a_name_stays(word: str | None) -> None:
    know(word)
    text = "openstack on controller: x is NOVA_PASSED; a secret password"
    assert redact(text.replace("NOVA_PASSED", "up")) == text.replace("NOVA_PASSED", "up")


def test_what_a_configuration_says_in_secret_is_hidden_everywhere() -> None:
    know_those_in(
        "[database]\nconnection = mysql+pymysql://nova:Sup3rS3cret%21@controller/nova\n"
        "[DEFAULT]\ntransport_url = rabbit://openstack:Rabb1tS3cret@c1:5672,openstack:Oth3rS3cret@c2:5672/\n"
        "[neutron]\npassword = Neutr0nS3cret\nmetadata_proxy_shared_secret = Met4dataS3cret\n"
        "[ssl]\nssl_key_file = /etc/ssl/private/key.pem\n"
    )
    told = "Sup3rS3cret! Rabb1tS3cret Oth3rS3cret Neutr0nS3cret Met4dataS3cret /etc/ssl/private/key.pem"
    assert redact(told) == "*** *** *** *** *** /etc/ssl/private/key.pem"


def test_the_longer_of_two_is_hidden_whole() -> None:
    know("s3cret-one", "s3cret-one-and-more")
    assert redact("s3cret-one-and-more, s3cret-one") == "***, ***"
