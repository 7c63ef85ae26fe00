"""The word after a deed: what was done, and for some seconds the way back.

A deed ends in a redirect whose URL names it (`?done=approved&reply=…`), so that it is said with and
without scripts. The words are looked up here; nothing of the URL is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import joinedload

from listener.models import Mention
from responder.bot import Bot
from responder.desk.rows import label_of, name_of
from responder.desk.tongue import N_, _, many
from responder.handling.models import Snooze
from responder.models import Draft, DraftStatus, Reply, ReplyStatus
from responder.pause import level_for, stops_sending
from responder.team.models import Role

_THINK_AGAIN: Final = 8  # seconds
RESUMED: Final = "resumed-"
"""How it is named that a pause ended; behind it, how many replies had waited for that."""
HELD: Final = "held"
"""Behind it instead, while everything is stopped still."""

_WORDS: Final[Mapping[str, str]] = {
    "saved": N_("Saved. Nothing was sent."),
    "rejected": N_("Rejected: this gets no answer."),
    "rejected anew": N_("Rejected. It stays open, for a person to write the answer."),
    "answered": N_("Noted: you answered it on the network."),
    "hidden": N_("Hidden on the network."),
    "again": N_("It waits in To approve again. Nothing was sent."),
    "back": N_("Taken back: nothing was sent."),
    "stands": N_("Noted: the reply is there."),
    "missing": N_("Noted: the reply is not there. Its draft waits in To approve again."),
    "set right": N_("Set right."),
    "set right late": N_("Set right, but the answer has left or is leaving: look at it there."),
    "paused": N_("Paused. Nothing leaves until somebody resumes."),
    "first yes colleague": N_("Your yes is kept. It leaves once somebody else says yes, too."),
    "first yes speaker": N_("Your yes is kept. It leaves once somebody who speaks it says yes."),
    "taken over": N_("It is yours now. Who had it open was told."),
    "assigned": N_("Assigned."),
    "given back": N_("Given back: anybody may take it."),
    "woken": N_("Back in the list."),
    "noted": N_("Noted, for colleagues only."),
    "escalated": N_("Handed up."),
    "settled": N_("Nobody else has to take it over any more."),
    "no spam": N_("No spam after all: its draft waits again."),
    "channel opened": N_("It is answered from now on."),
    "channel shut": N_("It only listens from now on."),
    "deleted": N_("Deleted on the network."),
    "deleted anew": N_("Deleted on the network. Its draft waits for other words."),
}
_RESUMED: Final = re.compile(f"{RESUMED}({HELD}|[0-9]{{1,6}})")


@dataclass(frozen=True, kw_only=True)
class Toast:
    """`undo`: the address that takes the deed back, while that can be done, for `seconds` more.
    `leaves`: so long until something leaves; else it is the time to think again."""

    text: str
    name: str = ""
    undo: str = ""
    role: Role = Role.VIEWER  # who may take it back
    seconds: int = 0
    leaves: bool = False


def read_toast(bot: Bot, done: str, reply_id: str = "") -> Toast | None:
    """The toast a URL asks for, as things stand now; None for words we do not know."""
    if done == "approved":
        return _approved(bot, reply_id)
    if done == "spam":
        return _spam(bot, reply_id)
    if done == "snoozed":
        return _snoozed(bot, reply_id)
    if done.startswith(RESUMED):
        return read_resumed(done)
    text = _WORDS.get(done)
    return Toast(text=_(text)) if text else None


def read_resumed(done: str) -> Toast | None:
    """What is said on any page once a pause ended; None for other words."""
    found = _RESUMED.fullmatch(done)
    if found is None:
        return None
    if found[1] == HELD:
        return Toast(text=_("Its own pause is over. Nothing leaves yet: everything is stopped."))
    if not (number := int(found[1])):
        return Toast(text=_("Going on: nothing had waited."))
    text = many(
        "Going on: %(number)s reply leaves now.", "Going on: %(number)s replies leave now.", number
    )
    return Toast(text=text)


def _spam(bot: Bot, draft_id: str) -> Toast | None:
    with bot.database.read() as session:
        draft = session.get(Draft, draft_id)
        if draft is None or draft.status is not DraftStatus.REJECTED:
            return None
        undo = f"/item/{draft_id}/no-spam"
        text, name = _("Marked as spam"), name_of(draft.mention.author)
        return Toast(text=text, name=name, undo=undo, role=Role.EDITOR, seconds=_THINK_AGAIN)


def _snoozed(bot: Bot, draft_id: str) -> Toast:
    """With the way back while it sleeps."""
    text, now = _("Put off. It comes back by itself."), bot.clock()
    with bot.database.read() as session:
        draft = session.get(Draft, draft_id)
        sleep = session.get(Snooze, draft.mention_id) if draft else None
        undo = f"/item/{draft_id}/wake" if sleep and sleep.until > now else ""
    return Toast(text=text, undo=undo, role=Role.EDITOR, seconds=_THINK_AGAIN if undo else 0)


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
            said = _("Sent on %(channel)s", channel=label)
            return Toast(
                text=said if sent else _("Leaving for %(channel)s", channel=label), name=name
            )
        waits = stops_sending(level_for(session, reply.channel, bot.pause_file))
        left = max(0, round((reply.not_before - now).total_seconds()))
        text = _("Approved: waits, because sending is paused") if waits else _("Approved")
        if left > bot.settings.responder.undo_seconds:
            at = f"{reply.not_before.astimezone(bot.zone):%H:%M}"
            text = _("Approved: leaves at %(time)s, after the quiet hours", time=at)
            waits = True
        return Toast(
            text=text,
            name=name,
            undo=f"/reply/{reply.id}/undo",
            role=Role.APPROVER,
            seconds=0 if waits else left,
            leaves=True,
        )
