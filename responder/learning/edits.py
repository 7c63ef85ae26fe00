"""Which words of ours the team edits most: what we proposed, held against what people sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Final

from pydantic import BaseModel
from sqlalchemy import func, select

from responder.bot import Bot
from responder.learning.answers import LEARNED
from responder.learning.similar import body_of, share_kept
from responder.model.tables import BY_MODEL
from responder.models import AuthorKind, Draft, DraftStatus, Reply, ReplyStatus

DAYS: Final = 90
MOST_DAYS: Final = 365
ENOUGH: Final = 5
"""Of fewer uses nobody can say whether words are good."""

AT_MOST: Final = 5_000  # replies compared, the newest: that takes seconds, not minutes

_Key = tuple[str, str]


class EditView(BaseModel):
    """One source of words in one language. `made_from`: the entry of the brand book, or several
    with a comma, or the team's own answers. `used`: replies a human sent that began with these
    words, of which `unchanged` were sent as proposed; `kept`: the median share of our words in them
    (greeting and signature left out), 0 to 1, null if none was sent; `rejected`: drafts that got no
    answer. `enough`: whether it was used five times, so that the figures tell something."""

    made_from: str
    language: str
    used: int
    unchanged: int
    kept: float | None
    rejected: int
    enough: bool


class EditsView(BaseModel):
    """The most edited first; those that were used too rarely at the end. `more`: there were more
    replies in these `days` than are compared; the newest are."""

    days: int
    more: bool
    entries: list[EditView]


def edits(bot: Bot, *, days: int = DAYS, at_most: int = AT_MOST) -> EditsView:
    """What became of our words in the last `days` (1 to 365), source by source; of more than
    `at_most` replies in the newest."""
    since = bot.clock() - timedelta(days=days)
    used: defaultdict[_Key, list[float]] = defaultdict(list)
    unchanged, rejected = Counter[_Key](), Counter[_Key]()
    with bot.database.read() as session:
        sent = session.execute(
            select(Draft.made_from, Draft.language, Draft.proposed, Reply.text)
            .select_from(Reply)
            .join(Draft, Draft.id == Reply.draft_id)
            .where(
                Reply.status == ReplyStatus.SENT,
                Reply.not_before > since,
                Reply.author_kind == AuthorKind.HUMAN,
                Draft.proposed != "",
            )
            .order_by(Reply.not_before.desc())
            .limit(at_most + 1)
        ).all()
        for made_from, language, count in session.execute(
            select(Draft.made_from, Draft.language, func.count())
            .where(
                Draft.status == DraftStatus.REJECTED,
                Draft.changed_at > since,
                Draft.proposed != "",
            )
            .group_by(Draft.made_from, Draft.language)
        ):
            rejected[_key(made_from, language)] += count
    for made_from, language, proposed, text in sent[:at_most]:
        key = _key(made_from, language)
        used[key].append(share_of(bot, language, proposed, text))
        unchanged[key] += proposed == text
    found = [_entry(key, used.get(key, ()), unchanged, rejected) for key in {*used, *rejected}]
    return EditsView(days=days, more=len(sent) > at_most, entries=sorted(found, key=_rank))


def kept_of(bot: Bot, reply: Reply) -> float | None:
    """The share of our words in a reply, 0 to 1; None where we proposed none, or nobody was there
    to change them."""
    draft = reply.draft
    if not draft.proposed or reply.author_kind is AuthorKind.AUTO:
        return None
    return round(share_of(bot, draft.language, draft.proposed, reply.text), 3)


def share_of(bot: Bot, language: str, proposed: str, sent: str) -> float:
    """How much of `proposed` was kept in `sent`, 0 to 1."""
    if proposed == sent:
        return 1.0
    house = bot.house(language)
    return share_kept(body_of(proposed, language, house), body_of(sent, language, house))


def _key(made_from: str, language: str) -> _Key:
    """How much was kept of an answer of the team, and what a model cites, differs each time: they
    are one source each."""
    one = next((name for name in (LEARNED, BY_MODEL) if made_from.startswith(name)), made_from)
    return one, language


def _entry(
    key: _Key,
    shares: Sequence[float],
    unchanged: Mapping[_Key, int],
    rejected: Mapping[_Key, int],
) -> EditView:
    made_from, language = key
    return EditView(
        made_from=made_from,
        language=language,
        used=len(shares),
        unchanged=unchanged.get(key, 0),
        kept=round(median(shares), 3) if shares else None,
        rejected=rejected.get(key, 0),
        enough=len(shares) >= ENOUGH,
    )


def _rank(one: EditView) -> tuple[bool, float, int, str, str]:
    kept = 1.0 if one.kept is None else one.kept
    return not one.enough, kept, -one.used - one.rejected, one.made_from, one.language
