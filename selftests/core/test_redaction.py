import time

import pytest

from fixtures.core.redaction import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rabbit://openstack:s3cret@controller:5672/", "rabbit://openstack:***@controller:5672/"),
        ("mysql+pymysql://nova:p%40ss@10.0.0.11/nova", "mysql+pymysql://nova:***@10.0.0.11/nova"),
        ("rabbit://a:s3cret@c1:5672,a:s3cret@c2:5672/v", "rabbit://a:***@c1:5672,a:***@c2:5672/v"),
        ("redis://:s3cret@controller", "redis://:***@controller"),
        ("--hosts=bob:s3cret@c1,paramiko://bob:s3cret@c2", "--hosts=bob:***@c1,paramiko://bob:***@c2"),
        ("sshpass -p s3cret ssh c1; sshpass -p 's3c ret' ssh c1", "sshpass -p *** ssh c1; sshpass -p *** ssh c1"),
        ("admin_password = s3cret", "admin_password = ***"),
        ("metadata_proxy_shared_secret=s3cret", "metadata_proxy_shared_secret=***"),
        ('{"password": "s3cret"}', '{"password": "***"}'),
        ('{"server": {"adminPass": "s3cret", "id": 1}}', '{"server": {"adminPass": "***", "id": 1}}'),
        ("X-Container-Meta-Temp-Url-Key: s3cret X-Trans-Id: t", "X-Container-Meta-Temp-Url-Key: *** X-Trans-Id: t"),
        ("export OS_PASSWORD='s3cret'", "export OS_PASSWORD='***'"),
        ("X-Auth-Token: gAAAAABk", "X-Auth-Token: ***"),
        ("got gAAAAA" + 50 * "b" + " back", "got *** back"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "***"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "***"),
        ('"private_key": "-----BEGIN OPENSSH PRIVATE KEY-----\\nMIIE\\n"', '"private_key": "***"'),
        # Whole, whatever is in it
        ('{"password": "s3 c,\'r}et", "id": 1}', '{"password": "***", "id": 1}'),
        ('{"password": "s3\\"cret", "id": 1}', '{"password": "***", "id": 1}'),
        ("password = 's3, c\"ret' id", "password = '***' id"),
        ("password=s3,cret id", "password=*** id"),
        ('password = "s3 cr', 'password = "***'),
        # As each writes it down: Python 2 and 3, JSON within JSON, Ruby, XML, a command line
        ("{u'adminPass': u's3cret', u'id': 1}", "{u'adminPass': u'***', u'id': 1}"),
        ("{'token': b's3cret'}", "{'token': b'***'}"),
        (r"{\"password\": \"s3cret\", \"id\": 1}", r"{\"password\": \"***\", \"id\": 1}"),
        ('"password" => "s3cret"', '"password" => "***"'),
        ("<adminPass>s3cret</adminPass>", "<adminPass>***</adminPass>"),
        ("nova --os-password s3cret list", "nova --os-password *** list"),
        # Other names, out of oslo_utils.strutils
        ("passphrase=s3cret sys_pswd=s3cret", "passphrase=*** sys_pswd=***"),
        ("encrypted_key=s3cret fernetkey=s3cret auth_key=s3cret", "encrypted_key=*** fernetkey=*** auth_key=***"),
    ],
)
def test_secrets_are_hidden(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "http://controller:5000/v3",
        "http://controller:5000/v3/auth/tokens: refused",
        "cirros login: ",
        "NAME, USER@NAME:PORT, ssh://NAME, root@[fe80::1]:22, paramiko://root@c1:22",
        "root@c1: Permission denied (publickey).",
        "state=up",
        "2026-01-01T00:00:00Z",
        '{"password": "", "id": 1}',
        "ssh --password-file --verbose",
        "<token> is what Keystone gives",
    ],
)
def test_all_else_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "repeated",
    [
        *("token", "token-", "token \n", "<token>", "--token ", "password='", 'password=\\"', "sshpass -p '"),
        *("authorization:\n", "=a:", "gAAAA", "-----BEGIN RSA PRIVATE KEY-----", "a"),
    ],
)
def test_a_long_line_that_is_made_to_be_slow_is_not(repeated: str) -> None:
    began = time.process_time()
    redact(repeated * (100_000 // len(repeated)))
    assert time.process_time() - began < 10
