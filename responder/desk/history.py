"""The screen where people look up what was decided: sent, rejected, failed; as list and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from listener.normalize import clean
from listener.trends.scope import USUAL, Scope
from listener.trends.steps import By
from responder.access import Visitor
from responder.bot import Bot
from responder.desk.choices import choices, named
from responder.desk.deeds import REASONS, Id
from responder.desk.exported import note_export
from responder.desk.pages import desk_of, problem, query, render
from responder.desk.parameters import BLANK
from responder.desk.rows import label_of, name_of
from responder.desk.sight import in_sight
from responder.desk.signin import ApproverSeat, Seat
from responder.desk.spreadsheet import csv_answer
from responder.desk.tongue import N_, _
from responder.desk.trends.channels import known_channels
from responder.desk.trends.figures import OTHER, figure_words
from responder.desk.trends.scope import NO_LIST, Wrong
from responder.history.again import Against, CannotTryAgain, try_again
from responder.history.decided import FIGURES, REJECTED_FOR, among
from responder.history.entries import Entry, every_entry, read_entries
from responder.history.search import SEARCHED, Among, Outcome, Search
from responder.models import AuthorKind
from responder.paging import BadCursor
from responder.team.accounts import agents
from sentiment.phase import Phase

router = APIRouter(include_in_schema=False)

ROWS: Final = 50
CSV_ROWS: Final = 10_000

_Word = Annotated[str, Field(max_length=200), AfterValidator(clean)]
_Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]
_Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC)),
                    Field(le=datetime(2100, 1, 1, tzinfo=UTC))]  # fmt: skip
_When = Annotated[_Day | _Moment | None, BLANK]
"""A whole day, or an hour of it where a list is held to hours."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """An outcome as a shape and a word; `state` is its colour, beside them."""

    shape: str
    word: str
    state: str


LABELS: Final[Mapping[Outcome, Label]] = {
    Outcome.SENT: Label(shape="✓", word=N_("Sent"), state="good"),
    Outcome.FAILED: Label(shape="✕", word=N_("Failed"), state="bad"),
    Outcome.REJECTED: Label(shape="–", word=N_("Rejected"), state="plain"),
    Outcome.WITHDRAWN: Label(shape="↩", word=N_("Withdrawn"), state="plain"),
    Outcome.EXPIRED: Label(shape="○", word=N_("Expired"), state="plain"),
    Outcome.QUEUED: Label(shape="…", word=N_("Waits to leave"), state="soon"),
    Outcome.SENDING: Label(shape="→", word=N_("On its way"), state="soon"),
    Outcome.UNKNOWN: Label(shape="?", word=N_("Unknown"), state="bad"),
}
AGAINST: Final[Mapping[Against, str]] = {
    Against.NOT_FAILED: N_("Only a reply that did not leave can be tried again."),
    Against.NO_CHANNEL: N_("Its channel is not configured any more."),
    Against.GONE: N_("The customer deleted the text."),
    Against.CHANGED: N_("The customer changed the text after this was written."),
    Against.ANSWERED: N_("It has been answered."),
    Against.OTHER: N_("Another answer to it is under way."),
    Against.CLOSED: N_("Nobody can answer it any more."),
    Against.ERASED: N_("Its words were erased."),
}
_HEAD: Final = (
    *("when", "outcome", "customer", "handle", "channel", "language", "said", "answer"),
    *("author_kind", "decided_by", "made_from", "kept", "reason", "url", "draft_id"),
)


class Filters(BaseModel):
    """What the address asks for; a field of the form that was left empty asks for nothing."""

    status: Annotated[Outcome | None, BLANK] = None
    channel: _Word = ""
    language: _Word = ""
    topic: _Word = ""
    phase: Annotated[Phase | None, BLANK] = None
    author_kind: Annotated[AuthorKind | None, BLANK] = None
    agent: _Word = ""
    since: Annotated[_When, Field(alias="from")] = None
    until: Annotated[_When, Field(alias="to")] = None
    q: _Word = ""
    figure: _Word = ""

    def search(self, bot: Bot, seat: Visitor) -> Search:
        """Raises Wrong."""
        search = self._search(bot)
        if not self.figure:
            return search
        # What narrows the figure does not narrow its replies and drafts once more.
        free = Search(outcome=self.status, author_kind=self.author_kind, q=search.q)
        return replace(free, among=_among(bot, seat, self.figure, search))

    def _search(self, bot: Bot) -> Search:
        return Search(
            outcome=self.status,
            channel=self.channel,
            language=self.language,
            topic=self.topic,
            phase=self.phase,
            author_kind=self.author_kind,
            agent=self.agent.strip(),
            since=_moment(bot, self.since),
            until=_moment(bot, self.until, after=timedelta(days=1)),
            q=self.q.strip(),
        )

    @property
    def asked(self) -> dict[str, str]:
        """What is asked for, as it stands in the address."""
        found = self.model_dump(mode="json", by_alias=True)
        return {name: str(value) for name, value in found.items() if value}

    def without(self, *names: str) -> dict[str, str]:
        return {name: value for name, value in self.asked.items() if name not in names}

    @property
    def days(self) -> bool:
        """Whether its period is one of whole days."""
        return not any(isinstance(one, datetime) for one in (self.since, self.until))

    @property
    def rarely_asked(self) -> bool:
        """Whether something is asked for that stands behind "More filters"."""
        return bool(self.asked.keys() - {"status", "channel", "q", "figure"})


Asked = Annotated[Filters, Query()]


@router.get("/history")
def history_page(
    request: Request,
    seat: Seat,
    asked: Asked,
    after: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    bot = desk_of(request).bot
    if asked.channel and not _is_theirs(bot, seat, asked.channel):
        return _no_such_channel(request, seat)
    try:
        search = asked.search(bot, seat)
        found = read_entries(bot, in_sight(seat), search, limit=ROWS, after=after)
    except Wrong as wrong:
        return problem(request, wrong.status, _(wrong.title), _(wrong.sentence), seat=seat)
    except BadCursor:
        return RedirectResponse(query("/history", asked.asked), status_code=303)
    following = found.next and query("/history", asked.asked | {"after": found.next})
    return render(
        request,
        "history.html",
        seat=seat,
        asked=asked,
        found=found,
        after=after,
        older=following,
        newest=query("/history", asked.asked),
        csv=query("/history.csv", asked.asked),
        csv_rows=CSV_ROWS,
        searched_days=SEARCHED.days if asked.q and asked.since is None else 0,
        held_to=figure_words(asked.figure) if asked.figure else "",
        any_figure=query("/history", asked.without("figure", "from", "to")),
        topics=choices()["topics"],
        phases=[(one.value, named(one.value)) for one in Phase],
        outcomes=Outcome,
        labels=LABELS,
        kinds=AuthorKind,
        agents=[agent.name for agent in agents(bot.database)],
        languages=bot.settings.brand.languages,
        name_of=name_of,
        label_of=lambda channel: label_of(bot, channel),
    )


@router.get("/history.csv")
def history_csv(request: Request, seat: Seat, asked: Asked) -> Response:
    """The same as a file. That somebody took it away is written down; what they looked for is not:
    it may be a customer's name."""
    bot = desk_of(request).bot
    if asked.channel and not _is_theirs(bot, seat, asked.channel):
        return _no_such_channel(request, seat)
    now = bot.clock()
    try:
        search = asked.search(bot, seat)
    except Wrong as wrong:
        return problem(request, wrong.status, _(wrong.title), _(wrong.sentence), seat=seat)
    detail = ", ".join(sorted(asked.asked)) or "everything"
    note_export(bot, seat, "history", detail=detail, now=now)
    entries = every_entry(bot, in_sight(seat), search, at_most=CSV_ROWS)
    name = f"history-{now.astimezone(bot.zone):%Y-%m-%d}.csv"
    return csv_answer(name, _lines(bot, entries))


