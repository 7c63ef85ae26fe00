"""Examples, learned once: in memory for this process, and in a file for the next one.

A file is named after everything it follows from, the examples and our own code among it: it is
right, or it is not found. Whoever deletes the folder loses two seconds a language, and who cannot
write there learns them at each start.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

import responder.examples
import responder.traits
import sentiment
from config.settings import ROOT
from responder.examples import Examples, Shelf, shelve, speaks_for
from sentiment.linear import Floats
from sentiment.weights import BROKEN, write

log = logging.getLogger(__name__)

FOLDER: Final = ROOT / "data" / "learned"
_WORTH_A_FILE: Final = 500  # examples; fewer are learned as quickly as a file is read
_FILES: Final = 2  # kept of a language, of this book and of the one before; 4 MB each
_SHELVES: Final = 16  # in memory: languages, and some of the book before the last change
_UNREAD: Final = frozenset({"corpus", "__pycache__"})  # of what we judge by
_lock: Final = Lock()
_shelves: Final[dict[tuple[str, Examples], Shelf | None]] = {}


def likely(
    text: str, examples: Examples, language: str, *, judged: Floats | None = None
) -> Mapping[str, float]:
    """How much speaks for each entry, see `speaks_for`; {} without examples."""
    shelf = learn(examples, language)
    return {} if shelf is None else speaks_for(text, shelf, language, judged=judged)


def learn(examples: Examples, language: str) -> Shelf | None:
    """The examples, learned; None if there are none. By one thread at a time: it takes seconds and
    some 100 MB, and the next one finds it done. What is learned already is there at once, whatever
    else is being learned."""
    key = language, examples
    if key in (known := _shelves.copy()):
        return known[key]
    with _lock:
        if key not in _shelves:
            while len(_shelves) >= _SHELVES:
                del _shelves[next(iter(_shelves))]
            _shelves[key] = _learned_before(examples, language) if examples else None
        return _shelves[key]


def _learned_before(examples: Examples, language: str) -> Shelf | None:
    if sum(len(texts) for _, texts in examples) < _WORTH_A_FILE:
        return shelve(examples, language)
    path = _path(examples, language)
    shelf = _read(path) if path else None
    if shelf is None:
        shelf = shelve(examples, language)
        if shelf is not None and path:
            _keep(shelf, path, language)
    return shelf


def _path(examples: Examples, language: str) -> Path | None:
    """Where this shelf lies or belongs; None if not even our own files can be read."""
    try:
        named = sha256(_ourselves())
    except OSError:
        return None
    named.update(repr((language, examples)).encode("utf-8", "surrogatepass"))
    return FOLDER / f"{language}-{named.hexdigest()}.npz"


@cache
def _ourselves() -> bytes:
    """What a shelf follows from beside its examples: how texts are judged and learned."""
    found = sha256(f"{np.__version__} {version('vadersentiment')}".encode())
    for path in sorted(_sources()):
        found.update(path.name.encode())
        found.update(sha256(path.read_bytes()).digest())
    return found.digest()


def _sources() -> Iterator[Path]:
    yield Path(__file__)
    for module in (responder.examples, responder.traits):
        yield Path(str(module.__file__))
    folder = Path(sentiment.__path__[0])
    for path in folder.rglob("*"):
        if path.is_file() and not _UNREAD.intersection(path.relative_to(folder).parts):
            yield path


def _read(path: Path) -> Shelf | None:
    try:
        # Opened here: of a broken one numpy would leave it open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {field.name: file[field.name] for field in fields(Shelf)}
        with suppress(OSError):
            os.utime(path)  # in use: others are deleted first
    except FileNotFoundError:
        return None
    except (*BROKEN, RuntimeError) as error:  # zipfile takes some damage for encryption
        log.info("%s cannot be read (%s): its examples are learned anew", path, error)
        return None
    return Shelf(**{**arrays, "keys": tuple(map(str, arrays["keys"]))})


def _keep(shelf: Shelf, path: Path, language: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write({field.name: np.asarray(getattr(shelf, field.name)) for field in fields(Shelf)}, path)
        _tidy(language)
    except OSError as error:
        log.info("%s cannot be written (%s): the next start learns it again", path, error)


def _tidy(language: str) -> None:
    """What a killed process left half written goes as well."""
    files = FOLDER.glob(f"{language}-*")
    newest = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest[_FILES:]:
        path.unlink(missing_ok=True)
