"""How a server behaves that speaks Mastodon's API: Mastodon itself, or one that nearly does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Manners:
    """Each default is what Mastodon 4.5 does; a test may change any one with `replace`.

    `SNAC` is snac 2.75 (https://codeberg.org/grunfink/snac2), measured on 2026-11-22 with a brand
    and twenty customers: a real server, and each of its ways trips up a careless client.
    """

    MASTODON: ClassVar[Manners]
    SNAC: ClassVar[Manners]

    version: str = "4.5.3"
    """What `instance` says."""
    idempotency: bool = True
    """False: the same Idempotency-Key posts twice."""
    since_id: bool = True
    """False: all come back, whatever `since_id` says."""
    min_id: bool = True
    """False: `min_id` gives the newest page, not the one next to it: who walks up skips rows."""
    link_header: bool = True
    """False: who follows `Link: rel="next"` ends after the first page."""
    newest_notifications: int | None = None
    """So many are ever shown, however many there are; None: all."""
    strict_replies: bool = True
    """False: a reply to an unknown id is a new post, without a word."""
    strict_input: bool = True
    """False: a text of nothing is posted, and an unknown visibility is public."""
    keeps_unlisted: bool = True
    """False: `unlisted` becomes `public`."""
    keeps_language: bool = True
    """False: `language` is dropped, and everything is told as `en`."""
    tells_direct: bool = True
    """False: what is `direct` is told as `private`."""
    tells_mentions: bool = True
    """False: `mentions` leaves out who asks, and has no ids of accounts."""
    conversations: bool = True
    """False: there is never one."""
    hex_ids: bool = False
    """True: ids of accounts and statuses are no numbers; those of notifications are."""
    full_acct: bool = False
    """True: `acct` names the domain, with the port, for local accounts too; only who asks for
    themselves is told the bare name."""
    absent: frozenset[str] = frozenset()
    """Operations ("GET /api/v2/instance") that are 404, as if there were no such thing."""
    newest_fields: bool = True
    """False: `group_key`, `application`, `quote` and such are not told."""
    rich_html: bool = True
    """False: no paragraphs, whole links, names with their domain, and simple tags pass through."""
    json_errors: bool = True
    """False: a refusal is a line of HTML, or nothing at all."""
    character_limit: int | None = 500
    """None: any length is taken."""
    tells_limits: bool = True
    """False: no X-RateLimit headers, and no limit."""
    filters_private_mentions: bool = True
    """Whether there is a notification policy, which hides private mentions by strangers from the
    list of notifications: the default since 4.3
    (https://github.com/mastodon/mastodon/issues/33666, 2025-01-20)."""


Manners.MASTODON = Manners()
Manners.SNAC = Manners(
    version="4.0.0 (not true; really snac/2.75)",
    idempotency=False,
    since_id=False,
    min_id=False,
    link_header=False,
    newest_notifications=64,
    strict_replies=False,
    strict_input=False,
    keeps_unlisted=False,
    keeps_language=False,
    tells_direct=False,
    tells_mentions=False,
    conversations=False,
    hex_ids=True,
    full_acct=True,
    absent=frozenset(
        {
            "GET /api/v2/instance",
            "GET /api/v1/apps/verify_credentials",
            "GET /api/v1/notifications/{id}",
            "GET /api/v1/statuses",
            "DELETE /api/v1/statuses/{id}",
        }
    ),
    newest_fields=False,
    rich_html=False,
    json_errors=False,
    character_limit=None,
    tells_limits=False,
    filters_private_mentions=False,
)
