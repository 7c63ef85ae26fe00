"""X's refusals, in the very words of recorded answers (see the source beside each)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from listener.sandbox.exchange import Answer, answer_json

_TYPES = "https://api.twitter.com/2/problems"
_RESTRICTED = "The original Tweet author restricted who can reply to this Tweet."


class Problem(Exception):
    """An answer that is not 2xx."""

    def __init__(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(body.get("detail"))
        self.status, self.body, self.headers = status, dict(body), dict(headers or {})

    def answer(self) -> Answer:
        made = answer_json(self.body, status=self.status, kind="application/problem+json")
        return made.plus(self.headers)


def unauthorized() -> Problem:
    return _plain(401, "Unauthorized", "Unauthorized")


def unsupported_auth(kind: str, allowed: Sequence[str]) -> Problem:
    detail = (
        f"Authenticating with {kind} is forbidden for this endpoint."
        f"  Supported authentication types are [{', '.join(allowed)}]."
    )
    return Problem(
        403,
        {
            "title": "Unsupported Authentication",
            "detail": detail,
            "type": f"{_TYPES}/unsupported-authentication",
            "status": 403,
        },
    )


def invalid(message: str, parameters: Mapping[str, Sequence[str]]) -> Problem:
    """400; the shape of a live body of 2026-08-07."""
    errors = [{"message": message, "parameters": {k: list(v) for k, v in parameters.items()}}]
    return Problem(
        400,
        {
            "errors": errors,
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{_TYPES}/invalid-request",
        },
    )


def rate_limited(headers: Mapping[str, str]) -> Problem:
    return Problem(
        429,
        {
            "title": "Too Many Requests",
            "detail": "Too Many Requests",
            "type": "about:blank",
            "status": 429,
        },
        headers,
    )


def usage_capped(headers: Mapping[str, str]) -> Problem:
    """The month's posts are read. Live on 2026-02-07: https://github.com/xdevplatform/xdk/issues/25"""
    return Problem(
        429,
        {
            "account_id": 1000000000000000000,
            "product_name": "standard-basic",
            "title": "UsageCapExceeded",
            "period": "Monthly",
            "scope": "Product",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": f"{_TYPES}/usage-capped",
        },
        headers,
    )


def no_credits() -> Problem:
    """402; the body that public clients' tests quote (2026)."""
    return Problem(
        402,
        {
            "account_id": 1000000000000000000,
            "title": "CreditsDepleted",
            "detail": "Your enrolled account [1000000000000000000] does not have any credits to"
            " fulfill this request.",
            "type": f"{_TYPES}/credits",
        },
    )


def unavailable() -> Problem:
    """Logged on 2026-02-16: https://github.com/akrherz/iembot/issues/171"""
    return _plain(503, "Service Unavailable", "Service Unavailable")


def not_found(detail: str) -> Problem:
    return Problem(
        404,
        {
            "title": "Not Found Error",
            "detail": detail,
            "type": f"{_TYPES}/resource-not-found",
            "status": 404,
        },
    )


def duplicate() -> Problem:
    """Logged on 2026-02-12: https://github.com/akrherz/iembot/issues/163"""
    return forbidden("You are not allowed to create a Tweet with duplicate content.")


def not_summoned() -> Problem:
    """Self-serve apps answer only who mentions or quotes them, since 2026-02-23
    (https://docs.x.com/x-api/posts/manage-tweets/integrate); wording live on 2026-09-18."""
    return Problem(
        403,
        {
            "title": "Not Authorized for Resource",
            "detail": "You can only reply to or quote posts where you are mentioned or are the"
            " author.",
            "type": "https://api.x.com/2/problems/not-authorized-for-resource",
            "status": 403,
        },
    )


def not_engaged() -> Problem:
    """The same rule in the words of spring 2026 (a bot's log of 2026-04-10)."""
    return forbidden(
        "Reply to this conversation is not allowed because you have not been mentioned or"
        " otherwise engaged by the author of the post you are replying to."
    )


def reply_restricted() -> Problem:
    """Code 433 of the older API: the author chose who may answer."""
    body = {"errors": [{"code": 433, "message": _RESTRICTED}], "detail": _RESTRICTED}
    plain = {"title": "Forbidden", "type": "about:blank", "status": 403}
    return Problem(403, {**body, **plain})


def target_gone() -> Problem:
    """Code 385 of the older API, same words: https://github.com/IBBoard/cawbird/issues/8"""
    return forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")


def too_long() -> Problem:
    """Logged on 2023-02-25 by a tweepy user."""
    return _plain(
        400,
        "Bad Request",
        "Your Tweet text is too long. For more information on how Twitter determines text length"
        " see https://github.com/twitter/twitter-text.",
    )


def forbidden(detail: str) -> Problem:
    return _plain(403, "Forbidden", detail)


def missing(resource: str, parameter: str, value: str) -> dict[str, str]:
    """One entry of `errors` in an answer that is otherwise fine."""
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": "https://api.x.com/2/problems/resource-not-found",
    }


def _plain(status: int, title: str, detail: str) -> Problem:
    return Problem(
        status, {"title": title, "detail": detail, "type": "about:blank", "status": status}
    )
