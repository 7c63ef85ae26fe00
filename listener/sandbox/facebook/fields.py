"""Graph's field expansion: `fields=id,comments.filter(stream).limit(25){id,parent{id}}`.

https://developers.facebook.com/docs/graph-api/guides/field-expansion (2026-11). The names each kind
of object has are those of Meta's code generation specs (Graph v25.0); `tests/specs/facebook.json`
holds the facts they are checked against.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from listener.sandbox.exchange import names
from listener.sandbox.facebook.problems import Problem, bad_parameter

COMMENT: Final = names(
    "admin_creator application attachment can_comment can_hide can_like can_remove"
    " can_reply_privately comment_count created_time from id is_hidden is_private like_count"
    " live_broadcast_timestamp message message_tags object parent permalink_url"
    " private_reply_conversation user_likes"
)
POST: Final = names(
    "actions admin_creator allowed_advertising_objectives application backdated_time"
    " call_to_action can_reply_privately child_attachments comments_mirroring_domain coordinates"
    " created_time event expanded_height expanded_width feed_targeting from full_picture height"
    " icon id instagram_eligibility is_app_share is_eligible_for_dark_post"
    " is_eligible_for_promotion is_expired is_hidden is_inline_created is_instagram_eligible"
    " is_popular is_published is_spherical message message_tags multi_share_end_card"
    " multi_share_optimized parent_id permalink_url picture place privacy promotable_id"
    " promotion_status properties scheduled_publish_time shares status_type story story_tags"
    " subscribed target targeting timeline_visibility updated_time via video_buying_eligibility"
    " width"
)
PAGE: Final = names(
    "about access_token category category_list description emails fan_count followers_count"
    " has_transitioned_to_new_page_experience hours id is_published is_verified link location name"
    " overall_star_rating phone rating_count talking_about_count username verification_status"
    " website were_here_count"
)
EDGES: Final[Mapping[str, frozenset[str]]] = {
    "Comment": frozenset({"comments"}),
    "PagePost": frozenset({"comments", "attachments"}),
    "Page": frozenset({"feed", "posts", "tagged", "visitor_posts"}),
}
FIELDS: Final = {"Comment": COMMENT, "PagePost": POST, "Page": PAGE}
USUAL: Final = {
    "Comment": "created_time,from,message,id",
    "PagePost": "created_time,message,id",
    "Page": "name,id",
}
"""What is told when `fields` is not given."""

_DEEPEST = 10  # levels
_NAME = re.compile(r"[a-z_0-9]+")
_MODIFIER = re.compile(r"\.([a-z_]+)\(([^()]*)\)")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One name of a `fields` list: with modifiers if it is an edge, with fields if it has some."""

    name: str
    modifiers: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[Asked, ...] | None = None
    text: str = ""  # as it was written between the braces, for the address of the next page


def parse(text: str) -> tuple[Asked, ...]:
    """The names asked for. Raises Problem 100 when the list is not well formed."""
    reader = _Reader(text)
    found = reader.names()
    if reader.at < len(text):
        raise _malformed(text, reader.at)
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def names(self) -> tuple[Asked, ...]:
        found = [self._one()]
        while self._sees(","):
            self.at += 1
            found.append(self._one())
        return tuple(found)

    def _one(self) -> Asked:
        name = _NAME.match(self.text, self.at)
        if name is None:
            raise _malformed(self.text, self.at)
        self.at = name.end()
        modifiers = {}
        while found := _MODIFIER.match(self.text, self.at):
            modifiers[found[1]] = found[2]
            self.at = found.end()
        if not self._sees("{"):
            return Asked(name=name[0], modifiers=modifiers)
        start = self.at = self.at + 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise bad_parameter("Too many levels in fields")
        inner = self.names()
        if not self._sees("}"):
            raise _malformed(self.text, self.at)
        self.at, self.depth = self.at + 1, self.depth - 1
        within = self.text[start : self.at - 1]
        return Asked(name=name[0], modifiers=modifiers, fields=inner, text=within)

    def _sees(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)


def _malformed(text: str, at: int) -> Problem:
    return bad_parameter(f'Syntax error "Expected name." at character {at}: {text[at : at + 20]}')


def check(kind: str, asked: tuple[Asked, ...]) -> None:
    """Raise Problem 100 at the first name such an object has not."""
    for one in asked:
        if one.name not in FIELDS[kind] | EDGES[kind]:
            raise bad_parameter(
                f"Tried accessing nonexistent field ({one.name}) on node type ({kind})"
            )
