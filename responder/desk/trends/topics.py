"""What is spoken of: the topics, and what is spoken of more than in the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.orm import Session

from listener.trends.cells import FacetKind, Sums
from listener.trends.counts import sums
from listener.trends.rising import LEAST, Rise, rising
from listener.trends.scope import Scope
from listener.trends.terms import Said, count_terms, rising_terms
from listener.trends.texts import SAMPLE, Heard, newest_texts
from responder.bot import Bot
from responder.desk.choices import named
from responder.desk.pictures.bars import Bar, bar_chart
from responder.desk.tongue import N_, _, many
from responder.desk.trends.amounts import number_words, score_words, share_words
from responder.desk.trends.doubt import mean_of, share_of
from responder.desk.trends.earlier import earlier
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import KINDS, Cell, Filter, Look, Panel
from responder.desk.trends.quotes import PART, Quotes, chosen, quoted
from responder.desk.trends.series import number_cell
from sentiment.score import Sentiment
from sentiment.topics import OTHER

KEY: Final = "topics"
TITLE: Final = N_("Topics")
HONOURS: Final = KINDS | {Filter.PERIOD}
EXTRA: Final = PART
_TERMS: Final = 25
_QUOTED: Final = 5
_READ: Final = 500  # texts to quote from


@dataclass(frozen=True, kw_only=True)
class _Topic:
    name: str
    by_mood: Mapping[Sentiment, Sums]

    @property
    def mentions(self) -> int:
        return sum(one.mentions for one in self.by_mood.values())

    def of(self, mood: Sentiment) -> int:
        return self.by_mood[mood].mentions if mood in self.by_mood else 0

    @property
    def judged(self) -> int:
        return self.mentions - self.of(Sentiment.UNKNOWN)


def panels(look: Look) -> tuple[Panel, ...]:
    scope, before = look.scope, earlier(look.scope)
    whole = replace(scope, topic="")
    with look.bot.database.read() as session:
        topics, old = _topics(session, whole), _topics(session, replace(before, topic=""))
        total, of_before = _total(session, whole), _total(session, replace(before, topic=""))
        texts, former = newest_texts(session, scope), newest_texts(session, before)
        number, number_before = _total(session, scope), _total(session, before)
    if not total:
        return ()
    of_all: tuple[Panel, ...] = (
        _share_of_topics(whole, topics, total),
        _rising_topics(whole, topics, old, total, of_before),
    )
    if scope.topic:
        told = _("Here are all topics, whichever is chosen.")
        of_all = tuple(replace(one, note=f"{one.note} {told}") for one in of_all)
    return (*of_all, _rising_terms(look.bot, scope, texts, former, number, number_before))


def extra(look: Look) -> Mapping[str, Any]:
    """Newest words of the topics that are spoken of most."""
    with look.bot.database.read() as session:
        topics = _topics(session, replace(look.scope, topic=""))
        texts = newest_texts(session, look.scope, most=_READ)
    names = [look.scope.topic] if look.scope.topic else [one.name for one in topics[:_QUOTED]]
    found = chosen(texts, lambda text: text.topics, names)
    groups = [
        Quotes(
            heading=named(name),
            href=mentions_url(look.scope, topic=name),
            quotes=quoted(look.bot, found[name]),
        )
        for name in names
        if found[name]
    ]
    return {"groups": groups}


def _total(session: Session, scope: Scope) -> int:
    return sum(one.mentions for one in sums(session, scope).values())


def _topics(session: Session, scope: Scope) -> list[_Topic]:
    """Most spoken of first."""
    found: dict[str, dict[Sentiment, Sums]] = {}
    told = sums(session, scope, "facet", "sentiment", kind=FacetKind.TOPIC)
    for (kind, mood), one in told.items():
        found.setdefault(str(kind).partition(":")[2], {})[Sentiment(str(mood))] = one
    topics = [_Topic(name=name, by_mood=moods) for name, moods in found.items()]
    # What has no name comes last, however much of it there is.
    return sorted(topics, key=lambda one: (one.name == OTHER, -one.mentions, one.name))


def _share_of_topics(scope: Scope, topics: Sequence[_Topic], total: int) -> Panel:
    return Panel(
        key="topics",
        title=_("What it is about"),
        finding=_leading(topics, total),
        columns=(_("Topic"), _("Mentions"), _("Share"), _("Negative"), _("Mood")),
        rows=tuple(
            (
                Cell(text=named(one.name), value=one.name),
                number_cell(one.mentions, mentions_url(scope, topic=one.name)),
                Cell(text=share_words(one.mentions, total), value=round(one.mentions / total, 4)),
                _negative(scope, one),
                _mood(one),
            )
            for one in topics
        ),
        spec=bar_chart([_bar(one, total) for one in topics]) if topics else None,
        note=_(
            "A mention can be about several topics, so the shares add up to more than all of them. "
            "Negative and mood count only those whose feeling could be told."
        ),
    )


def _negative(scope: Scope, topic: _Topic) -> Cell:
    share = share_of(topic.of(Sentiment.NEGATIVE), topic.judged)
    if share is None:
        return Cell(text="–")
    href = mentions_url(scope, topic=topic.name, sentiment=Sentiment.NEGATIVE.value)
    return Cell(
        text=_(
            "%(share)s (%(low)s to %(high)s)",
            share=share_words(share.value),
            low=share_words(share.low),
            high=share_words(share.high),
        ),
        value=round(share.value, 4),
        href=href if topic.of(Sentiment.NEGATIVE) else "",
        behind=topic.of(Sentiment.NEGATIVE),
    )


def _mood(topic: _Topic) -> Cell:
    known = [one for mood, one in topic.by_mood.items() if mood is not Sentiment.UNKNOWN]
    mean = mean_of(
        topic.judged,
        sum(one.scores for one in known) / 1e3,
        sum(one.squares for one in known) / 1e6,
        least=LEAST,
    )
    if mean is None:
        return Cell(text="–")
    return Cell(text=score_words(mean.value), value=round(mean.value, 3))


def _bar(topic: _Topic, total: int) -> Bar:
    share, number = share_words(topic.mentions, total), number_words(topic.mentions)
    return Bar(
        name=named(topic.name),
        value=topic.mentions,
        text=_("%(number)s (%(share)s)", number=number, share=share),
        spoken=many(
            "%(name)s: %(number)s mention, %(share)s",
            "%(name)s: %(number)s mentions, %(share)s",
            topic.mentions,
            name=named(topic.name),
            number=number,
            share=share,
        ),
    )


def _leading(topics: Sequence[_Topic], total: int) -> str:
    if not topics or topics[0].name == OTHER:
        return _("Nobody can tell what it is about.")
    first = topics[0]
    return many(
        "%(topic)s comes first: %(share)s of %(number)s mention is about it.",
        "%(topic)s comes first: %(share)s of %(number)s mentions are about it.",
        total,
        topic=named(first.name),
        share=share_words(first.mentions, total),
        number=number_words(total),
    )


def _rising_topics(
    scope: Scope, topics: Sequence[_Topic], old: Sequence[_Topic], total: int, of_before: int
) -> Panel:
    now = {one.name: one.mentions for one in topics}
    before = {one.name: one.mentions for one in old}
    rises = rising(now, before, of_now=total, of_before=of_before)
    return Panel(
        key="rising-topics",
        title=_("Rising topics"),
        finding=_risen([named(rise.name) for rise in rises], of_before),
        columns=(_("Topic"), _("Mentions"), _("Before"), _("Times as often")),
        rows=tuple(
            (
                Cell(text=named(rise.name), value=rise.name),
                number_cell(rise.now, mentions_url(scope, topic=rise.name)),
                number_cell(rise.before, mentions_url(earlier(scope), topic=rise.name)),
                _times(rise),
            )
            for rise in rises
        ),
        note=_method(total, of_before),
    )


def _rising_terms(
    bot: Bot,
    scope: Scope,
    texts: Sequence[Heard],
    former: Sequence[Heard],
    number: int,
    number_before: int,
) -> Panel:
    cover = bot.book.cover
    ours = (cover.name, *cover.terms, *cover.handles)
    now, before = count_terms(map(_said, texts), ours), count_terms(map(_said, former), ours)
    rises = rising_terms(now, before)[:_TERMS]
    return Panel(
        key="rising-terms",
        title=_("Rising words"),
        finding=_risen([rise.name for rise in rises], before.texts),
        columns=(_("Words"), _("Texts"), _("Before"), _("Times as often")),
        rows=tuple(
            (
                # Its texts are counted without their copies: a search finds more than that.
                Cell(text=rise.name, href=mentions_url(scope, q=rise.name)),
                number_cell(rise.now),
                number_cell(rise.before),
                _times(rise),
            )
            for rise in rises
        ),
        note=" ".join(
            filter(None, (_sampled(number, number_before), _method(now.texts, before.texts)))
        ),
    )


def _said(heard: Heard) -> Said:
    return Said(text=heard.text, language=heard.language, likeness=heard.likeness)


def _times(rise: Rise) -> Cell:
    if rise.times is None:
        return Cell(text=_("new"))
    shown = number_words(round(rise.times, 1))
    return Cell(text=f"× {shown}", value=round(rise.times, 2))


def _risen(names: Sequence[str], of_before: int) -> str:
    if not of_before:
        return _("The period before has nothing to compare with.")
    if not names:
        return _("Nothing is spoken of more than before, beyond chance.")
    if len(names) == 1:
        return _("Spoken of more than before: %(name)s.", name=names[0])
    return _("Spoken of more than before: %(name)s, then %(next)s.", name=names[0], next=names[1])


def _sampled(number: int, number_before: int) -> str:
    if max(number, number_before) <= SAMPLE:
        return ""
    return many(
        "Counted in the newest %(number)s text of each period.",
        "Counted in the newest %(number)s texts of each period.",
        SAMPLE,
        number=number_words(SAMPLE),
    )


def _method(now: int, before: int) -> str:
    return _(
        "Compared: %(now)s mentions with %(before)s of the period before, as shares of each. "
        "Nothing is named that fewer than five mentions say, and of what is named about one in ten "
        "may be chance. One busy conversation can look like a rise.",
        now=number_words(now),
        before=number_words(before),
    )
