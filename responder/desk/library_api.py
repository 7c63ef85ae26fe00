"""The library for programs: below /api/v1/library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from listener.normalize import clean
from responder.approve import NotFound
from responder.bot import Bot
from responder.desk.bearer import READS, Approver, Editor, TheBot
from responder.desk.bodies import described, reader
from responder.desk.parameters import BLANK, After, Limit, Word
from responder.desk.problem import Problem
from responder.library import shelving
from responder.library.checks import Unfit
from responder.library.gaps import completeness
from responder.library.models import EntryKind
from responder.library.shelving import Change, Name
from responder.library.views import EntryView, VersionView, entry_view, library_page
from responder.views import PageView

_MOST: Final = 2**31 - 1
_Version = Annotated[int, Field(strict=True, ge=1, le=_MOST)]
_Newest = Annotated[int, Field(strict=True, ge=0, le=_MOST)]
_Rules = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=50)]
_Part = Annotated[str, Path(max_length=64), AfterValidator(clean)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EntryBody(_Body):
    """`version`: the entry's newest, as it was read; 0 for a new entry. `body`: its values, as
    docs/library.md lists them. `owner` and `review_by` (a day) stay as they are when left out.
    `confirm` names the rules whose findings somebody has looked at."""

    version: _Newest
    body: dict[str, Any]
    owner: Annotated[str | None, Field(max_length=64)] = None
    review_by: date | None = None
    confirm: _Rules = []


class DecisionBody(_Body):
    """`version`: the one that waits."""

    version: _Version
    confirm: _Rules = []


class DeclineBody(_Body):
    """`version`: the one that waits."""

    version: _Version


class RestoreBody(_Body):
    """`version`: the entry's newest, as it was read; `back_to`: the one that is said again."""

    version: _Version
    back_to: _Version
    confirm: _Rules = []


class LacksView(BaseModel):
    """`lacks`: what other languages have, as "article: gift_card"; `of`: how many there are."""

    lacks: list[str]
    of: int


class OverdueView(BaseModel):
    """`name`: kind/key/language."""

    name: str
    review_by: date
    owner: str


class CompletenessView(BaseModel):
    """`languages`: what each of ours lacks. `overdue`: the date of review has gone by. `waiting`:
    proposed entries. `left_out`: what cannot be read, and why."""

    languages: dict[str, LacksView]
    overdue: list[OverdueView]
    waiting: list[str]
    left_out: list[str]


def _name(kind: EntryKind, key: _Part, language: _Part) -> Name:
    return Name(kind=kind, key=key, language=language)


TheName = Annotated[Name, Depends(_name)]
_ENTRY: Final = "/library/{kind}/{key}/{language}"
router = APIRouter()


@router.get("/library", dependencies=READS)
def entries(
    bot: TheBot,
    *,
    kind: Annotated[EntryKind | None, BLANK] = None,
    language: Word = None,
    waiting: Annotated[bool, BeforeValidator(lambda value: value or False)] = False,
    limit: Limit = 50,
    after: After = None,
) -> PageView[VersionView]:
    """What is in force, or with `waiting` what an approver decides; by kind, key and language."""
    with bot.database.read() as session:
        return library_page(
            session, kind=kind, language=language, waiting=waiting, limit=limit, after=after
        )


@router.get("/library/completeness", dependencies=READS)
def complete(bot: TheBot) -> CompletenessView:
    """What each language lacks, and what else somebody should see to."""
    today = bot.clock().astimezone(bot.zone).date()
    with bot.database.read() as session:
        found = completeness(session, bot.settings.brand.languages, today)
    left_out = list(bot.newest_book.faults())
    return CompletenessView.model_validate({**asdict(found), "left_out": left_out})


@router.get(_ENTRY, dependencies=READS)
def entry(bot: TheBot, name: TheName) -> EntryView:
    """An entry with its past, also after it was removed. 404: it never was."""
    return _entry(bot, name)


@router.put(_ENTRY, openapi_extra=described(EntryBody))
def save(
    bot: TheBot,
    who: Editor,
    body: Annotated[EntryBody, Depends(reader(EntryBody))],
    name: TheName,
) -> EntryView:
    """Write a new version. An approver's is in force at once, an editor's waits for one. 409:
    somebody was faster. 422: it is not fit, or `findings` block or must be in `confirm`."""
    change = Change(
        body=body.body,
        owner=body.owner,
        review_by=body.review_by if "review_by" in body.model_fields_set else ...,
        confirm=frozenset(body.confirm),
    )
    with _told_if_unfit():
        shelving.save(bot, name, change, by=who, version=body.version)
    return _entry(bot, name)


@router.delete(_ENTRY)
def remove(
    bot: TheBot, who: Editor, name: TheName, version: Annotated[int, Query(ge=1, le=_MOST)]
) -> EntryView:
    """Take it out; an editor's wish waits for an approver. Its past stays. `version`: its newest.
    422: a language keeps its voice and its last saved reply."""
    with _told_if_unfit():
        shelving.save(bot, name, Change(body=None), by=who, version=version)
    return _entry(bot, name)


@router.post(f"{_ENTRY}/approve", openapi_extra=described(DecisionBody))
def approve(
    bot: TheBot,
    who: Approver,
    body: Annotated[DecisionBody, Depends(reader(DecisionBody))],
    name: TheName,
) -> EntryView:
    """Put the version that waits in force. 409: it does not wait any more."""
    confirm = frozenset(body.confirm)
    with _told_if_unfit():
        shelving.approve(bot, name, version=body.version, by=who, confirm=confirm)
    return _entry(bot, name)


@router.post(f"{_ENTRY}/decline", openapi_extra=described(DeclineBody))
def decline(
    bot: TheBot,
    who: Approver,
    body: Annotated[DeclineBody, Depends(reader(DeclineBody))],
    name: TheName,
) -> EntryView:
    """Say no to the version that waits; what is in force stays. 409: it does not wait any more."""
    shelving.decline(bot, name, version=body.version, by=who)
    return _entry(bot, name)


@router.post(f"{_ENTRY}/restore", openapi_extra=described(RestoreBody))
def restore(
    bot: TheBot,
    who: Editor,
    body: Annotated[RestoreBody, Depends(reader(RestoreBody))],
    name: TheName,
) -> EntryView:
    """Say again what an earlier version said, as a new one."""
    confirm = frozenset(body.confirm)
    with _told_if_unfit():
        shelving.restore(bot, name, body.back_to, by=who, version=body.version, confirm=confirm)
    return _entry(bot, name)


def _entry(bot: Bot, name: Name) -> EntryView:
    with bot.database.read() as session:
        known = shelving.history(session, name)
    if not known:
        raise NotFound("There is no such entry")
    return entry_view(known)


@contextmanager
def _told_if_unfit() -> Iterator[None]:
    try:
        yield
    except Unfit as error:
        raise Problem(422, str(error)) from None
