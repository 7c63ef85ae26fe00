"""The faults any network can have, below and around HTTP: cut, slow, garbled, a proxy's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from listener.sandbox.exchange import Answer
from listener.sandbox.faults import RESET_AFTER, RESET_BEFORE, Act, Fault, answers, hang, slow

READS: Final = frozenset({"GET"})
WRITES: Final = frozenset({"POST", "PUT", "DELETE"})

_SORRY: Final = (
    "<html><head><title>503 Service Temporarily Unavailable</title></head>"
    "<body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>"
)
_RUBBISH: Final = Answer(
    body=b'{"data":[{"id":"1","te', headers={"Content-Type": "application/json"}
)


def told(about: str, fault: Fault, *, only: frozenset[str] = frozenset()) -> Fault:
    """The fault with what is to be said about it."""
    return replace(fault, about=about, only=only)


WIRE: Final[Mapping[str, Fault]] = {
    "reset_before": told("The connection breaks; nothing was done.", RESET_BEFORE),
    "reset_after": told("Done and stored; the connection breaks before the answer.", RESET_AFTER),
    "hang": told("Nothing is done and nothing is said for half a minute.", hang(30)),
    "hang_after": told("Done and stored; the answer comes too late for anybody.", slow(30)),
    "slow": told("The true answer, 2 s late.", slow(2)),
    "drip": told(
        "The true answer, its body bit by bit for 2 s: each wait is short, the whole is not.",
        Fault(act=Act.DRIP, seconds=2),
    ),
    "cut_short": told(
        "Done; Content-Length promises 100 bytes more than come before the connection ends.",
        Fault(act=Act.LIE, lie=100),
    ),
    "too_long": told(
        "Done; Content-Length says 10 bytes less than come: what a reader takes is no JSON.",
        Fault(act=Act.LIE, lie=-10),
    ),
    "html_503": told(
        "A proxy's page instead of an answer; nothing was done.", answers(503, _SORRY)
    ),
    "html_503_after": told(
        "Done and stored; a proxy's page instead of the answer.", answers(503, _SORRY, done=True)
    ),
    "garbled": told(
        "200 with half a JSON object; nothing was done.", Fault(act=Act.ANSWER, answer=_RUBBISH)
    ),
    "garbled_after": told(
        "Done and stored; 200 with half a JSON object.",
        Fault(act=Act.ANSWER_AFTER, answer=_RUBBISH),
    ),
}
