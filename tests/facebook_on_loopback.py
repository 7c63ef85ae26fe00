"""One Page on Facebook before a scripted server, for the tests of its channel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from config.secrets import Redactor
from listener.channels.facebook.channel import FacebookChannel, open_channel
from listener.channels.metering import free
from tests.fakes import make_outgoing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = "700000000000001"
POST = f"{PAGE}_900000000000101"
TOP = "900000000000101_301"
TOKEN = "EAAcanaryPageToken"
FEED = f"GET /v26.0/{PAGE}/feed"
COMMENTS = f"GET /v26.0/{POST}/comments"
SEND = f"POST /v26.0/{TOP}/comments"
REPLY = make_outgoing("900000000000101_303", "Merci Marie", answer_under=TOP, conversation=POST)


def channel(url: str, now: datetime = NOW, **options: Any) -> FacebookChannel:
    table = {"page_id": PAGE, "page_access_token": TOKEN, "api_url": url, **options}
    return open_channel(
        "facebook", table, source="bot.toml", redactor=Redactor(), clock=lambda: now, meter=free
    )


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


def own(text: str, moment: datetime, number: str = "399") -> dict[str, Any]:
    return {
        "id": f"900000000000101_{number}",
        "message": text,
        "created_time": stamp(moment),
        "from": {"id": PAGE, "name": "Larix Outdoor"},
    }
