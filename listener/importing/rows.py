"""Pure: a record of an export becomes the same value a network's text becomes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from listener.channels.base import Answerable, Incoming, Person
from listener.importing.columns import Columns
from listener.importing.moments import Order, moment
from listener.normalize import doubts, is_mention, normalize

_EMPTY: Final = frozenset({"", "null", "none", "nan", "n/a", "undefined"})
_YES: Final = frozenset({"1", "true", "yes", "t", "y", "si", "ja", "oui"})
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_WHOLE: Final = re.compile(r"(\d+)\.0+")
_NUMBER: Final = re.compile(r"(\d[\d.,\s']*)([km]?)", re.IGNORECASE)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})*|\d+")
_ID: Final = re.compile(r"[\w.:/@-]{1,128}", re.ASCII)
_HANDLE: Final = re.compile(r"[\w.@-]{1,100}")
_PASSED_ON: Final = re.compile(r"RT @\w+:")  # how X wrote a repost into its text
_ESCAPED: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#39|#x27);")
_PLAIN: Final[Mapping[str, str]] = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&#39;": "'",
    "&#x27;": "'",
    "&nbsp;": " ",
}
_CHANNEL: Final = re.compile(r"[\w.-]{1,64}")
_AHEAD: Final = timedelta(minutes=5)


class BadRow(ValueError):
    """A row that cannot be kept. The text says why."""


class LeftOut(Exception):
    """A row that is no mention, by the rules that hold for live texts. The text says why."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row, fit for the store."""

    line: int
    channel: str
    item: Incoming


@dataclass(kw_only=True)
class Maker:
    """Makes rows. `channels`: the configured ones, by any name they go by, in small letters.
    `default`: the channel of rows that do not tell. `naive`, `untimed`: how many dates told no
    zone, no time of day."""

    columns: Columns
    zone: ZoneInfo
    now: datetime
    order: Order | None = None
    default: str = ""
    channels: Mapping[str, str] = field(default_factory=dict)
    our_handles: Collection[str] = ()
    naive: int = 0
    untimed: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    def row(self, line: int, fields: Mapping[str, str]) -> Row:
        """Raises BadRow and LeftOut."""
        told = {name: fields.get(column) or "" for name, column in self.columns.named.items()}
        if not told["text"].strip():
            raise BadRow("no text")
        item = self._item(told)
        channel = self._channel(told.get("channel", ""))
        if item.repost:
            raise LeftOut("a repost: no customer speaks in it")
        try:
            if any("which cannot be" in one for one in doubts(item, heard_at=self.now)):
                raise BadRow(f"dated {item.created_at:%Y-%m-%d}, which cannot be")
            ready = normalize(item, heard_at=self.now)
        except BadRow:
            raise
        except ValueError as error:
            raise BadRow(str(error)) from None
        if not is_mention(ready, self.our_handles):
            raise LeftOut("written by an account of the brand")
        return Row(line=line, channel=channel, item=ready)

    def _item(self, told: Mapping[str, str]) -> Incoming:
        text = _ESCAPED.sub(lambda found: _PLAIN[found[0]], told["text"])
        author = self._author(told)
        created_at = self._moment(told["created_at"])
        key = self._key(told, text, author, created_at)
        return Incoming(
            external_id=key,
            revision_id=key,
            text=text,
            created_at=created_at,
            conversation=_named(told.get("conversation_id", "")) or key,
            answer_under=key,
            author=author,
            in_reply_to=_named(told.get("in_reply_to", "")) or None,
            url=_address(told.get("url", "")),
            language=told.get("language") or None,
            addressed=_said(told.get("addressed", "")) in ("", *_YES),
            private=_said(told.get("private", "")) in _YES,
            answerable=Answerable.NO,
            repost=_said(told.get("repost", "")) in _YES or bool(_PASSED_ON.match(text)),
            engagement=sum(
                _number(told.get(name, "")) or 0 for name in ("likes", "replies", "reposts")
            ),
        )

    def _key(
        self, told: Mapping[str, str], text: str, author: Person | None, created_at: datetime
    ) -> str:
        """The id of the text on its network. A file without ids knows a text by what it says."""
        if "external_id" not in told:
            who = author.external_id if author else ""
            return "row:" + _hashed(f"{who}\n{created_at.timestamp()}\n{text}")
        said = told["external_id"].strip().strip("'")
        if _said(said) in _EMPTY:
            raise BadRow("no id")
        if _ROUNDED.fullmatch(said):
            raise BadRow(f"a spreadsheet has rounded its id to {said[:30]}")
        whole = _WHOLE.fullmatch(said)
        return whole[1] if whole else said

    def _moment(self, said: str) -> datetime:
        try:
            told = moment(said, self.zone, self.order)
        except ValueError as error:
            raise BadRow(str(error)) from None
        if told.at > self.now + _AHEAD:
            raise BadRow(f"dated {said[:40]}, which is yet to come")
        self.naive += not told.zoned
        self.untimed += not told.timed
        return told.at

    def _author(self, told: Mapping[str, str]) -> Person | None:
        """By the network's id; else by the handle, else by the name: two who share it are one."""
        name, handle = told.get("author_name", "").strip(), told.get("author_handle", "").strip()
        handle = "" if _said(handle) in _EMPTY else handle.removeprefix("@")
        name = "" if _said(name) in _EMPTY else name
        key = _named(told.get("author_id", ""))
        if not key and handle:
            low = handle.lower()
            key = f"@{low}" if _ID.fullmatch(f"@{low}") else "@" + _hashed(low)
        if not key and name:
            key = "name:" + _hashed(name.casefold())
        if not key:
            return None
        followers = _number(told.get("followers", ""))
        handle = handle if _HANDLE.fullmatch(handle) else ""
        return Person(external_id=key, name=name, handle=handle, followers=followers)

    def _channel(self, said: str) -> str:
        """The configured one the file means, else what it says, as the name of one."""
        said = said.strip() or self.default
        known = self._names.get(said)
        if known is None:
            plain = re.sub(r"\s+", "-", said.lower())
            known = self.channels.get(plain, plain)
            if not _CHANNEL.fullmatch(known):
                raise BadRow(f"no name of a channel: {said[:40]!r}" if said else "no channel")
            self._names[said] = known
        return known


def _said(value: str) -> str:
    return value.strip().lower()


def _named(value: str) -> str:
    """An id; "" where there is none, or nothing that could be one."""
    value = value.strip()
    if _said(value) in _EMPTY or _ROUNDED.fullmatch(value):
        return ""
    whole = _WHOLE.fullmatch(value)
    value = whole[1] if whole else value
    return value if _ID.fullmatch(value) else ""


def _number(value: str) -> int | None:
    """How many; None if it is no number. 1,234 and 1.2K are some."""
    found = _NUMBER.fullmatch(value.strip())
    if found is None:
        return None
    digits, unit = re.sub(r"[\s']", "", found[1]), found[2].lower()
    try:
        if unit:
            return int(float(digits.replace(",", ".")) * (1_000 if unit == "k" else 1_000_000))
        if _THOUSANDS.fullmatch(digits):
            return int(re.sub(r"[.,]", "", digits))
        return int(float(digits.replace(",", ".")))
    except (ValueError, OverflowError):
        return None


def _address(value: str) -> str:
    """A link, "" if it is none. NUL and lone surrogates, which no database keeps, are not
    printable."""
    value = value.strip()
    fits = value.startswith(("https://", "http://")) and len(value) <= 2000
    return value if fits and value.isprintable() else ""


def _hashed(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]
