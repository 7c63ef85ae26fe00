"""What stands around the field in which a reply is written, as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from listener.normalize import clean
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.item import Item
from responder.desk.tongue import N_, _, spoken
from responder.handling import typed
from responder.handling.models import TypedWords
from responder.handling.offers import Offers, end_of, read_offers
from responder.handling.questions import Asked, read_asked, still_open
from responder.handling.twin import Twin, twin_of
from responder.model.translation import Hindrance, Translation, hindrance
from responder.team.models import Role

_WHY: Final[Mapping[Hindrance, str]] = {
    Hindrance.OFF: N_("No translation service is configured."),
    Hindrance.NETWORK: N_("%(channel)s has not agreed yet that a model may read its texts."),
    Hindrance.PRIVATE: N_("It was written in private: such words stay here."),
    Hindrance.GONE: N_("There is no text to translate."),
    Hindrance.LONG: N_("It is too long to be translated."),
    Hindrance.PAUSED: N_("Paused: no text leaves, to a model neither."),
    Hindrance.SPENT: N_("As many questions went to the model in this hour as may."),
    Hindrance.RESTS: N_("The translation service does not answer. Try again in some minutes."),
}


@dataclass(frozen=True, kw_only=True)
class Says:
    """What the customer's text and our draft say, for who does not read their language. `why`: the
    text cannot be translated, and why; `failed`: it was tried."""

    why: str = ""
    translation: Translation | None = None
    twin: Twin | None = None
    failed: bool = False
    foreign: bool = False  # the text is in another language than the page


@dataclass(frozen=True, kw_only=True)
class Pen:
    """`words`: what stands in the field. `restored`: these are somebody's own, not the draft's;
    `stamp`: when they were kept. `before`: what they typed over words that were changed since."""

    words: str
    restored: bool = False
    stamp: str = ""
    before: str = ""
    asked: tuple[Asked, ...] = ()
    open_questions: int = 0
    offers: Offers = field(default_factory=Offers)
    says: Says = field(default_factory=Says)
    channel: str = ""
    link_price: str = ""
    end: int = 0  # where in `words` a link goes, before any cursor was set


def read_pen(
    bot: Bot,
    item: Item,
    seat: Visitor,
    *,
    words: str | None = None,
    translation: Translation | None = None,
    failed: bool = False,
) -> Pen:
    """For an open item, seen by one agent. `words`: what they wanted to send and could not."""
    shown = clean(words) if words is not None else item.draft.text
    if not item.open:
        return Pen(words=shown)
    channel = bot.channels.get(item.mention.channel)
    writes = seat.may(Role.EDITOR)
    with bot.database.read() as session:
        kept = _kept(session, item, seat) if words is None and writes else None
        current = kept is not None and kept.version == item.draft.version
        if kept is not None and current:
            shown = kept.text
        asked = read_asked(session, item.mention)
        return Pen(
            words=shown,
            restored=current,
            stamp=kept.at.isoformat() if kept else "",
            before=kept.text if kept and not current else "",
            asked=asked,
            open_questions=still_open(asked),
            offers=read_offers(session, bot, item.mention) if writes else Offers(),
            says=_says(session, bot, item, shown, translation, failed=failed),
            channel=item.mention.channel,
            link_price=channel.declaration.link_price if channel else "",
            end=end_of(bot, item.draft, shown),
        )


def read_says(
    bot: Bot, item: Item, *, translation: Translation | None, failed: bool = False
) -> Says:
    """The same part alone."""
    with bot.database.read() as session:
        return _says(session, bot, item, item.draft.text, translation, failed=failed)


def _says(
    session: Session,
    bot: Bot,
    item: Item,
    words: str,
    translation: Translation | None,
    *,
    failed: bool,
) -> Says:
    language = item.mention.language
    foreign = language != spoken() and bool(item.mention.text.strip())
    against = hindrance(session, bot, item.mention) if foreign else None
    return Says(
        why=_(_WHY[against], channel=item.channel) if against else "",
        translation=translation,
        twin=twin_of(bot, item.draft, words, spoken()),
        failed=failed,
        foreign=foreign,
    )


def _kept(session: Session, item: Item, seat: Visitor) -> TypedWords | None:
    return typed.find(session, item.draft, agent_id=seat.agent_id) if seat.agent_id else None
