"""make blind: which entries of the demo's book answer posts nobody had seen who wrote it.

Each post of tests/blind/mentions.toml names the entries that would do (`entries`). Judged, decided
and worded as the bot does it, without a database: nothing went before, nobody is known.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from config import brand
from config.brand import BrandBook
from config.settings import ROOT, SentimentSettings
from listener.channels.base import Answerable
from responder.alike import likely_in
from responder.asked import Asked
from responder.decide import decide
from responder.decision import Decision, Heard
from responder.kind import speaking_for
from responder.traits import traits_of
from responder.wording import word
from sentiment.cues import LANGUAGES
from sentiment.judge import Judgement, judge
from sentiment.score import Sentiment
from sentiment.signals import DANGEROUS, Signal
from sentiment.topics import OTHER

POSTS: Final = ROOT / "tests" / "blind" / "mentions.toml"
_DAY: Final = date(2026, 11, 23)
_SURE: Final = SentimentSettings().send_from


def main() -> int:
    book = brand.load(ROOT / "config/brand/demo", LANGUAGES)
    posts = tomllib.loads(POSTS.read_text("utf-8"))["mention"]
    right: Counter[str] = Counter()
    for post in posts:
        if set(_used(post["text"], post["language"], book)) & set(post["entries"]):
            right[post["language"]] += 1
    answerable = sum(bool(post["entries"]) for post in posts)
    for language in LANGUAGES:
        asked = sum(post["language"] == language for post in posts)
        print(f"{language}  {right[language]:>3} of {asked}")
    print(f"all {right.total():>3} of {len(posts)}, of which {answerable} have a right entry")
    return 0


def _used(text: str, language: str, book: BrandBook) -> Iterator[str]:
    """The keys of the entries a draft is made from."""
    judged = judge(text, languages=LANGUAGES, hint=language)
    chapter = book.chapters[judged.language if judged.language in book.chapters else language]
    likely = likely_in(text, traits_of(judged), chapter, language)
    decision = decide(
        Heard(
            signals=frozenset(judged.signals),
            topics=frozenset(judged.topics),
            sentiment=judged.score.label,
            answerable=Answerable.YES,
            addressed=True,
            opted_out=False,
            phase=judged.phase.value,
            sure=judged.score.confidence >= _SURE,
            speaks=speaking_for(likely, chapter),
        )
    )
    if decision.words:
        wording = word(_asked(text, judged, decision, likely=likely), chapter)
        for part in wording.made_from.split(","):
            yield part.rpartition(":")[2].split()[0]


def _asked(text: str, judged: Judgement, decision: Decision, **known: Any) -> Asked:
    labels = (*sorted(DANGEROUS), Signal.HUMAN)
    return Asked(
        text=text,
        name="",
        topics=[topic for topic in judged.topics if topic != OTHER],
        signals=[label.value for label in labels if label in judged.signals],
        occasion=decision.occasion,
        question=decision.question,
        seed=text,
        today=_DAY,
        phase=judged.phase.value,
        calm=judged.score.label is not Sentiment.NEGATIVE,
        confused=Signal.CONFUSED in judged.signals,
        wants_person=Signal.HUMAN in judged.signals,
        **known,
    )


if __name__ == "__main__":
    sys.exit(main())
