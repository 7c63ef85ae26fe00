"""Reading a request's parameters as strictly as X does: what it does not know is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from listener.sandbox.x import fields
from listener.sandbox.x.fields import POST, TWEET, Vocabulary, Wanted
from listener.sandbox.x.problems import invalid

TOLD: Final = frozenset(
    {"tweet.fields", "post.fields", "user.fields", "media.fields", "poll.fields", "place.fields"}
    | {"expansions"}
)
TOLD_USER: Final = frozenset({"tweet.fields", "post.fields", "user.fields", "expansions"})
_ID = re.compile(r"[0-9]{1,19}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_TOKEN_HEAD = "7140dibdnow9c7btw3"  # noqa: S105  # opaque page tokens begin alike on X too
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def known(query: Mapping[str, str], allowed: frozenset[str]) -> None:
    """Raise a Problem at the first parameter the operation has not."""
    for name, value in query.items():
        if name not in allowed:
            names = ",".join(sorted(allowed))
            raise invalid(f"The query parameter [{name}] is not one of [{names}]", {name: [value]})


def wanted(query: Mapping[str, str], *, of_users: bool = False) -> Wanted:
    """What the answer shall tell, each name checked against its vocabulary."""
    words = _vocabulary(query)
    expansions = words.user_expansions if of_users else words.expansions
    _names(query, "place.fields", fields.PLACE_FIELDS)
    _names(query, "poll.fields", fields.POLL_FIELDS)
    return Wanted(
        words=words,
        post=_names(query, words.fields_parameter, words.post_fields),
        user=_names(query, "user.fields", words.user_fields),
        media=_names(query, "media.fields", fields.MEDIA_FIELDS),
        expansions=_names(query, "expansions", expansions),
    )


def _vocabulary(query: Mapping[str, str]) -> Vocabulary:
    if "tweet.fields" in query and "post.fields" in query:
        raise invalid(
            "tweet.fields and post.fields cannot be used together",
            {"post.fields": [query["post.fields"]]},
        )
    only_post = (POST.expansions | POST.user_expansions) - TWEET.expansions - TWEET.user_expansions
    asked = set(query.get("expansions", "").split(","))
    return POST if "post.fields" in query or asked & only_post else TWEET


def _names(query: Mapping[str, str], name: str, allowed: frozenset[str]) -> frozenset[str]:
    if name not in query:
        return frozenset()
    asked = query[name].split(",")
    for one in asked:
        if one not in allowed:
            raise invalid(
                f"The `{name}` query parameter value [{one}] is not one of"
                f" [{','.join(sorted(allowed))}]",
                {name: [one]},
            )
    return frozenset(asked)


def count(query: Mapping[str, str], *, least: int, most: int = 100, usual: int = 10) -> int:
    """`max_results` within its bounds."""
    value = query.get("max_results", str(usual))
    if not _ID.fullmatch(value) or not least <= int(value) <= most:
        raise invalid(
            f"The `max_results` query parameter value [{value}] is not between {least} and {most}",
            {"max_results": [value]},
        )
    return int(value)


def post_id(query: Mapping[str, str], name: str) -> int | None:
    """A post's id given as a parameter, or None."""
    value = query.get(name)
    if value is None:
        return None
    if not _ID.fullmatch(value):
        raise invalid(
            f"The `{name}` query parameter value [{value}] does not match ^[0-9]{{1,19}}$",
            {name: [value]},
        )
    return int(value)


def moment(query: Mapping[str, str], name: str) -> datetime | None:
    """A time given as a parameter (RFC 3339 in UTC), or None."""
    value = query.get(name)
    if value is None:
        return None
    try:
        if _TIME.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        pass  # the 31st of February
    raise invalid(
        f"The `{name}` query parameter value [{value}] is not a valid RFC 3339 date-time",
        {name: [value]},
    )


def ids(query: Mapping[str, str]) -> list[str]:
    """`ids`: 1 to 100 of them."""
    values = query.get("ids", "").split(",")
    if not all(_ID.fullmatch(value) for value in values) or len(values) > 100:
        raise invalid("The `ids` query parameter must hold 1 to 100 ids", {"ids": values})
    return values


def page_after(query: Mapping[str, str]) -> int | None:
    """The last id of the page before, out of the token of the next."""
    value = query.get("pagination_token", query.get("next_token"))
    if value is None:
        return None
    rest = value.removeprefix(_TOKEN_HEAD)
    if rest == value or not 0 < len(rest) <= 13 or set(rest) - set(_DIGITS):
        name = "pagination_token" if "pagination_token" in query else "next_token"
        raise invalid(f"The `{name}` is not valid", {name: [value]})
    return int(rest, 36)


def page_token(last_id: str) -> str:
    """A token in base 36, as X's are. It names the last post told, so that new posts on top of
    the list never shift the pages."""
    rest, out = int(last_id), ""
    while rest:
        rest, digit = divmod(rest, 36)
        out = _DIGITS[digit] + out
    return _TOKEN_HEAD + out
