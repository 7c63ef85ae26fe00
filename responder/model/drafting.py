"""The job that lets a language model word drafts: after the book's words stand, and before anybody
has opened them.

Reading, drafting and the desk never wait for a model. It is asked outside any transaction, and its
words are taken in one that looks again at everything; whatever goes wrong, the book's words stand.
What it worded waits for a human: nothing here approves, and a rule decides before a model is asked.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from responder.asked import Wording
from responder.audit import note
from responder.bot import Bot
from responder.checking import check_reply
from responder.jobs import Job, safely
from responder.model.answer import Unfit, Words, against, read, words_of_answer
from responder.model.client import Endpoint, NoAnswer
from responder.model.permission import forbidden_by, require_known
from responder.model.prompt import Brief, messages
from responder.model.question import question_of
from responder.model.tables import BY_MODEL, Outcome, Suggestion
from responder.model.waiting import is_spent, not_for_a_model, rests, untouched, waiting
from responder.models import Draft
from responder.outbox import text_hash
from responder.pause import level_for
from responder.propose import propose, words_for

log = logging.getLogger(__name__)

MODEL_SECONDS: Final = 1.0
LEAST_SECONDS: Final = 3.0
"""With less time left a model is not asked any more."""
LEAST_ROOM: Final = 60
"""With fewer letters beside greeting and signature there is nothing to word."""
AT_ONCE: Final = 20  # drafts a round
WORDED: Final = "worded by a model"  # in the audit
_LONGEST_SOURCE: Final = 200  # as the column has room for


def model_jobs(bot: Bot) -> list[Job]:
    """The job, where a model is configured. Raises ConfigError."""
    settings = bot.settings.model
    if not settings.on:
        return []
    require_known(settings, list(bot.channels))
    drafter = Drafter(bot, Endpoint(settings, bot.redactor))
    return [Job(name="model", seconds=MODEL_SECONDS, work=safely(drafter.round))]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One question, about a draft in its first version. `until`: then it is too late."""

    draft_id: str
    brief: Brief
    until: datetime


class Drafter:
    """Asks about one draft after the other, the most urgent first. Those it does not come to keep
    the book's words: under load a model is what is left out first."""

    def __init__(self, bot: Bot, endpoint: Endpoint) -> None:
        self._bot, self._endpoint = bot, endpoint
        self._window = timedelta(seconds=bot.settings.model.seconds)
        self._channels = [
            name
            for name, channel in bot.channels.items()
            if not forbidden_by(bot.settings.model, name, channel.declaration)
        ]

    def round(self) -> int:
        """Ask about what is new. Returns how many drafts a model worded."""
        worded = 0
        for _ in range(AT_ONCE):
            draft_id = self._claim()
            if draft_id is None:
                break
            task = self._question(draft_id)
            worded += self._word(task) if task else 0
        return worded

    # -- before the question

    def _claim(self) -> str | None:
        """Write down that the next draft is asked about, so that nobody else asks; None if there
        is none, or nobody to ask."""
        now = self._bot.clock()
        with self._bot.database.read() as session:
            if session.scalar(self._waiting(session, now)) is None:
                return None
            if rests(session, now) or is_spent(session, self._bot.settings.model.per_hour, now):
                return None
        with self._bot.database.write() as session:
            draft = session.scalar(self._waiting(session, now))
            if draft is None:
                return None
            row = Suggestion(draft_id=draft.id, channel=draft.mention.channel, asked_at=now)
            session.add(row)
            return draft.id

    def _waiting(self, session: Session, now: datetime) -> Select[Draft]:
        since = now - self._window + timedelta(seconds=LEAST_SECONDS)
        file = self._bot.pause_file
        awake = [name for name in self._channels if level_for(session, name, file) is None]
        return waiting(awake, since)

    def _question(self, draft_id: str) -> Task | None:
        """The question about a draft; None where it is for the book or a person alone. Nobody
        waits while it is put together: the first one in a language takes a moment."""
        try:
            with self._bot.database.read() as session:
                draft = session.get_one(Draft, draft_id)
                brief, why = self._brief(session, draft, self._bot.clock())
                until = draft.created_at + self._window
        except OperationalError:
            raise
        except Exception as error:  # one draft that trips us must not keep all others from a model
            log.exception("no question can be made of draft %s", draft_id)
            brief, why = None, f"no question could be made ({type(error).__name__})"
        if brief is None:
            self._note(draft_id, Outcome.SKIPPED, why, 0)
            return None
        return Task(draft_id=draft_id, brief=brief, until=until)

    def _brief(self, session: Session, draft: Draft, now: datetime) -> tuple[Brief | None, str]:
        """The question; or None, and why there is none."""
        proposal = propose(session, self._bot, draft.mention, now)
        if why := not_for_a_model(self._bot, draft, proposal):
            return None, why
        brief = question_of(session, self._bot, draft, proposal, now)
        if brief.letters < LEAST_ROOM:
            return None, "the channel has no room for it"
        return brief, ""

    # -- the question, and after it

    def _word(self, task: Task) -> int:
        """Ask, and keep what came of it. 1 if the model's words stand now."""
        tokens = 0
        try:
            seconds = (task.until - self._bot.clock()).total_seconds()
            said = self._endpoint.ask(messages(task.brief), seconds=max(seconds, LEAST_SECONDS))
            tokens = said.tokens
            words = words_of_answer(read(said.content), task.brief)
        except NoAnswer as error:
            return self._note(task.draft_id, Outcome.FAILED, str(error), tokens)
        except Unfit as error:
            return self._note(task.draft_id, Outcome.REFUSED, str(error), tokens)
        return self._take(task, words, tokens)

    def _take(self, task: Task, words: Words, tokens: int) -> int:
        """Put the words into the draft, if it is still as it was, and they pass the etiquette."""
        now = self._bot.clock()
        with self._bot.database.write() as session:
            draft = session.get(Draft, task.draft_id, with_for_update=True)
            why = _too_late(session, self._bot, draft, task, now)
            if draft is None or why:
                outcome = Outcome.LATE
            else:
                why = _replace(session, self._bot, draft, words, now)
                outcome = Outcome.REFUSED if why else Outcome.TAKEN
            _end(session, task.draft_id, outcome, why, tokens)
        _tell(task.draft_id, outcome, why)
        return int(outcome is Outcome.TAKEN)

    def _note(self, draft_id: str, outcome: Outcome, why: str, tokens: int) -> int:
        with self._bot.database.write() as session:
            _end(session, draft_id, outcome, why, tokens)
        _tell(draft_id, outcome, why)
        return 0


