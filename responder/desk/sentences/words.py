"""The words the domain keeps for what it tells apart, by kind: a topic, a status, a role…

The keys are what is kept and sent; the words are English for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from responder.desk.sentences.marks import P_

_TOPICS: Final = {
    "order": P_("topic", "order"),
    "delivery": P_("topic", "delivery"),
    "damaged": P_("topic", "damaged"),
    "returns": P_("topic", "returns"),
    "refund": P_("topic", "refund"),
    "payment": P_("topic", "payment"),
    "cancellation": P_("topic", "cancellation"),
    "size": P_("topic", "size"),
    "purchase": P_("topic", "purchase"),
    "page": P_("topic", "page"),
    "site": P_("topic", "site"),
    "promotion": P_("topic", "promotion"),
    "product": P_("topic", "product"),
    "technical": P_("topic", "technical"),
    "care": P_("topic", "care"),
    "warranty": P_("topic", "warranty"),
    "service": P_("topic", "service"),
    "store": P_("topic", "store"),
    "praise": P_("topic", "praise"),
    "press": P_("topic", "press"),
    "safety": P_("topic", "safety"),
    "spam": P_("topic", "spam"),
    "other": P_("topic", "other"),
    "unreadable": P_("topic", "unreadable"),
}
_PHASES: Final = {
    "requirements": P_("phase", "requirements"),
    "acquisition": P_("phase", "acquisition"),
    "ownership": P_("phase", "ownership"),
    "retirement": P_("phase", "retirement"),
    "unknown": P_("phase", "unknown"),
}
_FEELINGS: Final = {
    "negative": P_("feeling", "negative"),
    "neutral": P_("feeling", "neutral"),
    "positive": P_("feeling", "positive"),
    "unknown": P_("feeling", "not judged"),
}
_SIGNALS: Final = {
    "praise": P_("signal", "praise"),
    "complaint": P_("signal", "complaint"),
    "question": P_("signal", "question"),
    "request": P_("signal", "request"),
    "safety": P_("signal", "safety"),
    "self_harm": P_("signal", "self-harm"),
    "legal": P_("signal", "legal"),
    "data": P_("signal", "personal data"),
    "threat": P_("signal", "threat"),
    "alarming": P_("signal", "alarming"),
    "delicate": P_("signal", "delicate"),
    "human": P_("signal", "wants a person"),
    "stop": P_("signal", "wants no answers"),
    "outage": P_("signal", "outage"),
    "spam": P_("signal", "spam"),
    "confused": P_("signal", "confused"),
}
_CUES: Final = {
    "bait": P_("cue", "bait"),
    "fake": P_("cue", "fake"),
    "thanks": P_("cue", "thanks"),
    "telling": P_("cue", "wanting to know"),
    "trouble": P_("cue", "trouble"),
    "sarcasm": P_("cue", "sarcasm"),
    "stop phrase": P_("cue", "wanting no answers"),
    "human word": P_("cue", "wanting a person"),
    "harmless": P_("cue", "harmlessness"),
}
_MENTION: Final = {
    "new": P_("mention", "new"),
    "drafted": P_("mention", "drafted"),
    "answered": P_("mention", "answered"),
    "answered_outside": P_("mention", "answered on the network"),
    "by_hand": P_("mention", "for a person to answer on the network"),
    "listen_only": P_("mention", "only listened to"),
    "ignored": P_("mention", "ignored"),
    "gone": P_("mention", "gone"),
}
_DRAFT: Final = {
    "pending": P_("draft", "pending"),
    "approved": P_("draft", "approved"),
    "rejected": P_("draft", "rejected"),
    "expired": P_("draft", "expired"),
    "withdrawn": P_("draft", "withdrawn"),
}
_REPLY: Final = {
    "queued": P_("reply", "queued"),
    "sending": P_("reply", "on its way"),
    "unknown": P_("reply", "in doubt"),
    "sent": P_("reply", "sent"),
    "failed": P_("reply", "failed"),
}
_ROLES: Final = {
    "viewer": P_("role", "viewer"),
    "editor": P_("role", "editor"),
    "approver": P_("role", "approver"),
    "admin": P_("role", "admin"),
}
_PAUSES: Final = {
    "auto": P_("pause", "automatic answers"),
    "send": P_("pause", "sending"),
    "all": P_("pause", "sending and listening"),
}
_OCCASIONS: Final = {
    "praise": P_("occasion", "praise"),
    "complaint": P_("occasion", "complaint"),
    "serious": P_("occasion", "serious"),
    "other": P_("occasion", "other"),
    "question": P_("occasion", "question"),
}
_FORMS: Final = {
    "familiar": P_("form of address", "familiar"),
    "formal": P_("form of address", "formal"),
    "impersonal": P_("form of address", "impersonal"),
    "none": P_("form of address", "none"),
}
_ENTRIES: Final = {
    "voice": P_("entry", "voice"),
    "saved_reply": P_("entry", "saved reply"),
    "article": P_("entry", "article"),
    "product": P_("entry", "product"),
    "store": P_("entry", "store"),
    "promotion": P_("entry", "promotion"),
}
_STANDINGS: Final = {
    "waiting": P_("version", "waiting"),
    "in_force": P_("version", "in force"),
    "former": P_("version", "former"),
    "declined": P_("version", "declined"),
    "superseded": P_("version", "superseded"),
}
_POTS: Final = {
    "replies": P_("money", "replies"),
    "reads": P_("money", "reads"),
    "checks": P_("money", "checks"),
}
_USES: Final = {
    "reply": P_("use", "reply"),
    "mentions": P_("use", "mentions"),
    "search": P_("use", "search"),
    "own": P_("use", "own posts"),
    "repair": P_("use", "repair"),
    "check": P_("use", "check"),
}
_SCOPES: Final = {
    "call": P_("limit", "call"),
    "account": P_("limit", "account"),
    "app": P_("limit", "app"),
}
_VERDICTS: Final = {"good": P_("verdict", "good"), "bad": P_("verdict", "bad")}
_BY: Final = {
    "hour": P_("time", "hour"),
    "day": P_("time", "day"),
    "week": P_("time", "week"),
}
_STREAMS: Final = {
    "mentions": P_("stream", "mentions"),
    "own": P_("stream", "own posts"),
    "search": P_("stream", "search"),
    "feed": P_("stream", "feed"),
    "tagged": P_("stream", "tagged posts"),
    "tags": P_("stream", "hashtags"),
    "notifications": P_("stream", "notifications"),
    "count": P_("stream", "hour count"),
    "look back": P_("stream", "look back"),
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "topic": _TOPICS,
    "phase": _PHASES,
    "feeling": _FEELINGS,
    "signal": _SIGNALS,
    "cue": _CUES,
    "mention": _MENTION,
    "draft": _DRAFT,
    "reply": _REPLY,
    "role": _ROLES,
    "pause": _PAUSES,
    "occasion": _OCCASIONS,
    "form of address": _FORMS,
    "entry": _ENTRIES,
    "version": _STANDINGS,
    "money": _POTS,
    "use": _USES,
    "limit": _SCOPES,
    "verdict": _VERDICTS,
    "time": _BY,
    "stream": _STREAMS,
}
"""By kind, which is the context of the word in the catalogues, what is kept and its word."""
