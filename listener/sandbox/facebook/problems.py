"""Graph's refusals.

https://developers.facebook.com/docs/graph-api/guides/error-handling (2026-11)
"""

from __future__ import annotations

from listener.sandbox.exchange import Answer, answer_json

_TRACE = "AsandboxTraceId000000000"


class Problem(Exception):
    """An answer with an `error` object. HTTP is 400 for nearly all of them."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        kind: str = "OAuthException",
        subcode: int | None = None,
        transient: bool | None = None,
        status: int = 400,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.kind, self.subcode = code, message, kind, subcode
        self.transient, self.status = transient, status

    def answer(self) -> Answer:
        error: dict[str, object] = {
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": _TRACE,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient is not None:
            error["is_transient"] = self.transient
        return answer_json({"error": error}, status=self.status, ascii_only=True)


def no_token() -> Problem:
    return Problem(104, "An access token is required to request this resource.")


def bad_token() -> Problem:
    return Problem(190, "Invalid OAuth access token - Cannot parse access token")


def bad_proof() -> Problem:
    return Problem(
        100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException"
    )


def bad_parameter(message: str) -> Problem:
    return Problem(100, f"(#100) {message}")


def gone(method: str, object_id: str) -> Problem:
    return Problem(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot"
        " be loaded due to missing permissions, or does not support this operation. Please read"
        " the Graph API documentation at https://developers.facebook.com/docs/graph-api",
        kind="GraphMethodException",
        subcode=33,
    )


def not_permitted(message: str) -> Problem:
    return Problem(200, f"(#200) {message}")


def temporary(code: int) -> Problem:
    """Codes 1 and 2: trouble at Facebook, which says nothing about what became of the request."""
    told = {
        1: "An unknown error occurred",
        2: "An unexpected error has occurred. Please retry your request later.",
    }
    return Problem(code, told[code], transient=code == 2, status=500)


def duplicate() -> Problem:
    return Problem(506, "(#506) Duplicate status message")


def blocked() -> Problem:
    return Problem(368, "The action attempted has been deemed abusive or is otherwise disallowed")


def app_limit() -> Problem:
    """As logged: https://github.com/facebook/facebook-nodejs-business-sdk/issues/97 (2019)"""
    return Problem(4, "(#4) Application request limit reached", transient=True)


def user_limit() -> Problem:
    return Problem(17, "(#17) User request limit reached", transient=True)


def page_limit() -> Problem:
    """As logged: https://github.com/facebookarchive/php-graph-sdk/issues/634 (2016)"""
    return Problem(32, "(#32) Page request limit reached", transient=True)


def token_dead() -> Problem:
    return Problem(190, "Error validating access token: Session has expired.", subcode=463)
