"""What admins settle about the team, and what agents settle about themselves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from config.database import Database
from responder import access
from responder.access import SignInRefused
from responder.credentials import digest
from responder.models import Audit
from responder.sentences import Refused
from responder.team import accounts, own
from responder.team.models import Agent, CredentialKind, Role
from responder.team.roster import Roster, among, good_hours, write_roster
from tests.factories import NOW, make_database
from tests.people import PASSWORD, cheap_hashing, joined, signed_in

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


def agent(database: Database, name: str = "anna") -> Agent:
    return next(one for one in accounts.agents(database) if one.name == name)


def deeds(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id))
        return [(row.who, row.action, row.detail) for row in rows]


@pytest.mark.parametrize("deed", ["disable", "reset", "role"])
def test_the_last_admin_who_can_sign_in_stays_one(database: Database, deed: str) -> None:
    joined(database, role=Role.ADMIN)
    joined(database, "bo", role=Role.APPROVER)
    accounts.disable(database, "bo", NOW)
    access.invite(database, name="carl", role=Role.ADMIN, now=NOW)  # cannot sign in yet
    with pytest.raises(Refused, match="anna is the last admin"):
        take_away(database, "anna", deed)
    assert (agent(database).role, agent(database).disabled_at) == (Role.ADMIN, None)
    assert signed_in(database)


def take_away(database: Database, name: str, deed: str) -> None:
    if deed == "disable":
        accounts.disable(database, name, NOW)
    elif deed == "reset":
        accounts.reset(database, name, NOW)
    else:
        accounts.set_role(database, name, Role.VIEWER, NOW)


@pytest.mark.parametrize("deed", ["disable", "reset", "role"])
def test_of_two_admins_who_go_for_each_other_at_once_one_stays(
    database: Database, deed: str
) -> None:
    joined(database, role=Role.ADMIN)
    joined(database, "bo", role=Role.ADMIN)
    start = Barrier(2)

    def go(name: str) -> bool:
        start.wait()
        try:
            take_away(database, name, deed)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, ("anna", "bo"))) == [False, True]
    assert accounts.has_admin(database)


def test_the_only_admin_of_the_demo_who_comes_by_link_stays_one(database: Database) -> None:
    access.entry_link(database, name="anna", role=Role.ADMIN, now=NOW)
    with pytest.raises(Refused, match="last admin"):
        accounts.set_role(database, "anna", Role.EDITOR, NOW)


def test_on_the_machine_itself_even_the_last_admin_gets_a_new_link(database: Database) -> None:
    joined(database, role=Role.ADMIN)
    link = accounts.reset(database, "anna", NOW, even_the_last=True)
    access.accept_invite(database, link, name="", password="a new password", now=NOW)
    assert signed_in(database, password="a new password")


def test_a_new_role_ends_every_session(database: Database) -> None:
    secret = joined(database)
    accounts.set_role(database, "anna", Role.APPROVER, NOW)  # the one she has
    assert access.visitor(database, secret, SESSION, NOW)
    accounts.set_role(database, "anna", Role.ADMIN, NOW, by="bo")
    assert access.visitor(database, secret, SESSION, NOW) is None
    found = access.visitor(database, signed_in(database), SESSION, NOW)
    assert found is not None
    assert found.role is Role.ADMIN
    assert ("bo", "change role", "admin") in deeds(database)


def test_a_disabled_account_opens_again_with_its_password(database: Database) -> None:
    joined(database)
    accounts.disable(database, "anna", NOW)
    accounts.enable(database, "anna", NOW, by="bo")
    assert signed_in(database)
    assert deeds(database)[-1] == ("bo", "enable agent", "")


def test_an_account_without_a_password_is_not_opened_by_hand(database: Database) -> None:
    access.invite(database, name="anna", role=Role.EDITOR, now=NOW)
    accounts.disable(database, "anna", NOW)
    with pytest.raises(Refused, match="new link"):
        accounts.enable(database, "anna", NOW)


def test_another_password_ends_every_session_but_the_new_one(database: Database) -> None:
    here, there = joined(database), signed_in(database)
    mine = agent(database)
    new = own.change_password(
        database, mine.id, old=PASSWORD, new="another sentence", address="a", now=NOW
    )
    assert access.visitor(database, new, SESSION, NOW)
    assert not any(access.visitor(database, old, SESSION, NOW) for old in (here, there))
    with pytest.raises(SignInRefused):
        signed_in(database)
    assert signed_in(database, password="another sentence")


def test_a_session_alone_does_not_guess_the_password(database: Database) -> None:
    joined(database)
    mine = agent(database).id

    def guess(old: str) -> None:
        own.change_password(database, mine, old=old, new="x" * 12, address="a", now=NOW)

    for _ in range(5):
        with pytest.raises(SignInRefused, match="not your password"):
            guess("wrong")
    with pytest.raises(SignInRefused, match="Too many"):
        guess(PASSWORD)
    with pytest.raises(SignInRefused, match="Too many"):
        signed_in(database, address="a")


def test_a_password_that_will_not_do_changes_nothing(database: Database) -> None:
    secret = joined(database)
    mine = agent(database).id
    with pytest.raises(Refused, match="10 letters"):
        own.change_password(database, mine, old=PASSWORD, new="short", address="a", now=NOW)
    assert access.visitor(database, secret, SESSION, NOW)
    assert signed_in(database)


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_this(database: Database) -> None:
    here = joined(database)
    signed_in(database)
    later = NOW + timedelta(hours=1)
    signed_in(database)
    bo = joined(database, "bo")
    mine = agent(database).id
    found = [row.digest for row in own.sessions_of(database, mine, NOW)]
    assert len(found) == 3
    there = next(one for one in found if one != digest(here))
    assert own.end_session(database, mine, there, later)
    assert not own.end_session(database, mine, there, later)
    theirs = own.sessions_of(database, agent(database, "bo").id, NOW)
    assert not own.end_session(database, mine, theirs[0].digest, later)
    own.end_other_sessions(database, mine, here, later)
    assert len(own.sessions_of(database, mine, NOW)) == 1
    assert access.visitor(database, here, SESSION, NOW)
    assert access.visitor(database, bo, SESSION, NOW)


def test_sessions_that_are_over_are_not_listed(database: Database) -> None:
    joined(database)
    mine = agent(database).id
    assert own.sessions_of(database, mine, NOW + timedelta(hours=11))
    assert not own.sessions_of(database, mine, NOW + timedelta(hours=12))


@pytest.mark.parametrize(
    "hours", ["", "24/7", "Mon-Fri 09:00-13:00 14:00-18:00", "Fri 20:00-02:00"]
)
def test_hours_are_written_as_the_settings_are(hours: str) -> None:
    assert good_hours(f"  {hours} ", "Europe/Rome") == hours


@pytest.mark.parametrize("hours", ["nine to five", "Mon 25:00-26:00", "Mon", ",", "x" * 201])
def test_hours_nobody_can_read_are_refused_in_a_sentence(hours: str) -> None:
    with pytest.raises(Refused, match="These hours"):
        good_hours(hours, "Europe/Rome")


def test_what_a_form_invents_is_left_out() -> None:
    assert among(["pl", "xx", "it"], ("it", "en", "pl")) == ("it", "pl")


def test_the_roster_is_kept_and_what_changed_is_audited(database: Database) -> None:
    joined(database)
    mine = agent(database).id
    roster = Roster(hours="Mon 09:00-12:00", languages=("it",), specialities=(), channels=("x",))
    assert write_roster(database, mine, roster, by="bo", now=NOW)
    assert not write_roster(database, mine, roster, by="bo", now=NOW)
    kept = agent(database)
    assert (kept.hours, kept.languages, kept.channels) == ("Mon 09:00-12:00", ["it"], ["x"])
    told = "hours: Mon 09:00-12:00, languages: it, channels: x"
    assert deeds(database)[-1] == ("bo", "change roster", told)
    with pytest.raises(LookupError):
        write_roster(database, "nobody", roster, by="bo", now=NOW)


@pytest.mark.parametrize("deed", ["UPDATE audit SET who = 'eve'", "DELETE FROM audit"])
def test_the_audit_is_only_added_to(database: Database, deed: str) -> None:
    joined(database)
    before = deeds(database)
    with pytest.raises(DBAPIError, match="only added to"), database.write() as session:
        session.execute(text(deed))
    assert deeds(database) == before
    assert before
