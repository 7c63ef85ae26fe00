"""Mastodon's refusals, in its own words (app/controllers and config/locales/en.yml of 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from listener.sandbox.exchange import Answer, answer_json


class Problem(Exception):
    """An answer with an `error` text."""

    def __init__(self, status: int, error: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error)
        self.status, self.error, self.headers = status, error, dict(headers or {})

    def answer(self) -> Answer:
        return answer_json({"error": self.error}, status=self.status).plus(self.headers)

    def page(self) -> Answer:
        """The same from a server that does not say why, and says nothing at all to strangers."""
        phrase = HTTPStatus(self.status).phrase
        told = "" if self.status == HTTPStatus.UNAUTHORIZED else f"{self.status} {phrase}"
        body = f"<h1>{told}</h1>" if told else ""
        return Answer(status=self.status, body=body.encode(), headers={"Content-Type": "text/html"})


def unauthorized(why: str = "The access token is invalid") -> Problem:
    """No token, an unknown one, or one that is not valid any more."""
    told = f'Bearer realm="Doorkeeper", error="invalid_token", error_description="{why}"'
    return Problem(401, why, {"WWW-Authenticate": told})


def revoked() -> Problem:
    return unauthorized("The access token was revoked")


def outside_scopes() -> Problem:
    return Problem(403, "This action is outside the authorized scopes")


def not_allowed() -> Problem:
    return Problem(403, "This action is not allowed")


def disabled() -> Problem:
    """The account was frozen or suspended by a moderator."""
    return Problem(403, "Your login is currently disabled")


def no_record() -> Problem:
    """There is no such thing, or not any more."""
    return Problem(404, "Record not found")


def not_found() -> Problem:
    """There is no such address, or the thing is there but not for us."""
    return Problem(404, "Not Found")


def nothing_to_answer() -> Problem:
    """`in_reply_to_id` is of nothing, of something deleted, or of somebody who has blocked us:
    https://github.com/mastodon/mastodon/issues/23207 (2023-01-23)"""
    return Problem(404, "The post you are trying to reply to does not appear to exist")


def invalid(why: str) -> Problem:
    """`why` begins with the field: "Text can't be blank"."""
    return Problem(422, f"Validation failed: {why}")


def too_long(limit: int) -> Problem:
    return invalid(f"Text character limit of {limit} exceeded")


def unprocessable(error: str) -> Problem:
    return Problem(422, error)


def missing(parameter: str) -> Problem:
    return Problem(400, f"param is missing or the value is empty or invalid: {parameter}")


def bad_request() -> Problem:
    """The body cannot be read."""
    return Problem(400, "Bad Request")


def rate_limited(headers: Mapping[str, str] | None = None) -> Problem:
    return Problem(429, "Too many requests", headers)


def unavailable() -> Problem:
    """Redis or the database has no time."""
    return Problem(503, "There was a temporary problem serving your request, please try again")
