from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from config.database import Database
from responder import access
from responder.access import SignInRefused, Visitor
from responder.models import Audit
from responder.team import accounts
from responder.team.models import Agent, Credential, CredentialKind, Role
from tests.factories import NOW, make_database
from tests.people import PASSWORD, cheap_hashing, joined, rows, signed_in

SESSION, TOKEN, INVITE = CredentialKind.SESSION, CredentialKind.TOKEN, CredentialKind.INVITE


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


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_lower_roles_may_and_no_more(role: Role) -> None:
    visitor = Visitor(name="anna", role=role, agent_id=None)
    allowed = [other for other in Role if visitor.may(other)]
    assert allowed == list(Role)[: list(Role).index(role) + 1]


def test_an_invitation_makes_an_agent_and_lets_them_in(database: Database) -> None:
    secret = joined(database)
    visitor = access.visitor(database, secret, SESSION, NOW)
    assert visitor is not None
    assert (visitor.name, visitor.role) == ("anna", Role.APPROVER)
    assert visitor.agent_id == accounts.agents(database)[0].id
    assert access.visitor(database, signed_in(database), SESSION, NOW) == visitor


def test_an_invitation_works_once(database: Database) -> None:
    secret = access.invite(database, name="anna", role=Role.EDITOR, now=NOW)
    assert access.visitor(database, secret, INVITE, NOW) is not None
    access.accept_invite(database, secret, name="anna", password=PASSWORD, now=NOW)
    assert access.visitor(database, secret, INVITE, NOW) is None
    with pytest.raises(ValueError, match="used already"):
        access.accept_invite(database, secret, name="anna", password="another one", now=NOW)


def test_of_two_who_take_an_invitation_at_once_one_gets_it(database: Database) -> None:
    secret = access.invite(database, name=None, role=Role.ADMIN, now=NOW)
    start = Barrier(2)

    def accept(name: str) -> bool:
        start.wait()
        try:
            access.accept_invite(database, secret, name=name, password=PASSWORD, now=NOW)
        except ValueError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, ("anna", "bo"))) == [False, True]
    assert len(accounts.agents(database)) == 1


def test_an_invitation_ends_after_its_hours(database: Database) -> None:
    secret = access.invite(database, name="anna", role=Role.EDITOR, now=NOW)
    late = NOW + timedelta(hours=24)
    with pytest.raises(ValueError, match="too old"):
        access.accept_invite(database, secret, name="anna", password=PASSWORD, now=late)


def test_the_first_admin_chooses_a_name_and_ends_the_other_open_links(database: Database) -> None:
    first, second = (access.invite(database, name=None, role=Role.ADMIN, now=NOW) for _ in range(2))
    assert not accounts.has_admin(database)
    access.accept_invite(database, second, name=" Zoë ", password=PASSWORD, now=NOW)
    assert [agent.name for agent in accounts.agents(database)] == ["Zoë"]
    assert accounts.has_admin(database)
    with pytest.raises(ValueError, match="used already"):
        access.accept_invite(database, first, name="eve", password=PASSWORD, now=NOW)


def test_the_links_of_two_newcomers_both_work_once_there_is_an_admin(database: Database) -> None:
    joined(database, "anna", Role.ADMIN)
    first, second = (access.invite(database, name=None, role=Role.ADMIN, now=NOW) for _ in range(2))
    access.accept_invite(database, first, name="bo", password=PASSWORD, now=NOW)
    access.accept_invite(database, second, name="cleo", password=PASSWORD, now=NOW)
    assert {agent.name for agent in accounts.agents(database)} == {"anna", "bo", "cleo"}


def test_an_invitation_without_a_name_is_in_the_audit_too(database: Database) -> None:
    access.invite(database, name=None, role=Role.ADMIN, now=NOW, by="anna")
    with database.read() as session:
        row = session.query(Audit).one()
    assert (row.who, row.action, row.subject, row.detail) == ("anna", "invite agent", "", "admin")


def test_an_invitation_made_out_to_somebody_keeps_that_name(database: Database) -> None:
    secret = access.invite(database, name="anna", role=Role.EDITOR, now=NOW)
    access.accept_invite(database, secret, name="eve", password=PASSWORD, now=NOW)
    assert [agent.name for agent in accounts.agents(database)] == ["anna"]


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("anna", "too short", "10 letters"),
        ("anna", "x" * 1001, "10 letters"),
        ("", PASSWORD, "1 to 64"),
        ("x" * 65, PASSWORD, "1 to 64"),
        ("an\nna", PASSWORD, "line breaks"),
        ("\u202eanna", PASSWORD, "line breaks"),
        ("Policy", PASSWORD, "calls itself"),
        ("longer than ten", "Longer than TEN", "not a password"),
    ],
)
def test_a_bad_name_or_password_is_told_in_a_sentence_and_spends_nothing(
    database: Database, name: str, password: str, sentence: str
) -> None:
    secret = access.invite(database, name=None, role=Role.ADMIN, now=NOW)
    with pytest.raises(ValueError, match=sentence):
        access.accept_invite(database, secret, name=name, password=password, now=NOW)
    assert access.accept_invite(database, secret, name="bo", password=PASSWORD, now=NOW)


