from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from responder.library.differences import Difference, Fate, Piece, differences
from responder.library.models import EntryKind
from responder.library.placeholders import Stray, allowed_in, strays

TEXTS = st.text(alphabet="ab ,.é\n", max_size=30)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXTS,
        "texts": st.lists(TEXTS, max_size=3),
        "words": st.lists(st.text(alphabet="abc", min_size=1, max_size=5), max_size=4),
        "jargon": st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz")),
    },
)


def _side(change: Difference, *fates: Fate) -> str:
    return "".join(piece.text for piece in change.pieces if piece.fate in fates)


@given(BODIES, BODIES)
def test_what_stayed_and_went_is_the_old_and_what_stayed_and_came_the_new(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = differences(before, after)
    for change in found:
        for body, fates in ((before, (Fate.KEPT, Fate.GONE)), (after, (Fate.KEPT, Fate.NEW))):
            value = body.get(change.field, "")
            if change.field == "texts":
                value = value[change.number - 1] if len(value) >= change.number else ""
            elif isinstance(value, list):
                value = "".join(f"{one}\n" for one in value)
            elif isinstance(value, dict):
                value = "".join(f"{one}: {instead}\n" for one, instead in value.items())
            assert _side(change, *fates) == value
    assert not differences(before, before)


def test_one_word_is_one_piece() -> None:
    (change,) = differences({"texts": ["We trace it."]}, {"texts": ["We find it."]})
    assert (change.field, change.number) == ("texts", 1)
    assert change.pieces == (
        Piece(fate=Fate.KEPT, text="We "),
        Piece(fate=Fate.GONE, text="trace"),
        Piece(fate=Fate.NEW, text="find"),
        Piece(fate=Fate.KEPT, text=" it."),
    )


def test_what_is_retired_goes_as_a_whole() -> None:
    (change,) = differences({"title": "Sorry"}, None)
    assert change.pieces == (Piece(fate=Fate.GONE, text="Sorry"),)


def test_a_very_long_text_is_not_compared_word_by_word() -> None:
    long = "word " * 3000
    (change,) = differences({"answer": long}, {"answer": f"{long}more"})
    assert [piece.fate for piece in change.pieces] == [Fate.GONE, Fate.NEW]


def test_placeholders_nobody_fills_in_are_named() -> None:
    body = {"texts": ["Hi {{name}}, your {{order}}.", "Fine."], "words": ["{{x}}"], "title": "T"}
    found = list(strays(EntryKind.SAVED_REPLY, body))
    assert found == [
        Stray(field="texts", placeholder="{{name}}", allowed=""),
        Stray(field="texts", placeholder="{{order}}", allowed=""),
    ]
    voice = {"greeting": "Hi {{name}} of {{place}}", "seconded": '{{helper|"Somebody"}}: yes {{'}
    assert [(one.field, one.placeholder) for one in strays(EntryKind.VOICE, voice)] == [
        ("greeting", "{{place}}"),
        ("seconded", "{{"),
    ]
    assert allowed_in(EntryKind.VOICE, "greeting") == "name"
    assert allowed_in(EntryKind.ARTICLE, "greeting") == ""