def _too_late(session: Session, bot: Bot, draft: Draft | None, task: Task, now: datetime) -> str:
    """What happened while the model thought, as a sentence; "" if nothing did."""
    if draft is None:
        return "the draft is gone"
    if now > task.until:
        return "the time was over"
    found = select(Draft.id).join(Draft.mention).where(Draft.id == draft.id, *untouched())
    if draft.version != 1 or session.scalar(found) is None:
        return "somebody was faster"
    if level_for(session, draft.mention.channel, bot.pause_file) is not None:
        return "a pause began"
    return not_for_a_model(bot, draft, propose(session, bot, draft.mention, now))


def _replace(session: Session, bot: Bot, draft: Draft, words: Words, now: datetime) -> str:
    """Put `words` in the place of the book's, which are kept. Returns what speaks against them."""
    mention = draft.mention
    proposal = propose(session, bot, mention, now)
    taught = Wording(body=words.body, made_from=_source(words), url=words.url)
    composed = words_for(session, bot, mention, proposal, now, taught=taught)
    findings = check_reply(session, bot, mention, composed.text)
    if objection := against(findings):
        return objection
    row = session.get_one(Suggestion, draft.id)
    row.kept, row.kept_from = draft.text, draft.made_from
    draft.text = draft.proposed = composed.text
    draft.made_from = composed.made_from[:_LONGEST_SOURCE]
    draft.findings = [finding.as_json() for finding in findings]
    draft.version += 1
    draft.changed_at = now
    digest = text_hash(draft.text)
    note(session, who="model", action=WORDED, subject=draft.id, detail=digest, now=now)
    return ""


def _source(words: Words) -> str:
    cited = ", ".join(fact.id for fact in words.facts)
    return f"{BY_MODEL}, after {cited}" if cited else BY_MODEL


def _end(session: Session, draft_id: str, outcome: Outcome, why: str, tokens: int) -> None:
    row = session.get_one(Suggestion, draft_id)
    row.outcome, row.why, row.tokens = outcome, why, tokens


def _tell(draft_id: str, outcome: Outcome, why: str) -> None:
    """One line, without anybody's words."""
    if outcome not in (Outcome.TAKEN, Outcome.SKIPPED):
        level = logging.WARNING if outcome is Outcome.FAILED else logging.INFO
        log.log(level, "draft %s keeps the book's words: %s", draft_id, why)
