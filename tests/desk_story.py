"""A day at the desk, for its tests: customers in seven languages, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from listener.channels.base import Answerable
from listener.models import Mention, MentionStatus
from responder.bot import Bot
from responder.models import Approval, Draft, ReplyStatus
from responder.team.models import Role
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment
from tests.factories import (
    make_agent,
    make_author,
    make_draft,
    make_mention,
    make_reply,
)


@dataclass(frozen=True)
class Customer:
    """Somebody who wrote. `minutes`: until an answer is due."""

    name: str
    handle: str
    followers: int
    channel: str
    language: str
    sentiment: Sentiment
    minutes: int
    level: Level
    text: str
    reply: str


PEOPLE = (
    Customer(
        "Giulia Rossi", "giulia_r", 1204, "x", "it", Sentiment.NEGATIVE, -6, Level.P2,
        "Ordine 48213: aspetto il pacco da nove giorni, nessuno risponde. Perdete un cliente.",
        "Ciao Giulia! Aspettare un pacco che non arriva è seccante, ci dispiace. Mandaci in "
        "privato il numero d'ordine: sentiamo noi il corriere e ti scriviamo lì. — il team Larix",
    ),
    Customer(
        "Ola Wiśniewska", "ola_w", 310, "facebook", "pl", Sentiment.NEGATIVE, 3, Level.P2,
        "Reklamacja złożona tydzień temu i cisza. Buty przemakają po dwóch wyjściach w góry.",
        "Dzień dobry! Przykro nam, że buty zawiodły. Sprawdzimy, na jakim etapie jest "
        "reklamacja: prosimy o numer zamówienia w wiadomości prywatnej. — zespół Larix",
    ),
    Customer(
        "Ελένη Παπαδοπούλου", "eleni_p", 87, "x", "el", Sentiment.NEUTRAL, 12, Level.P3,
        "Πότε θα είναι πάλι διαθέσιμο το μπλε μπουφάν στο νούμερο 38; Το ψάχνω εδώ και έναν μήνα.",
        "Γεια σου Ελένη! Το μπλε μπουφάν έρχεται ξανά στις 2 Δεκεμβρίου. — η ομάδα Larix",
    ),
    Customer(
        "Sam Taylor", "samt", 15820, "x", "en", Sentiment.NEGATIVE, 25, Level.P2,
        "Your app charged me twice for the same order. Second time this year, seriously?",
        "Hello Sam, that should not happen twice. Send us the order number in a private message: "
        "we refund the second charge and confirm it there. — the Larix team",
    ),
    Customer(
        "Inès Bernard", "", 0, "facebook", "fr", Sentiment.NEUTRAL, 42, Level.P3,
        "La taille ne correspond pas du tout au guide, est-ce que je peux échanger en magasin ?",
        "Bonjour Inès ! Oui, l'échange se fait en magasin sous 30 jours. — l'équipe Larix",
    ),
    Customer(
        "Jonas Krämer", "jonask", 44, "facebook", "de", Sentiment.POSITIVE, 71, Level.P4,
        "Super Service, neue Stirnlampe war nach zwei Tagen da. Danke!",
        "Hallo Jonas, danke dir, das freut uns sehr! Gute Touren mit der Lampe. — dein Larix-Team",
    ),
    Customer(
        "Marta López", "marta.l", 530, "x", "es", Sentiment.UNKNOWN, 190, Level.P4,
        "¿Alguien sabe si hacen envíos a Canarias?",
        "¡Hola Marta! Sí, enviamos a Canarias en 6 a 8 días. — el equipo Larix",
    ),
)  # fmt: skip


FOR_OLA = (
    "Dzień dobry! Bardzo nam przykro, że buty przemakają. Prosimy o numer zamówienia w wiadomości "
    "prywatnej: sprawdzimy, co się dzieje z reklamacją. — zespół Larix"
)
"""Other words than the drafted ones, and good ones: nothing stands against them."""
WITHOUT_GREETING = FOR_OLA.removeprefix("Dzień dobry! ")
"""To be confirmed with a tick."""
FOR_GIULIA = (
    "Ciao Giulia! Nove giorni ad aspettare un pacco sono troppi, ci dispiace. Mandaci in privato "
    "il numero d'ordine e chiamiamo il corriere. — il team Larix"
)


def tell(bot: Bot, *, agent: str = "bo") -> dict[str, str]:
    """Fill the store. Returns the ids of drafts by a short name: "giulia", "hand", "unknown" ..."""
    now = bot.clock()
    ids: dict[str, str] = {}
    with bot.database.write() as session:
        colleague = make_agent(session, name=agent, role=Role.APPROVER, created_at=now)
        for person in PEOPLE:
            ids[person.name.split()[0].lower()] = _waits(session, now, person).id
        _thread(session, session.get_one(Draft, ids["giulia"]), now)
        taken = session.get_one(Draft, ids["sam"])
        taken.claimed_by, taken.claimed_until = colleague.id, now + timedelta(minutes=1)
        ids["hand"] = _by_hand(session, now).id
        ids["unknown"] = _outcome(session, now, ReplyStatus.UNKNOWN, "Tom Reed", 20).id
        ids["sent"] = _outcome(session, now, ReplyStatus.SENT, "Anna Bianchi", 300).id
    return ids


def wait(session: Session, now: datetime, **changes: Any) -> Draft:
    """One more draft that waits for a yes. `name`, `text` and `reply` may be given."""
    reply = changes.pop("reply", "Hello, we are looking into it. — the Larix team")
    name = changes.pop("name", "Nina Novak")
    mention = make_mention(
        session,
        author=make_author(session, name=name, channel=changes.get("channel", "x")),
        **{"created_at": now, "due_at": now + timedelta(minutes=30)} | changes,
    )
    mention.changed_at = now
    return make_draft(session, mention, text=reply, created_at=now, changed_at=now)


def _waits(session: Session, now: datetime, who: Customer) -> Draft:
    mention = _mention(session, now, who.name, who.handle, who.followers, who.channel, who.minutes)
    mention.language, mention.sentiment, mention.text = who.language, who.sentiment, who.text
    mention.priority, mention.points = who.level, 61.5 if who.level is Level.P2 else 24.0
    mention.reasons = ["complaint", "sounds unhappy", f"{who.followers:,} followers"]
    mention.status_reason = "a complaint"
    return make_draft(session, mention, text=who.reply, created_at=now, changed_at=now)


def _mention(
    session: Session,
    now: datetime,
    name: str,
    handle: str,
    followers: int,
    channel: str,
    minutes: int,
) -> Mention:
    author = make_author(
        session, name=name, handle=handle, followers=followers or None, channel=channel
    )
    created_at = min(now, now + timedelta(minutes=minutes) - timedelta(hours=1))
    return make_mention(
        session,
        author=author,
        channel=channel,
        created_at=created_at,
        due_at=now + timedelta(minutes=minutes),
        changed_at=created_at,
        phase=Phase.OWNERSHIP,
    )


def _thread(session: Session, draft: Draft, now: datetime) -> None:
    """Earlier words of the same conversation, under a post of ours, with a picture."""
    mention = draft.mention
    mention.conversation.context = "Autunno in quota: la nuova collezione Larix è arrivata."
    mention.media = [
        {"url": "https://pics.example/1.jpg", "kind": "image", "alt": "Tracking fermo da 9 giorni"}
    ]
    earlier = make_mention(
        session,
        author=mention.author,
        conversation=mention.conversation,
        text="Buongiorno, quando parte il mio ordine?",
        language="it",
        created_at=mention.created_at - timedelta(days=2),
        status=MentionStatus.ANSWERED,
    )
    answered = make_draft(
        session, earlier, text="Ciao Giulia! Parte domani. — il team Larix", created_at=now
    )
    make_reply(
        session,
        answered,
        status=ReplyStatus.SENT,
        posted_at=mention.created_at - timedelta(days=1),
        url="https://network.example/reply",
        changed_at=now - timedelta(days=1),
    )


def _by_hand(session: Session, now: datetime) -> Draft:
    mention = _mention(session, now, "Petra Vogt", "petrav", 210, "x", 50)
    mention.text, mention.language = (
        "Kennt jemand eine leichte Regenjacke, die wirklich dicht ist?",
        "de",
    )
    mention.status, mention.answerable = MentionStatus.BY_HAND, Answerable.BY_HAND
    mention.answer_url = "https://network.example/answer"
    reply = "Hallo Petra! Unsere Vento wiegt 210 g und hält 20.000 mm dicht. — dein Larix-Team"
    return make_draft(session, mention, text=reply, created_at=now, changed_at=now)


def _outcome(
    session: Session, now: datetime, status: ReplyStatus, name: str, minutes_ago: int
) -> Draft:
    at = now - timedelta(minutes=minutes_ago)
    mention = _mention(session, now, name, "", 12, "x", -minutes_ago)
    draft = make_draft(session, mention, created_at=at, changed_at=at)
    mention.status = MentionStatus.ANSWERED if status is ReplyStatus.SENT else MentionStatus.DRAFTED
    make_reply(
        session,
        draft,
        status=status,
        stamped_at=at,
        posted_at=at if status is ReplyStatus.SENT else None,
        queued_at=at,
        not_before=at,
        changed_at=at,
        reason="" if status is ReplyStatus.SENT else "X took the reply but named no id",
        url="https://network.example/there" if status is ReplyStatus.SENT else "",
    )
    session.add(
        Approval(draft_id=draft.id, version=1, text_hash="", approved_by="bo", approved_at=at)
    )
    return draft
