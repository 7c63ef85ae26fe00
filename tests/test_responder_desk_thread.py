"""Which texts of a conversation stand with a mention, and which wait in the drawer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from listener.models import Mention
from responder.desk.thread import Thread, read_thread
from responder.models import ReplyStatus
from tests.factories import (
    NOW,
    make_author,
    make_conversation,
    make_database,
    make_draft,
    make_mention,
    make_reply,
)


@pytest.fixture
def session(tmp_path: Path) -> Any:
    database = make_database(tmp_path)
    with database.write() as session:
        yield session
    database.close()


def texts(thread: Thread) -> tuple[list[str], list[str]]:
    return [v.text for v in thread.near], [v.text for v in thread.others]


class Post:
    """A post of ours under which everybody writes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.conversation = make_conversation(session)
        self.minute = 0

    def says(self, text: str, **changes: Any) -> Mention:
        self.minute += 1
        at = NOW + timedelta(minutes=self.minute)
        return make_mention(
            self.session, conversation=self.conversation, text=text, created_at=at, **changes
        )


def test_strangers_under_the_same_post_stay_in_the_drawer(session: Session) -> None:
    post = Post(session)
    giulia = make_author(session)
    post.says("Do you ship to Malta?")
    post.says("Where is my parcel?", author=giulia)
    post.says("Lovely jacket!")
    asked = post.says("Hello? My parcel?", author=giulia)
    thread = read_thread(session, asked, brand="Larix")
    assert texts(thread) == (
        ["Where is my parcel?", "Hello? My parcel?"],
        ["Do you ship to Malta?", "Lovely jacket!"],
    )
    assert [voice.current for voice in thread.near] == [False, True]


def test_what_it_answers_belongs_to_it_whoever_said_it(session: Session) -> None:
    post = Post(session)
    first = post.says("Is it waterproof?", author=None)
    reply = make_reply(
        session,
        make_draft(session, first, text="It is."),
        status=ReplyStatus.SENT,
        external_id="ours-1",
        posted_at=first.created_at + timedelta(seconds=30),
    )
    post.says("Unrelated", author=None)
    doubt = post.says("No, it is not!", in_reply_to=reply.external_id)
    post.says("I agree", in_reply_to=doubt.external_id)
    thread = read_thread(session, doubt, brand="Larix")
    assert texts(thread) == (
        ["Is it waterproof?", "It is.", "No, it is not!", "I agree"],
        ["Unrelated"],
    )
    assert [voice.name for voice in thread.near][1] == "Larix"


def test_a_ring_of_answers_ends(session: Session) -> None:
    post = Post(session)
    one = post.says("one", external_id="1", in_reply_to="2")
    post.says("two", external_id="2", in_reply_to="1")
    assert texts(read_thread(session, one, brand="Larix"))[0] == ["one", "two"]


def test_a_long_conversation_is_cut_but_never_at_the_mention(session: Session) -> None:
    post = Post(session)
    giulia = make_author(session)
    asked = post.says("first of all", author=giulia)
    for number in range(70):
        post.says(f"again {number}", author=giulia)
        post.says(f"stranger {number}")
    thread = read_thread(session, asked, brand="Larix")
    assert thread.near[0].text == "first of all"
    assert len(thread.near) == 61
    assert len(thread.others) == 60
    assert thread.more == 20
