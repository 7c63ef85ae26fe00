"""Graph's refusals.

https://developers.facebook.com/docs/graph-api/guides/error-handling (2026-11)
"""

from __future__ import annotations

from listener.sandbox.exchange import Answer, answer_json

_TRACE = "AsandboxTraceId000000000"


class Problem(Exception):
    """An answer with an `error` object. HTTP is 400 for nearly all of them."""

    def __init__(
        self, code: int, message: str, *, kind: str = "OAuthException", subcode: int | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.kind, self.subcode = code, message, kind, subcode

    def answer(self) -> Answer:
        error: dict[str, object] = {
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": _TRACE,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return answer_json({"error": error}, status=400, ascii_only=True)


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
