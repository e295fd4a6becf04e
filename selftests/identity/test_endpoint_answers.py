from collections.abc import Sequence
from typing import Any

import pytest
import requests_mock as mocker

from fixtures.identity.anonymous import Anonymous, Reading
from fixtures.identity.endpoint_answers import answers_at, api_nodes
from fixtures.identity.endpoint_judgement import EndpointAnswer, judged
from fixtures.identity.endpoint_places import RUNNER, Answer, Place, places_of
from fixtures.identity.endpoints import Endpoint
from fixtures.nodes.node import Node
from fixtures.nodes.nodes import Nodes
from fixtures.nodes.restarting import Restarting
from selftests.identity.known_documents import document
from selftests.nodes.known_nodes import known_node
from selftests.tools import fake_keystone

PUBLIC = "http://controller:9292"
INSIDE = "http://inside:9292"
CONTROLLER = known_node("controller", running=["glance-api", "nova-api"])


def reading(status: int, kind: str = "") -> Reading:
    return Reading(status, document(kind) if kind else b"")


def answer(status: int, kind: str = "", root: Reading | None = None, by: str = "controller", hosts: Any = ()) -> Answer:
    return Answer(by, reading(status, kind), root or reading(status, kind), frozenset(hosts))


def image(url: str, *interfaces: str) -> Place:
    [place] = places_of([Endpoint("image", url, each, f"id-{each}") for each in interfaces])
    return place


HERE = image(PUBLIC, "public")


def said(place: Place, found: Answer, *others: tuple[Place, Answer]) -> EndpointAnswer:
    return judged(place, {place: found, **dict(others)}, Restarting((CONTROLLER,)), "RegionOne", "p1")


def test_endpoints_at_one_url_are_one_place() -> None:
    places = places_of(
        [Endpoint("image", PUBLIC, each) for each in ("admin", "public")] + [Endpoint("network", PUBLIC)]
    )
    assert [(each.service, each.interfaces) for each in places] == [
        ("image", ["public", "admin"]),
        ("network", ["public"]),
    ]


@pytest.mark.parametrize(
    ("service", "found"),
    [
        ("image", answer(300, "image")),
        ("volumev3", answer(401, root=reading(300, "block-storage"))),
        ("volumev2", answer(404, root=reading(300, "block-storage"))),
        ("object-store", answer(404, root=reading(404))),
        ("orchestration", answer(401, root=reading(300, "orchestration"))),
        ("compute", answer(401, root=Reading(200, b"<html>a portal</html>"))),
        ("rating", answer(404, root=reading(404))),
        ("identity", answer(403, root=reading(403))),
        ("compute", answer(401, root=reading(300, "identity"))),
    ],
)
def test_a_service_at_its_own_place_is_right(service: str, found: Answer) -> None:
    place = Place(service, "http://c:1/v3", (Endpoint(service, "http://c:1/v3", "admin"),))
    assert (said(place, found).seen, said(place, found).why_unknown) == ("", "")


def test_another_service_is_told_with_the_url_that_is_right() -> None:
    admin = image("http://controller:9696", "admin")
    assert str(said(admin, answer(200, "network"), (HERE, answer(300, "image", by=RUNNER)))) == (
        "the admin endpoint of image, http://controller:9696: controller reads the versions of another service there, "
        "network; expected those of image. Fix: openstack endpoint set --url http://controller:9292 id-admin, if that "
        "is where it is to be"
    )


def test_the_project_in_a_url_is_any_project() -> None:
    old, new = (
        Place("volumev3", url, (Endpoint("volumev3", url, each, each),))
        for url, each in (("http://c:9292/v3/p1", "internal"), ("http://c:8776/v3/p1", "public"))
    )
    told = str(said(old, answer(300, "image"), (new, answer(401, by=RUNNER))))
    assert "openstack endpoint set --url 'http://c:8776/v3/%(project_id)s' internal" in told


def test_nobodys_path_is_told() -> None:
    told = str(said(image("http://controller/imag", "public"), answer(404, by=RUNNER)))
    assert "the runner gets a 404, as from http://controller/imag/; expected the versions of image" in told
    assert told.endswith(
        "endpoint set --url URL id-public (openstack endpoint list --service image --region RegionOne)"
    )


def test_a_page_is_no_api() -> None:
    page = Reading(200, b"<html>It works!</html>")
    assert "a page that is no JSON" in said(image("http://controller", "internal"), Answer("c", page, page)).seen


def test_a_silent_one_is_told_where_its_host_answers_others() -> None:
    inside = image(INSIDE, "internal", "admin")
    told = str(said(inside, answer(0, hosts=["inside"]), (HERE, answer(300, "image", by=RUNNER))))
    assert "nobody answers controller, which does get answers from others" in told
    assert f"set --url {PUBLIC} id-internal; openstack endpoint set --url {PUBLIC} id-admin" in told


@pytest.mark.parametrize("by", ["controller", RUNNER])
def test_a_silent_one_on_a_strange_network_is_not_known(by: str) -> None:
    inside = said(image(INSIDE, "internal"), answer(0, by=by))
    assert inside.seen == ""
    assert inside.why_unknown


@pytest.mark.parametrize(
    ("service", "interface", "region", "is_told"),
    [
        ("image", "internal", "RegionOne", True),
        ("image", "admin", "RegionOne", False),
        ("object-store", "internal", "RegionOne", False),
        ("image", "internal", "", False),
    ],
)
def test_on_a_network_of_its_own_what_no_api_calls_may_be_silent(
    service: str, interface: str, region: str, is_told: bool
) -> None:
    """As a storage network is, to which controllers have no way; or a region that is far away."""
    place = Place(service, "http://far:1", (Endpoint(service, "http://far:1", interface),))
    answers = {place: answer(0, hosts=["inside"]), image(INSIDE, "internal"): answer(300, "image")}
    assert bool(judged(place, answers, Restarting(), region).seen) is is_told


@pytest.mark.parametrize("status", [0, 500, 503])
def test_a_public_one_that_does_not_answer_is_for_another_row(status: int) -> None:
    assert said(HERE, answer(status, by=RUNNER)).seen == ""


@pytest.mark.parametrize(("status", "is_proxy"), [(500, False), (503, True)])
def test_who_answers_with_an_error_has_a_route_and_a_log(status: int, is_proxy: bool) -> None:
    told = str(said(image(INSIDE, "internal"), answer(status)))
    assert f"it answers controller with {status}" in told
    assert (
        "on controller, systemctl restart glance-api.service, and read journalctl -u glance-api.service -n 50" in told
    )
    assert ("proxy" in told) is is_proxy


def test_nodes_with_an_api_ask() -> None:
    def controllers(*nodes: Node) -> Sequence[str]:
        given = tuple(each.in_roles({"controller"}) for each in nodes)
        return [each.name for each in api_nodes(Nodes("given", given))]

    broker = known_node("broker", running=["rabbitmq"])
    second, third = (known_node(name, running=["neutron-server"]) for name in ("c2", "c3"))
    assert controllers(broker, CONTROLLER, second, third) == ["controller", "c2"]


def test_what_the_runner_reads_is_judged(requests_mock: mocker.Mocker) -> None:
    fake_keystone.keystone(requests_mock, "admin")
    requests_mock.get("http://controller:8774/v2.1", status_code=404)
    requests_mock.get("http://controller:8774/", content=document("image"))
    endpoint = Endpoint("compute", "http://controller:8774/v2.1")
    [place] = places_of([endpoint])
    found = answers_at(Anonymous(True, 30), Nodes("", ()), [place])
    assert "the versions of another service there, image" in judged(place, found, Restarting()).seen
