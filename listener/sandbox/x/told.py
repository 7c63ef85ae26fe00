"""Posts, users and media as X tells them, in either vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from listener.sandbox.x.fields import Wanted, pick
from listener.sandbox.x.post import (
    Photo,
    Post,
    User,
    cut,
    editable_until,
    handles_in,
    short_link,
    shortened,
)
from listener.sandbox.x.post import (
    entities as entities_of,
)

if TYPE_CHECKING:
    from listener.sandbox.x.network import XNetwork

_MEDIA_KEYS = "attachments.media_keys"


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def told_post(network: XNetwork, post: Post, wanted: Wanted) -> dict[str, Any]:
    """A post: id and text, and what was asked for."""
    noun = wanted.words.noun
    full = _full(network, post, wanted)
    # In 2.167 these five are not fields any more but come with their expansion.
    by_expansion = {
        "author_id": "author_id",
        "in_reply_to_user_id": "in_reply_to_user_id",
        "referenced_posts": "referenced_posts",
        "edit_history_post_ids": "edit_history_post_ids",
        "username": "username",
        "attachments": _MEDIA_KEYS,
        "referenced_tweets": "referenced_tweets.id",
    }
    always = {"id", "text"} | ({"edit_history_tweet_ids"} if noun == "tweet" else set())
    always |= {name for name, by in by_expansion.items() if by in wanted.expansions}
    return pick(full, wanted.post, always)


def _full(network: XNetwork, post: Post, wanted: Wanted) -> dict[str, Any]:
    noun = wanted.words.noun
    counted = "public_metrics" in wanted.post  # counting looks at every post: only when asked
    links = [short_link(photo.url) for photo in post.photos]
    whole, urls = shortened(post.text)
    text, cut_urls = shortened(cut(post.text))
    shown_until = len(text)
    entities = entities_of(text, network.users)
    cut_urls += _picture_links(post, network, text)
    if cut_urls:
        entities["urls"] = cut_urls
    full: dict[str, Any] = {
        "id": post.id,
        "text": " ".join([text, *links]),
        f"edit_history_{noun}_ids": network.chain(post.id),
        "author_id": post.author.id,
        "username": post.author.handle,
        "created_at": iso(post.edited_at or post.at),
        "conversation_id": post.conversation,
        "lang": post.lang,
        "entities": entities,
        "display_text_range": [min(post.shown_from, shown_until), shown_until],
        "edit_controls": _edit_controls(network, post),
        "public_metrics": _metrics(network, post, wanted) if counted else None,
        "attachments": {"media_keys": [photo.key for photo in post.photos]} if links else None,
        "possibly_sensitive": False,
        "reply_settings": "everyone",
        f"referenced_{noun}s": _references(post),
        "in_reply_to_user_id": _answered(network, post),
    }
    if cut(post.text) != post.text:
        note = entities_of(whole, network.users) | ({"urls": urls} if urls else {})
        full[f"note_{noun}"] = {"text": whole} | ({"entities": note} if note else {})
    return full


def _picture_links(post: Post, network: XNetwork, text: str) -> list[dict[str, Any]]:
    """The t.co link X hangs onto a text for each picture, outside the displayed range."""
    found, start = [], len(text) + 1
    for number, photo in enumerate(post.photos, 1):
        link = short_link(photo.url)
        page = f"{network.url}/{post.author.handle}/status/{post.id}/photo/{number}"
        found.append(
            {
                "start": start,
                "end": start + len(link),
                "url": link,
                "expanded_url": page,
                "display_url": f"pic.x.com/{link[-10:]}",
                "media_key": photo.key,
            }
        )
        start += len(link) + 1
    return found


def _edit_controls(network: XNetwork, post: Post) -> dict[str, Any]:
    until = editable_until(post.at)
    return {
        "edits_remaining": max(0, 6 - len(network.chain(post.id))),
        "is_edit_eligible": post.in_reply_to is None and post.reposts is None,
        "editable_until": iso(until),
    }


def _metrics(network: XNetwork, post: Post, wanted: Wanted) -> dict[str, int]:
    versions = set(network.chain(post.id))
    around = [
        other
        for other in network.posts.values()
        if not versions.isdisjoint((other.in_reply_to, other.quotes, other.reposts))
        and network.is_readable(other)
    ]
    firsts = [other for other in around if other.id == other.chain]
    counts = {
        "replies": sum(other.in_reply_to in versions for other in firsts),
        "quotes": sum(other.quotes in versions for other in firsts),
        "reposts": sum(other.reposts in versions for other in around),
    }
    return {
        wanted.words.repost: counts["reposts"],
        "reply_count": counts["replies"],
        "like_count": post.likes,
        "quote_count": counts["quotes"],
        "bookmark_count": 0,
        "impression_count": post.likes * 40 + post.author.followers // 10,
    }


def _references(post: Post) -> list[dict[str, str]]:
    kinds = {"replied_to": post.in_reply_to, "quoted": post.quotes, "retweeted": post.reposts}
    return [{"type": kind, "id": target} for kind, target in kinds.items() if target]


def _answered(network: XNetwork, post: Post) -> str | None:
    if post.in_reply_to is None:
        return None
    parent = network.posts.get(post.in_reply_to) or network.deleted.get(post.in_reply_to)
    return parent.author.id if parent else None


def told_user(network: XNetwork, user: User, wanted: Wanted) -> dict[str, Any]:
    """A user: id, name and username, and what was asked for."""
    posts = sum(post.author.id == user.id for post in network.posts.values())
    full = {
        "id": user.id,
        "name": user.name,
        "username": user.handle,
        "created_at": iso(user.created_at),
        "description": user.about,
        "protected": False,
        "verified": user.verified,
        "verified_type": "blue" if user.verified else "none",
        "public_metrics": {
            "followers_count": user.followers,
            "following_count": 180,
            f"{wanted.words.noun}_count": posts,
            "listed_count": user.followers // 500,
            "like_count": 0,
        },
    }
    return pick(full, wanted.user, {"id", "name", "username"})


def told_photo(photo: Photo, wanted: Wanted) -> dict[str, Any]:
    full = {
        "media_key": photo.key,
        "type": "photo",
        "url": photo.url,
        "alt_text": photo.alt or None,
        "width": 1200,
        "height": 900,
    }
    return pick(full, wanted.media, {"media_key", "type"})


def includes(network: XNetwork, posts: Iterable[Post], wanted: Wanted) -> dict[str, Any]:
    """The objects the expansions asked for, each once."""
    posts = list(posts)
    noun = wanted.words.noun
    referenced: list[Post] = []
    if {"referenced_tweets.id", "referenced_posts"} & wanted.expansions:
        ids = {ref["id"] for post in posts for ref in _references(post)}
        known = [network.posts[found] for found in sorted(ids) if found in network.posts]
        referenced = [post for post in known if network.is_readable(post)]
    pictured = list(posts) if _MEDIA_KEYS in wanted.expansions else []
    if f"referenced_tweets.id.{_MEDIA_KEYS}" in wanted.expansions:
        pictured += referenced
    photos = {photo.key: photo for post in pictured for photo in post.photos}
    users = _users(network, posts, referenced, wanted)
    found = {
        "users": [told_user(network, user, wanted) for user in users.values()],
        f"{noun}s": [told_post(network, post, wanted) for post in referenced],
        "media": [told_photo(photo, wanted) for photo in photos.values()],
    }
    return {name: objects for name, objects in found.items() if objects}


def _users(
    network: XNetwork, posts: list[Post], referenced: list[Post], wanted: Wanted
) -> dict[str, User]:
    by_id = {user.id: user for user in network.users.values()}
    users: dict[str, User] = {}
    if "author_id" in wanted.expansions:
        users |= {post.author.id: post.author for post in posts}
    if "referenced_tweets.id.author_id" in wanted.expansions:
        users |= {post.author.id: post.author for post in referenced}
    if "in_reply_to_user_id" in wanted.expansions:
        ids = [_answered(network, post) for post in posts]
        users |= {found: by_id[found] for found in ids if found}
    if "entities.mentions.username" in wanted.expansions:
        handles = [name for post in posts for name in handles_in(post.text)]
        users |= {
            network.users[name].id: network.users[name] for name in handles if name in network.users
        }
    return users
