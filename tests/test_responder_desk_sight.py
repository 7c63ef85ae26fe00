"""Who is held to some channels sees, and changes, nothing of the others: on no page there is, and
on none there will be. The routes are walked as the app has them, so a new one is held to it too."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from listener.models import DeadLetter, Mention
from responder.access import Visitor
from responder.audit import note
from responder.desk.live import Event
from responder.desk.sight import drafts_in_sight
from responder.desk.stream import _as_text, _for
from responder.handling.models import Assignment, Snooze
from responder.handling.models import Note as TeamNote
from responder.models import Draft, Reply, ReplyStatus
from responder.team.models import Agent, Role
from tests.conftest import Place, Visit
from tests.desk_story import PEOPLE, wait
from tests.factories import make_reply
from tests.test_responder_desk_live import run

FOREIGN = "facebook"
SECRETS = (
    *(words for who in PEOPLE if who.channel == FOREIGN for words in (who.name, who.text[:30])),
    "Unlesbarer Brief",
    "Post von nebenan",
    "Nadja Nebenan",
)
"""What stands on the foreign channel: names, first words, what could not be read, a sent reply."""
_LINK = re.compile(r'href="(/(?!static/)[^"]*)"')
_AT_MOST = 40  # links to follow
_KNOWN_ALREADY = ("/item/", "/trends")  # walked by their addresses
# Programs have no channels of their own; the stream is looked at below.
ELSEWHERE = ("/api/", "/events")


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """Ids of the other team, by the names addresses give them."""

    draft_id: str
    reply_id: str
    mention_id: str
    letter_id: str

    def named(self, parameter: str) -> str | None:
        return getattr(self, parameter, None)


@pytest.fixture
def theirs(place: Place) -> Theirs:
    """The work of the other team, in every state that shows somewhere."""
    now = place.bot.clock()
    with place.bot.database.write() as session:
        draft = wait(
            session, now, channel=FOREIGN, name="Nadja Nebenan", text="Post von nebenan, bitte."
        )
        other = wait(session, now, channel=FOREIGN, name="Nadja Nebenan", text="Post von nebenan.")
        sent = make_reply(
            session, other, status=ReplyStatus.UNKNOWN, stamped_at=now, changed_at=now
        )
        letter = DeadLetter(
            channel=FOREIGN,
            stream="comments",
            fingerprint="f" * 64,
            payload='{"text": "Unlesbarer Brief"}',
            error="no author",
            heard_at=now,
        )
        session.add(letter)
        session.flush()
        for subject in (draft.id, draft.mention_id, sent.id):
            note(session, who="bo", action="edit", subject=subject, now=now)
        return Theirs(
            draft_id=draft.id,
            reply_id=sent.id,
            mention_id=draft.mention_id,
            letter_id=letter.id,
        )


@pytest.fixture
def limited(visit: Visit, place: Place) -> Visit:
    """As `visit`, but they see X alone."""

    def sit(role: Role) -> TestClient:
        client = visit(role)
        with place.bot.database.write() as session:
            agent = session.scalars(select(Agent).where(Agent.name == role.value)).one()
            agent.channels = ["x"]
        return client

    return sit


def routes(client: TestClient) -> Iterator[tuple[str, APIRoute]]:
    """Every route of the screens, with its method."""
    app: Any = client.app
    for route in app.routes:
        if isinstance(route, APIRoute) and not route.path.startswith(ELSEWHERE):
            for method in sorted(route.methods or ()):
                yield method, route


def parameters(route: APIRoute) -> Sequence[str]:
    return [field.name for field in route.dependant.path_params]


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def state(place: Place) -> list[object]:
    """All that a deed could have changed about the other team's work."""
    with place.bot.database.read() as session:
        drafts = select(Draft.id, Draft.version, Draft.status, Draft.claimed_by, Draft.changed_at)
        replies = select(Reply.id, Reply.status, Reply.changed_at)
        mentions = select(Mention.id, Mention.status, Mention.priority, Mention.changed_at)
        letters = select(DeadLetter.id, DeadLetter.closed_at)
        on_it = Mention.channel == FOREIGN
        found: list[object] = [
            *session.execute(drafts.join(Draft.mention).where(on_it).order_by(Draft.id)),
            *session.execute(replies.join(Reply.mention).where(on_it).order_by(Reply.id)),
            *session.execute(mentions.where(on_it).order_by(Mention.id)),
            *session.execute(letters.where(DeadLetter.channel == FOREIGN)),
        ]
        foreign = select(Mention.id).where(on_it)
        for table in (Assignment, Snooze, TeamNote):
            found += session.scalars(
                select(table.mention_id).where(table.mention_id.in_(foreign))
            ).all()
        return found


def ask(client: TestClient, method: str, path: str, route: APIRoute, theirs: Theirs) -> Response:
    return client.post(path, data=form_of(route, theirs)) if method == "POST" else client.get(path)


def form_of(route: APIRoute, theirs: Theirs) -> dict[str, Any]:
    """What a form of this route could say to reach the other team's work: their ids in every field
    that takes words, and sensible values beside them."""
    ids = [theirs.draft_id, theirs.reply_id, theirs.mention_id, theirs.letter_id]
    form: dict[str, Any] = dict.fromkeys(fields_of(route), ids)
    return form | {"version": 1, "text": "Hello there", "stands": "true", "channel": FOREIGN}


