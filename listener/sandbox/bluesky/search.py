"""Searching posts by their words.

https://docs.bsky.app/docs/api/app-bsky-feed-search-posts, https://bsky.social/about/blog/05-31-2024-
search (2026-11): words in any order and case, "a phrase", from:, mentions:, lang:, domain:, #tag,
since: and until:. The reference server of developers finds less: `plain_search`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from listener.sandbox.bluesky import lists, told
from listener.sandbox.bluesky.dates import normal
from listener.sandbox.bluesky.lexicon import EXTERNAL, LINK, MENTION, TAG
from listener.sandbox.bluesky.look import Look, Seen
from listener.sandbox.bluesky.record import features

if TYPE_CHECKING:
    from listener.sandbox.bluesky.api import Call

Test = Callable[[Seen], bool]
_PARTS = re.compile(r"(?P<name>[a-z]+):(?P<value>[^\s\"]+)|\"(?P<phrase>[^\"]*)\"|(?P<word>\S+)")
_PIECE = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:[-'.’_][^\W_]+)*")


def posts(call: Call) -> Any:
    """The newest first. Those of blocked accounts are left out, those of muted ones are not."""
    look, query = call.look(), call.query
    tests = list(_plain(look, query["q"]) if call.network.plain_search else _tests(look, query))
    found = [one for one in look.posts() if all(test(one) for test in tests)]

    def fetch(after: str | None, size: int) -> tuple[list[Seen], str | None]:
        page, following = lists.by_moment_and_cid(found, after, size)
        return [one for one in page if not look.hidden(one.did)], following

    page, cursor = lists.filled(fetch, query.get("cursor"), query["limit"])
    body: dict[str, Any] = {"posts": [told.post(look, one) for one in page]}
    return body | ({"cursor": cursor} if cursor else {})


def _plain(look: Look, q: str) -> Iterator[Test]:
    """As the reference server searches: the text as it stands, `from:` or `author:`, no more."""
    left = []
    for part in q.split():
        name, _, value = part.partition(":")
        if name not in ("from", "author"):
            left.append(part)
        elif value:
            yield _by(look, value)
    yield lambda one: " ".join(left) in str(one.value["text"])


def _tests(look: Look, query: Mapping[str, Any]) -> Iterator[Test]:
    for found in _PARTS.finditer(query["q"]):
        test = _filter(look, found["name"] or "", found["value"] or "")
        if test is not None:
            yield test
        elif found["phrase"] is not None:
            yield _phrase(found["phrase"])
        else:
            yield from map(_word, _words(found[0]) if found[0][0] not in "#@" else [found[0]])
    for name in ("author", "mentions", "lang", "domain", "url", "since", "until"):
        asked = _filter(look, name, query[name]) if name in query else None
        if asked is not None:
            yield asked
    yield from map(_tag, query.get("tag", ()))


def _filter(look: Look, name: str, value: str) -> Test | None:
    """The test of one filter; None for what is none."""
    match name:
        case "from" | "author":
            return _by(look, value)
        case "mentions" | "to":
            did = _did(look, value)
            return lambda one: did in _features(one, MENTION, "did")
        case "lang":
            return lambda one: value in one.value.get("langs", ())
        case "domain":
            return lambda one: any(urlsplit(link).hostname == value for link in _links(one))
        case "url":
            return lambda one: value in _links(one)
        case "since":
            return lambda one: one.key[0] >= _day(value)
        case "until":
            return lambda one: one.key[0] < _day(value)
    return None


def _by(look: Look, name: str) -> Test:
    did = _did(look, name)
    return lambda one: one.did == did


def _did(look: Look, name: str) -> str:
    if name == "me":
        return look.viewer
    account = look.account(name.removeprefix("@"))
    return account.did if account else ""


def _word(word: str) -> Test:
    if word.startswith("#"):
        return _tag(word[1:])
    if word.startswith("@"):
        return lambda one: word.casefold() in one.value["text"].casefold()
    return lambda one: word in _words(one.value["text"])


def _words(text: str) -> list[str]:
    """The words of a text, and the parts of those that are put together (`larix.example`)."""
    whole = _WORD.findall(text.casefold())
    return whole + [part for word in whole for part in _PIECE.findall(word) if part != word]


def _phrase(phrase: str) -> Test:
    said = _spaced(phrase)
    return lambda one: said in _spaced(one.value["text"])


def _spaced(text: str) -> str:
    return f" {' '.join(_PIECE.findall(text.casefold()))} "


def _tag(tag: str) -> Test:
    due = tag.casefold()
    return lambda one: (
        due
        in {found.casefold() for found in [*_features(one, TAG, "tag"), *one.value.get("tags", ())]}
    )


def _links(one: Seen) -> list[str]:
    embed = one.value.get("embed", {})
    card = [embed["external"]["uri"]] if embed.get("$type") == EXTERNAL else []
    return _features(one, LINK, "uri") + card


def _features(one: Seen, kind: str, name: str) -> list[str]:
    return [each[name] for each in features(one.value) if each.get("$type") == kind]


def _day(text: str) -> str:
    return normal(text if "T" in text else f"{text}T00:00:00Z")
