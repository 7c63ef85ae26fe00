"""The brand book of now, for whoever asks: read again when something in the library has changed."""

from __future__ import annotations

import logging
import time
from threading import Lock
from typing import Final

from sqlalchemy import inspect

from config.brand import BrandBook
from config.database import Database
from responder.library.models import LibraryEntry
from responder.library.store import ReadBook, newest_turn, read_book

log = logging.getLogger(__name__)

_FIRST_SECONDS: Final = 10.0


class NewestBook:
    """The book of now; that of the files while there is no library. To ask costs one small query,
    at most once in `every` seconds: then a change made in any process counts.

    A library that cannot be read is logged once, and the book of before goes on. If there is none
    yet, whoever asks gets the error: the files may have said for months what nobody says any more.
    """

    def __init__(self, database: Database, files: BrandBook, *, every: float = 1.0) -> None:
        self.files = files
        self._database, self._every, self._lock = database, every, Lock()
        self._read = ReadBook(book=files, turn=0)
        self._look_at, self._away, self._is_known = 0.0, False, False

    def __call__(self) -> BrandBook:
        # One thread looks. The others go on with what there is: they may hold a connection, and
        # all of them waiting for one more would be waiting for each other.
        if not self._is_known:
            self._look_first()
        elif time.monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._read.book

    def faults(self) -> tuple[str, ...]:
        """What is left out of the book of now, one sentence each."""
        self()
        return self._read.faults

    def look_again(self) -> None:
        """Something was changed right here: whoever asks next sees it."""
        self._look_at = 0.0

    def _look_first(self) -> None:
        """Here the others wait, if not for ever: there is no book yet that could go on."""
        if self._lock.acquire(timeout=_FIRST_SECONDS):
            try:
                if not self._is_known:
                    self._look()
            finally:
                self._lock.release()

    def _look(self) -> None:
        self._look_at = time.monotonic() + self._every
        try:
            with self._database.read() as session:
                if newest_turn(session) == self._read.turn:
                    found = self._read
                else:
                    found = read_book(session, self.files)
        except Exception as error:  # a hand in the database spoils in ways nobody has thought of
            if not self._is_known and self._has_library():
                raise  # nobody may take the files for the book
            if not self._away:
                log.warning("the library cannot be read, the book of before goes on: %s", error)
            self._away = True
            return
        self._away, self._is_known = False, True
        for fault in found.faults if found is not self._read else ():
            log.error("%s", fault)
        self._read = found

    def _has_library(self) -> bool:
        """Also of a database that does not answer: it may have one."""
        try:
            return inspect(self._database.engine).has_table(LibraryEntry.__tablename__)
        except Exception:
            return True
