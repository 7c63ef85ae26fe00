"""Dead letters for programs, below /api/v1/letters.

Annotations are evaluated at once here, for the reason given in responder/desk/api.py.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from listener.channels.errors import ChannelError, Refused
from listener.letters import Outcome, find_letter
from responder import letters
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.bodies import LetterBody, described, reader
from responder.desk.parameters import After, Key, Limit, Word
from responder.desk.problem import Problem
from responder.letters import LetterView, letter_view, letters_page
from responder.views import PageView

Who = Callable[..., Visitor]


class RetriedView(BaseModel):
    """`sentence` says what came of it; `letter` is how it stands now."""

    outcome: Outcome
    sentence: str
    letter: LetterView


def letters_routes(api: APIRouter, bot: Bot, *, reads: Who, decides: Who) -> None:
    """`reads` and `decides` let in who may see the letters, and who may close one."""

    @api.get("/letters", dependencies=[Depends(reads)])
    def listed(
        *, channel: Word = None, closed: bool = False, limit: Limit = 50, after: After = None
    ) -> PageView[LetterView]:
        """What a network sent that could not be read; the open ones or those that are closed,
        newest first."""
        with bot.database.read() as session:
            return letters_page(session, channel=channel, closed=closed, limit=limit, after=after)

    # In this order: a stranger is turned away before the body is looked at.
    post: Any = {
        "dependencies": [Depends(decides), Depends(reader(LetterBody))],
        "openapi_extra": described(LetterBody),
    }

    @api.post("/letters/{letter_id}/retry", **post)
    def retry(who: Annotated[Visitor, Depends(decides)], letter_id: Key) -> RetriedView:
        """Ask the network for that text once more. 409: it is closed. 422: the network never gave
        an id for it. 503: the network does not answer."""
        try:
            done = letters.retry(bot, letter_id, by=who.name)
        except Refused as error:
            raise Problem(422, str(error)) from None
        except ChannelError as error:
            raise Problem(503, str(error), {"Retry-After": "60"}) from None
        now = letter_view(find_letter(bot.database, letter_id))
        return RetriedView(outcome=done.outcome, sentence=done.sentence, letter=now)

    @api.post("/letters/{letter_id}/dismiss", **post)
    def dismiss(who: Annotated[Visitor, Depends(decides)], letter_id: Key) -> LetterView:
        """Nobody needs to see it any more. 409: somebody was faster."""
        return letter_view(letters.dismiss(bot, letter_id, by=who.name))
