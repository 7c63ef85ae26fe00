"""The ready-made faults of sandbox Bluesky, by name. The words are those of the reference servers:
problems.py.

`storm` lets what only writers or signing in meet happen to POSTs alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from listener.sandbox.bluesky import problems
from listener.sandbox.bluesky.problems import Problem
from listener.sandbox.exchange import Answer, answer_json
from listener.sandbox.faults import Act, Fault
from listener.sandbox.wire_faults import READS, WIRE, WRITES, told

_RESET: Final = "RateLimit-Reset"
_CALLS: Final = {
    "RateLimit-Limit": "3000",
    "RateLimit-Remaining": "0",
    "RateLimit-Policy": "3000;w=300",
}
_POINTS: Final = {
    "RateLimit-Limit": "5000",
    "RateLimit-Remaining": "0",
    "RateLimit-Policy": "5000;w=3600",
}


def _says(problem: Problem, *, done: bool = False) -> Fault:
    return Fault(act=Act.ANSWER_AFTER if done else Act.ANSWER, answer=problem.answer())


def _limited(headers: Mapping[str, str], *, seconds: float | None = None) -> Fault:
    """429; `seconds`: the reset header says so many from now."""
    resets = {} if seconds is None else {_RESET: seconds}
    return replace(_says(problems.rate_limited(headers)), resets=resets)


def _emptied(answer: Answer) -> Answer:
    """The same answer, its first list empty and its cursor there."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer
    lists = [name for name, value in body.items() if isinstance(value, list)]
    made = answer_json({**body, **{name: [] for name in lists[:1]}}, status=answer.status)
    return Answer(status=answer.status, body=made.body, headers=answer.headers)


FAULTS: Final[Mapping[str, Fault]] = {
    **WIRE,
    "internal_error": told(
        "500 as JSON, as for a key that is taken; nothing was done.", _says(problems.internal())
    ),
    "internal_error_after": told(
        "500 as JSON although the request was carried out.", _says(problems.internal(), done=True)
    ),
    "upstream_failure": told(
        "502: the AppView does not answer. The real PDS says so after 10 s.",
        _says(problems.upstream()),
    ),
    "upstream_error": told(
        "502 InternalServerError: the AppView stumbled.", _says(problems.internal(502))
    ),
    "rate_limited": told(
        "429 for another 5 minutes, as RateLimit-Reset and Retry-After say.",
        _limited({**_CALLS, "Retry-After": "300"}, seconds=300),
    ),
    "rate_limited_no_reset": told("429 without any header of a limit.", _limited({})),
    "rate_limited_empty_reset": told(
        "429 with RateLimit-Reset and Retry-After there, but empty.",
        _limited({**_CALLS, _RESET: "", "Retry-After": ""}),
    ),
    "rate_limited_past_reset": told(
        "429 with a reset that lies a minute back, and no Retry-After.",
        _limited(_CALLS, seconds=-60),
    ),
    "points_spent": told(
        "429 for another 57 minutes: the account's writes of this hour are used up.",
        replace(_limited({**_POINTS, "Retry-After": "3437"}, seconds=3437), only=WRITES),
        only=WRITES,
    ),
    "expired_token": told(
        "400 ExpiredToken: two hours are over, or the clock says so.",
        _says(problems.expired_token()),
    ),
    "invalid_token": told(
        "400 InvalidToken: the PDS has changed its keys.", _says(problems.bad_token())
    ),
    "auth_missing": told("401 AuthMissing.", _says(problems.no_auth())),
    "invalid_login": told(
        "401: wrong password, or the account was taken down. Nobody is told which.",
        _says(problems.wrong_login()),
        only=WRITES,
    ),
    "takedown": told(
        "401 AccountTakedown: a moderator has taken the account down.",
        _says(problems.taken_down()),
        only=WRITES,
    ),
    "deactivated": told(
        "401 AccountDeactivated: its owner has switched the account off.",
        _says(problems.deactivated()),
        only=WRITES,
    ),
    "invalid_record": told(
        "400 InvalidRequest: the record is too long.",
        _says(
            problems.invalid(
                "Invalid app.bsky.feed.post record: grapheme too big (maximum 300, got 301)"
                " at $.record.text"
            )
        ),
        only=WRITES,
    ),
    "invalid_swap": told(
        "400 InvalidSwap: somebody has written to the repository meanwhile.",
        _says(
            problems.swapped(
                "Commit", "bafyreigkb6zjh4vpaslpgk3ndewyxxv3ebnslgzrthmtd4dwpc4vttvyti"
            )
        ),
        only=WRITES,
    ),
    "not_found": told(
        "400 NotFound: no such post.",
        _says(problems.no_post("at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/1")),
        only=READS,
    ),
    "record_not_found": told(
        "400 RecordNotFound: the repository has no such record.",
        _says(problems.no_record("at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/1")),
        only=READS,
    ),
    "not_implemented": told(
        "501 MethodNotImplemented: an old server, or a wrong address.",
        _says(problems.not_implemented()),
    ),
    "empty_page": told(
        "The true answer, its list empty and its cursor there: all on that page are hidden.",
        Fault(act=Act.CHANGED, change=_emptied),
        only=READS,
    ),
}
