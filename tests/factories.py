"""Rows, a channel in memory and a whole bot, for tests: say what matters, the rest is sensible.

bot = make_bot(tmp_path)                       # real SQLite, the channel "x", languages en and it
with bot.database.write() as session:
    draft = make_draft(session, make_mention(session, text="Where is my parcel?"))
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from config import brand
from config.brand import BrandBook
from config.clock import Clock
from config.database import Database
from config.errors import ConfigError
from config.migrate import migrate
from config.secrets import Redactor
from config.settings import ROOT, BrandSettings, DatabaseSettings, ResponderSettings, Settings
from listener.channels.base import Answerable
from listener.models import Author, Conversation, Mention, MentionStatus
from responder.automatic.models import AutoRule, Watched
from responder.automatic.rule import SHADOW
from responder.bot import Bot
from responder.library.newest import NewestBook
from responder.models import Approval, AuthorKind, Draft, DraftStatus, Reply, ReplyStatus
from responder.outbox import text_hash
from responder.team.models import Agent, Role
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment
from sentiment.weights import shipped
from tests.fakes import NOW, FakeChannel, Watch, incoming, make_outgoing

__all__ = [
    "LANGUAGES",
    "NOW",
    "FakeChannel",
    "Watch",
    "incoming",
    "make_agent",
    "make_author",
    "make_auto_rule",
    "make_bot",
    "make_conversation",
    "make_database",
    "make_draft",
    "make_mention",
    "make_outgoing",
    "make_reply",
    "tiny_book",
]

LANGUAGES = ("en", "it")
_numbers = count(1)

T = TypeVar("T")


def make_author(session: Session, **changes: Any) -> Author:
    values = {
        "channel": "x",
        "external_id": f"author-{next(_numbers)}",
        "name": "Giulia Rossi",
        "handle": "giulia",
        "followers": 120,
    }
    return _kept(session, Author(**values | changes))


def make_conversation(session: Session, **changes: Any) -> Conversation:
    values = {"channel": "x", "external_id": f"thread-{next(_numbers)}"}
    return _kept(session, Conversation(**values | changes))


def make_mention(session: Session, **changes: Any) -> Mention:
    """A new English question. `author` and `conversation` may be given; `author=None`: unknown."""
    channel = changes.get("channel", "x")
    external_id = changes.setdefault("external_id", f"post-{next(_numbers)}")
    if "author" not in changes and "author_id" not in changes:
        changes["author"] = make_author(session, channel=channel)
    if "conversation" not in changes and "conversation_id" not in changes:
        changes["conversation"] = make_conversation(session, channel=channel)
    created_at = changes.setdefault("created_at", NOW)
    values = {
        "channel": channel,
        "revision_id": external_id,
        "answer_under": external_id,
        "text": "Where is my parcel? I ordered it last week.",
        "url": f"https://network.example/{external_id}",
        "answerable": Answerable.YES,
        "language": "en",
        "sentiment": Sentiment.NEUTRAL,
        "sentiment_score": 0.0,
        "sentiment_confidence": 0.5,
        "scored_by": "test",
        "topics": ["delivery"],
        "signals": ["question"],
        "phase": Phase.ACQUISITION,
        "priority": Level.P3,
        "points": 20.0,
        "reasons": ["question about an order"],
        "heard_at": created_at,
        "due_at": created_at + timedelta(hours=4),
        "status": MentionStatus.NEW,
        "changed_at": created_at,
    }
    return _kept(session, Mention(**values | changes))


def make_draft(session: Session, mention: Mention | None = None, **changes: Any) -> Draft:
    """A pending draft of `mention`, which becomes `drafted`; without one, of a new mention."""
    mention = mention or make_mention(session)
    if mention.status is MentionStatus.NEW:
        mention.status = MentionStatus.DRAFTED
    values = {
        "mention": mention,
        "mention_id": mention.id,
        "text": "Hello Giulia, your parcel leaves the warehouse today.",
        "language": mention.language,
        "made_from": "saved reply: delivery",
        "mention_version": mention.version,
        "status": DraftStatus.PENDING,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return _kept(session, Draft(**values | changes))


def make_reply(session: Session, draft: Draft | None = None, **changes: Any) -> Reply:
    """A queued reply of `draft`, which becomes approved by anna; without one, of a new draft."""
    draft = draft or make_draft(session)
    draft.status = DraftStatus.APPROVED
    text = changes.setdefault("text", draft.text)
    approval = {"draft_id": draft.id, "version": draft.version, "text_hash": text_hash(draft.text)}
    _kept(session, Approval(**approval, approved_by="anna", approved_at=NOW))
    values = {
        "draft": draft,
        "draft_id": draft.id,
        "mention": draft.mention,
        "mention_id": draft.mention_id,
        "channel": draft.mention.channel,
        "in_reply_to": draft.mention.answer_under,
        "text_hash": text_hash(text),
        "author_kind": AuthorKind.HUMAN,
        "status": ReplyStatus.QUEUED,
        "queued_at": NOW,
        "not_before": NOW,
        "changed_at": NOW,
    }
    return _kept(session, Reply(**values | changes))


def make_auto_rule(
    session: Session, *, watched: Sequence[str] = ("x",), **changes: Any
) -> AutoRule:
    """A rule for praise on every channel, with no sample to speak of. On those that are `watched`
    it had something to show a week before it was to send; so there it left its shadow by now."""
    values = {
        "name": f"rule-{next(_numbers)}",
        "occasions": ["praise"],
        "topics": ["praise"],
        "languages": [],
        "confidence": 0.95,
        "per_thread": 2,
        "per_author": 3,
        "per_hour": 60,
        "sample_percent": 5,
        "created_at": NOW - 2 * SHADOW,
        "created_by": "anna",
        "shadow_since": NOW - 2 * SHADOW,
        "live_from": NOW - SHADOW,
    }
    rule = _kept(session, AutoRule(**values | changes))
    for channel in watched:
        since = rule.live_from - SHADOW
        _kept(session, Watched(rule_id=rule.id, channel=channel, since=since))
    return rule


def make_agent(session: Session, **changes: Any) -> Agent:
    """One of the team, with a password nobody knows (responder.access makes ones that can sign
    in)."""
    values = {
        "name": f"agent-{next(_numbers)}",
        "role": Role.EDITOR,
        "created_at": NOW,
        "password_hash": "nobody knows",
    }
    return _kept(session, Agent(**values | changes))


ROME: Final = ZoneInfo("Europe/Rome")
"""As the settings' own zone."""


