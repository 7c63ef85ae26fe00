"""score: judge texts from a pipe."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO, Any

from config.settings import LANGUAGES
from sentiment.judge import judge
from sentiment.linear import Weights
from sentiment.prioritize import Facts, prioritize


def score_lines(lines: Iterable[bytes], out: IO[str], *, weights: Weights, as_json: bool) -> None:
    """One judgement a line, in the order of the texts."""
    for raw in lines:
        text = raw.decode("utf-8", "replace").rstrip("\r\n")
        row = scored(text, weights)
        if as_json:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        else:
            label = row["sentiment"]["label"]
            topics = ", ".join(row["topics"])
            out.write(f"{row['priority']}  {row['language']}  {label}  {topics}  {text}\n")
        out.flush()


def scored(text: str, weights: Weights) -> dict[str, Any]:
    """What `score --json` prints for one text."""
    judgement = judge(text, languages=LANGUAGES, weights=weights)
    priority = prioritize(
        Facts(
            score=judgement.score,
            signals=judgement.signals,
            topics=judgement.topics,
            phase=judgement.phase,
            followers=None,
            engagements_per_hour=0,
            repeats=0,
            addressed=True,
        )
    )
    return {
        "text": text,
        "language": judgement.language,
        "sentiment": {
            "label": judgement.score.label.value,
            "score": round(judgement.score.score, 4),
            "confidence": round(judgement.score.confidence, 4),
        },
        "topics": list(judgement.topics),
        "phase": judgement.phase.value,
        "priority": priority.level.value,
    }
