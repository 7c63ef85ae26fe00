"""People who can sign in, for tests: with passwords that are hashed cheaply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from argon2 import PasswordHasher
from sqlalchemy import func, select

from config.database import Database
from responder import access, passwords
from responder.team.models import Role
from tests.factories import NOW

PASSWORD = "correct horse battery"


@contextmanager
def cheap_hashing() -> Iterator[None]:
    """The real costs are 64 MiB and a tenth of a second a try."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._hash_of_nothing.cache_clear()
    with patch.object(passwords, "_HASHER", cheap):
        yield
    passwords._hash_of_nothing.cache_clear()


def rows(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def joined(database: Database, name: str = "anna", role: Role = Role.APPROVER) -> str:
    """An agent with a password, and the secret of their first session."""
    secret = access.invite(database, name=name, role=role, now=NOW)
    return access.accept_invite(database, secret, name=name, password=PASSWORD, now=NOW)


def signed_in(database: Database, name: str = "anna", **changes: str) -> str:
    details = {"password": PASSWORD, "address": "10.0.0.1"} | changes
    return access.sign_in(database, name=name, now=NOW, **details)
