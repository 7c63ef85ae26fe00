"""Pure but for the row: what a mention says of our products and our competitors."""

from __future__ import annotations

from listener.models import Mention
from sentiment.judge import Judgement
from sentiment.market import Judged, Market, aspects_told, rivals_told


def read_market(mention: Mention, judgement: Judgement, market: Market) -> None:
    """Write it into the row, by what was just judged of its text."""
    judged = Judged(
        language=judgement.language,
        score=judgement.score,
        topics=judgement.topics,
        signals=judgement.signals,
    )
    mention.aspects = aspects_told(mention.text, judged, market)
    mention.rivals = rivals_told(mention.text, market, addressed=mention.addressed)
