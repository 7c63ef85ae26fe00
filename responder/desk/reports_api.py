"""Reports for programs, below /api/v1/reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from responder.desk.bearer import READS, TheBot
from responder.desk.heavy import one_at_a_time
from responder.findings import FindingsView, findings_report
from responder.learning.edits import DAYS, MOST_DAYS, EditsView, edits

router = APIRouter()

Days = Annotated[int, Query(ge=1, le=MOST_DAYS)]


@router.get("/reports/edits", dependencies=READS)
def edited(bot: TheBot, days: Days = DAYS) -> EditsView:
    """Which words of ours the team edits most, entry by entry of the brand book, in the last
    `days`. 503: somebody else's figures are being made."""
    with one_at_a_time():
        return edits(bot, days=days)


@router.get("/reports/etiquette", dependencies=READS)
def ignored(bot: TheBot, days: Days = DAYS) -> FindingsView:
    """How right each rule of etiquette is, by what people made of its findings in the last `days`.
    503: somebody else's figures are being made."""
    with one_at_a_time():
        return findings_report(bot, days=days)
