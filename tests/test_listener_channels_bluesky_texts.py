"""What Bluesky makes of a text of ours: its length, its links, its key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.channels.bluesky import facets, tid, weigh
from tests.bluesky_on_loopback import ANNA, channel

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("hello", 5),
        ("Zażółć", 6),
        ("e\u0301", 1),
        (FAMILY, 1),
        ("🇮🇹🇬🇷", 2),
        ("👍🏽", 1),
        ("क्षि", 1),
        ("각", 1),
        ("a\r\nb", 3),
        ("", 0),
    ],
)
def test_a_text_is_as_long_as_its_readers_see_it(text: str, characters: int) -> None:
    """As the server's own library counted them (2026-11)."""
    assert weigh.graphemes(text) == characters


@pytest.mark.parametrize(
    ("text", "used", "fits"),
    [
        ("x" * 300, 300, True),
        ("x" * 301, 301, False),
        ("ż" * 300, 300, True),
        (FAMILY * 120, 300, True),
        (FAMILY * 121, 303, False),
        (FAMILY * 300, 750, False),
        ("語" * 300, 300, True),
    ],
)
def test_a_text_fits_only_if_it_has_neither_too_many_characters_nor_too_many_bytes(
    text: str, used: int, fits: bool
) -> None:
    length = channel("http://127.0.0.1:1").length(text)
    assert (length.used, length.limit, length.fits) == (used, 300, fits)
    assert (weigh.too_long(text) == "") is fits


def test_the_refusal_names_the_limit_that_was_met() -> None:
    assert "300 characters" in weigh.too_long("x" * 301)
    assert "3000 bytes" in weigh.too_long(FAMILY * 200)


def who(handle: str) -> str | None:
    return {"anna.test": ANNA}.get(handle)


def marked(text: str) -> list[tuple[str, str]]:
    """What of a text is marked, cut out by bytes as the network does, and what it leads to."""
    raw, found = text.encode(), []
    for facet in facets.read(text, who):
        place, (feature,) = facet["index"], facet["features"]
        part = raw[place["byteStart"] : place["byteEnd"]].decode()
        found.append((part, feature.get("uri") or feature["did"]))
    return found


SITE = "https://larix.example/returns"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"see {SITE}", [(SITE, SITE)]),
        (f"Zażółć 👨‍👩‍👧‍👦 {SITE}, dzięki @anna.test!", [(SITE, SITE), ("@anna.test", ANNA)]),
        (f"({SITE})", [(SITE, SITE)]),
        (f"{SITE}.", [(SITE, SITE)]),
        (f"{SITE}_(2)", [(f"{SITE}_(2)", f"{SITE}_(2)")]),
        (f"«{SITE}»", [(SITE, SITE)]),
        ("HTTPS://LARIX.EXAMPLE", [("HTTPS://LARIX.EXAMPLE", "HTTPS://LARIX.EXAMPLE")]),
        ("larix.example", []),
        ("ftp://larix.example", []),
        ("@Anna.Test hello", [("@Anna.Test", ANNA)]),
        ("@anna.test @anna.test", [("@anna.test", ANNA)] * 2),
        ("(@anna.test)", [("@anna.test", ANNA)]),
        ("@nobody.test", []),
        ("@anna", []),
        ("write to info@anna.test", []),
        (f"{SITE}/@anna.test", [(f"{SITE}/@anna.test", f"{SITE}/@anna.test")]),
        ("", []),
    ],
)
def test_links_and_handles_are_marked_by_their_bytes(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert marked(text) == found


def test_nobody_is_called_but_those_in_the_text() -> None:
    asked: list[str] = []

    def note(handle: str) -> None:
        asked.append(handle)

    facets.read("@anna.test and @ANNA.test, hello", note)
    assert asked == ["anna.test"]
    facets.read(" ".join(f"@a{n}.test" for n in range(50)), note)
    assert len(asked) == 1 + 10


@given(st.text())
def test_any_text_has_a_length_and_marks_that_lie_within_it(text: str) -> None:
    raw = text.encode("utf-8", "replace")
    assert weigh.graphemes(text) <= len(text)
    assert weigh.weigh(text) >= weigh.graphemes(text)
    for facet in facets.read(text.encode("utf-8", "replace").decode(), who):
        place = facet["index"]
        assert 0 <= place["byteStart"] < place["byteEnd"] <= len(raw)


@given(
    st.timedeltas(min_value=timedelta(days=-9000), max_value=timedelta(days=80_000)),
    st.text("0123456789abcdef", min_size=1, max_size=64),
)
def test_the_key_of_a_reply_tells_its_second_and_is_always_the_same(
    apart: timedelta, key: str
) -> None:
    made_at = NOW + apart
    rkey = tid.for_reply(made_at, key)
    told = tid.time_of(rkey)
    assert told is not None
    assert (
        made_at.replace(microsecond=0)
        <= told
        < made_at.replace(microsecond=0) + timedelta(seconds=1)
    )
    assert rkey == tid.for_reply(made_at, key)
    assert len(rkey) == 13


def test_keys_sort_by_time() -> None:
    keys = [tid.for_reply(NOW + timedelta(seconds=n), "k") for n in range(0, 100_000, 977)]
    assert keys == sorted(keys)


def test_replies_that_were_approved_in_one_go_have_keys_of_their_own() -> None:
    """Ten bits alone would let two of twenty such share one in one case of six."""
    assert len({tid.for_reply(NOW, f"reply{n}") for n in range(1000)}) == 1000


@pytest.mark.parametrize("rkey", ["", "self", "3n2va4ch47s2", "zzzzzzzzzzzzz", "3n2va4ch47s21"])
def test_what_is_no_such_key_has_no_time(rkey: str) -> None:
    assert tid.time_of(rkey) is None


def test_the_key_a_real_server_made_tells_when() -> None:
    told = tid.time_of("3n2va4ch47s2o")
    assert told is not None
    assert abs(told - datetime(2026, 11, 22, 8, 46, 47, 800_000, tzinfo=UTC)) < timedelta(seconds=1)
