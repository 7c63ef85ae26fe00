"""What people make of the library's words: how often they send them, and how much they keep.

Counting compares replies word by word, which takes a while when there are thousands, so figures of
some minutes ago serve, and one thread alone counts anew.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Final

from responder.bot import Bot
from responder.learning.edits import EditView, edits
from responder.library.models import named_in
from responder.library.works import Use

_FRESH_SECONDS: Final = 300.0
_COMPARED: Final = 1_000
"""Replies compared, the newest: so many take a second at most."""

ByWork = Mapping[tuple[str, str], Use]
ByEntry = Mapping[tuple[str, str, str], Use]


class Uses:
    """The figures of the last 90 days, by entry and by work."""

    def __init__(self, bot: Bot) -> None:
        self._bot, self._lock = bot, Lock()
        self._until = 0.0
        self._entries: ByEntry = MappingProxyType({})
        self._works: ByWork = MappingProxyType({})

    def of_works(self) -> ByWork:
        """By kind and key."""
        self._look()
        return self._works

    def of_entries(self) -> ByEntry:
        """By kind, key and language."""
        self._look()
        return self._entries

    def _look(self) -> None:
        if time.monotonic() < self._until:
            return
        # Whoever comes while another counts goes on with what there is.
        if not self._lock.acquire(blocking=self._until == 0.0):
            return
        try:
            if time.monotonic() >= self._until:
                found = edits(self._bot, at_most=_COMPARED).entries
                self._entries, self._works = _by_entry(found), _by_work(found)
                self._until = time.monotonic() + _FRESH_SECONDS
        finally:
            self._lock.release()


def _by_entry(found: list[EditView]) -> ByEntry:
    views: defaultdict[tuple[str, str, str], list[EditView]] = defaultdict(list)
    for one in found:
        for kind, key in named_in(one.made_from):
            views[kind.value, key, one.language].append(one)
    return MappingProxyType({name: _use(those) for name, those in views.items()})


def _by_work(found: list[EditView]) -> ByWork:
    views: defaultdict[tuple[str, str], list[EditView]] = defaultdict(list)
    for one in found:
        for kind, key in named_in(one.made_from):
            views[kind.value, key].append(one)
    return MappingProxyType({name: _use(those) for name, those in views.items()})


def _use(views: list[EditView]) -> Use:
    """Of several sources each counts as often as it was used."""
    used = sum(one.used for one in views)
    kept = sum(one.used * one.kept for one in views if one.kept is not None)
    return Use(used=used, kept=kept / used if used else None)
