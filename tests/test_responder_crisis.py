"""The whole line on a real store: a flood is an episode within the hour, does what a crisis does,
is told once, and ends; a poller that died is no crisis."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from listener.cursors import LOOK_BACK
from listener.models import Cursor, Gap, Mention, MentionStatus
from listener.spikes.watch import Level, Rule
from listener.trends.scope import Scope
from listener.trends.steps import By
from responder.access import Visitor
from responder.alerts import Told, plan, said
from responder.bot import Bot
from responder.crisis import round as crisis_round
from responder.crisis.conditions import of_episodes
from responder.crisis.course import COOL_DOWN
from responder.crisis.deeds import (
    Unsaid,
    acknowledge,
    end_by_hand,
    keep_post_mortem,
    note_down,
    snooze,
)
from responder.crisis.effects import (
    CRISIS_ON,
    PART_OF_A_CRISIS,
    affected,
    of_crisis,
    promotions_rest,
)
from responder.crisis.hearing import read_hearing
from responder.crisis.logbook import WATCH, read
from responder.crisis.models import Did, Episode, Kind
from responder.crisis.round import SpikeWatch
from responder.crisis.usual import read_week
from responder.desk.charts import Plotter
from responder.desk.trends.panel import Look
from responder.desk.trends.spikes import panels
from responder.models import Pause, PauseLevel
from responder.pause import lift_pause, set_pause
from responder.staffing.openings import NOT_OPEN
from responder.team.models import Role
from sentiment.prioritize import Level as Urgency
from sentiment.score import Sentiment
from tests.crisis_story import brand, flood, hear
from tests.factories import NOW, FakeChannel, Watch, make_author

MINUTES = timedelta(minutes=1)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def bot(tmp_path: Path, watch: Watch) -> Bot:
    return brand(tmp_path, watch)


def look(bot: Bot, watch: Watch, after: timedelta = timedelta()) -> Episode | None:
    watch.now += after
    hear(bot, watch.now)
    SpikeWatch(bot).round()
    return newest(bot)


def newest(bot: Bot) -> Episode | None:
    with bot.database.read() as session:
        return session.scalar(select(Episode).order_by(Episode.id.desc()).limit(1))


def did(bot: Bot, episode: Episode) -> list[Did]:
    with bot.database.read() as session:
        return [entry.did for entry in read(session, episode.id)]


def test_a_quiet_day_is_no_episode(bot: Bot, watch: Watch) -> None:
    for _ in range(3):
        assert look(bot, watch, 20 * MINUTES) is None


def test_a_flood_is_a_crisis_before_its_first_hour_is_over(bot: Bot, watch: Watch) -> None:
    watch.now = NOW + 25 * MINUTES
    flood(bot, 40, watch.now)
    episode = look(bot, watch)
    assert episode is not None
    assert (episode.level, episode.rule, episode.kind) == (Level.CRISIS, Rule.TAIL, Kind.NEGATIVE)
    assert episode.channel == "x"
    assert episode.authors == 40
    assert episode.expected < 6
    assert episode.observed == 40
    assert NOW - timedelta(hours=1) < episode.began_at < watch.now
    assert {"checkout broken", "order lost"} & {one["text"] for one in episode.explanation["terms"]}
    assert episode.explanation["topics"][0] == ["technical", 40]
    assert episode.explanation["first"]["channel"] == "x"


def test_words_written_in_private_explain_nothing_to_others(bot: Bot, watch: Watch) -> None:
    watch.now = NOW + 25 * MINUTES
    flood(bot, 40, watch.now, private=True)
    episode = look(bot, watch)
    assert episode is not None
    assert episode.explanation["terms"] == []


def test_it_pauses_automatic_answers_and_only_a_human_ends_that(bot: Bot, watch: Watch) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    episode = look(bot, watch, 25 * MINUTES)
    assert episode is not None
    with bot.database.read() as session:
        pause = session.get_one(Pause, "x")
        assert (pause.level, pause.by) == (PauseLevel.AUTO, WATCH)
    lift_pause(bot.database, channel="x", by="anna", now=watch.now)
    look(bot, watch, MINUTES)
    with bot.database.read() as session:
        assert session.get(Pause, "x") is None, "what a human resumed is not paused again"
    assert did(bot, episode).count(Did.PAUSED) == 1


def test_a_stricter_pause_of_somebody_stays_theirs(bot: Bot, watch: Watch) -> None:
    set_pause(bot.database, channel="x", level=PauseLevel.SEND, by="anna", now=NOW)
    flood(bot, 40, NOW + 25 * MINUTES)
    look(bot, watch, 25 * MINUTES)
    with bot.database.read() as session:
        pause = session.get_one(Pause, "x")
    assert (pause.level, pause.by) == (PauseLevel.SEND, "anna")


def test_a_channel_it_spreads_to_is_paused_too_and_only_what_was_paused_is_logged(
    bot: Bot, watch: Watch
) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    episode = look(bot, watch, 25 * MINUTES)
    assert episode is not None
    channels = dict.fromkeys(("x", "small", "other"), bot.channels["x"])
    wider = replace(bot, channels=channels)
    set_pause(bot.database, channel="other", level=PauseLevel.SEND, by="anna", now=NOW)
    with bot.database.write() as session:
        row = session.get_one(Episode, episode.id)
        assert row.explanation[CRISIS_ON] == ["x"]
        assert affected(wider, row) == ["x"]
        row.explanation = {**row.explanation, CRISIS_ON: ["small", "x"]}
        assert affected(wider, row) == ["x", "small"]
        row.explanation = {**row.explanation, CRISIS_ON: [""]}
        of_crisis(session, wider, row, watch.now)
    with bot.database.read() as session:
        entries = [one.detail for one in read(session, episode.id) if one.did is Did.PAUSED]
        assert session.get_one(Pause, "other").by == "anna"
    assert entries == ["x", "small"]


def test_texts_are_read_before_the_store_is_held(
    bot: Bot, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bool] = []

    def listen(session: Session, row: Episode, also: object) -> dict[str, object]:
        with bot.database.write() as other:  # nobody waits for the one that reads
            written.append(other.get(Episode, row.id) is not None)
        return {"terms": [], "topics": [], "channels": [], "also": []}

    monkeypatch.setattr(crisis_round, "explain", listen)
    flood(bot, 40, NOW + 25 * MINUTES)
    episode = look(bot, watch, 25 * MINUTES)
    assert written == [True]
    assert episode is not None
    assert episode.explained_at == watch.now


def test_its_mentions_are_urgent_but_not_those_of_who_is_glad(bot: Bot, watch: Watch) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    flood(
        bot, 2, NOW + 25 * MINUTES, text="Love it", sentiment=Sentiment.POSITIVE, signals=["praise"]
    )
    look(bot, watch, 25 * MINUTES)
    with bot.database.read() as session:
        rows = session.scalars(select(Mention).where(Mention.status == MentionStatus.NEW)).all()
        urgent = [row for row in rows if row.priority is Urgency.P1]
        assert len(urgent) == 40
        assert all(row.reasons[0] == PART_OF_A_CRISIS for row in urgent)
        assert all(row.due_at <= row.created_at + timedelta(minutes=15) for row in urgent)
        assert not [row for row in urgent if row.sentiment is Sentiment.POSITIVE]


def test_a_topic_is_urgent_however_much_else_waits_and_on_a_shut_channel_too(
    bot: Bot, watch: Watch
) -> None:
    flood(bot, 250, NOW + 125 * MINUTES, topics=["billing"])
    shut = {"status": "listen_only", "status_reason": NOT_OPEN}
    flood(bot, 2, NOW + 126 * MINUTES, **shut)
    flood(bot, 1, NOW + 126 * MINUTES, status="listen_only", status_reason="praise")
    flood(bot, 1, NOW + timedelta(hours=5))
    with bot.database.write() as session:
        row = Episode(
            kind=Kind.TOPIC, topic="technical", channel="x", level=Level.CRISIS,
            first_level=Level.CRISIS, rule=Rule.TAIL, observed=2, expected=0, chance=0, authors=2,
            began_at=NOW, seen_at=NOW, raised_at=NOW, last_at=NOW + timedelta(hours=3),
        )  # fmt: skip
        row.explanation = {}
        session.add(row)
        session.flush()
        of_crisis(session, bot, row, watch.now)
    with bot.database.read() as session:
        urgent = session.scalars(select(Mention).where(Mention.priority == Urgency.P1)).all()
    assert [(one.status, one.status_reason, one.topics) for one in urgent] == [
        (MentionStatus.NEW, "", ["technical"])
    ] * 2


def test_promotions_rest_while_it_lasts(bot: Bot, watch: Watch) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    with bot.database.read() as session:
        assert not promotions_rest(session, bot, "x")
    episode = look(bot, watch, 25 * MINUTES)
    assert episode is not None
    with bot.database.read() as session:
        assert promotions_rest(session, bot, "x")
    end_by_hand(bot.database, episode.id, by="anna", now=watch.now)
    with bot.database.read() as session:
        assert not promotions_rest(session, bot, "x")


def test_what_the_settings_switch_off_does_not_happen(tmp_path: Path, watch: Watch) -> None:
    bot = brand(tmp_path, watch, pause_auto=False, rest_promotions=False, raise_urgency=False)
    flood(bot, 40, NOW + 25 * MINUTES)
    episode = look(bot, watch, 25 * MINUTES)
    assert episode is not None
    assert did(bot, episode) == [Did.OPENED]
    with bot.database.read() as session:
        assert session.get(Pause, "x") is None
        assert not promotions_rest(session, bot, "x")
        assert not session.scalars(select(Mention).where(Mention.priority == Urgency.P1)).all()


def told(bot: Bot, watch: Watch, minutes: int) -> list[str]:
    """What goes out in so many minutes, looked at every minute."""
    books: dict[str, Told] = {}
    lines: list[str] = []
    for _ in range(minutes):
        with bot.database.read() as session:
            found = list(of_episodes(session, watch.now))
        planned = plan(books, found, watch.now)
        books = dict(planned.books)
        for message in planned.messages:
            lines += message.lines
            books = said(books, message, watch.now)
        watch.now += MINUTES
    return lines


def test_it_is_told_once_and_again_each_hour_until_somebody_takes_it_up(
    bot: Bot, watch: Watch
) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    episode = look(bot, watch, 25 * MINUTES)
    assert episode is not None
    lines = told(bot, watch, 130)
    begins = ("a crisis on x: 40", "nobody has taken up the", "nobody has taken up the")
    assert len(lines) == len(begins)
    assert all(line.startswith(begin) for line, begin in zip(lines, begins, strict=True))
    acknowledge(bot.database, episode.id, by="anna", now=watch.now)
    again = told(bot, watch, 130)
    assert len(again) == 1, "new books, and no reminder"


def test_a_higher_level_is_told_whatever_was_acknowledged_or_put_off(
    bot: Bot, watch: Watch
) -> None:
    flood(bot, 9, NOW + 25 * MINUTES, sentiment=Sentiment.NEUTRAL, topics=[])
    episode = look(bot, watch, 25 * MINUTES)
    assert episode is not None
    assert episode.level is Level.ALERT
    acknowledge(bot.database, episode.id, by="anna", now=watch.now)
    snooze(
        bot.database, episode.id, until=watch.now + timedelta(hours=20), by="anna", now=watch.now
    )
    flood(bot, 40, watch.now + MINUTES)
    raised = look(bot, watch, MINUTES)
    assert raised is not None
    assert (raised.id, raised.level) == (episode.id, Level.CRISIS)
    lines = told(bot, watch, 65)
    assert any(line.startswith("a crisis") for line in lines)
    assert any(line.startswith("nobody has taken up") for line in lines)
    assert Did.RAISED in did(bot, episode)


def test_it_ends_after_the_cool_down_and_a_human_may_end_it_before(bot: Bot, watch: Watch) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    look(bot, watch, 25 * MINUTES)
    begun = look(bot, watch, timedelta(hours=2))
    assert begun is not None
    assert begun.ended_at is None
    over = look(bot, watch, COOL_DOWN)
    assert over is not None
    assert (over.id, over.ended_by) == (begun.id, WATCH)
    assert did(bot, over)[-1] is Did.ENDED


def test_what_a_person_ended_does_not_begin_again_at_once(bot: Bot, watch: Watch) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    first = look(bot, watch, 25 * MINUTES)
    assert first is not None
    end_by_hand(bot.database, first.id, by="anna", now=watch.now)
    flood(bot, 10, watch.now + MINUTES)
    again = look(bot, watch, MINUTES)
    assert again is not None
    assert again.id == first.id


def test_a_dead_poller_opens_nothing_and_ends_nothing(bot: Bot, watch: Watch) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    watch.now = NOW + 25 * MINUTES
    SpikeWatch(bot).round()  # last fetched 25 minutes ago
    assert newest(bot) is None
    running = look(bot, watch)
    assert running is not None
    watch.now += 3 * COOL_DOWN
    SpikeWatch(bot).round()
    still = newest(bot)
    assert still is not None
    assert still.ended_at is None, "that nobody complains is not known"


def test_hours_a_stream_passed_over_make_the_next_ones_no_spike(bot: Bot, watch: Watch) -> None:
    hours = timedelta(hours=1)
    with bot.database.write() as session:
        session.add(
            Gap(
                channel="x", stream="mentions", since=NOW - 5 * hours, until=NOW + hours,
                reason="the network was away", noticed_at=NOW, next_try_at=None,
            )
        )  # fmt: skip
    flood(bot, 40, NOW + 25 * MINUTES)
    assert look(bot, watch, 25 * MINUTES) is None


def test_the_daily_look_back_does_not_blind_the_watch(bot: Bot, watch: Watch) -> None:
    with bot.database.write() as session:
        session.add(
            Gap(
                channel="x", stream=LOOK_BACK, since=NOW - timedelta(days=1),
                until=NOW + timedelta(hours=1), reason="routine", noticed_at=NOW, next_try_at=NOW,
            )
        )  # fmt: skip
    flood(bot, 40, NOW + 25 * MINUTES)
    assert look(bot, watch, 25 * MINUTES) is not None


def test_one_person_is_no_crisis_however_loud(bot: Bot, watch: Watch) -> None:
    with bot.database.write() as session:
        loud = make_author(session).id
    flood(bot, 60, NOW + 25 * MINUTES, author_id=loud)
    assert look(bot, watch, 25 * MINUTES) is None


def test_three_people_in_danger_are_a_crisis_on_the_quietest_day(bot: Bot, watch: Watch) -> None:
    flood(bot, 3, NOW + 5 * MINUTES, signals=["safety"], text="It caught fire in my hands")
    episode = look(bot, watch, 5 * MINUTES)
    assert episode is not None
    assert (episode.level, episode.rule, episode.kind) == (Level.CRISIS, Rule.DANGER, Kind.DANGER)
    assert episode.authors == 3


def test_people_in_danger_are_a_crisis_on_a_channel_that_is_deaf_now(
    bot: Bot, watch: Watch
) -> None:
    flood(bot, 3, NOW + 25 * MINUTES, signals=["safety"], text="It caught fire in my hands")
    watch.now = NOW + 25 * MINUTES
    SpikeWatch(bot).round()  # last fetched 25 minutes ago
    episode = newest(bot)
    assert episode is not None
    assert episode.kind is Kind.DANGER


def test_a_stream_that_never_succeeded_makes_no_channel_deaf(bot: Bot, watch: Watch) -> None:
    channel = bot.channels["x"]
    streams = (*channel.declaration.streams, "never")
    assert isinstance(channel, FakeChannel)
    channel.declaration = replace(channel.declaration, streams=streams)
    hear(bot, NOW)
    with bot.database.write() as session:
        session.get_one(Cursor, ("x", "never")).fetched_at = None
        hearing = read_hearing(session, bot, NOW)["x"]
    assert not hearing.deaf
    assert not hearing.silent


def test_two_people_in_danger_are_none(bot: Bot, watch: Watch) -> None:
    flood(bot, 2, NOW + 5 * MINUTES, signals=["safety"])
    assert look(bot, watch, 5 * MINUTES) is None


def test_looking_twice_does_nothing_twice(bot: Bot, watch: Watch) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    episode = look(bot, watch, 25 * MINUTES)
    assert episode is not None
    before = did(bot, episode)
    look(bot, watch)
    assert did(bot, episode) == before
    with bot.database.read() as session:
        assert len(session.scalars(select(Episode)).all()) == 1


def test_the_log_keeps_what_people_note_and_what_was_learned(bot: Bot, watch: Watch) -> None:
    flood(bot, 40, NOW + 25 * MINUTES)
    episode = look(bot, watch, 25 * MINUTES)
    assert episode is not None
    note_down(bot.database, episode.id, "The shop is back", by="bo", now=watch.now)
    keep_post_mortem(bot.database, episode.id, "A broken release", by="anna", now=watch.now)
    with pytest.raises(Unsaid):
        note_down(bot.database, episode.id, " \n", by="bo", now=watch.now)
    with bot.database.read() as session:
        entries = read(session, episode.id)
        assert [(one.by, one.did) for one in entries[-2:]] == [
            ("bo", Did.NOTED),
            ("anna", Did.LEARNED),
        ]
        assert session.get_one(Episode, episode.id).post_mortem == "A broken release"


def test_the_last_week_stands_beside_what_is_usual(bot: Bot, watch: Watch) -> None:
    watch.now = NOW + 65 * MINUTES
    hear(bot, watch.now)
    flood(bot, 40, NOW + 55 * MINUTES)
    SpikeWatch(bot).round()
    with bot.database.read() as session:
        week = read_week(session, bot, ["x"], watch.now)
    assert week.weeks >= 3
    assert len(week.hours) == 168
    last = week.hours[-1]
    assert last.start == NOW
    assert last.observed == 40
    assert last.above
    assert not week.hours[-3].above
    seat = Visitor(name="anna", role=Role.VIEWER, agent_id=None)
    scope = Scope(start=NOW - timedelta(days=7), end=watch.now, by=By.HOUR, zone=bot.zone)
    look = Look(bot=bot, seat=seat, scope=scope, now=watch.now)
    (panel,) = panels(look)
    assert panel.rows[0][1].value == 40
    assert panel.rows[0][4].text == "Crisis"
    assert panel.spec is not None
    assert str(Plotter().draw(panel.spec)).startswith("<svg")
    with bot.database.write() as session:
        session.add(
            Gap(
                channel="x", stream="mentions", since=NOW - 5 * MINUTES, until=NOW + 5 * MINUTES,
                reason="away", noticed_at=NOW, next_try_at=None,
            )
        )  # fmt: skip
    with bot.database.read() as session:
        assert read_week(session, bot, ["x"], watch.now).hours[-1].observed is None
