"""The ready-made faults of sandbox Mastodon, by name. Bodies are those of problems.py.

`storm` lets what makes sense for writes alone happen to writes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from listener.sandbox.exchange import Answer
from listener.sandbox.faults import RESET_AFTER, RESET_BEFORE, Act, Fault, answers
from listener.sandbox.mastodon import problems
from listener.sandbox.mastodon.limits import limit_headers, moment
from listener.sandbox.mastodon.problems import Problem
from listener.sandbox.wire_faults import WIRE, WRITES, told

_PERIOD: Final = 300  # seconds
_LIMIT: Final = 300
_CHARACTERS: Final = 500
_RESET: Final = "X-RateLimit-Reset"
_POSTS: Final = frozenset({"POST"})
_SORRY: Final = (
    "<!DOCTYPE html><html lang='en'><head><title>We're sorry, but something went wrong (500)"
    "</title></head><body><h1>We're sorry, but something went wrong on our end.</h1></body></html>"
)


@dataclass(frozen=True, kw_only=True)
class _Limited(Fault):
    """429 with a reset so many seconds from now, told as Mastodon tells times; None: with the end
    of the five minutes we are in."""

    reset_after: float | None = None

    def at(self, now: datetime) -> Fault:
        headers = limit_headers(now, _LIMIT, 0, _PERIOD)
        if self.reset_after is not None:
            headers[_RESET] = moment(now + timedelta(seconds=self.reset_after))
        return replace(self, answer=self.answer.plus(headers))


def _says(problem: Problem, *, done: bool = False) -> Fault:
    return Fault(act=Act.ANSWER_AFTER if done else Act.ANSWER, answer=problem.answer())


def _limited(headers: Mapping[str, str] | None = None) -> Fault:
    return _says(problems.rate_limited(headers))


def _spent(reset: str) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(_LIMIT), "X-RateLimit-Remaining": "0", _RESET: reset}


def _without(start: str, answer: Answer) -> Answer:
    """The same answer without the headers whose names begin so."""
    kept = {name: value for name, value in answer.headers.items() if not name.startswith(start)}
    return Answer(status=answer.status, body=answer.body, headers=kept)


FAULTS: Final[Mapping[str, Fault]] = {
    **WIRE,
    "unavailable": told("503 as JSON; nothing was done.", _says(problems.unavailable())),
    "unavailable_after": told(
        "503 as JSON although the request was carried out.",
        _says(problems.unavailable(), done=True),
    ),
    "broken": told("Mastodon's own 500 page; nothing was done.", answers(500, _SORRY)),
    "broken_after": told(
        "Mastodon's own 500 page although the request was carried out.",
        answers(500, _SORRY, done=True),
    ),
    "post_reset": told(
        "A POST is reset and not carried out, as snac did now and then while it delivered.",
        RESET_BEFORE,
        only=_POSTS,
    ),
    "post_reset_after": told(
        "A POST is carried out, and then reset: nobody can tell the two apart.",
        RESET_AFTER,
        only=_POSTS,
    ),
    "rate_limited": told(
        "429 until the five minutes are over, as X-RateLimit-Reset says.",
        _Limited(act=Act.ANSWER, answer=problems.rate_limited().answer()),
    ),
    "rate_limited_past_reset": told(
        "429 with a reset that lies a minute back.",
        _Limited(act=Act.ANSWER, answer=problems.rate_limited().answer(), reset_after=-60),
    ),
    "rate_limited_no_headers": told("429 without any X-RateLimit header.", _limited()),
    "rate_limited_empty_reset": told(
        "429 with X-RateLimit-Reset there, but empty.", _limited(_spent(""))
    ),
    "rate_limited_broken_reset": told(
        "429 with an X-RateLimit-Reset that is no time.", _limited(_spent("soon"))
    ),
    "unauthorized": told(
        "401: the server does not know our token.", _says(problems.unauthorized())
    ),
    "revoked": told("401: somebody took our token back.", _says(problems.revoked())),
    "disabled": told("403: a moderator froze our account.", _says(problems.disabled())),
    "outside_scopes": told("403: our token may not do this.", _says(problems.outside_scopes())),
    "forbidden": told("403: nobody may do this.", _says(problems.not_allowed())),
    "gone": told("404: it is not there, or no more.", _says(problems.no_record())),
    "nothing_to_answer": told(
        "404: what we answer is deleted, or its author has blocked us.",
        _says(problems.nothing_to_answer()),
        only=_POSTS,
    ),
    "unprocessable": told(
        "422: the text is too long for this server.",
        _says(problems.too_long(_CHARACTERS)),
        only=WRITES,
    ),
    "no_links": told(
        "The true answer without its Link header.",
        Fault(act=Act.CHANGED, change=lambda answer: _without("Link", answer)),
    ),
    "no_limits": told(
        "The true answer without its X-RateLimit headers.",
        Fault(act=Act.CHANGED, change=lambda answer: _without("X-RateLimit", answer)),
    ),
}
