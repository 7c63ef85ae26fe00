"""The part of X's query language the sandbox understands; anything else is refused, not guessed.

https://docs.x.com/x-api/posts/search/integrate/operators (2026-08): words and "quoted phrases", OR,
parentheses, @name, #tag, from:, to:, lang:, conversation_id:, in_reply_to_tweet_id:, is:retweet,
is:reply, is:quote, has:media, has:links; each may be negated with a minus. AND binds before OR.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from listener.sandbox.x.post import Post, handles_in

if TYPE_CHECKING:
    from listener.sandbox.x.network import XNetwork

Test = Callable[[Post], bool]

_PIECES = re.compile(r'\s*(-?"[^"]*"|-?\(|\)|[^\s()"]+)')
_WORDS = re.compile(r"[\w’']+")
_LINK = re.compile(r"https?://")
_DEEPEST = 50
MAX_LENGTH = 512  # self-serve access; https://docs.x.com/x-api/posts/search/introduction (2026-08)


class BadQuery(ValueError):
    """The query cannot be understood. The text says why."""


def parse(query: str, network: XNetwork) -> Test:
    """A test for posts. Raises BadQuery."""
    if len(query) > MAX_LENGTH:
        raise BadQuery(f"Rules must be less than {MAX_LENGTH} characters long")
    if query.count("(") > _DEEPEST:
        raise BadQuery("too many parentheses")
    pieces = [found[1] for found in _PIECES.finditer(query)]
    if not pieces:
        raise BadQuery("no viable alternative at input '<EOF>'")
    if all(piece.startswith("-") for piece in pieces):
        raise BadQuery("Rules must contain a non-negated operator")
    reader = _Reader(pieces, network)
    test = reader.either()
    if reader.left:
        raise BadQuery(f"no viable alternative at input '{reader.left[0]}'")
    return test


class _Reader:
    def __init__(self, pieces: list[str], network: XNetwork) -> None:
        self.left = pieces
        self._network = network

    def either(self) -> Test:
        options = [self._all()]
        while self.left and self.left[0] == "OR":
            self.left.pop(0)
            options.append(self._all())
        return lambda post: any(option(post) for option in options)

    def _all(self) -> Test:
        tests: list[Test] = []
        while self.left and self.left[0] not in ("OR", ")"):
            tests.append(self._one())
        if not tests:
            raise BadQuery("missing operand")
        return lambda post: all(test(post) for test in tests)

    def _one(self) -> Test:
        piece = self.left.pop(0)
        if piece.startswith("-"):
            test = self._positive(piece[1:])
            return lambda post: not test(post)
        return self._positive(piece)

    def _positive(self, piece: str) -> Test:
        if piece == "(":
            test = self.either()
            if not self.left or self.left.pop(0) != ")":
                raise BadQuery("missing ')'")
            return test
        if piece.startswith("@"):
            return lambda post: piece[1:].lower() in handles_in(post.text)
        if piece.startswith("#"):
            tag = re.compile(rf"(?<![\w#]){re.escape(piece)}(?!\w)", re.IGNORECASE)
            return lambda post: bool(tag.search(post.text))
        if ":" in piece and not piece.startswith('"'):
            return _operator(piece, self._network)
        return _phrase(piece.strip('"'))


def _phrase(text: str) -> Test:
    wanted = [word.casefold() for word in _WORDS.findall(text)]
    if not wanted:
        raise BadQuery(f"no viable alternative at input '{text}'")

    def stands_in(post: Post) -> bool:
        words = [word.casefold() for word in _WORDS.findall(post.text)]
        length = len(wanted)
        return any(words[at : at + length] == wanted for at in range(len(words) - length + 1))

    return stands_in


def _operator(piece: str, network: XNetwork) -> Test:
    name, _, value = piece.partition(":")
    handle = value.removeprefix("@").lower()
    tests: dict[str, Test] = {
        "from": lambda post: handle in (post.author.handle.lower(), post.author.id),
        "to": lambda post: _answers(network, post, handle),
        "lang": lambda post: post.lang == value,
        "conversation_id": lambda post: post.conversation == value,
        "in_reply_to_tweet_id": lambda post: post.in_reply_to == value,
    }
    flags: dict[str, Test] = {
        "is:retweet": lambda post: post.reposts is not None,
        "is:reply": lambda post: post.in_reply_to is not None,
        "is:quote": lambda post: post.quotes is not None,
        "has:media": lambda post: bool(post.photos),
        "has:links": lambda post: bool(_LINK.search(post.text)),
    }
    if name in tests and value:
        return tests[name]
    if piece in flags:
        return flags[piece]
    raise BadQuery(f"Reference to invalid operator '{name}'. Operator is not available")


def _answers(network: XNetwork, post: Post, handle: str) -> bool:
    parent = network.posts.get(post.in_reply_to or "")
    return parent is not None and parent.author.handle.lower() == handle
