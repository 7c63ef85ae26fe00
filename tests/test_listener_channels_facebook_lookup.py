"""A Facebook Page over real HTTP: how texts stand now, and what really is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from listener.channels.errors import AuthFailed, RateLimited, Refused, Unavailable
from tests.facebook_on_loopback import FEED, PAGE, POST, TOP, channel
from tests.loopback import Asked, Network, Says, payload, serving

LOOKUP = "GET /v26.0/"
HOME = f"GET /v26.0/{PAGE}"
GONE = Says(status=400, body=payload("facebook/errors/100-gone.json"))
IDS = [f"900000000000101_{number}" for number in range(501, 507)]


@pytest.fixture
def network() -> Iterator[Network]:
    with serving() as running:
        yield running


class Objects(Network):
    """Answers `?ids=` as Graph does: one id that fails makes the whole call fail."""

    def __init__(self, **failing: Says) -> None:
        super().__init__()
        self.failing = failing

    def answer(self, asked: Asked) -> Says:
        if f"{asked.method} {asked.path}" != LOOKUP:
            return super().answer(asked)
        self.asked.append(asked)
        wanted = asked.query["ids"].split(",")
        for one in wanted:
            if f"_{one}" in self.failing:
                return self.failing[f"_{one}"]
        return Says(body={one: {"id": one, "message": f"text {one}"} for one in wanted})


def failing(network: Network, ids: dict[str, Says]) -> None:
    """Make `network` answer for objects, of which these fail."""
    objects = Objects(**{f"_{one}": says for one, says in ids.items()})
    objects.says, objects.asked = network.says, network.asked
    network.answer = objects.answer  # type: ignore[method-assign]


def refusal(code: int, message: str, status: int = 400, **more: Any) -> Says:
    return Says(status=status, body={"error": {"code": code, "message": message, **more}})


def readable(network: Network) -> None:
    network.on(HOME, {"id": PAGE}).on(FEED, {"data": [{"id": POST}]})


def test_lookup_asks_once_and_one_by_one_if_one_id_spoils_the_call(network: Network) -> None:
    gone = Says(status=400, body=payload("facebook/errors/100-gone.json"))
    body = payload("facebook/lookup.json")
    network.on("GET /v26.0/", body)
    fb = channel(network.url)
    found = fb.lookup(list(body))
    assert [item and item.external_id for item in found.values()] == list(body)
    network.on("GET /v26.0/", gone, {TOP: body[TOP]}, gone)
    found = fb.lookup([TOP, "900000000000101_404"])
    assert found["900000000000101_404"] is None
    assert found[TOP] is not None


def test_a_tagging_post_is_looked_up_with_the_fields_of_a_post(network: Network) -> None:
    wrong = {"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (x)"}}
    (tagged,) = payload("facebook/tagged.json")["data"]
    network.on("GET /v26.0/", Says(status=400, body=wrong), {tagged["id"]: tagged})
    found = channel(network.url).lookup([tagged["id"]])[tagged["id"]]
    assert found is not None
    assert "updated_time" in network.calls("GET /v26.0/")[1].query["fields"]


def test_an_unreadable_text_is_not_called_gone(network: Network) -> None:
    network.on("GET /v26.0/", {TOP: {"id": TOP, "message": None}})
    assert channel(network.url).lookup([TOP, "no id"]) == {}


def test_a_lapsed_permission_does_not_make_everything_gone(network: Network) -> None:
    failing(network, dict.fromkeys(IDS, GONE))
    network.on(HOME, GONE)
    with pytest.raises(AuthFailed) as error:
        channel(network.url).lookup(IDS)
    assert "can no longer read the Page" in str(error.value)


def test_a_page_whose_feed_is_closed_to_us_proves_nothing_gone(network: Network) -> None:
    failing(network, dict.fromkeys(IDS, GONE))
    network.on(HOME, {"id": PAGE}).on(FEED, refusal(200, "(#200) This cannot be shown"))
    with pytest.raises(AuthFailed):
        channel(network.url).lookup(IDS)
    assert network.calls(FEED)[0].query["limit"] == "1"


def test_all_are_gone_if_the_page_itself_can_be_read(network: Network) -> None:
    failing(network, dict.fromkeys(IDS, GONE))
    readable(network)
    assert channel(network.url).lookup(IDS) == dict.fromkeys(IDS)
    assert (len(network.calls(HOME)), len(network.calls(FEED))) == (1, 1)


def test_a_single_missing_text_is_gone_if_the_page_can_be_read(network: Network) -> None:
    failing(network, {TOP: GONE})
    readable(network)
    assert channel(network.url).lookup([TOP]) == {TOP: None}
    network.on(HOME, GONE)
    with pytest.raises(AuthFailed):
        channel(network.url).lookup([TOP])


def test_a_page_that_cannot_be_asked_now_leaves_the_question_open(network: Network) -> None:
    failing(network, dict.fromkeys(IDS, GONE))
    for says, error in (
        (Says(status=503), Unavailable),
        (refusal(32, "(#32) Page request limit reached"), RateLimited),
    ):
        network.on(HOME, says)
        with pytest.raises(error):
            channel(network.url).lookup(IDS)


def test_where_another_text_of_the_batch_was_read_the_page_is_not_asked(network: Network) -> None:
    failing(network, {IDS[-1]: GONE})
    found = channel(network.url).lookup(IDS)
    assert [one for one in IDS if found[one] is None] == IDS[-1:]
    assert not network.calls(HOME)


def test_an_answer_that_names_the_permission_is_no_deletion(network: Network) -> None:
    said = (
        "(#100) Object does not exist, cannot be loaded due to missing permission or reviewable "
        "feature, or does not support this operation. This endpoint requires the "
        "'pages_read_engagement' permission"
    )
    failing(network, {IDS[2]: refusal(100, said)})
    with pytest.raises(AuthFailed):
        channel(network.url).lookup(IDS)
    assert not network.calls(HOME)


@pytest.mark.parametrize("position", [0, 2, 5])
@pytest.mark.parametrize(
    "unclear",
    [
        refusal(200, "(#200) This cannot be shown", status=403),
        refusal(551, "This person is not available"),
        refusal(1, "An unknown error occurred", status=500),
        refusal(99, "An unknown error occurred", status=500),
    ],
)
def test_one_unclear_text_among_several_spoils_nothing(
    network: Network, unclear: Says, position: int
) -> None:
    failing(network, {IDS[position]: unclear})
    found = channel(network.url).lookup([*IDS, POST])
    rest = [one for one in [*IDS, POST] if one != IDS[position]]
    assert sorted(found) == sorted(rest)
    assert None not in found.values()


def test_the_only_post_among_comments_may_be_unclear_too(network: Network) -> None:
    failing(network, {POST: refusal(1, "An unknown error occurred", status=500)})
    assert sorted(channel(network.url).lookup([POST, *IDS])) == sorted(IDS)


def test_a_text_asked_for_alone_tells_why_it_is_unclear(network: Network) -> None:
    failing(network, {TOP: refusal(551, "This person is not available")})
    with pytest.raises(Refused):
        channel(network.url).lookup([TOP])


@pytest.mark.parametrize("count", [2, 6])
def test_trouble_with_every_text_is_facebooks_own(network: Network, count: int) -> None:
    busy = Says(status=500, body=payload("facebook/errors/2-temporary.json"))
    failing(network, dict.fromkeys(IDS, busy))
    with pytest.raises(Unavailable):
        channel(network.url).lookup(IDS[:count])
    assert len(network.calls(LOOKUP)) < 8


def test_a_bad_text_among_fifty_costs_a_dozen_calls_and_not_fifty(network: Network) -> None:
    ids = [f"900000000000101_{number}" for number in range(600, 650)]
    failing(network, {ids[33]: GONE})
    assert len(channel(network.url).lookup(ids)) == 50
    assert len(network.calls(LOOKUP)) <= 13
