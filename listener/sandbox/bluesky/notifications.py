"""What concerned an account: mentions, replies, quotes, likes, reposts, follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from listener.sandbox.bluesky import lists, problems, told
from listener.sandbox.bluesky.dates import normal
from listener.sandbox.bluesky.look import Look, Seen
from listener.sandbox.bluesky.record import Notice, Record, Version

if TYPE_CHECKING:
    from listener.sandbox.bluesky.api import Call


@dataclass(frozen=True, kw_only=True)
class Row:
    record: Record
    version: Version
    notice: Notice

    @property
    def key(self) -> tuple[str, str]:
        return self.version.sort_at, self.version.cid


def listed(call: Call) -> Any:
    """Newest first by what lists sort by: min(what the client says, when it was taken). Before the
    account has ever said what it has seen, all but the newest count as read."""
    _refuse_seen(call)
    look, reasons = call.look(), call.query.get("reasons")
    cursor, limit = call.query.get("cursor"), call.query["limit"]
    rows = _rows(look)

    def fetch(after: str | None, size: int) -> tuple[list[Row], str | None]:
        page, following = lists.by_moment(rows, after, size)
        fitting = [row for row in page if reasons is None or row.notice.reason in reasons]
        return [row for row in fitting if not _is_hidden(look, row)], following

    page, after = lists.filled(fetch, cursor, limit)
    seen_at = look.network.accounts[look.viewer].seen_at
    if not seen_at and cursor is None:
        first = [row for row in rows if reasons is None or row.notice.reason in reasons][:1]
        seen_at = first[0].key[0] if first else ""
    body: dict[str, Any] = {
        "notifications": [_told(look, row, seen_at) for row in page],
        "priority": False,
    }
    return body | ({"cursor": after} if after else {}) | ({"seenAt": seen_at} if seen_at else {})


def unread(call: Call) -> Any:
    """It counts those that are hidden too: no check on what was listed."""
    _refuse_seen(call)
    seen_at = call.network.accounts[call.account.did].seen_at
    return {"count": sum(row.key[0] > seen_at for row in _rows(call.look()))}


def update_seen(call: Call) -> None:
    call.network.see(call.account.did, normal(call.body["seenAt"]))


def _refuse_seen(call: Call) -> None:
    if "seenAt" in call.query:
        raise problems.invalid("The seenAt parameter is unsupported")


def _rows(look: Look) -> list[Row]:
    return sorted(_all(look), key=lambda row: row.key, reverse=True)


def _all(look: Look) -> Iterator[Row]:
    network = look.network
    for record in network.noticed.get(look.viewer, {}).values():
        version = network.shown(record.uri)
        for notice in version.notices if version else ():
            # What was said about a post of ours that is gone is not told any more.
            stands = notice.subject is None or network.shown(notice.subject) is not None
            if version is not None and notice.did == look.viewer and stands:
                yield Row(record=record, version=version, notice=notice)


def _is_hidden(look: Look, row: Row) -> bool:
    if look.hidden(row.record.did) or look.mutes(row.record.did):
        return True
    value = row.version.value
    if row.notice.reason != "reply" or value is None:
        return False
    return look.hides(Seen(record=row.record, version=row.version, value=value))


def _told(look: Look, row: Row, seen_at: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "uri": row.record.uri,
        "cid": row.version.cid,
        "author": told.profile(look, look.network.accounts[row.record.did]),
        "reason": row.notice.reason,
        "record": row.version.value,
        "isRead": seen_at > row.key[0] if seen_at else True,
        "indexedAt": row.key[0],
        "labels": [],
    }
    return body | ({"reasonSubject": row.notice.subject} if row.notice.subject else {})
