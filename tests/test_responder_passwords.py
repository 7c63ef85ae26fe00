from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from config.database import Database
from responder import access, passwords
from responder.access import SignInRefused
from responder.team import accounts
from responder.team.models import CredentialKind, Role, SignInFailure
from tests.factories import NOW, make_database
from tests.people import PASSWORD, cheap_hashing, joined, rows, signed_in

SESSION = CredentialKind.SESSION


@pytest.fixture(autouse=True)
def cheap_hashes() -> Iterator[None]:
    with cheap_hashing():
        yield


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path)
    yield database
    database.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = make_database(tmp_path_factory.mktemp("door"))
    yield database
    database.close()


def test_unknown_names_and_wrong_passwords_are_refused_with_the_same_words(
    database: Database,
) -> None:
    joined(database)
    access.invite(database, name="guest", role=Role.VIEWER, now=NOW)
    told = set()
    for name, password in [("anna", "wrong"), ("nobody", PASSWORD), ("guest", ""), ("", "")]:
        with pytest.raises(SignInRefused) as refusal:
            signed_in(database, name, password=password)
        told.add(str(refusal.value))
    assert len(told) == 1


def test_an_unknown_name_costs_a_verification_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str | None] = []
    fits = passwords.fits

    def noted(password: str, known_hash: str | None) -> bool:
        verified.append(known_hash)
        return fits(password, known_hash)

    monkeypatch.setattr(passwords, "fits", noted)
    with pytest.raises(SignInRefused):
        signed_in(database, "nobody")
    assert verified == [None]


def test_a_name_is_found_in_any_letter_case_and_composition(database: Database) -> None:
    secret = access.invite(database, name="José", role=Role.EDITOR, now=NOW)
    access.accept_invite(database, secret, name="", password="contraseña1", now=NOW)
    assert signed_in(database, " JOSE\u0301 ", password="contrasen\u0303a1")


def test_the_sixth_failure_of_a_name_from_an_address_is_not_even_tried(
    database: Database,
) -> None:
    joined(database)
    for _ in range(5):
        with pytest.raises(SignInRefused, match="do not fit"):
            signed_in(database, password="wrong")
    with pytest.raises(SignInRefused, match="15 minutes"):
        signed_in(database)
    assert signed_in(database, address="10.0.0.2")
    with pytest.raises(SignInRefused, match="15 minutes"):
        signed_in(database, "ANNA")
    later = NOW + timedelta(minutes=15)
    assert access.sign_in(database, name="anna", password=PASSWORD, address="10.0.0.1", now=later)


def test_fifty_failures_close_an_address_for_every_name(database: Database) -> None:
    joined(database)
    for number in range(50):
        with pytest.raises(SignInRefused, match="do not fit"):
            signed_in(database, f"guess {number}", password="wrong")
    with pytest.raises(SignInRefused, match="15 minutes"):
        signed_in(database)
    assert signed_in(database, address="10.0.0.2")


def test_many_guesses_at_once_are_counted_before_they_are_verified(database: Database) -> None:
    joined(database)

    def guess(number: int) -> str:
        with pytest.raises(SignInRefused) as refusal:
            signed_in(database, password=f"wrong {number}")
        return str(refusal.value)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(guess, range(12)))
    assert sum("do not fit" in text for text in told) <= 5


def test_a_success_forgives_the_failures_before_it(database: Database) -> None:
    joined(database)
    for _ in range(4):
        with pytest.raises(SignInRefused):
            signed_in(database, password="wrong")
    signed_in(database)
    assert rows(database, SignInFailure) == 0


def test_a_costlier_hash_replaces_the_old_one_at_sign_in(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(database)
    monkeypatch.setattr(
        passwords, "_HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    )
    signed_in(database)
    assert "m=16,t=2" in accounts.agents(database)[0].password_hash
    assert signed_in(database)


def test_the_costs_are_those_argon2_recommends() -> None:
    assert "m=65536,t=3,p=4" in PasswordHasher().hash("x")


@settings(max_examples=40)
@given(name=st.text(), password=st.text(max_size=50), address=st.text(max_size=100))
def test_rubbish_at_the_door_is_refused_and_never_breaks_it(
    shared: Database, name: str, password: str, address: str
) -> None:
    with pytest.raises(SignInRefused):
        access.sign_in(shared, name=name, password=password, address=address, now=NOW)
    assert access.visitor(shared, password, SESSION, NOW) is None
    assert access.enter(shared, name, NOW) is None
    with pytest.raises(LookupError):
        accounts.disable(shared, name, NOW)
