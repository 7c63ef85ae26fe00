"""What the screens show: order, words, languages, and customers' words as nothing but text."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from config.clock import utcnow
from listener.channels.errors import Unavailable
from listener.models import Cursor, DeadLetter, Gap, Mention
from responder import access
from responder.approve import edit
from responder.desk.app import create_app
from responder.desk.live import Hub
from responder.desk.pages import Desk
from responder.desk.words import ago, due, first_line, language_name, leaves, span
from responder.models import Draft, DraftStatus, PauseLevel, Reply, ReplyStatus
from responder.pause import lift_pause, set_pause
from responder.team.models import Role
from sentiment.prioritize import Level
from tests.conftest import Place, Visit
from tests.desk_story import FOR_OLA, wait
from tests.factories import make_bot
from tests.fakes import NOW, FakeChannel


class Attributes(HTMLParser):
    """All attributes of a page, as a browser takes it apart: what stands within the quotation marks
    of another one is none."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.all += [(name, value or "") for name, value in attrs]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "{{ 7*7 }} {% raw %}",
    "javascript:alert(1)",
    "\u202egpj.exe",
    "<svg/onload=alert(1)>",
    "&lt;b&gt; & <b>",
    "</title><script>alert(1)</script>",
)


def names(page: str) -> list[str]:
    return re.findall(r'<bdi class="name" dir="auto">([^<]+)</bdi>\s*<span class="chip">', page)


def test_the_queue_shows_the_most_urgent_first(visit: Visit) -> None:
    page = visit(Role.VIEWER).get("/").text
    assert names(page)[:3] == ["Giulia Rossi", "Ola Wiśniewska", "Ελένη Παπαδοπούλου"]
    assert "6 min late" in page
    assert 'lang="el"' in page
    assert "Not judged" in page
    assert "<bdi>bo</bdi> is on it" in page


def test_a_row_of_the_most_urgent_class_is_marked(visit: Visit, place: Place) -> None:
    client = visit(Role.VIEWER)
    assert "most urgent class" not in client.get("/").text
    with place.bot.database.write() as session:
        session.get_one(Draft, place.ids["ola"]).mention.priority = Level.P1
    rows = re.findall(r'<a class="row.*?</a>', client.get("/").text, re.DOTALL)
    marked = [row for row in rows if "most urgent class" in row]
    assert len(marked) == 1
    assert place.ids["ola"] in marked[0]
    assert ">P1<" in marked[0]  # a word, not a colour alone


@pytest.mark.parametrize(
    ("status", "note"),
    [
        (ReplyStatus.QUEUED, "(on its way)"),
        (ReplyStatus.SENDING, "(on its way)"),
        (ReplyStatus.UNKNOWN, "(nobody knows whether it stands)"),
    ],
)
def test_the_thread_shows_what_we_said_before_the_network_confirmed_it(
    visit: Visit, place: Place, status: ReplyStatus, note: str
) -> None:
    client, path = visit(Role.VIEWER), f"/item/{place.ids['giulia']}"
    assert note not in client.get(path).text
    with place.bot.database.write() as session:
        reply = session.query(Reply).filter(Reply.text.contains("Parte domani")).one()
        reply.status, reply.posted_at = status, None
    page = client.get(path).text
    assert "Parte domani" in page
    assert note in page


