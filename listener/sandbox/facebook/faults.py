"""The ready-made faults of sandbox Facebook, by name.

Codes: https://developers.facebook.com/docs/graph-api/guides/error-handling (2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from listener.sandbox.exchange import Answer, answer_json
from listener.sandbox.facebook import problems
from listener.sandbox.facebook.limits import app_header, page_header
from listener.sandbox.facebook.problems import Problem
from listener.sandbox.faults import Act, Fault
from listener.sandbox.wire_faults import READS, WIRE, WRITES, told

_PAGE: Final = "100000000000001"  # whose allowance the headers speak of: no reader asks
_REGAIN: Final = 37  # minutes


def _says(problem: Problem, *, done: bool = False) -> Fault:
    return Fault(act=Act.ANSWER_AFTER if done else Act.ANSWER, answer=problem.answer())


def _with_usage(fault: Fault, headers: Mapping[str, str]) -> Fault:
    return replace(fault, answer=fault.answer.plus(headers))


def _without_authors(answer: Answer) -> Answer:
    """The same answer with no `from` anywhere in it."""
    told_all = json.loads(answer.body)
    made = answer_json(_cleaned(told_all), status=answer.status, ascii_only=True)
    return Answer(status=answer.status, body=made.body, headers=answer.headers)


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cleaned(inner) for name, inner in value.items() if name != "from"}
    return [_cleaned(inner) for inner in value] if isinstance(value, list) else value


def _nearly_spent(answer: Answer) -> Answer:
    return Answer(
        status=answer.status,
        body=answer.body,
        headers={**answer.headers, **page_header(_PAGE, 96, 0)},
    )


_TEMPORARY_1: Final = problems.temporary(1)
_TEMPORARY_2: Final = problems.temporary(2)

FAULTS: Final[Mapping[str, Fault]] = {
    **WIRE,
    "code_1": told("Code 1, an unknown error; nothing was done.", _says(_TEMPORARY_1)),
    "code_1_after": told(
        "Code 1 although the request was carried out.", _says(_TEMPORARY_1, done=True)
    ),
    "code_2": told("Code 2, temporarily out of service; nothing was done.", _says(_TEMPORARY_2)),
    "code_2_after": told(
        "Code 2 although the comment stands (https://github.com/arsduo/koala/issues/397).",
        _says(_TEMPORARY_2, done=True),
    ),
    "duplicate": told(
        "Code 506, duplicate; nothing was stored now, perhaps earlier.",
        _says(problems.duplicate()),
        only=WRITES,
    ),
    "duplicate_after": told(
        "Code 506 although this very comment was stored.",
        _says(problems.duplicate(), done=True),
        only=WRITES,
    ),
    "blocked": told(
        "Code 368: judged abusive or repeated. Writing on makes it worse.",
        _says(problems.blocked()),
        only=WRITES,
    ),
    "app_limit": told("Code 4 without usage headers.", _says(problems.app_limit())),
    "app_limit_usage": told(
        "Code 4, X-App-Usage at 100 %: that header names no time.",
        _with_usage(_says(problems.app_limit()), app_header(100)),
    ),
    "user_limit": told("Code 17 without usage headers.", _says(problems.user_limit())),
    "user_limit_usage": told(
        f"Code 17, X-Business-Use-Case-Usage at 100 % for {_REGAIN} minutes.",
        _with_usage(_says(problems.user_limit()), page_header(_PAGE, 100, _REGAIN)),
    ),
    "page_limit": told("Code 32 without usage headers.", _says(problems.page_limit())),
    "page_limit_usage": told(
        f"Code 32, X-Business-Use-Case-Usage at 100 % for {_REGAIN} minutes.",
        _with_usage(_says(problems.page_limit()), page_header(_PAGE, 100, _REGAIN)),
    ),
    "token_dead": told("Code 190/463: the token has run out.", _says(problems.token_dead())),
    "gone": told(
        "Code 100/33: deleted, or no longer for us to see.", _says(problems.gone("get", "1"))
    ),
    "no_authors": told(
        "The true answer without `from`, as without Advanced Access.",
        Fault(act=Act.CHANGED, change=_without_authors),
        only=READS,
    ),
    "usage_96": told(
        "The true answer with X-Business-Use-Case-Usage at 96 %.",
        Fault(act=Act.CHANGED, change=_nearly_spent),
    ),
}
