from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.models import MentionStatus
from responder.models import (
    AuthorKind,
    DraftStatus,
    ReplyStatus,
)
from sentiment.score import Sentiment
from tests.api_client import Client, client_in
from tests.factories import NOW, make_draft, make_mention, make_reply


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = client_in(tmp_path)
    yield client
    client.bot.database.close()


def read_on(client: Client, path: str, **params: Any) -> list[str]:
    """The ids of a whole list, page by page."""
    found: list[str] = []
    after = None
    while True:
        page = client.get(path, **params, **({"after": after} if after else {}))
        found += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            return found
        assert page["items"]


def test_mentions_are_read_newest_first_page_by_page(client: Client) -> None:
    with client.bot.database.write() as session:
        # Three of every moment, so that a page ends between equals.
        made = [make_mention(session, created_at=NOW + timedelta(hours=n // 3)) for n in range(12)]
        expected = [m.id for m in sorted(made, key=lambda m: (m.created_at, m.id), reverse=True)]
    for limit in (1, 5, 12, 200):
        assert read_on(client, "/mentions", limit=limit) == expected


def test_drafts_are_read_most_urgent_first_page_by_page(client: Client) -> None:
    with client.bot.database.write() as session:
        made = [
            make_draft(session, make_mention(session, due_at=NOW + timedelta(hours=n % 4)))
            for n in range(12)
        ]
        expected = [d.id for d in sorted(made, key=lambda d: (d.mention.due_at, d.id))]
    for limit in (1, 5, 12):
        assert read_on(client, "/drafts", status="pending", limit=limit) == expected


def test_replies_are_read_newest_first_page_by_page(client: Client) -> None:
    with client.bot.database.write() as session:
        made = sorted((make_reply(session).id for _ in range(7)), reverse=True)
    for limit in (1, 3, 7):
        assert read_on(client, "/replies", limit=limit) == made


def test_a_mention_that_comes_in_meanwhile_shifts_no_page(client: Client) -> None:
    with client.bot.database.write() as session:
        old = [make_mention(session, created_at=NOW - timedelta(hours=n)).id for n in range(4)]
    page = client.get("/mentions", limit=2)
    with client.bot.database.write() as session:
        make_mention(session, created_at=NOW + timedelta(hours=1))
    rest = client.get("/mentions", limit=2, after=page["next"])
    assert [item["id"] for item in page["items"] + rest["items"]] == old


def test_lists_are_narrowed_by_what_is_asked(client: Client) -> None:
    with client.bot.database.write() as session:
        it = make_mention(session, language="it", channel="facebook")
        gone = make_mention(session, status=MentionStatus.GONE)
        rejected = make_draft(session, status=DraftStatus.REJECTED)
        failed = make_reply(session, status=ReplyStatus.FAILED)
    assert read_on(client, "/mentions", language="it") == [it.id]
    assert read_on(client, "/mentions", channel="facebook") == [it.id]
    assert read_on(client, "/mentions", status="gone") == [gone.id]
    assert read_on(client, "/mentions", status="gone", language="it") == []
    assert read_on(client, "/drafts", status="rejected") == [rejected.id]
    assert read_on(client, "/replies", status="failed") == [failed.id]
    assert read_on(client, "/replies", status="sent") == []
    assert len(read_on(client, "/mentions", status="", language="", q="", limit="")) == 4


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("100%", ["we are 100% sure"]),
        ("100_", []),
        ("%", ["we are 100% sure"]),
        ("\\", ["C:\\new"]),
        ("'; DROP TABLE mentions; --", []),
        ("SURE", ["we are 100% sure"]),
        ("παραγγελία", ["Η Παραγγελία μου"]),
        ("marta", ["we are 100% sure", "C:\\new", "Η Παραγγελία μου"]),
        ("\0", []),
    ],
)
def test_q_finds_the_words_and_means_no_pattern(client: Client, q: str, found: list[str]) -> None:
    texts = ["we are 100% sure", "C:\\new", "Η Παραγγελία μου"]
    with client.bot.database.write() as session:
        for text in texts:
            make_mention(session, text=text).author.name = "Marta Kowalska"  # type: ignore[union-attr]
    assert sorted(item["text"] for item in client.get("/mentions", q=q)["items"]) == sorted(found)


def test_a_mention_tells_what_the_contract_says(client: Client) -> None:
    media = [{"url": "https://pic.example/1", "kind": "image", "alt": "a parcel"}]
    with client.bot.database.write() as session:
        mention = make_mention(
            session, media=media, text="«Dov'è?» 😡", sentiment=Sentiment.NEGATIVE,
            answer_url="https://network.example/thread", private=True,
        )  # fmt: skip
        thread, author = mention.conversation.external_id, mention.author
    (told,) = client.get("/mentions")["items"]
    assert client.get(f"/mentions/{mention.id}") == told
    assert told["conversation_id"] == thread
    assert author is not None
    assert told["author"] == {
        "id": author.external_id, "name": "Giulia Rossi", "handle": "giulia", "followers": 120,
    }  # fmt: skip
    expected = {
        "id": mention.id, "channel": "x", "external_id": mention.external_id, "media": media,
        "text": "«Dov'è?» 😡", "language": "en", "sentiment": "negative", "topics": ["delivery"],
        "phase": "acquisition", "priority": "P3", "status": "new", "answerable": "yes",
        "created_at": "2026-03-02T09:00:00Z", "due_at": "2026-03-02T13:00:00Z", "version": 1,
        "private": True, "reasons": ["question about an order"], "url": mention.url,
        "thread_url": "https://network.example/thread",
    }  # fmt: skip
    assert {key: told[key] for key in expected} == expected


def test_an_unknown_author_is_null(client: Client) -> None:
    with client.bot.database.write() as session:
        make_mention(session, author=None)
    assert client.get("/mentions")["items"][0]["author"] is None


def test_a_draft_tells_what_the_contract_says(client: Client) -> None:
    finding = {
        "rule": "R16", "severity": "confirm", "message": "reads like it", "start": 0, "end": 0,
        "suggestion": "",
    }  # fmt: skip
    with client.bot.database.write() as session:
        draft = make_draft(session, findings=[finding], text="Hello")
    (told,) = client.get("/drafts")["items"]
    assert client.get(f"/drafts/{draft.id}") == told
    expected = {
        "id": draft.id, "version": 1, "status": "pending", "mention_id": draft.mention_id,
        "channel": "x", "text": "Hello", "language": "en", "findings": [finding],
        "due_at": "2026-03-02T13:00:00Z", "priority": "P3",
    }  # fmt: skip
    assert {key: told[key] for key in expected} == expected


def test_a_reply_tells_what_the_contract_says(client: Client) -> None:
    with client.bot.database.write() as session:
        reply = make_reply(
            session, status=ReplyStatus.SENT, posted_at=NOW, external_id="77",
            author_kind=AuthorKind.AUTO,
        )  # fmt: skip
    (told,) = client.get("/replies")["items"]
    expected = {
        "id": reply.id, "draft_id": reply.draft_id, "mention_id": reply.mention_id, "channel": "x",
        "external_id": "77", "in_reply_to": reply.in_reply_to, "text": reply.text,
        "status": "sent", "posted_at": "2026-03-02T09:00:00Z", "author_kind": "auto",
    }  # fmt: skip
    assert {key: told[key] for key in expected} == expected
