"""What may be asked of X, and how it is told: only what was asked for, absent = omitted.

Names are those of X's OpenAPI documents 2.166 (`tweet.*`, 2026-07-06) and 2.167 (`post.*`,
2026-08-22); `tests/specs/x.json` holds the facts they are checked against.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from listener.sandbox.exchange import names

POST_FIELDS: Final = names(
    "article attachments card_uri community_id context_annotations conversation_id created_at"
    " display_text_range edit_controls entities geo id lang matched_media_notes media_metadata"
    " non_public_metrics note_request_suggestions organic_metrics paid_partnership"
    " possibly_sensitive promoted_metrics public_metrics reply_settings scopes source"
    " suggested_source_links suggested_source_links_with_counts text withheld"
)
_USER_FIELDS: Final = names(
    "confirmed_email connection_status created_at description entities id is_identity_verified"
    " location name parody profile_banner_url profile_image_url protected public_metrics"
    " receives_your_dm subscription subscription_type url username verified"
    " verified_followers_count verified_type withheld"
)
_EXPANSIONS: Final = names(
    "article.cover_media article.media_entities attachments.media_keys"
    " attachments.media_source_tweet attachments.poll_ids author_id entities.mentions.username"
    " geo.place_id in_reply_to_user_id"
)
MEDIA_FIELDS: Final = names(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url"
    " promoted_metrics public_metrics type url variants width"
)
PLACE_FIELDS: Final = names(
    "contained_within country country_code full_name geo id name place_type"
)
POLL_FIELDS: Final = names("duration_minutes end_datetime id options voting_status")


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The words of one version of the API."""

    noun: str  # "tweet" or "post"
    repost: str
    post_fields: frozenset[str]
    user_fields: frozenset[str]
    expansions: frozenset[str]
    user_expansions: frozenset[str]

    @property
    def fields_parameter(self) -> str:
        return f"{self.noun}.fields"


TWEET: Final = Vocabulary(
    noun="tweet",
    repost="retweet_count",
    post_fields=POST_FIELDS
    | names("author_id edit_history_tweet_ids in_reply_to_user_id note_tweet referenced_tweets"),
    user_fields=_USER_FIELDS - {"subscribes_to_you"}
    | names("affiliation most_recent_tweet_id pinned_tweet_id"),
    expansions=_EXPANSIONS
    | names(
        "edit_history_tweet_ids entities.note.mentions.username referenced_tweets.id"
        " referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id"
    ),
    user_expansions=names("affiliation.user_id most_recent_tweet_id pinned_tweet_id"),
)
POST: Final = Vocabulary(
    noun="post",
    repost="repost_count",
    post_fields=POST_FIELDS | {"article_title", "note_post"},
    user_fields=_USER_FIELDS | {"subscribes_to_you"},
    expansions=_EXPANSIONS | names("edit_history_post_ids referenced_posts username"),
    user_expansions=names("affiliation most_recent_post_id pinned_post_id"),
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What one request asked to be told."""

    words: Vocabulary = TWEET
    post: frozenset[str] = frozenset()
    user: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    expansions: frozenset[str] = field(default_factory=frozenset)


def pick(full: dict[str, Any], asked: frozenset[str], always: set[str]) -> dict[str, Any]:
    """The asked part of a full object, without what is empty."""
    return {
        name: value
        for name, value in full.items()
        if (name in asked or name in always) and value not in (None, {}, [])
    }