def make_database(folder: Path, *, zone: ZoneInfo = ROME) -> Database:
    """A real SQLite file with every table; the one in `folder`, if there is one already."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "bot.db"
    if not file.exists():
        file.write_bytes(_empty_store())
    return Database(f"sqlite:///{file}", zone=zone)


@cache
def _empty_store() -> bytes:
    """A file with every table, to be copied: to make the tables takes as long as most tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "bot.db"
        database = Database(f"sqlite:///{file}")
        migrate(database, url="a new file")
        database.close()
        return file.read_bytes()


def make_bot(
    folder: Path,
    *,
    channels: Sequence[FakeChannel] | None = None,
    clock: Clock | None = None,
    book: BrandBook | None = None,
    languages: Sequence[str] = LANGUAGES,
    undo_seconds: int = 8,
) -> Bot:
    """One installation in `folder`. Without `channels` it has the one named "x"."""
    clock = clock or Watch()
    channels = [FakeChannel(clock=clock)] if channels is None else channels
    settings = Settings(
        brand=BrandSettings(languages=tuple(languages)),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'bot.db'}"),
        responder=ResponderSettings(undo_seconds=undo_seconds),
    )
    database = make_database(folder)
    files = book or _demo_book(tuple(languages)) or tiny_book(folder / "book")
    return Bot(
        settings=settings,
        database=database,
        newest_book=NewestBook(database, files),
        channels={channel.name: channel for channel in channels},
        redactor=Redactor(),
        clock=clock,
        state=folder,
        newest_weights=shipped,
    )


@cache
def _demo_book(languages: tuple[str, ...]) -> BrandBook | None:
    try:
        return brand.load(ROOT / "config/brand/demo", languages)
    except ConfigError:
        return None


def tiny_book(folder: Path) -> BrandBook:
    """The smallest book there can be, in English and Italian, written to `folder` and loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    cover = 'name = "Tiny"\nsite = "https://tiny.example"\nhandles = ["tinybrand"]\n'
    (folder / "brand.toml").write_text(cover, encoding="utf-8")
    for language, (hello, thanks, sorry, team, automatic) in _TINY.items():
        (folder / f"{language}.toml").write_text(
            f"""
[voice]
form_of_address = "informal"
greeting = "{hello} {{{{name}}}},"
greeting_without_name = "{hello},"
signature = "{team}"
automatic = "{automatic}"

[[saved_replies]]
key = "thanks"
title = "Thanks"
occasion = "praise"
texts = ["{thanks}", "{thanks} :)"]

[[saved_replies]]
key = "sorry"
title = "Sorry"
occasion = "other"
texts = ["{sorry}", "{sorry} :("]
""",
            encoding="utf-8",
        )
    return brand.load(folder, tuple(_TINY))


_TINY = {
    "en": ("Hello", "thank you for your kind words.", "we are looking into it.", "The Tiny team",
           "This reply was written automatically."),
    "it": ("Ciao", "grazie per le tue parole gentili.", "ce ne stiamo occupando.", "Il team Tiny",
           "Questa risposta è stata scritta automaticamente."),
}  # fmt: skip


def _kept(session: Session, row: T) -> T:
    session.add(row)
    session.flush()
    return row