def test_a_failed_reply_is_no_part_of_the_thread(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        reply = session.query(Reply).filter(Reply.text.contains("Parte domani")).one()
        reply.status = ReplyStatus.FAILED
    page = visit(Role.VIEWER).get(f"/item/{place.ids['giulia']}").text
    assert "Parte domani" not in page


@pytest.mark.parametrize("holds_another", [False, True])
def test_an_item_can_be_read_while_the_database_is_busy(
    visit: Visit, place: Place, holds_another: bool
) -> None:
    client = visit(Role.APPROVER)
    if holds_another:
        assert client.get(f"/item/{place.ids['ola']}").status_code == 200
    engine = place.bot.database.engine
    engine.dispose()  # what is opened from here on does not wait five seconds
    event.listen(engine, "checkout", lambda one, *_: one.execute("PRAGMA busy_timeout=20"))
    with place.bot.database.write() as session:
        session.get_one(Draft, place.ids["ola"])  # the lock is taken with the first question
        answer = client.get(f"/item/{place.ids['giulia']}")
    assert answer.status_code == 200
    assert "Perdete un cliente" in answer.text


def pause_all(place: Place) -> None:
    now = place.bot.clock()
    set_pause(place.bot.database, channel="", level=PauseLevel.SEND, by="anna", now=now)


@pytest.mark.parametrize("by_file", [False, True])
def test_a_pause_reaches_desks_that_are_open(place: Place, by_file: bool) -> None:
    desk: Desk = create_app(place.bot).state.desk
    hub = Hub(desk.hub._watcher, every=0.02)
    file = place.bot.pause_file

    async def work() -> None:
        async with aclosing(hub.listen(None)) as stream:
            task = asyncio.ensure_future(anext(stream))
            told = await asyncio.wait_for(task, 5)  # the story itself: everything is new
            assert told is not None
            assert told.drafts
            for deed in (
                file.touch if by_file else lambda: pause_all(place),
                file.unlink
                if by_file
                else lambda: lift_pause(
                    place.bot.database, channel="", by="anna", now=place.bot.clock()
                ),
            ):
                await asyncio.to_thread(deed)
                told = await asyncio.wait_for(anext(stream), 5)
                assert told is not None
                assert told.drafts is None
            with pytest.raises(TimeoutError):  # told once
                await asyncio.wait_for(anext(stream), 0.2)

    thread = ThreadPoolExecutor(1)  # the browser tests keep a loop in the main one
    thread.submit(asyncio.run, work()).result()
    thread.shutdown()


def test_the_list_brings_the_banner_along(visit: Visit, place: Place) -> None:
    pause_all(place)
    client = visit(Role.ADMIN)
    page = client.get("/").text
    assert page.count('<div id="banner">') == page.count("is paused:") == 1
    for part, back in (("/queue", "/"), ("/queue?open=" + "a" * 28, "/item/" + "a" * 28)):
        text = client.get(part).text
        assert "Everything is paused" in text
        assert f'<input type="hidden" name="next" value="{back}">' in text


@pytest.mark.parametrize(
    ("view", "who"), [("hand", "Petra Vogt"), ("unknown", "Tom Reed"), ("sent", "Anna Bianchi")]
)
def test_the_other_lists(visit: Visit, view: str, who: str) -> None:
    page = visit(Role.VIEWER).get(f"/?view={view}").text
    assert who in names(page)
    assert "Jonas Krämer" not in names(page)


def test_an_item_shows_the_whole_conversation_in_order(visit: Visit, place: Place) -> None:
    page = visit(Role.APPROVER).get(f"/item/{place.ids['giulia']}").text
    words = ["Autunno in quota", "quando parte il mio ordine", "Parte domani", "Perdete un cliente"]
    places = [page.index(word, page.index("Conversation")) for word in words]
    assert places == sorted(places)
    assert "Tracking fermo da 9 giorni" in page
    assert "pics.example" in page
    assert "<img" not in page
    assert 'rel="noreferrer noopener"' in page


def test_an_item_says_what_is_known(visit: Visit, place: Place) -> None:
    page = visit(Role.APPROVER).get(f"/item/{place.ids['giulia']}").text
    for words in ("1,204", "Priority P2", "sounds unhappy", "delivery", "saved reply: delivery"):
        assert words in page
    assert re.search(r"\d+ / 280", page)


def test_an_item_that_was_written_in_private_says_who_reads_the_answer(
    visit: Visit, place: Place
) -> None:
    client, item = visit(Role.VIEWER), f"/item/{place.ids['giulia']}"
    assert ">Private<" not in client.get(item).text
    with place.bot.database.write() as session:
        session.get_one(Draft, place.ids["giulia"]).mention.private = True
    (title,) = re.findall(
        r'<span class="chip" title="([^"]+)">Private</span>', client.get(item).text
    )
    assert title == "Not everybody can read this. Its author alone reads the answer."


def test_an_item_in_private_may_hold_what_everybody_would_read_in_public(
    visit: Visit, place: Place
) -> None:
    client = visit(Role.EDITOR)
    with place.bot.database.write() as session:
        draft = session.get_one(Draft, place.ids["giulia"])
        draft.text = "Ciao Giulia! Il tuo pacco è alla porta di giulia@rossi.example. — Marta"
    item = f"/item/{place.ids['giulia']}"
    assert "can be read by everybody" in client.get(item).text
    with place.bot.database.write() as session:
        session.get_one(Draft, place.ids["giulia"]).mention.private = True
    assert "can be read by everybody" not in client.get(item).text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_customers_write_is_text_and_nothing_else(
    visit: Visit, place: Place, text: str
) -> None:
    with place.bot.database.write() as session:
        draft = wait(session, place.bot.clock(), name=text[:60], text=text, reply=text)
        draft.mention.media = [{"url": "javascript:alert(1)", "kind": "image", "alt": text}]
        draft.mention.url = draft.mention.answer_url = "javascript:alert(1)"
        draft.mention.conversation.context = text
        draft.mention.language = '"><script>'
        draft.mention.reasons, draft.mention.topics = [text], [text]
        draft.reason = text
    client = visit(Role.ADMIN)
    for path in ("/", f"/item/{draft.id}", "/?view=sent"):
        page = client.get(path).text
        bare = re.sub(r'<script type="module" src="/static/[a-z]+\.js"></script>', "", page)
        assert "<script" not in bare
        assert "<img" not in bare
        assert "<svg/" not in bare
        found = Attributes()
        found.feed(page)
        assert found.all, path
        assert [name for name, _ in found.all if name.startswith("on")] == []
        assert [value for _, value in found.all if value.strip().startswith("javascript:")] == []
        assert "49" not in re.findall(r"\{\{.*?\}\}", bare)


def test_a_look_alike_host_is_told_in_plain_letters(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        draft = wait(session, place.bot.clock())
        draft.mention.media = [
            {"url": "https://раураl.com/x", "kind": "link", "alt": ""},
            {"url": "https://[bad", "kind": "", "alt": ""},
        ]
    page = visit(Role.VIEWER).get(f"/item/{draft.id}").text
    assert "xn--" in page


def test_a_long_list_is_read_page_by_page_and_nobody_is_left_out(
    visit: Visit, place: Place
) -> None:
    with place.bot.database.write() as session:
        for _ in range(100):
            wait(session, place.bot.clock())
    client, path, seen = visit(Role.VIEWER), "/", list[str]()
    while path:
        page = client.get(path).text
        seen += re.findall(r'data-id="([0-9a-f]{28})"', page)
        onward = re.search(r'<li class="more"><a href="([^"]+)"', page)
        path = onward[1].replace("&amp;", "&") if onward else ""
    assert len(seen) == len(set(seen)) == 107
    assert len(names(client.get("/").text)) == 50


def test_all_caught_up(visit: Visit, place: Place) -> None:
    with place.bot.database.write() as session:
        for draft in session.query(Draft).filter(Draft.status == DraftStatus.PENDING):
            draft.status = DraftStatus.WITHDRAWN
    page = visit(Role.VIEWER).get("/").text
    assert "All caught up" in page


def test_the_very_first_page_says_where_we_listen(tmp_path: Path) -> None:
    bot = make_bot(tmp_path, channels=[FakeChannel("x"), FakeChannel("facebook")], clock=utcnow)
    with bot.database.write() as session:
        session.add(
            Cursor(
                channel="facebook",
                stream="mentions",
                started_at=utcnow(),
                last_error=str(Unavailable("nobody answers")),
            )
        )
        session.add(
            Cursor(channel="x", stream="mentions", started_at=utcnow(), fetched_at=utcnow())
        )
    secret = access.entry_link(bot.database, name="anna", role=Role.ADMIN, now=utcnow())
    with TestClient(create_app(bot), base_url="http://localhost") as client:
        page = client.get(f"/enter/{secret}").text
    bot.database.close()
    assert "Nothing was heard yet" in page
    assert "last looked just now" in page
    assert "nobody answers" in page


def test_a_bot_without_channels_says_what_to_do(tmp_path: Path) -> None:
    bot = make_bot(tmp_path, channels=[], clock=utcnow)
    secret = access.entry_link(bot.database, name="anna", role=Role.ADMIN, now=utcnow())
    with TestClient(create_app(bot), base_url="http://localhost") as client:
        assert "No channel is configured yet" in client.get(f"/enter/{secret}").text
    bot.database.close()


def test_a_pause_stands_on_every_page(visit: Visit, place: Place) -> None:
    client = visit(Role.APPROVER)
    assert "is paused" not in client.get("/").text
    set_pause(
        place.bot.database, channel="x", level=PauseLevel.SEND, by="anna", now=place.bot.clock()
    )
    for path in ("/", "/trends", f"/item/{place.ids['ola']}"):
        page = client.get(path).text
        assert "X is paused:" in page
        assert "<button>Resume</button>" not in page  # that is for admins
    assert "Approve (waits)" in client.get(f"/item/{place.ids['giulia']}").text
    assert "Approve and send" in client.get(f"/item/{place.ids['ola']}").text


def test_the_pause_file_counts_and_resume_takes_it_away(visit: Visit, place: Place) -> None:
    place.bot.pause_file.touch()
    client = visit(Role.ADMIN)
    assert "Everything is paused" in client.get("/").text
    answer = client.post("/resume", data={"next": "/trends?channel=x&done=paused"})
    assert answer.headers["location"] == "/trends?channel=x&done=resumed-0"
    assert "Going on: nothing had waited." in client.get(answer.headers["location"]).text
    assert not place.bot.pause_file.exists()
    assert "is paused" not in client.get("/").text


def test_an_admin_pauses_and_resumes_one_channel(visit: Visit) -> None:
    client = visit(Role.ADMIN)
    client.post("/pause", data={"channel": "facebook"})
    assert "Facebook is paused" in client.get("/").text
    client.post("/resume", data={"channel": "facebook"})
    assert "is paused" not in client.get("/").text
    assert client.post("/pause", data={"channel": "nope"}).status_code == 404


def test_a_channel_whose_pause_ends_while_all_is_stopped_does_not_go_on(
    visit: Visit, place: Place
) -> None:
    client = visit(Role.ADMIN)
    client.post("/pause", data={"channel": "facebook"})
    place.bot.pause_file.touch()
    answer = client.post("/resume", data={"channel": "facebook"})
    assert "everything is stopped" in client.get(answer.headers["location"]).text


def test_the_notice_tells_what_changed_meanwhile(visit: Visit, place: Place) -> None:
    client, draft_id = visit(Role.APPROVER), place.ids["ola"]
    path = f"/item/{draft_id}/notice"
    quiet = client.get(path, params={"version": 1, "stage": "write"}).text
    assert "notice" not in quiet
    edit(place.bot, draft_id, version=1, text="Cześć Ola!", by="cara")
    told = client.get(path, params={"version": 1, "stage": "write"}).text
    assert "cara changed the words" in told
    assert "changed while you had it open" in told
    client.post(f"/item/{draft_id}/escalate", data={"version": 2, "reason": "a lawyer"})
    still = client.get(path, params={"version": 1, "stage": "write"}).text
    assert "cara changed the words" in still, "what else was done about it hides that not"
    client.post(f"/item/{draft_id}/approve", data={"version": 2, "text": FOR_OLA})
    gone = client.get(path, params={"version": 2, "stage": "write"}).text
    assert "was faster" in gone


def test_a_customer_who_changed_or_deleted_the_text_is_told(visit: Visit, place: Place) -> None:
    client, draft_id = visit(Role.VIEWER), place.ids["jonas"]
    with place.bot.database.write() as session:
        draft = session.get_one(Draft, draft_id)
        draft.mention.version += 1
        draft.reason = "the channel refused it"
    page = client.get(f"/item/{draft_id}").text
    assert "changed the text after this was drafted" in page
    assert "It did not leave: the channel refused it" in page
    assert "edited by its author" in page


def test_a_channel_that_is_no_longer_configured_does_not_break_the_desk(
    visit: Visit, place: Place
) -> None:
    with place.bot.database.write() as session:
        for mention in session.query(Mention):
            mention.channel = "myspace"
    client = visit(Role.APPROVER)
    assert "myspace" in client.get("/").text
    assert "not configured any more" in client.get(f"/item/{place.ids['ola']}").text


@pytest.mark.parametrize(
    "path", ["/nope", "/item/x", "/item/" + "0" * 28, "/item/%00", "/static/../app.py"]
)
def test_what_is_not_there_is_a_page_of_ours(visit: Visit, path: str) -> None:
    answer = visit(Role.VIEWER).get(path)
    assert answer.status_code == 404
    assert "Antiphon" in answer.text


def test_a_fault_of_ours_is_a_page_without_a_trace(
    place: Place, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visit(Role.VIEWER)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("responder.desk.queue.read_queue", fail)
    quiet = TestClient(client.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    quiet.cookies = client.cookies
    answer = quiet.get("/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "secret detail" not in answer.text


def test_words_for_moments() -> None:
    assert due(NOW - timedelta(minutes=6, seconds=5), NOW).text == "6 min late"
    assert due(NOW + timedelta(minutes=14), NOW).state == "soon"
    assert due(NOW + timedelta(minutes=16), NOW).spoken == "due in 16 min"
    assert [span(timedelta(minutes=m)) for m in (0, 89, 90, 120, 600, 60 * 49)] == [
        "0 min",
        "89 min",
        "1 h 30",
        "2 h",
        "10 h",
        "2 d",
    ]
    assert ago(NOW - timedelta(seconds=2), NOW) == "just now"
    assert ago(NOW - timedelta(seconds=30), NOW) == "30 s ago"
    assert leaves(NOW + timedelta(seconds=8), NOW) == "Leaves in 8 s"
    assert leaves(NOW + timedelta(minutes=5), NOW) == "Leaves in 5 min"
    assert leaves(NOW, NOW) == "Waits to leave"
    assert language_name("el") == "Ελληνικά"
    assert language_name("unknown") == "Language unknown"
    assert first_line("a\n b  c" + "d" * 200).endswith("…")


def test_gaps_unreadable_texts_and_failing_streams_are_there_for_everybody_to_see(
    place: Place, visit: Visit
) -> None:
    now = utcnow()
    with place.bot.database.write() as session:
        cursor = session.get(Cursor, ("x", "mentions")) or Cursor(
            channel="x", stream="mentions", started_at=now
        )
        cursor.failures, cursor.last_error = 3, "make a new token"
        session.add(cursor)
        session.add(
            Gap(
                channel="x",
                stream="search",
                since=now - timedelta(days=9),
                until=now - timedelta(days=7),
                reason="search reaches back seven days",
                noticed_at=now,
            )
        )
        session.add(
            DeadLetter(
                channel="x",
                stream="mentions",
                fingerprint="f",
                payload='{"text": "<script>alert(1)</script>"}',
                error="id is missing",
                heard_at=now,
            )
        )
    page = visit(Role.VIEWER).get("/health").text
    assert "3 failures since" in page
    assert "make a new token" in page
    assert "search reaches back seven days" in page
    assert "id is missing" in page
    assert "<script>alert(1)" not in page


def test_what_a_network_allows_and_charges_is_told_in_its_own_words(tmp_path: Path) -> None:
    x = FakeChannel("x", prices_checked=date(2026, 11, 21))
    bot = make_bot(tmp_path, channels=[x, FakeChannel("facebook")], clock=utcnow)
    with TestClient(create_app(bot), base_url="http://127.0.0.1") as client:
        secret = access.entry_link(bot.database, name="v", role=Role.VIEWER, now=bot.clock())
        client.get(f"/enter/{secret}", headers={"sec-fetch-site": "same-origin"})
        page = " ".join(client.get("/health").text.split())
    bot.database.close()
    assert page.count("It allows 100 replies in 15 minutes.") == 2
    assert page.count("A reply costs $0.015.") == page.count("It charges nothing.") == 1
    assert "Prices were last compared on 2026-11-21." in page
