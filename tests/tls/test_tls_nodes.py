import pytest

from fixtures.tls.tls_client import TlsClient
from fixtures.tls.tls_trouble import trouble, why_unknown


@pytest.mark.req("SVC-5")
def test_services_trust_whom_they_speak_to(node_tls_clients: list[TlsClient], subtests: pytest.Subtests) -> None:
    """`cafile = /etc/ssl/certs/ca-certificates.crt`: each https URL, broker and database, as its service sees it."""
    for client in node_tls_clients:
        with subtests.test(client.name):
            wrong = trouble(client)
            assert not wrong, wrong
            if unknown := why_unknown(client):
                pytest.skip(unknown)
