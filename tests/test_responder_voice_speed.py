"""The checker runs inside the transaction that lets a reply leave: no text may hold it up."""

from __future__ import annotations

import random
from typing import Final

from config.settings import LANGUAGES
from listener.channels.base import Answerable, Length
from responder.voice.check import check
from responder.voice.finding import Finding
from responder.voice.folded import keys
from responder.voice.target import House, Target
from tests.effort import effort

LONG: Final = 10_000
HOUSE: Final = House(
    agreed=keys("Something we said."),
    settled=keys("Something else."),
    forbidden={"cheap~": "at a good price"},
    jargon={"sku": "article"},
    phones=("+39 0461 123456",),
    hosts=("larix.example",),
)
HOSTILE: Final = (
    *("¡", "!", "!? ", "{{", "{{a", "[a.", "_", ".", "...a", '."', '"a" ', "“a”", "…", "\n"),
    *("soon ", "soon. ", "it ", "it? ", "when? ", "why is the size? ", "we refund ", "stupid "),
    *(
        "@a.",
        "a@b.c ",
        "www.a",
        "http://a ",
        "1 ",
        "12345 ",
        "AA11" + "A" * 40 + " ",
        "order 12345 ",
    ),
    *(
        "Sie ",
        "Sie. ",
        "du ",
        "α; ",
        "oο ",
        "😀 ",
        "\u202e",
        "1. ",
        "z.b. ",
        "a: 1. ",
        "sku ",
        "cheap ",
    ),
)


def _target(language: str, mention: str = "", recent: tuple[str, ...] = ()) -> Target:
    return Target(
        length=Length(used=1, limit=LONG),
        counted_in="characters",
        language=language,
        languages=LANGUAGES,
        answerable=Answerable.YES,
        label="X",
        mention=mention,
        complaint=True,
        negative=True,
        recent=recent,
        house=HOUSE,
    )


def _seconds(text: str, target: Target, times: int = 3) -> tuple[float, tuple[Finding, ...]]:
    found: list[tuple[Finding, ...]] = []
    return effort(lambda: found.append(check(text, target)), times), found[-1]


def _long(text: str) -> str:
    return (text * LONG)[:LONG]


def test_ten_thousand_hostile_letters_of_any_kind_take_no_longer_than_ordinary_ones() -> None:
    """What is quadratic takes twenty times as long for one of these."""
    ordinary = _long("Hello Anna, your parcel left our shop in Trento today. ")
    targets = {one: _target(one, _long("Where is my parcel? ")) for one in ("de", "el", "en")}
    for target in targets.values():  # compiles what is compiled once
        check(ordinary, target)
    usual, _ = _seconds(ordinary, targets["en"])
    took = {}
    for piece in HOSTILE:
        language = "de" if "Sie" in piece else "en"
        took[piece], _ = _seconds(_long(piece), _target(language, mention=_long(piece)), times=1)
    assert sum(took.values()) < 2 * usual * len(HOSTILE), (usual, took)


def _reply(chance: random.Random) -> str:
    words = (
        "".join(chance.choices("abcdefghilmnoprstuvz", k=chance.randint(3, 9))) for _ in range(200)
    )
    return ("Ciao Anna. " + " ".join(words))[:1000]


def test_a_reply_is_held_against_all_of_a_day_at_once() -> None:
    """Letter by letter, two hundred replies of this length took ten seconds."""
    chance = random.Random(7)
    reply = _reply(chance)
    others = tuple(_reply(chance) for _ in range(198))
    alone, _ = _seconds(reply, _target("it"))
    nearly = tuple(reply.replace(reply[500:700], _reply(chance)[500:700]) for _ in range(198))
    for recent in (others, nearly):
        among, findings = _seconds(reply, _target("it", recent=recent))
        assert "R25" not in {finding.rule for finding in findings}
        assert among - alone < 0.2
    twice = (*others, reply.replace("Anna", "Giulia"), reply.replace("Anna", "Marco") + "!")
    assert "R25" in {finding.rule for finding in check(reply, _target("it", recent=twice))}
