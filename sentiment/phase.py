"""Where in the life with a product a customer stands.

Four phases of the customer resource life cycle: Ives & Learmonth, "The information system as a
competitive weapon", Communications of the ACM 27(12), 1984, https://doi.org/10.1145/2135.2137.
"""

from __future__ import annotations

from enum import StrEnum

from sentiment.cues import Hits, find


class Phase(StrEnum):
    REQUIREMENTS = "requirements"  # finds out what is needed
    ACQUISITION = "acquisition"  # orders, pays, receives
    OWNERSHIP = "ownership"  # uses, maintains, repairs
    RETIREMENT = "retirement"  # returns, replaces, cancels, disposes of
    UNKNOWN = "unknown"


# Of equally strong phases the later one counts: who returns a thing also speaks of the order.
_LATEST_FIRST = (Phase.RETIREMENT, Phase.OWNERSHIP, Phase.ACQUISITION, Phase.REQUIREMENTS)


def phase(text: str, language: str) -> Phase:
    """The phase with most cues in `text`; `UNKNOWN` when there is none."""
    return likeliest(find(text, language))


def likeliest(hits: Hits) -> Phase:
    """The same, from cues that were already looked up."""
    if not hits.phases:
        return Phase.UNKNOWN
    return max(_LATEST_FIRST, key=lambda candidate: hits.phases.get(candidate, 0))
