"""make weights: train the shipped weights on our own corpus."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from sentiment.corpus import Part
from sentiment.recipe import MADE_OF, own_examples, questions
from sentiment.trainer import train
from sentiment.weights import SHIPPED, save

if __name__ == "__main__":
    learning, checking = own_examples(Part.TRAIN), own_examples(Part.DEV)
    save(train(learning, checking, made_of=MADE_OF, questions=questions()), SHIPPED)
    size = SHIPPED.stat().st_size / 1e6
    sys.stdout.write(f"{len(learning):,} texts -> {SHIPPED.name}, {size:.1f} MB\n")
