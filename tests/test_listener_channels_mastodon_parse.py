"""Statuses and their HTML, into our values."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from listener.channels.base import Answerable, Incoming, MediaKind, Person
from listener.channels.mastodon.parse import Account, optional_id, read_account
from listener.channels.mastodon.plain import plain
from listener.channels.wire import MalformedError
from listener.normalize import is_mention, is_newer, is_own_answer, normalize
from responder.decide import decide
from responder.decision import Action, Heard
from sentiment.score import Sentiment
from sentiment.signals import Signal
from tests.effort import blows_up
from tests.mastodon_on_loopback import ACCOUNT, ANNA, ME, NOW, ours, reader, recorded, status

LINK = (
    '<a href="https://larix.example/tende/la-tenda-rossa?x=1&amp;y=2" rel="nofollow">'
    '<span class="invisible">https://</span>'
    '<span class="ellipsis">larix.example/tende/la-tend</span>'
    '<span class="invisible">a-rossa?x=1&amp;y=2</span></a>'
)
US = (
    '<span class="h-card"><a href="https://social.example/@larix" class="u-url mention">'
    "@<span>larix</span></a></span>"
)


def read(raw: dict[str, Any], **more: Any) -> Incoming:
    return reader().read(raw, **more)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<p>one</p><p>two<br>three<br />four</p>", "one\n\ntwo\nthree\nfour"),
        (f"<p>{US} dov'è?</p>", "@larix dov'è?"),
        (f"<p>vedi {LINK}</p>", "vedi https://larix.example/tende/la-tenda-rossa?x=1&y=2"),
        ('<a href="https://larix.example/">larix.example</a>', "https://larix.example/"),
        ('<a href="https://www.larix.example/a">larix.example/a…</a>', "https://www.larix.example/a"),
        ('<a href="https://evil.example/">larix.example</a>', "larix.example (https://evil.example/)"),
        ('<a href="https://larix.example/p">our page</a>!', "our page (https://larix.example/p)!"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ('<a href="https://x.example/p"></a>', "https://x.example/p"),
        ('<a class="mention hashtag" href="https://a.example/tags/x">#<span>x</span></a>', "#x"),
        ('<a href="http://a.example/b" class="mention">@b@a.example</a> x<br>', "@b@a.example x"),
        ("<p>5 &lt; 6 &amp; &lt;b&gt; &quot;x&quot; &#39;y&#39;</p>", "5 < 6 & <b> \"x\" 'y'"),
        ("<p>a < b > c <3</p>", "a < b > c <3"),
        ("<ul><li>uno</li><li>due</li></ul><p>poi</p>", "- uno\n- due\n\npoi"),
        ("<blockquote><p>lei</p></blockquote><p>io</p>", "lei\n\nio"),
        ("<p>a\n  b</p>\n\n\n<p>c</p>", "a   b\n\nc"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<p>ciao <img class='emoji' alt=':blob:' src='x'></p>", "ciao :blob:"),
        ("<p>a<script>alert(1)</script><style>p{}</style>b</p>", "ab"),
        ("<p>a<!-- b -->c<![CDATA[d]]><?e?>f</p>", "acf"),
        ("<p>half \ud83d an emoji</p>", "half � an emoji"),
        ("<p>no end <a href='https://x.example/y'>x.example/y", "no end https://x.example/y"),
        ("<p>a&nbsp;b</p>", "a b"),
    ],
)  # fmt: skip
def test_html_becomes_what_a_reader_sees(content: str, text: str) -> None:
    assert plain(content) == text


@pytest.mark.parametrize(
    "content",
    ["<a" * 90_000, "<!--" * 50_000, '<a href="x" ' * 16_000, "<" * 200_000, " " * 200_000],
)
def test_what_is_made_to_take_long_takes_no_longer_than_its_length(content: str) -> None:
    """html.parser alone takes a minute for each of the first three."""
    assert not blows_up(plain, content)


def test_a_mention_is_read_with_all_that_matters() -> None:
    raw = status(
        "7",
        f"<p>{US} Dov'è il mio pacco?</p>",
        favourites_count=2,
        reblogs_count=1,
        replies_count=4,
        language="it-IT",
    )
    assert read(raw) == Incoming(
        external_id="7",
        revision_id="7",
        text="@larix Dov'è il mio pacco?",
        created_at=datetime(2026, 11, 20, 11, 55, tzinfo=UTC),
        conversation="7",
        answer_under="7",
        author=Person(external_id=ANNA, name="Anna", handle="anna@far.example", followers=12),
        url="https://far.example/@anna/7",
        answer_url="https://social.example/@anna@far.example/7",
        language="it",
        addressed=True,
        answerable=Answerable.YES,
        engagement=7,
    )


def test_who_writes_on_our_own_server_is_answered_where_it_stands() -> None:
    raw = status("7", url="https://social.example/@bruno/7")
    assert read(raw).answer_url == "https://social.example/@bruno/7"


def test_an_edit_keeps_the_identity_and_counts_as_newer_each_time() -> None:
    versions = [
        read(status("7", edited_at=edited)).revision_id
        for edited in (
            None,
            "2026-11-20T09:05:00.000Z",
            "2026-11-20T09:05:00.250Z",
            "2026-11-20T10:00:00+00:00",
            "2026-12-01T01:00:00Z",
        )
    ]
    assert versions[0] == "7"
    for older, newer in pairwise(versions):
        assert is_newer(newer, older)
        assert not is_newer(older, newer)
    edited = read(status("7", edited_at="2026-11-20T09:05:00.000Z"))
    assert (edited.external_id, edited.answer_under) == ("7", "7")
    assert normalize(edited, heard_at=NOW).revision_id == edited.revision_id


def test_a_warning_stands_in_front_of_the_text() -> None:
    raw = status("7", "<p>mi sono fatto male</p>", spoiler_text=" infortunio ")
    assert read(raw).text == "CW: infortunio\n\nmi sono fatto male"
    assert read(status("7", "", spoiler_text="foto")).text == "CW: foto"


def test_our_own_words_come_without_the_warning_and_the_handles_in_front() -> None:
    raw = ours("8", "<p>@anna @bruno@far.example Arriva domani, @carla!</p>", spoiler_text="pacchi")
    assert read(raw).text == "Arriva domani, @carla!"
    assert read(ours("8", "<p>@anna</p>")).text == "@anna"


def test_what_we_write_is_no_mention_and_what_we_answer_is_an_own_answer() -> None:
    own = read(ours("8", in_reply_to_id="7"))
    assert (own.own, own.answerable) == (True, Answerable.NO)
    assert not is_mention(own)
    assert is_own_answer(own)


def test_a_boost_is_a_repost_with_the_words_of_the_other() -> None:
    boost = status("9", "", reblog=status("7", "<p>che bello</p>"))
    item = read(boost)
    assert (item.repost, item.text, item.answerable) == (True, "che bello", Answerable.NO)
    assert not is_mention(item)


@pytest.mark.parametrize(
    ("changes", "addressed"),
    [
        ({}, True),
        ({"mentions": []}, False),
        ({"mentions": [{"id": "5", "acct": "bruno"}]}, False),
        ({"mentions": [], "in_reply_to_account_id": ME}, True),
        ({"mentions": [], "in_reply_to_account_id": ANNA}, False),
        ({"mentions": [{"id": "0", "acct": "larix@social.example"}]}, True),
        ({"mentions": [{"id": "0", "acct": "LARIX"}]}, True),
        ({"mentions": [{"id": "0", "acct": "larix@evil.example"}]}, False),
        ({"mentions": [{"url": "https://social.example/@larix"}]}, True),
    ],
)
def test_who_mentions_or_answers_us_speaks_to_us(changes: dict[str, Any], addressed: bool) -> None:
    assert read(status("7", **changes)).addressed is addressed


@pytest.mark.parametrize(
    ("visibility", "private"),
    [
        ("public", False),
        ("unlisted", False),
        ("private", True),
        ("direct", True),
        ("local", True),
        (None, True),
        (["public"], True),
    ],
)
def test_what_not_everybody_can_read_is_private_and_so_is_what_we_cannot_tell(
    visibility: object, private: bool
) -> None:
    assert read(status("7", visibility=visibility)).private is private


def test_what_we_were_notified_of_speaks_to_us_though_it_lists_nobody() -> None:
    """snac 2.75 leaves us out of what we are sent."""
    assert read(status("7", mentions=[]), told=True).addressed


def test_a_program_is_heard_but_gets_no_answer_by_itself() -> None:
    raw = status("7", "<p>grazie, ottimo servizio!</p>")
    raw["account"] = {**raw["account"], "bot": True}
    item = read(raw, told=True)
    assert is_mention(item)
    assert (item.addressed, item.answerable) == (False, Answerable.YES)
    for signals in ({Signal.PRAISE}, set(), {Signal.QUESTION}):
        decision = decide(
            Heard(
                signals=signals,
                topics=frozenset(),
                sentiment=Sentiment.POSITIVE,
                answerable=item.answerable,
                addressed=item.addressed,
                opted_out=False,
            )
        )
        assert not decision.safe
    assert decision.action is Action.DRAFT, "a question of one is for a human to answer"


def test_pictures_come_with_the_words_that_describe_them() -> None:
    attached = [
        {"type": "image", "url": "https://f.example/1.jpg", "description": "una tenda strappata"},
        {"type": "gifv", "url": None, "remote_url": "https://far.example/2.mp4"},
        {"type": "audio", "url": "https://f.example/3.mp3"},
        {"type": "unknown"},
        "rubbish",
    ]
    card = {"url": "https://larix.example/tenda", "title": "La tenda"}
    media = read(status("7", media_attachments=attached, card=card)).media
    assert [(one.url, one.kind, one.alt) for one in media] == [
        ("https://f.example/1.jpg", MediaKind.IMAGE, "una tenda strappata"),
        ("https://far.example/2.mp4", MediaKind.VIDEO, ""),
        ("https://f.example/3.mp3", MediaKind.OTHER, ""),
        ("https://far.example/@anna/7", MediaKind.OTHER, ""),
        ("https://far.example/@anna/7", MediaKind.OTHER, ""),
        ("https://larix.example/tenda", MediaKind.LINK, "La tenda"),
    ]


@pytest.mark.parametrize(
    ("code", "language"),
    [("it", "it"), ("pt-BR", "pt"), ("zh_TW", "zh"), ("EN", "en"), ("tok", None), ("", None),
     (None, None), (5, None)],
)  # fmt: skip
def test_languages_are_two_letters_or_none(code: object, language: str | None) -> None:
    assert read(status("7", language=code)).language == language


def test_a_garbled_count_name_or_date_costs_that_field_alone() -> None:
    raw = status("7", created_at="soon", url=None, uri=5, favourites_count="many", mentions="x")
    raw["account"] = {"id": ANNA, "followers_count": -3, "display_name": 7, "acct": None}
    item = read(raw, told=True)
    assert item.created_at == NOW
    assert item.author == Person(external_id=ANNA, followers=0)
    assert (item.url, item.engagement) == ("", 0)
    assert read(status("7", account=None)).author is None


@pytest.mark.parametrize(
    "raw",
    [{}, {"id": "7"}, {"id": "7", "content": None}, {"id": "", "content": ""},
     {"id": "../x", "content": ""}, {"id": "..", "content": ""}, {"id": "a" * 200, "content": ""}],
)  # fmt: skip
def test_without_an_id_or_a_text_there_is_no_status(raw: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        read(raw)


def test_an_id_of_snac_stays_the_same_when_the_status_is_edited() -> None:
    said, edited = (recorded("snac")[name]["id"] for name in ("said", "edited"))
    assert said != edited
    assert optional_id(said) == optional_id(edited) == "0000000000" + said[10:]
    assert optional_id("1795338038493957") == "1795338038493957"


def test_who_we_are_is_known_by_name_and_host() -> None:
    snac = read_account(recorded("snac")["me"], api_url="http://localhost:8871")
    assert (snac.handle, snac.host, snac.bot) == ("acmecare", "localhost:8871", False)
    larix = read_account(ACCOUNT, api_url="https://api.example")
    assert (larix.id, larix.host, larix.bot) == (ME, "social.example", True)
    far = read_account({"id": "1", "acct": "larix@there.example"}, api_url="https://api.example")
    assert (far.handle, far.host) == ("larix", "there.example")
    bare = read_account({"id": "1", "username": "larix"}, api_url="https://api.example:8443/x")
    assert isinstance(bare, Account)
    assert bare.host == "api.example:8443"


def test_our_words_are_known_again_though_the_server_made_something_of_them() -> None:
    """As snac 2.75 does."""
    raw = ours("8", "<p>@anna grazie ❤️ <b>davvero</b></p>", text="@anna grazie <3 *davvero*")
    assert read(raw).text == "grazie <3 *davvero*"
    theirs = status("8", "<p>grazie ❤️</p>", text="grazie <3")
    assert read(theirs).text == "grazie ❤️"


@pytest.mark.parametrize("server", ["snac", "mock"])
def test_no_text_a_real_server_sent_is_lost(server: str) -> None:
    told = recorded(server)
    statuses = [
        told["status"],
        told["our reply"],
        *(one["status"] for one in told["mentions"]),
        *told["context"]["descendants"],
        *told["our own"],
        *told["tag"],
        *told["search"]["statuses"],
    ]
    me = {**told["me"]}
    for raw in statuses:
        item = reader(me, "http://localhost").read(raw)
        assert item.text
        assert "<" not in item.text.replace("<3", "")
        assert not (item.own and item.text.startswith("@"))
        assert item.created_at.year == 2026
        assert item.author is not None
        assert item.own is (item.author.external_id == me["id"])
    first = reader(me).read(told["status"])
    assert "& grazie\nsecondo rigo https://larix.example/a/very/long" in first.text
    assert first.text.endswith("#larix\n\nSecondo paragrafo")
    (warned,) = [one["status"] for one in told["mentions"] if one["status"]["spoiler_text"]]
    assert reader(me).read(warned).text.startswith("CW: infortunio\n\n@")
