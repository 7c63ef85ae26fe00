"""Who gets which mention: never somebody who is not there, and among equals a fair share."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from responder.handling.roster import Colleague, Waiting, share_out

CHANNELS = ("x", "facebook", "mastodon")
LANGUAGES = ("it", "en", "pl")
TOPICS = ("delivery", "refund")

_channels = st.frozensets(st.sampled_from(CHANNELS))
_languages = st.frozensets(st.sampled_from(LANGUAGES))
_topics = st.frozensets(st.sampled_from(TOPICS))
_agents = st.sampled_from(["a", "b", "c", "d"])

colleagues = st.lists(
    st.builds(
        Colleague,
        agent_id=_agents,
        there_for=_channels,
        languages=_languages,
        specialities=_topics,
        load=st.integers(0, 5),
    ),
    unique_by=lambda one: one.agent_id,
)
waiting = st.lists(
    st.builds(
        Waiting,
        mention_id=st.uuids().map(str),
        channel=st.sampled_from(CHANNELS),
        language=st.sampled_from(LANGUAGES),
        topics=_topics,
        given_back=st.frozensets(_agents),
    ),
    unique_by=lambda mention: mention.mention_id,
)


def speaks(one: Colleague, mention: Waiting) -> bool:
    return not one.languages or mention.language in one.languages


@given(waiting, colleagues)
def test_each_gets_somebody_who_is_there_if_anybody_is(
    mentions: list[Waiting], team: list[Colleague]
) -> None:
    found = share_out(mentions, team)
    by_id = {one.agent_id: one for one in team}
    for mention in mentions:
        able = [one for one in team if mention.channel in one.there_for]
        chosen = found.get(mention.mention_id)
        assert (chosen is not None) is bool(able)
        if chosen is not None:
            assert mention.channel in by_id[chosen].there_for


@given(waiting, colleagues)
def test_who_speaks_the_language_comes_first_and_who_gave_it_back_last(
    mentions: list[Waiting], team: list[Colleague]
) -> None:
    found = share_out(mentions, team)
    by_id = {one.agent_id: one for one in team}
    for mention in mentions:
        able = [one for one in team if mention.channel in one.there_for]
        willing = [one for one in able if one.agent_id not in mention.given_back]
        if willing:
            chosen = by_id[found[mention.mention_id]]
            assert chosen in willing
            assert speaks(chosen, mention) or not any(speaks(one, mention) for one in willing)
            speakers = [one for one in willing if speaks(one, mention)] or willing
            knows = bool(chosen.specialities & mention.topics)
            assert knows or not any(one.specialities & mention.topics for one in speakers)


@given(st.integers(0, 40), st.integers(1, 6))
def test_equals_get_equal_shares(number: int, size: int) -> None:
    team = [Colleague(agent_id=f"a{n}", there_for=frozenset({"x"})) for n in range(size)]
    mentions = [Waiting(mention_id=str(n), channel="x", language="it") for n in range(number)]
    shares = Counter(share_out(mentions, team).values())
    numbers = [shares[one.agent_id] for one in team]
    assert sum(numbers) == number
    assert max(numbers) - min(numbers) <= 1


def test_who_has_more_to_do_waits_until_the_others_caught_up() -> None:
    team = [
        Colleague(agent_id="a", there_for=frozenset({"x"}), load=3),
        Colleague(agent_id="b", there_for=frozenset({"x"})),
    ]
    mentions = [Waiting(mention_id=str(n), channel="x", language="it") for n in range(5)]
    assert Counter(share_out(mentions, team).values()) == {"b": 4, "a": 1}
