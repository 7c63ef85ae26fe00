"""The ready-made faults of sandbox X, by name. Bodies are those of recorded answers: problems.py.

`storm` lets refusals that make sense for writes alone happen to writes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from listener.sandbox.faults import Act, Fault
from listener.sandbox.wire_faults import WIRE, WRITES, told
from listener.sandbox.x import problems
from listener.sandbox.x.problems import Problem

_WINDOW: Final = {"x-rate-limit-limit": "300", "x-rate-limit-remaining": "0"}
_PLENTY: Final = {"x-rate-limit-limit": "40000", "x-rate-limit-remaining": "39999"}
_RESET: Final = "x-rate-limit-reset"


def _says(problem: Problem, *, done: bool = False) -> Fault:
    return Fault(act=Act.ANSWER_AFTER if done else Act.ANSWER, answer=problem.answer())


def _limited(headers: Mapping[str, str], *, seconds: float | None = None) -> Fault:
    """429; `seconds`: the reset header says so many from now."""
    resets = {} if seconds is None else {_RESET: seconds}
    return replace(_says(problems.rate_limited(headers)), resets=resets)


FAULTS: Final[Mapping[str, Fault]] = {
    **WIRE,
    "unavailable": told("503 as JSON; nothing was done.", _says(problems.unavailable())),
    "unavailable_after": told(
        "503 as JSON although the request was carried out.",
        _says(problems.unavailable(), done=True),
    ),
    "rate_limited": told(
        "429 for another 5 minutes, as x-rate-limit-reset says.", _limited(_WINDOW, seconds=300)
    ),
    "rate_limited_no_reset": told("429 without any x-rate-limit header.", _limited({})),
    "rate_limited_empty_reset": told(
        "429 with x-rate-limit-reset there, but empty.", _limited({**_WINDOW, _RESET: ""})
    ),
    "rate_limited_past_reset": told(
        "429 with a reset that lies a minute back.", _limited(_WINDOW, seconds=-60)
    ),
    "day_spent": told(
        "429 because the account's 24 hours are used up; the window of 15 minutes is not.",
        replace(
            _says(problems.rate_limited({**_PLENTY, "x-user-limit-24hour-remaining": "0"})),
            resets={"x-user-limit-24hour-reset": 7200},
        ),
        only=WRITES,
    ),
    "usage_capped": told(
        "429 UsageCapExceeded: the month is spent though the window has plenty left.",
        _says(problems.usage_capped(_PLENTY)),
    ),
    "credits_depleted": told("402: nothing left to pay with.", _says(problems.no_credits())),
    "unauthorized": told(
        "401, as a revoked key gets it, and as all did for two hours on 2026-07-01.",
        _says(problems.unauthorized()),
    ),
    "duplicate": told(
        "403 duplicate content; nothing was stored now, perhaps earlier.",
        _says(problems.duplicate()),
        only=WRITES,
    ),
    "duplicate_after": told(
        "403 duplicate content although this very request was stored.",
        _says(problems.duplicate(), done=True),
        only=WRITES,
    ),
    "not_summoned": told(
        "403: the author has not engaged us. The words of spring 2026.",
        _says(problems.not_engaged()),
        only=WRITES,
    ),
    "not_authorized": told(
        "403: we are not mentioned. The words of September 2026.",
        _says(problems.not_summoned()),
        only=WRITES,
    ),
    "target_gone": told(
        "403: what we answer is deleted, or its author hides it from us.",
        _says(problems.target_gone()),
        only=WRITES,
    ),
    "reply_restricted": told(
        "403: the author has restricted who can reply.",
        _says(problems.reply_restricted()),
        only=WRITES,
    ),
    "not_found": told(
        "404: no such post.", _says(problems.not_found("Could not find tweet with id: [1]."))
    ),
}
