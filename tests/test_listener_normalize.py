from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.channels.base import Media, MediaKind, Person
from listener.normalize import (
    MAX_TEXT_BYTES,
    UnreadableItem,
    clean,
    doubts,
    is_mention,
    normalize,
    said,
    speaks_through_media,
)
from tests.factories import NOW, incoming


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_can_be_stored_and_logged_after_cleaning(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned


def test_lone_surrogates_and_nul_become_visible_marks() -> None:
    assert clean("a\ud83d b\0c") == "a\ufffd b\ufffdc"


def test_escape_sequences_are_dropped_but_lines_stay_lines() -> None:
    assert clean("a\x1b[31mred\r\nb\tc") == "a[31mred\nb\tc"


def test_a_text_of_any_length_is_cut_at_64_kb_with_a_mark() -> None:
    cleaned = clean("ż" * 100_000)
    assert len(cleaned.encode()) <= MAX_TEXT_BYTES + 10
    assert cleaned.endswith("[…]")


@pytest.mark.parametrize("external_id", ["", "a\nb", "x" * 129, "a b"])
def test_what_is_no_id_is_unreadable(external_id: str) -> None:
    with pytest.raises(UnreadableItem):
        normalize(incoming("1", answer_under=external_id), heard_at=NOW)


def test_a_date_in_the_future_is_the_moment_we_heard_it() -> None:
    late = normalize(incoming("1", created_at=NOW + timedelta(days=400)), heard_at=NOW)
    assert late.created_at == NOW


def test_own_posts_and_reposts_are_no_mentions() -> None:
    assert is_mention(incoming("1"))
    assert not is_mention(incoming("1", own=True))
    assert not is_mention(incoming("1", repost=True))


def test_an_author_s_name_is_one_short_line_and_impossible_reach_is_clamped() -> None:
    author = Person(external_id="1", name="A\nB" * 200, followers=10**30)
    known = normalize(incoming("1", author=author), heard_at=NOW).author
    assert known is not None
    assert len(known.name) <= 200
    assert "\n" not in known.name
    assert known.followers == 10**9


@pytest.mark.parametrize(
    ("ours", "shown"),
    [
        ("Ciao Anna!", "@anna_f @larix Ciao Anna!"),
        ("Ciao  Anna!\n", "ciao anna!"),
        ("Perche\u0301 no", "Perché no"),
        ("See https://larix.example/help now", "See https://t.co/Ab1 now"),
        ("See larix.example, now", "See https://t.co/Ab1, now"),
        ("ΚΑΛΗΜΈΡΑ ΣΑΣ", "καλημέρα σας"),
    ],
)
def test_a_reply_says_the_same_however_the_network_shows_it(ours: str, shown: str) -> None:
    assert said(ours) == said(shown) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ciao Anna!", "Ciao Marie!"),
        ("It costs 3.50", "It costs 4.50"),
        ("Ask @anna", "Ask @marie"),
        ("", "Ciao"),
    ],
)
def test_other_words_say_something_else(one: str, other: str) -> None:
    assert said(one) != said(other)


PICTURE = Media(
    url="https://a.example/1.jpg", kind=MediaKind.IMAGE, alt="a charger, black at the plug"
)
CARD = Media(url="https://a.example/", kind=MediaKind.LINK)


@pytest.mark.parametrize(
    ("text", "media", "expected"),
    [
        ("@larixoutdoor look at this", (PICTURE,), True),
        ("@larixoutdoor #fail https://t.co/x 😡", (PICTURE,), True),
        ("look at this", (CARD,), False),
        ("look at this", (), False),
        ("the plug of your charger went black last night", (PICTURE,), False),
    ],
)
def test_few_words_beside_a_picture_say_less_than_the_picture(
    text: str, media: tuple[Media, ...], expected: bool
) -> None:
    item = incoming("1", text, media=media)
    assert speaks_through_media(item) is expected
    told = [doubt for doubt in doubts(item, heard_at=NOW) if "cannot read" in doubt]
    assert bool(told) is expected
    assert not told or told[0].endswith("described as: a charger, black at the plug")
