"""Writing to sandbox X, under the rules that decide what a bot may answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.exchange import is_text, names
from listener.sandbox.x import post as x_post
from listener.sandbox.x import problems
from listener.sandbox.x.post import Post, handles_in
from listener.sandbox.x.problems import invalid

if TYPE_CHECKING:
    from listener.sandbox.x.api import Call
    from listener.sandbox.x.network import XNetwork

BODY: Final = names(
    "card_uri community_id direct_message_deep_link edit_options for_super_followers_only geo"
    " made_with_ai media nullcast paid_partnership poll quote_tweet_id reply reply_settings"
    " share_with_followers text"
)
REPLY: Final = frozenset(
    {"auto_populate_reply_metadata", "exclude_reply_user_ids", "in_reply_to_tweet_id"}
)
_REPEATED_WITHIN = timedelta(hours=24)


def create(call: Call) -> Any:
    """Post, or answer. Checks in the order of what X would say first."""
    body = _object(call.request.json, BODY, "$")
    text = body.get("text")
    if not isinstance(text, str) or not is_text(text) or not text.strip():
        raise invalid("$.text: is missing but it is required", {"$.text": [ascii(text)]})
    if x_post.weight(text) > x_post.LIMIT:
        raise problems.too_long()
    network = call.network
    target, quoted = _target(network, body), _quoted(network, body)
    if any(one is not None and not may_answer(network, one) for one in (target, quoted)):
        raise problems.not_summoned()
    _refuse_repeated(network, text, target)
    post_id = network.post(
        network.brand.handle,
        text,
        in_reply_to=target.id if target else None,
        quotes=quoted.id if quoted else None,
        lang=target.lang if target else "und",
    )
    told, _ = x_post.shortened(network.posts[post_id].text)
    return {"data": {"id": post_id, "text": told}}


def may_answer(network: XNetwork, target: Post) -> bool:
    """Ours, quoting ours, or mentioning us in its author's own words."""
    if target.author.handle == network.brand.handle:
        return True
    quoted = network.posts.get(target.quotes or "")
    if quoted is not None and quoted.author.handle == network.brand.handle:
        return True
    said = target.text if network.implicit_counts else target.text[target.shown_from :]
    return network.brand.handle.lower() in handles_in(said)


def delete(call: Call) -> Any:
    post = _living(call)
    if post.author.handle != call.network.brand.handle:
        raise problems.forbidden("You are not authorized to delete this Tweet.")
    call.network.delete(post.id)
    return {"data": {"deleted": True}}


def hide(call: Call) -> Any:
    """Only replies in a conversation we began can be hidden."""
    body = _object(call.request.json, frozenset({"hidden"}), "$")
    hidden = body.get("hidden")
    if not isinstance(hidden, bool):
        raise invalid("$.hidden: is missing but it is required", {"$.hidden": [ascii(hidden)]})
    post = _living(call)
    root = call.network.posts.get(post.conversation)
    if root is None or root.author.handle != call.network.brand.handle or root.id == post.id:
        raise problems.forbidden("You are not allowed to hide this reply.")
    call.network.hide(post.id, hidden=hidden)
    return {"data": {"hidden": hidden}}


def _object(value: Any, allowed: frozenset[str], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(f"{where}: must be a JSON object", {where: [ascii(value)]})
    for name in value:
        if name not in allowed:
            raise invalid(
                f"{where}.{name!a}: is not defined in the schema and the schema does not allow"
                " additional properties",
                {f"{where}.{name!a}": [ascii(value[name])]},
            )
    return value


def _target(network: XNetwork, body: dict[str, Any]) -> Post | None:
    if "reply" not in body:
        return None
    reply = _object(body["reply"], REPLY, "$.reply")
    target = reply.get("in_reply_to_tweet_id")
    if not isinstance(target, str) or not target.isdigit():
        raise invalid(
            "$.reply.in_reply_to_tweet_id: is missing but it is required",
            {"$.reply": [ascii(reply)]},
        )
    if target not in network.posts or network.has_vanished(network.posts[target]):
        raise problems.target_gone()
    return network.posts[target]


def _quoted(network: XNetwork, body: dict[str, Any]) -> Post | None:
    if "quote_tweet_id" not in body:
        return None
    quoted = body["quote_tweet_id"]
    if not isinstance(quoted, str) or quoted not in network.posts:
        raise invalid("$.quote_tweet_id: is not valid", {"$.quote_tweet_id": [ascii(quoted)]})
    return network.posts[quoted]


def _refuse_repeated(network: XNetwork, text: str, target: Post | None) -> None:
    """The same words to the same people, or under the same post, within a day are a duplicate.

    X does not document its rule; the handles before a reply are part of the text it compares. That
    one of the two has vanished, or is not shown yet, does not matter.
    """
    prefix, words = "", text
    if target is not None:
        prefix, words = network.addressed(network.brand, text, target.id)
    since, versions = network.now() - _REPEATED_WITHIN, network.chain(target.id) if target else []
    for post in network.own_posts():
        whole = post.text.casefold() == (prefix + words).casefold()
        same = post.text[post.shown_from :].casefold() == words.casefold()
        if post.at >= since and (whole or (same and post.in_reply_to in versions)):
            raise problems.duplicate()


def _living(call: Call) -> Post:
    post = call.network.posts.get(call.id)
    if post is None or call.network.has_vanished(post):
        raise problems.not_found(f"Could not find tweet with id: [{call.id}].")
    return post
