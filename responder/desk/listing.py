"""Which list of the desk somebody looks at, and what narrows it: as a value, in URLs, and in the
one field by which every form of an item says where it was opened from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Request
from pydantic import PlainValidator

from listener.normalize import clean
from responder.desk.tongue import N_, _
from responder.handling.lists import NOBODY, Filters, View
from sentiment.phase import Phase
from sentiment.prioritize import Level
from sentiment.score import Sentiment

E = TypeVar("E", bound=StrEnum)

ME: Final = "me"
_LONGEST: Final = 200  # code points of a value in a URL
_WORDS: Final = ("channel", "language", "topic", "like")
_SAID: Final[Mapping[View, str]] = {
    View.APPROVE: N_("To approve"),
    View.MINE: N_("Mine"),
    View.SNOOZED: N_("Snoozed"),
    View.ESCALATED: N_("Escalated"),
    View.BY_HAND: N_("By hand"),
    View.UNKNOWN: N_("Unknown"),
    View.REVIEW: N_("To judge"),
    View.SENT: N_("Sent"),
    View.SLIPPING: N_("Without owner or overdue"),
}
_NAMES: Final = (*_WORDS, "sentiment", "phase", "priority", "owner", "speak", "q", "after")


_ALL: Final = Filters()


def view_name(view: View) -> str:
    """What the list is called, in the reader's language."""
    return _(_SAID[view])


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`speak`: only the languages of whoever looks; `after`: the cursor its page begins behind. The
    owner of the filters may be ME."""

    of: View = View.APPROVE
    filters: Filters = _ALL
    speak: bool = False
    after: str = ""

    @property
    def value(self) -> str:
        """What stands behind "view=" in a URL, or in a form's field: "hand&channel=x"."""
        (_, first), *others = self.pairs()
        return f"{first}&{urlencode(others)}" if others else first

    @property
    def url(self) -> str:
        """Its page."""
        return self.at("/")

    def at(self, path: str) -> str:
        """`path`, opened from here."""
        pairs = self.pairs()
        return f"{path}?{urlencode(pairs)}" if pairs[0][1] != View.APPROVE or pairs[1:] else path

    def pairs(self) -> list[tuple[str, str]]:
        values: dict[str, str] = {name: getattr(self.filters, name) for name in _WORDS}
        for name in ("sentiment", "phase", "priority"):
            values[name] = getattr(self.filters, name) or ""
        values |= {"owner": self.filters.owner, "q": self.filters.q, "after": self.after}
        values["speak"] = "1" if self.speak else ""
        named = [(name, str(values[name])) for name in _NAMES if values[name]]
        return [("view", self.of.value), *named]

    @property
    def narrowed(self) -> bool:
        return self.speak or self.filters != _ALL

    def without(self, *names: str) -> Listing:
        """The same, from its beginning, with these filters taken away."""
        left = [(name, value) for name, value in self.pairs() if name not in (*names, "after")]
        return read_listing(left)

    def with_(self, **changes: Any) -> Listing:
        """The same, from its beginning, with these filters."""
        return replace(self, filters=replace(self.filters, **changes), after="")

    def behind(self, cursor: str) -> Listing:
        return replace(self, after=cursor)


def read_listing(pairs: Iterable[tuple[str, str]]) -> Listing:
    """The listing of a URL's values. What is none of ours narrows nothing: an old link still leads
    to a list."""
    given = {name: _plain(value) for name, value in pairs}
    words: dict[str, Any] = {name: given.get(name, "") for name in _WORDS}
    filters = Filters(
        **words,
        sentiment=_one_of(Sentiment, given.get("sentiment", "")),
        phase=_one_of(Phase, given.get("phase", "")),
        priority=_one_of(Level, given.get("priority", "")),
        owner=_owner(given.get("owner", "")),
        q=given.get("q", ""),
    )
    return Listing(
        of=_one_of(View, given.get("view", "")) or View.APPROVE,
        filters=filters,
        speak=given.get("speak") == "1",
        after=given.get("after", ""),
    )


def listing_of(request: Request) -> Listing:
    """The listing a page is asked for."""
    view, *others = _unfolded(request.query_params.get("view", ""))
    others += [(n, v) for n, v in request.query_params.multi_items() if n != "view"]
    return read_listing([view, *others])


def read_value(value: object) -> Listing:
    """The listing of a form's field: see `Listing.value`."""
    return value if isinstance(value, Listing) else read_listing(_unfolded(str(value)))


TheListing = Annotated[Listing, Depends(listing_of)]
ListingField = Annotated[Listing, PlainValidator(read_value)]


def resolved(listing: Listing, *, agent_id: str | None, languages: Iterable[str]) -> Filters:
    """The filters with "me" and "my languages" as what they mean for whoever looks. Who named no
    languages speaks all."""
    owner = listing.filters.owner
    return replace(
        listing.filters,
        owner=(agent_id or NOBODY) if owner == ME else owner,
        languages=tuple(languages) if listing.speak else (),
    )


def _unfolded(value: str) -> list[tuple[str, str]]:
    first, _, rest = value.partition("&")
    return [("view", first), *parse_qsl(rest[:2000])]


def _plain(value: str) -> str:
    return clean(value).strip()[:_LONGEST]


def _one_of(kind: type[E], value: str) -> E | None:
    known: Mapping[str, E] = {one.value: one for one in kind}
    return known.get(value)


def _owner(value: str) -> str:
    """ME, NOBODY or an id."""
    is_id = len(value) == 28 and value.isascii() and value.isalnum()
    return value if is_id or value in (ME, NOBODY) else ""