@router.post("/reply/{reply_id}/again")
def again(request: Request, seat: ApproverSeat, reply_id: Id) -> Response:
    """Open the draft of a reply that failed; it lies on the desk again, and nothing is sent."""
    try:
        draft_id = try_again(desk_of(request).bot, reply_id, by=seat.name)
    except CannotTryAgain as no:
        title = _("Not brought back")
        return problem(request, 409, title, _(AGAINST[no.against]), seat=seat)
    return RedirectResponse(query(f"/item/{draft_id}", {"done": "again"}), status_code=303)


def _is_theirs(bot: Bot, seat: Visitor, channel: str) -> bool:
    return channel in known_channels(bot, seat)


def _no_such_channel(request: Request, seat: Seat) -> Response:
    title, sentence = _("No such channel"), _("Choose one from the list.")
    return problem(request, 404, title, sentence, seat=seat)


def _moment(bot: Bot, when: date | None, *, after: timedelta = timedelta()) -> datetime | None:
    """The beginning of a day, or so long `after`; a moment as it is."""
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when + after, time.min, bot.zone)


def _among(bot: Bot, seat: Visitor, figure: str, search: Search) -> Among:
    """What a figure of the trends counts. Raises Wrong."""
    known, reason, others = figure, "", tuple[str, ...]()
    if figure.startswith(REJECTED_FOR):
        known, key = REJECTED_FOR.rstrip("."), figure.removeprefix(REJECTED_FOR)
        reason = REASONS.get(key, "")
        others = () if reason else tuple(REASONS.values())
        known = known if reason or key == OTHER else ""
    if known not in FIGURES:
        raise Wrong(*NO_LIST)
    end = search.until or bot.clock()
    scope = Scope(
        start=search.since or end - USUAL,
        end=end,
        by=By.DAY,
        zone=bot.zone,
        channel=search.channel,
        language=search.language,
        topic=search.topic,
        phase=search.phase or "",
        channels=seat.channels or None,
    )
    return among(scope, known, search.agent, reason, others)


def _lines(bot: Bot, entries: Iterator[Entry]) -> Iterator[Sequence[object]]:
    yield _HEAD
    for entry in entries:
        author, reply = entry.mention.author, entry.reply
        yield (
            entry.at.astimezone(bot.zone).isoformat(timespec="seconds"),
            entry.outcome.value,
            name_of(author),
            author.handle if author else "",
            label_of(bot, entry.mention.channel),
            entry.mention.language,
            entry.mention.text,
            entry.text,
            reply.author_kind.value if reply else "",
            entry.by,
            entry.draft.made_from,
            "" if entry.kept is None else entry.kept,
            entry.reason,
            reply.url if reply else "",
            entry.draft.id,
        )
