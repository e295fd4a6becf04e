import pytest

from fixtures.tls.tls_client import TlsClient
from fixtures.tls.tls_trouble import trouble, why_unknown


@pytest.mark.req("SVC-5")
def test_endpoints_show_a_certificate_that_holds(
    endpoint_certificates: list[TlsClient], subtests: pytest.Subtests
) -> None:
    """`openstack endpoint create … public https://…`: chain, name and end of what is shown there."""
    wrong = {client.name: trouble(client) for client in endpoint_certificates}
    with_tls = [client for client in endpoint_certificates if client.kind == "https" or wrong[client.name]]
    if not with_tls:
        pytest.skip("no endpoint of the region has TLS")
    for client in with_tls:
        with subtests.test(client.name):
            assert not wrong[client.name], wrong[client.name]
            if unknown := why_unknown(client):
                pytest.skip(unknown)
