"""A draft without words, in the place of one whose words were rejected: a person writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from responder.asked import UNWORDED
from responder.bot import Bot
from responder.checking import check_reply
from responder.models import Draft

REJECTED: Final = "the words before were rejected "
"""How the reason of such a draft begins."""


def is_wordless(draft: Draft) -> bool:
    """Whether a person writes here what shall take the place of rejected words."""
    return draft.reason.startswith(REJECTED)


def wordless(
    session: Session, bot: Bot, before: Draft, *, why: str, by: str, now: datetime
) -> Draft:
    """The new draft. Whose it is, until when it sleeps and by when it is due stand with the
    mention, and stay."""
    known = before.mention.channel in bot.channels
    findings = check_reply(session, bot, before.mention, "") if known else ()
    return Draft(
        mention_id=before.mention_id,
        mention_version=before.mention_version,
        text="",
        language=before.language,
        escalated=before.escalated,
        made_from=UNWORDED,
        reason=f"{REJECTED}by {by}" + (f": {why}" if why else ""),
        findings=[finding.as_json() for finding in findings],
        created_at=now,
        changed_at=now,
    )
