"""XRPC's refusals, in the words of the reference servers (PDS 0.5.35, AppView 0.0.280; measured
2026-11-22). https://atproto.com/specs/xrpc#error-responses"""

from __future__ import annotations

from collections.abc import Mapping

from listener.sandbox.exchange import Answer, answer_json


class Problem(Exception):
    """An answer with `error` and `message`."""

    def __init__(
        self, status: int, error: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.error, self.message = status, error, message
        self.headers = dict(headers or {})

    def answer(self) -> Answer:
        body = {"error": self.error, "message": self.message}
        return answer_json(body, status=self.status).plus(self.headers)


def invalid(message: str, error: str = "InvalidRequest") -> Problem:
    return Problem(400, error, message)


def not_implemented() -> Problem:
    return Problem(501, "MethodNotImplemented", "Method Not Implemented")


def no_auth() -> Problem:
    return Problem(401, "AuthMissing", "Authentication Required")


def not_yours() -> Problem:
    return Problem(401, "AuthenticationRequired", "Authentication Required")


def wrong_login() -> Problem:
    """Also what an app password is told when its account has been taken down."""
    return Problem(401, "AuthenticationRequired", "Invalid identifier or password")


def bad_token(message: str = "Token could not be verified") -> Problem:
    return invalid(message, "InvalidToken")


def expired_token() -> Problem:
    return invalid("Token has expired", "ExpiredToken")


def revoked_token() -> Problem:
    return invalid("Token has been revoked", "ExpiredToken")


def taken_down() -> Problem:
    return Problem(401, "AccountTakedown", "Account has been taken down")


def suspended() -> Problem:
    """The AppView's word for the same."""
    return invalid("Account has been suspended", "AccountTakedown")


def deactivated() -> Problem:
    return Problem(401, "AccountDeactivated", "Account is deactivated")


def rate_limited(headers: Mapping[str, str]) -> Problem:
    return Problem(429, "RateLimitExceeded", "Rate Limit Exceeded", headers)


def internal(status: int = 500) -> Problem:
    """502 where the PDS passes on that the AppView stumbled."""
    return Problem(status, "InternalServerError", "Internal Server Error")


def upstream() -> Problem:
    return Problem(502, "UpstreamFailure", "Upstream service unreachable")


def no_repo(repo: str) -> Problem:
    return invalid(f"Could not find repo: {repo}")


def no_repo_for_did(did: str) -> Problem:
    return invalid(f"Could not find repo for DID: {did}", "RepoNotFound")


def no_record(uri: str) -> Problem:
    return invalid(f"Could not locate record: {uri}", "RecordNotFound")


def no_post(uri: str) -> Problem:
    return invalid(f"Post not found: {uri}", "NotFound")


def no_profile() -> Problem:
    return invalid("Profile not found")


def swapped(what: str, at: str) -> Problem:
    """Somebody else has written meanwhile. `what`: "Commit" or "Record"."""
    return invalid(f"{what} was at {at}", "InvalidSwap")