def fields_of(route: APIRoute) -> Iterator[str]:
    for field in route.dependant.body_params:
        inner = getattr(field.field_info.annotation, "model_fields", None)
        yield from inner or [field.name]


@pytest.mark.parametrize("role", list(Role))
def test_what_is_another_teams_does_not_exist(
    limited: Visit, place: Place, theirs: Theirs, role: Role
) -> None:
    client = limited(role)
    before, walked = state(place), set()
    for method, route in routes(client):
        known = {name: theirs.named(name) for name in parameters(route)}
        if not known or None in known.values():
            continue
        path = route.path.format(**known)
        answer = ask(client, method, path, route, theirs)
        walked.add(route.path)
        told = (method, route.path, answer.status_code)
        assert answer.status_code in ((404,) if role is Role.ADMIN else (403, 404)), told
        assert not leaks(answer.text), told
    assert {"/item/{draft_id}", "/item/{draft_id}/approve", "/reply/{reply_id}/undo"} <= walked
    assert state(place) == before
    assert client.get(f"/item/{place.ids['giulia']}").status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_no_other_address_reaches_another_teams_work(
    limited: Visit, place: Place, theirs: Theirs, role: Role
) -> None:
    """Addresses whose parameters we do not know by name, and forms that carry ids."""
    client = limited(role)
    before = state(place)
    ids = [theirs.draft_id, theirs.reply_id, theirs.mention_id, theirs.letter_id]
    for method, route in routes(client):
        names = parameters(route)
        if names and all(theirs.named(name) for name in names):
            continue
        if method != "POST" and not names:
            continue
        if route.path in ("/sign-out", "/me/sessions/end-others"):
            continue  # they end what this test walks with
        for one in ids if names else ids[:1]:
            path = route.path.format(**dict.fromkeys(names, one))
            answer = ask(client, method, path, route, theirs)
            assert answer.status_code < 500, path
            assert not leaks(answer.text), (method, path)
            assert state(place) == before, (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_no_list_shows_another_teams_work(limited: Visit, theirs: Theirs, role: Role) -> None:
    client = limited(role)
    walked, links = set[str](), set[str]()
    for method, route in routes(client):
        if method != "GET" or parameters(route):
            continue
        for query in questions(route, theirs):
            answer = client.get(route.path, params=query)
            links.update(html.unescape(link) for link in _LINK.findall(answer.text))
            assert answer.status_code < 500 or route.path == "/readyz", (route.path, query)
            assert not leaks(answer.text), (route.path, query, leaks(answer.text))
        walked.add(route.path)
    assert {"/", "/queue", "/trends", "/audit", "/audit.csv", "/team"} <= walked
    if role is Role.ADMIN:  # whose pages lead furthest
        narrowed = [link for link in links if "?" in link and not link.startswith(_KNOWN_ALREADY)]
        for link in sorted(narrowed)[:_AT_MOST]:
            assert not leaks(client.get(link).text), link


def questions(route: APIRoute, theirs: Theirs) -> Iterator[dict[str, str]]:
    """The address alone; each value of each choice it offers; the other team's channel, and their
    ids wherever words are taken."""
    yield {}
    spoken = []
    for field in route.dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield from ({field.alias: str(choice.value)} for choice in kind)
        elif field.alias == "channel":
            yield {"channel": FOREIGN}
        else:
            spoken.append(field.alias)
    if spoken:
        yield dict.fromkeys(spoken, theirs.mention_id)
        yield dict.fromkeys(spoken, theirs.reply_id) | {"done": "approved"}
        yield dict.fromkeys(spoken, theirs.draft_id) | {"done": "spam"}


def test_whoever_sees_every_channel_sees_it_all(visit: Visit, theirs: Theirs) -> None:
    """So that the silence of the tests above means something."""
    client = visit(Role.ADMIN)
    assert "Nadja Nebenan" in client.get("/").text
    assert "Nadja Nebenan" in client.get("/audit").text
    assert "Post von nebenan" in client.get(f"/item/{theirs.draft_id}").text
    assert theirs.draft_id in client.get("/audit.csv").text


def test_the_stream_names_no_drafts_of_another_team(place: Place) -> None:
    database = place.bot.database
    mine, other = place.ids["giulia"], place.ids["ola"]
    limited = Visitor(name="eve", role=Role.ADMIN, agent_id=None, channels=frozenset({"x"}))

    async def tell(seat: Visitor, *drafts: str) -> str:
        event = Event(number=7, drafts=drafts)
        return _as_text("run", await _for(partial(drafts_in_sight, database, seat), event))

    assert run(lambda: tell(limited, other, mine)) == (
        f'id: run-7\nevent: changed\ndata: {{"drafts": ["{mine}"]}}\n\n'
    )
    assert run(lambda: tell(limited, other)) == "id: run-7\n\n"
    everybody = Visitor(name="anna", role=Role.VIEWER, agent_id=None)
    assert other in run(lambda: tell(everybody, other, mine))
