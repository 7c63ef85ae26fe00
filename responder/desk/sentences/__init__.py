"""Every sentence of the domain that the desk may show, in English, by where it comes from.

A message is one sentence, with named holes; a pair of them where it changes with a number.
`responder/desk/retold.py` finds the one that a sentence was made of. What a hole holds goes by its
name: `sentence` is another of these, `topics` are topics, `moment` is a time (retold_values.py).
"""

from __future__ import annotations

from typing import Final

from responder.desk.sentences import (
    automatic,
    crises,
    findings,
    handling,
    library,
    networks,
    networks_open,
    outcomes,
    reasons,
    refusals,
    screens,
    troubles,
)
from responder.desk.sentences.words import WORDS as WORDS

MESSAGES: Final[tuple[str | tuple[str, str], ...]] = (
    *findings.MESSAGES,
    *reasons.MESSAGES,
    *outcomes.MESSAGES,
    *automatic.MESSAGES,
    *refusals.MESSAGES,
    *handling.MESSAGES,
    *library.MESSAGES,
    *troubles.MESSAGES,
    *crises.MESSAGES,
    *networks.MESSAGES,
    *networks_open.MESSAGES,
    *screens.MESSAGES,
)
