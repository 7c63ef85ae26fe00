"""Dead letters as other programs see them, and what a person may do with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from listener import letters
from listener.channels.errors import ChannelError, Refused
from listener.letters import Closed, NoSuchLetter, Outcome
from listener.models import DeadLetter
from responder.approve import Conflict, NotFound
from responder.audit import note
from responder.bot import Bot
from responder.views import PageView, cursor_of, one_page, parts_of

SENTENCES: Final = {
    Outcome.READ: "It could be read now, and is heard like any other",
    Outcome.GONE: "The network does not show it any more: closed",
    Outcome.UNREADABLE: "It still cannot be read",
    Outcome.UNCLEAR: "The network says nothing clear about it: try again later",
}


class Fate(StrEnum):
    """What came of one letter of several. The first four are those of a letter read again."""

    READ = "read"
    GONE = "gone"
    UNREADABLE = "unreadable"
    UNCLEAR = "unclear"
    REFUSED = "refused"  # nobody can ask for it: no id, or no such channel any more
    UNASKED = "unasked"  # the network does not answer
    DROPPED = "dropped"
    CLOSED = "closed"  # somebody was faster


class LetterView(BaseModel):
    """Something a network sent that could not be read, as it came. `external_id` is the network's,
    null where it could not be read; `closed_at` is null while it is open, `closed_by` a person,
    or "read after all", or "gone from the network"."""

    id: str
    channel: str
    stream: str
    external_id: str | None
    payload: str
    error: str
    heard_at: datetime
    tries: int
    closed_at: datetime | None
    closed_by: str


@dataclass(frozen=True, kw_only=True)
class Retried:
    """`sentence` is for a person."""

    letter_id: str
    outcome: Outcome
    sentence: str

    @property
    def closed(self) -> bool:
        return self.outcome in (Outcome.READ, Outcome.GONE)


def letter_view(letter: DeadLetter) -> LetterView:
    return LetterView(**{name: getattr(letter, name) for name in LetterView.model_fields})


def letters_page(
    session: Session,
    *,
    channel: str | None = None,
    closed: bool = False,
    limit: int,
    after: str | None = None,
) -> PageView[LetterView]:
    """The open ones, or those that are `closed`; newest first: our ids sort by their time."""
    open_or_not = DeadLetter.closed_at.is_not(None) if closed else DeadLetter.closed_at.is_(None)
    query = select(DeadLetter).where(open_or_not).order_by(DeadLetter.id.desc())
    if channel is not None:
        query = query.where(DeadLetter.channel == channel)
    if after:
        (row_id,) = parts_of(after, 1)
        query = query.where(DeadLetter.id < row_id)
    rows, last = one_page(session, query, limit)
    return PageView(items=[letter_view(row) for row in rows], next=last and cursor_of(last.id))


def retry(bot: Bot, letter_id: str, *, by: str) -> Retried:
    """Ask the network for it once more. Raises NotFound, Conflict and ChannelError."""
    with _in_our_words():
        return _retry(bot, letter_id, by)


def _retry(bot: Bot, letter_id: str, by: str) -> Retried:
    letter = letters.find_letter(bot.database, letter_id)
    channel = bot.channels.get(letter.channel)
    if channel is None:
        raise Refused(f"the channel {letter.channel} is not configured any more")
    outcome = letters.retry(bot.poller, channel, letter_id)
    now = bot.clock()
    with bot.database.write() as session:
        note(session, who=by, action="retry letter", subject=letter_id, detail=outcome, now=now)
    return Retried(letter_id=letter_id, outcome=outcome, sentence=SENTENCES[outcome])


def dismiss(bot: Bot, letter_id: str, *, by: str) -> DeadLetter:
    """Nobody needs to see it any more. Raises NotFound and Conflict."""
    now = bot.clock()
    with _in_our_words(), bot.database.write() as session:
        letter = letters.dismiss(session, letter_id, by=by, now=now)
        note(session, who=by, action="dismiss letter", subject=letter_id, now=now)
        return letter


def retry_several(bot: Bot, letter_ids: Iterable[str], *, by: str) -> Counter[Fate]:
    """Ask for each of them once more, and count what came of it. A network that does not answer is
    asked for one of its letters only."""
    fates, silent = Counter[Fate](), set[str]()
    for letter_id in dict.fromkeys(letter_ids):
        fates[_retry_quietly(bot, letter_id, by, silent)] += 1
    return fates


def _retry_quietly(bot: Bot, letter_id: str, by: str, silent: set[str]) -> Fate:
    """`silent`: the channels that did not answer so far; one more is added to it."""
    channel = ""
    try:
        with _in_our_words():
            channel = letters.find_letter(bot.database, letter_id).channel
        return Fate.UNASKED if channel in silent else Fate(retry(bot, letter_id, by=by).outcome)
    except (NotFound, Conflict):
        return Fate.CLOSED
    except Refused:
        return Fate.REFUSED
    except ChannelError:
        silent.add(channel)
        return Fate.UNASKED


def dismiss_several(bot: Bot, letter_ids: Iterable[str], *, by: str) -> Counter[Fate]:
    """Nobody needs to see them any more. Counts how many that were, and how many were closed."""
    fates = Counter[Fate]()
    for letter_id in dict.fromkeys(letter_ids):
        try:
            dismiss(bot, letter_id, by=by)
            fates[Fate.DROPPED] += 1
        except (NotFound, Conflict):
            fates[Fate.CLOSED] += 1
    return fates


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except NoSuchLetter as error:
        raise NotFound(str(error)) from None
    except Closed as error:
        raise Conflict(str(error)) from None
