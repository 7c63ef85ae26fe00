"""What the server says of itself: https://docs.joinmastodon.org/methods/instance/ (4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.mastodon.objects import DOMAIN
from listener.sandbox.mastodon.told import told_account
from listener.sandbox.mastodon.weigh import LINK

if TYPE_CHECKING:
    from listener.sandbox.mastodon.api import Call
    from listener.sandbox.mastodon.network import MastodonNetwork

_TITLE: Final = "Sandbox Mastodon"
_ABOUT: Final = "A make-believe server for people who like to be outdoors."
_API_VERSION: Final = 7  # of Mastodon 4.5
_LANGUAGES: Final = ("it", "en")
_UNLIMITED: Final = 100_000  # what a server says that counts nothing
_TYPES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/mpeg")


def second(call: Call) -> Any:
    """/api/v2/instance, since 4.0."""
    network = call.network
    picture = f"{network.url}/packs/media/images/preview.png"
    return {
        "domain": DOMAIN,
        "title": _TITLE,
        "version": network.manners.version,
        "source_url": "https://github.com/mastodon/mastodon",
        "description": _ABOUT,
        "usage": {"users": {"active_month": len(network.accounts)}},
        "thumbnail": {"url": picture, "blurhash": None, "versions": {}},
        "icon": [{"src": picture, "size": "36x36"}],
        "languages": list(_LANGUAGES),
        "configuration": _configuration(network)
        | {
            "urls": {
                "streaming": network.url.replace("http", "ws", 1),
                "status": None,
                "about": f"{network.url}/about",
                "privacy_policy": None,
                "terms_of_service": None,
            },
            "vapid": {"public_key": ""},
            "translation": {"enabled": False},
            "timelines_access": {
                "live_feeds": _EVERYBODY,
                "hashtag_feeds": _EVERYBODY,
                "trending_link_feeds": _EVERYBODY,
            },
            "limited_federation": False,
        },
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "reason_required": False,
            "message": None,
            "min_age": None,
            "url": None,
        },
        "api_versions": {"mastodon": _API_VERSION},
        "contact": {
            "email": f"staff@{DOMAIN}",
            "account": told_account(network, network.brand),
        },
        "rules": [_RULE],
    }


def first(call: Call) -> Any:
    """/api/v1/instance, deprecated since 4.0 and still there."""
    network = call.network
    return {
        "uri": DOMAIN,
        "title": _TITLE,
        "short_description": _ABOUT,
        "description": _ABOUT,
        "email": f"staff@{DOMAIN}",
        "version": network.manners.version,
        "urls": {"streaming_api": network.url.replace("http", "ws", 1)},
        "stats": {
            "user_count": len(network.accounts),
            "status_count": len(network.statuses),
            "domain_count": len({one.domain for one in network.accounts.values()}) - 1,
        },
        "thumbnail": f"{network.url}/packs/media/images/preview.png",
        "languages": list(_LANGUAGES),
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": _configuration(network),
        "contact_account": told_account(network, network.brand),
        "rules": [_RULE],
    }


_EVERYBODY: Final = {"local": "public", "remote": "public"}
_RULE: Final = {"id": "1", "text": "Leave no trace", "hint": "", "translations": {}}


def _configuration(network: MastodonNetwork) -> dict[str, Any]:
    return {
        "accounts": {
            "max_featured_tags": 10,
            "max_pinned_statuses": 5,
            "max_profile_fields": 4,
            "profile_field_name_limit": 255,
            "profile_field_value_limit": 255,
        },
        "statuses": {
            "max_characters": network.manners.character_limit or _UNLIMITED,
            "max_media_attachments": 4,
            "characters_reserved_per_url": LINK,
        },
        "media_attachments": {
            "description_limit": 1500,
            "supported_mime_types": list(_TYPES),
            "image_size_limit": 16_777_216,
            "image_matrix_limit": 33_177_600,
            "video_size_limit": 103_809_024,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        },
        "polls": {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
    }


def directions(call: Call) -> Any:
    """Where the node's own description stands: https://nodeinfo.diaspora.software"""
    schema = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return {"links": [{"rel": schema, "href": f"{call.network.url}/nodeinfo/2.0"}]}


def node(call: Call) -> Any:
    network = call.network
    users = {
        "total": len(network.accounts),
        "activeMonth": len(network.accounts),
        "activeHalfyear": len(network.accounts),
    }
    return {
        "version": "2.0",
        "software": {"name": "mastodon", "version": network.manners.version},
        "protocols": ["activitypub"],
        "services": {"outbound": [], "inbound": []},
        "usage": {"users": users, "localPosts": len(network.statuses)},
        "openRegistrations": False,
        "metadata": {"nodeName": _TITLE, "nodeDescription": _ABOUT},
    }
