"""Search on sandbox Mastodon: https://docs.joinmastodon.org/methods/search/#v2 (4.5).

Of the query language it understands words (all must be there), "quoted phrases", -without, from:,
language:, is:reply, is:sensitive and has:media; any other word with a colon is a word like others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.mastodon import problems
from listener.sandbox.mastodon import text as masto_text
from listener.sandbox.mastodon.listing import bounds, page
from listener.sandbox.mastodon.objects import Account, Status, Visibility
from listener.sandbox.mastodon.told import told_account, told_status

if TYPE_CHECKING:
    from listener.sandbox.mastodon.api import Call
    from listener.sandbox.mastodon.network import MastodonNetwork

Test = Callable[[Status], bool]

_FOUND: Final = 20  # of each kind; twice as many at most
_PIECES: Final = re.compile(r'-?"[^"]*"|\S+')
_WORDS: Final = re.compile(r"[\w’']+")


def search(call: Call) -> Any:
    """Accounts, statuses and hashtags; `type` asks for one kind of them."""
    query, asked = call.asked.text("q").strip(), call.asked
    if not query:
        raise problems.missing("q")
    if asked.flag("offset") and call.viewer is None:
        raise problems.unauthorized()
    finders = {"accounts": _accounts, "statuses": _statuses, "hashtags": _hashtags}
    wanted = asked.text("type")
    found: dict[str, Any] = {kind: [] for kind in finders}
    for kind in finders if wanted not in finders else (wanted,):
        found[kind] = finders[kind](call, query)
    return found


def _accounts(call: Call, query: str) -> list[dict[str, Any]]:
    network, wanted = call.network, query.lower().removeprefix("@")
    if wanted.startswith(("http://", "https://")):
        return []
    found = [
        one
        for one in network.accounts.values()
        if wanted in one.acct.lower() or wanted in one.name.lower()
    ]
    return [told_account(network, one) for one in _part(call, found)]


def _hashtags(call: Call, query: str) -> list[dict[str, Any]]:
    network, wanted = call.network, query.lower().removeprefix("#")
    known = {tag for one in network.statuses.values() for tag in masto_text.tags(one.text)}
    found = sorted(tag for tag in known if tag.startswith(wanted))
    return [
        {"name": tag, "url": f"{network.url}/tags/{tag}", "history": []}
        for tag in _part(call, found)
    ]


def _statuses(call: Call, query: str) -> list[dict[str, Any]]:
    """Newest first. An address finds its status on every server, words only where there is a full
    text search, and only for who is signed in."""
    network, viewer = call.network, call.viewer
    if viewer is None:
        return []
    if query.startswith(("http://", "https://")):
        found = [one for one in network.statuses.values() if _is_at(network, one, query)]
    elif network.full_text_search:
        fits = parse(query, network)
        found = [one for one in network.current() if _is_searched(viewer, one) and fits(one)]
    else:
        found = []
    if "account_id" in call.asked:
        found = [one for one in found if one.author.id == call.asked.text("account_id")]
    seen = [one for one in found if network.is_listed(one) and network.may_see(viewer, one)]
    within = bounds(call.asked, network.manners, call.place)
    shown = page(seen, lambda one: one.number, within, len(seen))
    return [told_status(network, one, viewer) for one in _part(call, shown)]


def parse(query: str, network: MastodonNetwork) -> Test:
    tests = [_test(found[0], network) for found in _PIECES.finditer(query)]
    return lambda status: all(test(status) for test in tests)


def _test(piece: str, network: MastodonNetwork) -> Test:
    if piece.startswith("-") and len(piece) > 1:
        inner = _test(piece[1:], network)
        return lambda status: not inner(status)
    name, _, value = piece.partition(":")
    flags: dict[str, Test] = {
        "is:reply": lambda status: status.answers_account is not None,
        "is:sensitive": lambda status: bool(status.spoiler),
        "has:media": lambda status: bool(status.media),
    }
    if piece in flags:
        return flags[piece]
    if name == "from" and value:
        author = network.brand if value == "me" else network.find_account(value.removeprefix("@"))
        return lambda status: author is not None and status.author.acct == author.acct
    if name == "language" and value:
        return lambda status: status.language == value
    return _phrase(piece.strip('"'))


def _phrase(text: str) -> Test:
    wanted = [word.casefold() for word in _WORDS.findall(text)]

    def stands_in(status: Status) -> bool:
        words = [word.casefold() for word in _WORDS.findall(f"{status.spoiler} {status.text}")]
        length = len(wanted)
        return any(words[at : at + length] == wanted for at in range(len(words) - length + 1))

    return stands_in if wanted else lambda _: False


def _is_searched(viewer: Account, status: Status) -> bool:
    """Public statuses, and what speaks to us or is ours; nobody here has opted out."""
    if status.boosts:
        return False
    ours = status.author.acct == viewer.acct or viewer.acct in status.mentions
    return ours or status.visibility is Visibility.PUBLIC


def _is_at(network: MastodonNetwork, status: Status, address: str) -> bool:
    uri = f"{network.url}/users/{status.author.acct}/statuses/{status.id}"
    return address in (uri, network.permalink(status))


def _part(call: Call, found: list[Any]) -> list[Any]:
    start = call.asked.number("offset") or 0
    return found[max(0, start) :][: call.asked.limit(_FOUND)]
