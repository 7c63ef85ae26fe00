"""Passwords: hashed with Argon2id, verified in even time, and not guessed by trying often."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from config.database import Database
from responder.sentences import N_, Refused
from responder.team.models import SignInFailure

SHORTEST: Final = 10
LONGEST: Final = 1000

REMEMBERED: Final = timedelta(minutes=15)
FAILURES_OF_A_NAME: Final = 5  # from one address
FAILURES_OF_AN_ADDRESS: Final = 50

_LENGTH: Final = N_("A password has %(least)s letters or more (up to %(most)s)")
_NAME: Final = N_("Your name is not a password")

_HASHER: Final = PasswordHasher()
# One hash takes 64 MiB (RFC 9106, the second choice): a burst of sign-ins must not take them all
# at once.
_AT_ONCE: Final = BoundedSemaphore(2)


def check(password: str, name: str) -> None:
    """Raise Refused, with a sentence, for a password that will not do."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(_LENGTH, least=SHORTEST, most=LONGEST)
    if password.strip().casefold() == name.casefold():
        raise Refused(_NAME)


def hashed(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(_bytes(password))


def fits(password: str, known_hash: str | None) -> bool:
    """True if `known_hash` is of this password. Without a hash it is False, and takes as long, so
    that nobody learns from the time which names exist."""
    stand_in = _hash_of_nothing()
    if len(password) > LONGEST:
        return False
    try:
        with _AT_ONCE:
            return _HASHER.verify(known_hash or stand_in, _bytes(password)) and bool(known_hash)
    except (VerificationError, InvalidHashError):
        return False


def renewed(password: str, known_hash: str) -> str:
    """The hash to keep from now on: a new one where today's costs are higher than it had."""
    return hashed(password) if _HASHER.check_needs_rehash(known_hash) else known_hash


def count_attempt(database: Database, *, name: str, address: str, now: datetime) -> bool:
    """Note an attempt as failed before it is verified; `forgive` takes the note away again.

    False if there were too many already: five of a name from one address within 15 minutes, or
    fifty from the address.
    """
    attempt = SignInFailure(name=name, address=address, at=now)
    with database.write() as session:
        session.add(attempt)
    # Counted only when it can be seen by all: of many who try at once, the sixth counts six.
    recent = select(func.count()).where(
        SignInFailure.address == address, SignInFailure.at > now - REMEMBERED
    )
    with database.write() as session:
        of_name = session.scalar(recent.where(SignInFailure.name == name)) or 0
        of_address = session.scalar(recent) or 0
        allowed = of_name <= FAILURES_OF_A_NAME and of_address <= FAILURES_OF_AN_ADDRESS
        if not allowed:  # what was not even tried does not make the wait longer
            session.execute(delete(SignInFailure).where(SignInFailure.id == attempt.id))
    return allowed


def forgive(session: Session, *, name: str, address: str, now: datetime) -> None:
    """After a success: forget the failures of this name and address, and all that are old."""
    session.execute(
        delete(SignInFailure).where(SignInFailure.name == name, SignInFailure.address == address)
    )
    session.execute(delete(SignInFailure).where(SignInFailure.at <= now - REMEMBERED))


def _bytes(password: str) -> bytes:
    # Keyboards differ in how they compose "é": the same password must stay the same.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _hash_of_nothing() -> str:
    return hashed(secrets.token_urlsafe(16))
