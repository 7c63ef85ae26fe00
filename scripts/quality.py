"""make quality: how right we are on the texts nobody trained on, written to docs/quality.md."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from config.settings import LANGUAGES, ROOT
from sentiment.corpus import Part, Row, mentions, rows
from sentiment.judge import Judgement, judge
from sentiment.measure import calibration_error, figures, interval
from sentiment.score import score
from sentiment.signals import DANGERS, Signal
from sentiment.weights import shipped

PAGE: Final = ROOT / "docs" / "quality.md"

_HEAD: Final = (
    "# How right we are\n\n"
    "Written by `make quality`; do not edit. Measured on the test part of our own corpus and on "
    "its texts about danger, none of which anything was trained or tuned on. "
    "**Read [the corpus' warning](../sentiment/corpus/README.md) first**: a language model wrote "
    "these texts. Your mentions differ; `run_bot.py evaluate FILE` tells by how much.\n\n"
)


@dataclass(frozen=True, kw_only=True)
class Judged:
    row: Row
    judgement: Judgement
    rules: str  # what the steps without weights say of its feeling


def judged(language: str) -> list[Judged]:
    return [
        Judged(
            row=row,
            judgement=judge(row["text"], languages=LANGUAGES, hint=language),
            rules=score(row["text"], language).label.value,
        )
        for row in mentions(language, Part.TEST)
    ]


def sentiment_row(language: str, found: Sequence[Judged]) -> str:
    right = [one.row["sentiment"] for one in found]
    said = [one.judgement.score.label.value for one in found]
    new, old = figures(right, said), figures(right, [one.rules for one in found])
    known = [one for one in found if one.judgement.score.confidence > 0]
    gap = calibration_error(
        [one.judgement.score.confidence for one in known],
        [one.judgement.score.label.value == one.row["sentiment"] for one in known],
    )
    cells = (new.texts, f"{100 * new.macro_f1:.1f}", f"{100 * old.macro_f1:.1f}", f"{gap:.2f}")
    return _line(language, *cells)


def topics_row(language: str, found: Sequence[Judged]) -> str:
    hits = said = right = same = 0
    for one in found:
        wanted, got = set(one.row["topics"]), set(one.judgement.topics)
        hits, said, right = hits + len(wanted & got), said + len(got), right + len(wanted)
        same += one.row["phase"] == one.judgement.phase.value
    micro = 2 * hits / (said + right)
    return _line(language, len(found), f"{100 * micro:.1f}", f"{100 * same / len(found):.1f}")


def danger_row(language: str) -> str:
    every = rows(f"urgent/{language}")
    urgent = [_seen(row, language) for row in every if row["urgent"]]
    alike = [_seen(row, language) for row in every if not row["urgent"]]
    plain = [
        _seen(row, language) for row in mentions(language, Part.TEST) if row["urgency"] != "P1"
    ]
    cells = (part for found in (urgent, alike, plain) for part in (len(found), *_shares(found)))
    return _line(language, *cells)


def _seen(row: Row, language: str) -> tuple[bool, bool]:
    """Whether danger is believed, and whether a person is at least asked to look."""
    signals = judge(row["text"], languages=LANGUAGES, hint=language).signals
    believed = bool(signals & set(DANGERS.values()))
    return believed, believed or Signal.ALARMING in signals


def _shares(found: Sequence[tuple[bool, bool]]) -> tuple[str, str]:
    believed, looked_at = zip(*found, strict=True)
    return _share(believed), _share(looked_at)


def _share(found: Sequence[bool]) -> str:
    low, high = interval(sum(found), len(found))
    return f"{100 * sum(found) / len(found):.1f} ({100 * low:.0f} to {100 * high:.0f})"


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _table(title: str, note: str, heads: Sequence[str], lines: Iterable[str]) -> str:
    rule = _line(*("---" for _ in heads))
    return "\n".join([f"## {title}", "", note, "", _line(*heads), rule, *lines, "", ""])


def page() -> str:
    """The whole page, in Markdown."""
    every = {language: judged(language) for language in LANGUAGES}
    return _HEAD + "".join(
        [
            _table(
                "Sentiment",
                "Macro-F1 of negative, neutral and positive; what is called unknown counts as "
                "wrong. *Rules* is VADER with its own English words, and with our lexicons "
                "elsewhere. *Gap*: expected calibration error, how far the confidence told lies "
                "from the truth.",
                ("language", "texts", "macro-F1", "rules", "gap"),
                (sentiment_row(*item) for item in every.items()),
            ),
            _table(
                "Topics and phase",
                "Micro-F1 over 23 topics, several a text; the share of texts with the right phase.",
                ("language", "texts", "topics", "phase"),
                (topics_row(*item) for item in every.items()),
            ),
            _table(
                "Danger",
                "Texts that must never wait, near misses, which use the same words and are no "
                "danger, and ordinary mentions of the test part. *P1*: the share of each that is "
                "believed to be danger; *seen*: that, or a person is asked to look within the "
                "hour (P2). With Wilson's 95 % interval.",
                (
                    *("language", "urgent", "P1", "seen"),
                    *("near misses", "P1", "seen"),
                    *("ordinary", "P1", "seen"),
                ),
                map(danger_row, LANGUAGES),
            ),
            f"Weights made of: {shipped().made_of}.\n",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}\n")
