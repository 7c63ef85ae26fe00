"""What our own corpus is judged as, as one number a language: a change that makes judging quicker
must leave it alone.

After new weights, cues or rules: `.venv/bin/python -m tests.judged_corpus` writes it anew.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from config.settings import LANGUAGES
from sentiment.corpus import rows
from sentiment.judge import judge

FILE: Final = Path(__file__).with_suffix(".json")


def digest(language: str) -> str:
    """Of all that is said in words; the numbers may differ in their last digit by machine."""
    found = hashlib.sha256()
    for row in rows(language):
        one = judge(row["text"], languages=LANGUAGES)
        told = (one.language, one.score.label, one.topics, sorted(one.signals), one.phase)
        found.update(json.dumps(told).encode())
    return found.hexdigest()


if __name__ == "__main__":
    made = {language: digest(language) for language in LANGUAGES}
    FILE.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
