"""The word after a deed: what was done, and for some seconds the way back.

A deed ends in a redirect whose URL names it (`?done=approved&reply=…`), so that it is said with and
without scripts. The words are looked up here; nothing of the URL is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import joinedload

from listener.models import Mention
from responder.bot import Bot
from responder.desk.rows import label_of, name_of
from responder.models import Reply, ReplyStatus
from responder.pause import level_for, stops_sending

_WORDS: Final[Mapping[str, str]] = {
    "saved": "Saved. Nothing was sent.",
    "rejected": "Rejected: this gets no answer.",
    "answered": "Noted: you answered it on the network.",
    "hidden": "Hidden on the network.",
    "again": "It waits in To approve again. Nothing was sent.",
    "back": "Taken back: nothing was sent.",
    "stands": "Noted: the reply is there.",
    "missing": "Noted: the reply is not there. Its draft waits in To approve again.",
    "set right": "Set right.",
    "set right late": "Set right, but the answer has left or is leaving: look at it there.",
    "paused": "Paused. Nothing leaves until somebody resumes.",
    "resumed": "Resumed: what waited leaves now.",
}


@dataclass(frozen=True, kw_only=True)
class Toast:
    """`reply_id` is set while the approval can be taken back, for `seconds` more."""

    text: str
    name: str = ""
    reply_id: str = ""
    seconds: int = 0


def read_toast(bot: Bot, done: str, reply_id: str = "") -> Toast | None:
    """The toast a URL asks for, as things stand now; None for words we do not know."""
    if done == "approved":
        return _approved(bot, reply_id)
    text = _WORDS.get(done)
    return Toast(text=text) if text else None


def _approved(bot: Bot, reply_id: str) -> Toast | None:
    now = bot.clock()
    with bot.database.read() as session:
        reply = session.get(
            Reply, reply_id, options=(joinedload(Reply.mention).joinedload(Mention.author),)
        )
        if reply is None:
            return None
        name = name_of(reply.mention.author)
        if reply.status is not ReplyStatus.QUEUED:
            label = label_of(bot, reply.channel)
            sent = reply.status is ReplyStatus.SENT
            return Toast(text=f"Sent on {label}" if sent else f"Leaving for {label}", name=name)
        waits = stops_sending(level_for(session, reply.channel, bot.pause_file))
        left = max(0, round((reply.not_before - now).total_seconds()))
        text = "Approved: waits, because sending is paused" if waits else "Approved"
        if left > bot.settings.responder.undo_seconds:
            leaves = reply.not_before.astimezone(bot.zone)
            text, waits = f"Approved: leaves at {leaves:%H:%M}, after the quiet hours", True
        return Toast(text=text, name=name, reply_id=reply.id, seconds=0 if waits else left)
