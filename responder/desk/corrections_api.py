"""Setting a mention right, for programs: below /api/v1/mentions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from listener.models import Mention
from responder.approve import NotFound
from responder.bot import Bot
from responder.clocks import read_clocks
from responder.correct import Right, correct
from responder.corrections import in_force, may_teach
from responder.desk.bearer import Editor, TheBot
from responder.desk.bodies import described, reader
from responder.desk.correction import Topic
from responder.desk.parameters import Key
from responder.desk.problem import Problem
from responder.models import Question
from responder.views import MentionView, mention_view
from sentiment.phase import Phase
from sentiment.score import Sentiment


class CorrectionBody(BaseModel):
    """`version` is the mention's, as it was read. Of the rest at least one; what is left out is
    left as it is. `sentiment`: negative, neutral or positive. `danger`: whether it is a P1."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    sentiment: Sentiment | None = None
    topics: Annotated[list[Topic] | None, Field(min_length=1, max_length=30)] = None
    phase: Phase | None = None
    danger: Annotated[bool | None, Field(strict=True)] = None


class CorrectionView(BaseModel):
    """`said_by`: the step that had judged, or "agent". `danger` is told as "yes" or "no";
    before, it may have been "alarming": only a person can tell."""

    question: Question
    answer: list[str]
    before: list[str]
    said_by: str
    by: str


class CorrectedView(BaseModel):
    """The mention as it stands now, with every correction made about the text it has, oldest
    first; of one question the last one counts. `may_teach`: whether weights learn from them."""

    mention: MentionView
    corrections: list[CorrectionView]
    may_teach: bool


router = APIRouter()


@router.post("/mentions/{mention_id}/correction", openapi_extra=described(CorrectionBody))
def set_right(
    bot: TheBot,
    who: Editor,
    body: Annotated[CorrectionBody, Depends(reader(CorrectionBody))],
    mention_id: Key,
) -> CorrectedView:
    """Say what is right about a text. 409: its author changed or deleted it, or its words were
    erased. 422: a word nobody knows."""
    correct(bot, mention_id, version=body.version, right=_right(body), by=who.name)
    return _corrected(bot, mention_id)


def _right(body: CorrectionBody) -> Right:
    try:
        right = Right(
            sentiment=body.sentiment, topics=body.topics, phase=body.phase, danger=body.danger
        )
    except ValueError as error:
        raise Problem(422, str(error)) from None
    if not right.answers:
        raise Problem(422, "Say at least one of sentiment, topics, phase, danger")
    return right


def _corrected(bot: Bot, mention_id: str) -> CorrectedView:
    with bot.database.read() as session:
        mention = session.get(Mention, mention_id)
        if mention is None:
            raise NotFound("There is no such mention")
        return CorrectedView(
            mention=mention_view(mention, read_clocks(bot, session, [mention])[mention.id]),
            corrections=[
                CorrectionView.model_validate(one, from_attributes=True)
                for one in in_force(session, mention)
            ],
            may_teach=may_teach(bot, mention.channel),
        )
