"""The HTML sandbox Mastodon makes of a text, and how long it finds it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.sandbox.mastodon.network import BRAND, DOMAIN, MastodonNetwork
from listener.sandbox.mastodon.told import told_status
from listener.sandbox.mastodon.weigh import graphemes, weigh
from tests.fakes import Watch

PAGE = "http://127.0.0.1:0"


def html(text: str, author: str = "anna") -> str:
    network = MastodonNetwork(clock=Watch())
    network.customer("hannes@troet.example")
    post = network.post(author, text)
    content: str = told_status(network, network.statuses[post], network.brand)["content"]
    return content


def test_paragraphs_and_lines_are_kept() -> None:
    assert html("one\ntwo\n\nthree") == "<p>one<br />two</p><p>three</p>"
    assert html("one\r\ntwo\n\n\n\nthree") == "<p>one<br />two</p><p>three</p>"
    assert html("one\ntwo", "x@far.example") == "<p>one<br>two</p>"


def test_what_looks_like_html_is_words() -> None:
    assert html('<b>&"it\'s"') == "<p>&lt;b&gt;&amp;&quot;it&#39;s&quot;</p>"
    assert html('<b>&"it\'s"', "x@far.example") == '<p>&lt;b&gt;&amp;"it\'s"</p>'


def test_a_mention_is_a_card_without_the_domain() -> None:
    assert html(f"hi @{BRAND}!") == (
        f'<p>hi <span class="h-card" translate="no"><a href="{PAGE}/@{BRAND}"'
        f' class="u-url mention">@<span>{BRAND}</span></a></span>!</p>'
    )
    assert html("@hannes@troet.example") == (
        f'<p><span class="h-card" translate="no"><a href="{PAGE}/@hannes@troet.example"'
        ' class="u-url mention">@<span>hannes</span></a></span></p>'
    )
    assert html(f"@{BRAND}@{DOMAIN}", "x@far.example") == (
        f'<p><span class="h-card" translate="no"><a href="{PAGE}/@{BRAND}" class="u-url mention"'
        f' rel="nofollow noopener" target="_blank">@<span>{BRAND}</span></a></span></p>'
    )


@pytest.mark.parametrize(
    "text", ["@nobody", f"mail@{BRAND}", f"x/@{BRAND}", "@ alone", f"@{BRAND}@elsewhere.example"]
)
def test_who_is_not_known_or_not_meant_stays_words(text: str) -> None:
    assert html(text) == f"<p>{text}</p>"


def test_a_bare_name_is_somebody_of_the_authors_own_server_first() -> None:
    network = MastodonNetwork(clock=Watch())
    network.customer("tom")
    network.customer("tom@far.example")
    far = network.post("x@far.example", "hi @tom")
    near = network.post("anna", "hi @tom")
    assert network.statuses[far].mentions == ("tom@far.example",)
    assert network.statuses[near].mentions == ("tom",)


def test_a_link_hides_what_is_long() -> None:
    def link(address: str, *shown: str, cut: bool = False) -> str:
        spans = zip(("invisible", "ellipsis" if cut else "", "invisible"), shown, strict=True)
        inner = "".join(f'<span class="{name}">{text}</span>' for name, text in spans)
        return (
            f'<p><a href="{address}" target="_blank" rel="nofollow noopener" translate="no">'
            f"{inner}</a></p>"
        )

    short = "https://larix.example/brenta"
    assert html(short) == link(short, "https://", "larix.example/brenta", "")
    long_ = "https://www.larix.example/shoes/lagorai-mid/size-43"
    shown = ("https://www.", "larix.example/shoes/lagorai-mi", "d/size-43")
    assert html(long_) == link(long_, *shown, cut=True)
    just = "https://larix.example/shoes/lagorai-mid"
    assert html(just) == link(just, "https://", "larix.example/shoes/lagorai-mid", "")


def test_a_link_ends_where_the_sentence_goes_on() -> None:
    assert "larix.example/a</span>" in html("(see https://larix.example/a).")
    assert "larix.example/a_(b)</span>" in html("see https://larix.example/a_(b), please")
    inside = html(f"https://larix.example/@{BRAND}#top")
    assert inside.count("<a ") == 1


def test_a_hashtag_leads_to_its_page() -> None:
    assert html("so #Warm!") == (
        f'<p>so <a href="{PAGE}/tags/warm" class="mention hashtag" rel="tag">#<span>Warm</span>'
        "</a>!</p>"
    )
    assert html("#1 of a#b &#39;") == "<p>#1 of a#b &amp;#39;</p>"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("e\u0301", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("👍🏽👍🏽", 2),
        ("🇮🇹🇬🇷🇵🇱", 3),
        ("🇮🇹🇬", 2),
        ("☀️❤️", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1),
        ("각", 1),
        ("\r\n", 1),
        ("ναι\u0308", 3),
        ("a\u200d👍", 2),
    ],
)
def test_what_a_reader_takes_for_one_character_is_one(text: str, length: int) -> None:
    assert graphemes(text) == length


def test_links_weigh_23_and_names_elsewhere_without_their_domain() -> None:
    assert weigh("see https://a.example/" + "x" * 300) == 4 + 23
    assert weigh("see http://a.example.") == 4 + 23 + 1
    assert weigh("@hannes@troet.example hi") == len("@hannes hi")
    assert weigh("@hannes hi #tag") == len("@hannes hi #tag")
    assert weigh("hi", "careful") == 9
    assert weigh("a.example/x") == len("a.example/x")


@given(st.text(max_size=60))
def test_no_text_is_longer_than_its_characters_or_breaks_out_of_its_html(text: str) -> None:
    assert graphemes(text) <= len(text)
    assert weigh(text, text) >= 0
    for author in ("anna", "x@far.example"):
        content = html(text, author)
        assert not text.strip() or content.startswith("<p>")
        assert content.count("<p>") == content.count("</p>")
        assert "<script" not in content.lower()


@given(st.text(alphabet="ab", max_size=9), st.text(alphabet="ab", max_size=9))
def test_plain_letters_weigh_what_they_are(one: str, other: str) -> None:
    assert weigh(f"{one} {other}") == len(one) + 1 + len(other)
