"""Dead letters for programs, below /api/v1/letters."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from listener.channels.errors import ChannelError, Refused
from listener.letters import Outcome, find_letter
from responder import letters
from responder.desk.bearer import READS, Approver, TheBot, need
from responder.desk.bodies import LetterBody, described, reader
from responder.desk.parameters import After, Key, Limit, Word
from responder.desk.problem import Problem
from responder.letters import LetterView, letter_view, letters_page
from responder.team.models import Role
from responder.views import PageView


class RetriedView(BaseModel):
    """`sentence` says what came of it; `letter` is how it stands now."""

    outcome: Outcome
    sentence: str
    letter: LetterView


router = APIRouter()
# In this order: a stranger is turned away before the body is looked at.
_POST: Final[dict[str, Any]] = {
    "dependencies": [Depends(need(Role.APPROVER)), Depends(reader(LetterBody))],
    "openapi_extra": described(LetterBody),
}


@router.get("/letters", dependencies=READS)
def listed(
    bot: TheBot,
    *,
    channel: Word = None,
    closed: bool = False,
    limit: Limit = 50,
    after: After = None,
) -> PageView[LetterView]:
    """What a network sent that could not be read; the open ones or those that are closed, newest
    first."""
    with bot.database.read() as session:
        return letters_page(session, channel=channel, closed=closed, limit=limit, after=after)


@router.post("/letters/{letter_id}/retry", **_POST)
def retry(bot: TheBot, who: Approver, letter_id: Key) -> RetriedView:
    """Ask the network for that text once more. 409: it is closed. 422: the network never gave an
    id for it. 503: the network does not answer."""
    try:
        done = letters.retry(bot, letter_id, by=who.name)
    except Refused as error:
        raise Problem(422, str(error)) from None
    except ChannelError as error:
        raise Problem(503, str(error), {"Retry-After": "60"}) from None
    now = letter_view(find_letter(bot.database, letter_id))
    return RetriedView(outcome=done.outcome, sentence=done.sentence, letter=now)


@router.post("/letters/{letter_id}/dismiss", **_POST)
def dismiss(bot: TheBot, who: Approver, letter_id: Key) -> LetterView:
    """Nobody needs to see it any more. 409: somebody was faster."""
    return letter_view(letters.dismiss(bot, letter_id, by=who.name))