def test_a_taken_name_is_refused_in_any_letter_case(database: Database) -> None:
    joined(database, "Ångström")
    secret = access.invite(database, name=None, role=Role.ADMIN, now=NOW)
    with pytest.raises(ValueError, match="taken"):
        access.accept_invite(database, secret, name="ÅNGSTRÖM", password=PASSWORD, now=NOW)
    with pytest.raises(ValueError, match="already"):
        access.invite(database, name="ångström", role=Role.ADMIN, now=NOW)


def test_somebody_who_never_came_may_be_invited_again_and_the_old_link_ends(
    database: Database,
) -> None:
    old = access.invite(database, name="anna", role=Role.VIEWER, now=NOW)
    new = access.invite(database, name="anna", role=Role.ADMIN, now=NOW)
    with pytest.raises(ValueError, match="used already"):
        access.accept_invite(database, old, name="anna", password=PASSWORD, now=NOW)
    secret = access.accept_invite(database, new, name="anna", password=PASSWORD, now=NOW)
    visitor = access.visitor(database, secret, SESSION, NOW)
    assert visitor is not None
    assert visitor.role is Role.ADMIN


def test_a_session_ends_when_it_was_not_seen_for_twelve_hours(database: Database) -> None:
    secret = joined(database)
    seen = NOW + timedelta(hours=11)
    assert access.visitor(database, secret, SESSION, seen)
    assert access.visitor(database, secret, SESSION, seen + timedelta(hours=11))
    assert access.visitor(database, secret, SESSION, seen + timedelta(hours=23)) is None


def test_a_session_ends_after_seven_days_however_busy(database: Database) -> None:
    secret = joined(database)
    moment = NOW
    while moment < NOW + timedelta(days=7):
        assert access.visitor(database, secret, SESSION, moment)
        moment += timedelta(hours=6)
    assert access.visitor(database, secret, SESSION, moment) is None


def test_being_seen_is_written_once_a_minute(database: Database) -> None:
    secret = joined(database)

    def seen_at(seconds: int) -> float:
        access.visitor(database, secret, SESSION, NOW + timedelta(seconds=seconds))
        with database.read() as session:
            row = session.scalars(select(Credential)).one()
            return (row.seen_at - NOW).total_seconds()

    assert [seen_at(seconds) for seconds in (0, 59, 60, 100, 121)] == [0, 0, 60, 60, 121]


