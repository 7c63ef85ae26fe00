"""make encoder-weights: train what reads the encoder's numbers on our own corpus, beside the
shipped weights. Takes half an hour of a core, most of it the encoder's."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from sentiment import encoder
from sentiment.corpus import Part
from sentiment.linear import Floats
from sentiment.recipe import MADE_OF, own_examples, questions
from sentiment.stack import SHIPPED, save
from sentiment.stack_trainer import make
from sentiment.weights import shipped


class Told:
    """An encoder that tells on stderr how far it is: nobody waits half an hour in the dark."""

    def __init__(self) -> None:
        self.encoder = encoder.load()
        self.began, self.texts = time.monotonic(), 0

    def vector(self, text: str) -> Floats:
        self.texts += 1
        if self.texts % 1000 == 0:
            took = time.monotonic() - self.began
            sys.stderr.write(f"{self.texts:,} texts in {took / 60:.0f} minutes\n")
        return self.encoder.vector(text)


if __name__ == "__main__":
    made = make(
        own_examples(Part.TRAIN),
        own_examples(Part.DEV),
        shipped(),
        Told().vector,
        question=next(one for one in questions() if one.name == "sentiment"),
        made_of=MADE_OF,
    )
    save(made, SHIPPED)
    sys.stdout.write(f"{SHIPPED.name}, {SHIPPED.stat().st_size / 1e6:.1f} MB\n")
