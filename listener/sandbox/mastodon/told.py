"""Accounts, statuses and notifications as Mastodon 4.5 tells them.

https://docs.joinmastodon.org/entities/ (4.5)
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from listener.sandbox.mastodon import text as masto_text
from listener.sandbox.mastodon.objects import (
    Account,
    Kind,
    Media,
    Notice,
    Status,
    Visibility,
)
from listener.sandbox.mastodon.text import PlainWriter, Writer

if TYPE_CHECKING:
    from listener.sandbox.mastodon.network import MastodonNetwork


def iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def acct(network: MastodonNetwork, account: Account) -> str:
    """`name` of a local account, `name@domain` of any other."""
    if network.manners.full_acct and account.is_local:
        return f"{account.username}@127.0.0.1:{network.port}"
    return account.acct


def told_account(network: MastodonNetwork, account: Account) -> dict[str, Any]:
    page, missing = network.page_of(account), f"{network.url}/%s/original/missing.png"
    note = f"<p>{escape(account.about)}</p>" if account.about else ""
    last = network.last_status_of(account)
    told: dict[str, Any] = {
        "id": account.id,
        "username": account.username,
        "acct": acct(network, account),
        "display_name": account.name,
        "locked": False,
        "bot": account.bot,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": iso(account.created_at.replace(hour=0, minute=0, second=0, microsecond=0)),
        "note": note,
        "url": page,
        "uri": f"{network.url}/users/{account.acct}",
        "avatar": missing % "avatars",
        "avatar_static": missing % "avatars",
        "header": missing % "headers",
        "header_static": missing % "headers",
        "followers_count": account.followers,
        "following_count": 80,
        "statuses_count": network.written_by(account),
        "last_status_at": f"{last:%Y-%m-%d}" if last else None,
        "hide_collections": False,
        "emojis": [],
        "fields": [],
    }
    return told | ({"noindex": False, "roles": []} if account.is_local else {})


def told_ourselves(network: MastodonNetwork) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/Account/#CredentialAccount (4.5)"""
    account = network.brand
    source = {
        "privacy": "public",
        "sensitive": False,
        "language": "",
        "note": account.about,
        "fields": [],
        "follow_requests_count": 0,
        "hide_collections": False,
        "discoverable": True,
        "indexable": True,
        "attribution_domains": [],
        "quote_policy": "public",
    }
    role = {"id": "-99", "name": "", "permissions": "65536", "color": "", "highlighted": False}
    told = told_account(network, account) | {"acct": account.username}
    return told | {"source": source, "role": role}


def told_status(
    network: MastodonNetwork, status: Status, viewer: Account | None, *, source: bool = False
) -> dict[str, Any]:
    """`source`: with the text as it was typed instead of the HTML, as who deletes it gets it."""
    ours = viewer is not None and status.author.acct == viewer.acct
    passed = network.statuses.get(status.boosts or "")
    shown = passed or status
    page = network.permalink(status)
    told: dict[str, Any] = {
        "id": status.id,
        "created_at": iso(status.at),
        "in_reply_to_id": status.answers if network.parent(status) else None,
        "in_reply_to_account_id": status.answers_account,
        "sensitive": bool(shown.spoiler),
        "spoiler_text": shown.spoiler,
        "visibility": _visibility(network, status),
        "language": shown.language if network.manners.keeps_language else "en",
        "uri": f"{network.url}/users/{status.author.acct}/statuses/{status.id}",
        "url": page,
        "replies_count": _replies(network, shown),
        "reblogs_count": network.boosts_of(shown),
        "favourites_count": shown.likes,
        "quotes_count": 0,
        "edited_at": iso(shown.edited_at) if shown.edited_at else None,
        **(_toward(ours=ours) if viewer else {}),
        **({"text": status.text} if source else {"content": _html(network, shown)}),
        "reblog": told_status(network, passed, viewer) if passed else None,
        "quote": None,
        "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
        "account": told_account(network, network.accounts[status.author.acct.lower()]),
        "media_attachments": [told_media(one) for one in shown.media],
        "mentions": _mentions(network, shown, viewer),
        "tags": [
            {"name": tag, "url": f"{network.url}/tags/{tag}"} for tag in masto_text.tags(shown.text)
        ],
        "emojis": [],
        "card": None,
        "poll": None,
    }
    if not network.manners.newest_fields:
        return {name: value for name, value in told.items() if not name.startswith("quote")}
    if status.author.is_local:
        told["application"] = {"name": status.app, "website": None} if status.app else None
    return told


def told_notice(network: MastodonNetwork, notice: Notice) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": str(notice.number),
        "type": notice.kind.value,
        "created_at": iso(notice.at),
        "account": told_account(network, network.accounts[notice.account.lower()]),
    }
    if network.manners.newest_fields:
        told["group_key"] = _group(notice)
    if notice.filtered:
        told["filtered"] = True
    if notice.status is not None:
        told["status"] = told_status(network, network.statuses[notice.status], network.brand)
    return told


def told_media(media: Media) -> dict[str, Any]:
    size = {"width": 1200, "height": 900, "size": "1200x900", "aspect": 1200 / 900}
    return {
        "id": media.id,
        "type": media.kind,
        "url": media.url,
        "preview_url": media.url,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {"original": size, "small": size},
        "description": media.alt or None,
        "blurhash": "UeKUpFxuo~R%0nW;WCnhF6RjaJt757oJodS$",
    }


def _toward(*, ours: bool) -> dict[str, Any]:
    """What the one who asks has done to it."""
    done = dict.fromkeys(("favourited", "reblogged", "muted", "bookmarked"), False)
    return {**done, "filtered": [], **({"pinned": False} if ours else {})}


def _visibility(network: MastodonNetwork, status: Status) -> str:
    if status.visibility is Visibility.DIRECT and not network.manners.tells_direct:
        return Visibility.PRIVATE.value
    return status.visibility.value


def _replies(network: MastodonNetwork, status: Status) -> int:
    """Only those anybody may read are counted."""
    found = network.replies_to(status.id)
    return sum(one.visibility.is_open and network.is_readable(one) for one in found)


def _html(network: MastodonNetwork, status: Status) -> str:
    author = status.author
    kind = Writer if network.manners.rich_html else PlainWriter
    writer = kind(
        account=lambda typed: network.named(author, typed),
        page_of=network.page_of,
        acct=lambda account: acct(network, account),
        tag_page=f"{network.url}/tags/",
        remote=not author.is_local,
    )
    return writer.html(status.text)


def _mentions(
    network: MastodonNetwork, status: Status, viewer: Account | None
) -> list[dict[str, Any]]:
    named = [network.accounts[name.lower()] for name in status.mentions]
    plainly = network.manners.tells_mentions
    if not plainly and viewer is not None:
        named = [one for one in named if one.acct != viewer.acct]
    return [
        {
            "id": account.id if plainly else str(place),
            "username": account.username if plainly else acct(network, account),
            "url": network.page_of(account),
            "acct": acct(network, account),
        }
        for place, account in enumerate(named)
    ]


def _group(notice: Notice) -> str:
    """Likes of one status within an hour or so are one group; mentions never are."""
    if notice.kind is Kind.MENTION:
        return f"ungrouped-{notice.number}"
    hours = int(notice.at.timestamp()) // 3600
    return f"{notice.kind.value}-{notice.status or 0}-{hours}"