def test_a_busy_store_does_not_turn_a_reader_away(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = joined(database)
    monkeypatch.setattr("config.database.BUSY_TIMEOUT_SECONDS", 0.05)
    impatient = Database(str(database.engine.url))
    later = NOW + timedelta(hours=1)
    with database.write() as session:
        session.execute(text("SELECT 1"))  # the lock is taken with the first statement
        assert access.visitor(impatient, secret, SESSION, later)
    impatient.close()


def test_signing_out_ends_this_session_alone(database: Database) -> None:
    one, two = joined(database), signed_in(database)
    access.sign_out(database, one)
    access.sign_out(database, "never was one")
    assert access.visitor(database, one, SESSION, NOW) is None
    assert access.visitor(database, two, SESSION, NOW)


def test_a_disabled_agent_is_out_at_once_and_stays_out(database: Database) -> None:
    secret = joined(database)
    link = access.entry_link(database, name="anna", role=Role.ADMIN, now=NOW)
    accounts.disable(database, "Anna", NOW)
    assert access.visitor(database, secret, SESSION, NOW) is None
    assert access.enter(database, link, NOW) is None
    with pytest.raises(SignInRefused):
        signed_in(database)
    assert not accounts.has_admin(database)


def test_a_reset_ends_password_and_sessions_until_the_new_link_is_used(
    database: Database,
) -> None:
    old = joined(database, role=Role.ADMIN)
    joined(database, "bo", role=Role.ADMIN)
    accounts.disable(database, "anna", NOW)
    link = accounts.reset(database, "anna", NOW)
    assert access.visitor(database, old, SESSION, NOW) is None
    with pytest.raises(SignInRefused):
        signed_in(database)
    access.accept_invite(database, link, name="", password="a new password", now=NOW)
    assert signed_in(database, password="a new password")


def test_unknown_agents_are_a_lookup_error(database: Database) -> None:
    with pytest.raises(LookupError, match="no agent named eve"):
        accounts.disable(database, "eve", NOW)
    with pytest.raises(LookupError, match="no agent named eve"):
        accounts.reset(database, "eve", NOW)


def test_an_entry_link_signs_in_again_and_again_until_a_newer_one(database: Database) -> None:
    link = access.entry_link(database, name="demo", role=Role.ADMIN, now=NOW)
    for _ in range(2):
        secret = access.enter(database, link, NOW + timedelta(days=300))
        assert secret
        visitor = access.visitor(database, secret, SESSION, NOW + timedelta(days=300))
        assert visitor is not None
        assert (visitor.name, visitor.role) == ("demo", Role.ADMIN)
    access.entry_link(database, name="demo", role=Role.ADMIN, now=NOW)
    assert access.enter(database, link, NOW) is None
    assert len(accounts.agents(database)) == 1


def test_a_token_has_its_own_name_and_role_and_no_end(database: Database) -> None:
    token = access.create_token(database, name="reporting", role=Role.VIEWER, now=NOW)
    assert token.startswith("antiphon_")
    visitor = access.visitor(database, token, TOKEN, NOW + timedelta(days=4000))
    assert visitor == Visitor(name="reporting", role=Role.VIEWER, agent_id=None)


def test_programs_and_people_do_not_share_names(database: Database) -> None:
    joined(database)
    access.create_token(database, name="reporting", role=Role.VIEWER, now=NOW)
    with pytest.raises(ValueError, match="name of an agent"):
        access.create_token(database, name="Anna", role=Role.VIEWER, now=NOW)
    with pytest.raises(ValueError, match="taken"):
        access.invite(database, name="reporting", role=Role.VIEWER, now=NOW)


def test_no_secret_opens_another_door_than_its_own(database: Database) -> None:
    secrets = {
        CredentialKind.SESSION: joined(database),
        CredentialKind.TOKEN: access.create_token(database, name="t", role=Role.ADMIN, now=NOW),
        CredentialKind.INVITE: access.invite(database, name="bo", role=Role.ADMIN, now=NOW),
        CredentialKind.ENTRY: access.entry_link(database, name="demo", role=Role.ADMIN, now=NOW),
    }
    for kind, secret in secrets.items():
        opened = [other for other in CredentialKind if access.visitor(database, secret, other, NOW)]
        assert opened == [kind]
        assert (access.enter(database, secret, NOW) is not None) == (kind is CredentialKind.ENTRY)
        if kind is not CredentialKind.INVITE:
            with pytest.raises(ValueError, match="used already"):
                access.accept_invite(database, secret, name="e", password=PASSWORD, now=NOW)


def test_neither_secrets_nor_passwords_are_in_the_file(database: Database, tmp_path: Path) -> None:
    secrets = [
        joined(database),
        access.create_token(database, name="t", role=Role.ADMIN, now=NOW),
        access.invite(database, name="bo", role=Role.ADMIN, now=NOW),
        PASSWORD,
    ]
    database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"anna" in stored
    assert not [secret for secret in secrets if secret.encode() in stored]


def test_deeds_on_accounts_are_audited(database: Database) -> None:
    joined(database)
    access.create_token(database, name="t", role=Role.ADMIN, now=NOW, by="root")
    accounts.reset(database, "anna", NOW)
    accounts.disable(database, "anna", NOW, by="root")
    with database.read() as session:
        found = [(row.who, row.action) for row in session.scalars(select(Audit).order_by(Audit.id))]
    assert sorted(found) == [
        ("anna", "join"),
        ("command line", "create agent"),
        ("command line", "reset agent"),
        ("root", "create token"),
        ("root", "disable agent"),
    ]


def test_what_has_expired_is_thrown_away(database: Database) -> None:
    joined(database)
    access.invite(database, name=None, role=Role.ADMIN, now=NOW)
    later = NOW + timedelta(days=8)
    access.sign_in(database, name="anna", password=PASSWORD, address="a", now=later)
    assert rows(database, Credential) == 1
    assert rows(database, Agent) == 1


@given(name=st.text(alphabet=st.characters(), max_size=80) | st.just("\ud83d\0"))
@settings(max_examples=60)
def test_any_name_is_either_usable_or_refused_in_a_sentence(shared: Database, name: str) -> None:
    try:
        token = access.create_token(shared, name=name, role=Role.VIEWER, now=NOW)
    except ValueError as refusal:
        assert "name" in str(refusal)
    else:
        assert access.visitor(shared, token, TOKEN, NOW)
