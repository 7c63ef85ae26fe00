"""The pages people open: threads as they stand, and nothing a customer wrote can break out."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import requests

from config.clock import utcnow
from listener.sandbox.facebook.network import PAGE, FacebookNetwork
from listener.sandbox.network import Network
from listener.sandbox.x.network import BRAND, XNetwork
from listener.sandbox.x.post import Photo
from tests.patience import PATIENCE

HOSTILE = "<script>alert(1)</script> \"><img src=x onerror='y'> & \u202eevil"


@pytest.fixture
def x() -> Iterator[XNetwork]:
    network = XNetwork(clock=utcnow)
    network.start()
    yield network
    network.stop()


@pytest.fixture
def fb() -> Iterator[FacebookNetwork]:
    network = FacebookNetwork(clock=utcnow)
    network.start()
    yield network
    network.stop()


class Reader(HTMLParser):
    """Collects tags and the text between them, and checks that the tags nest."""

    VOID = ("meta", "img", "br")

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data

    def close(self) -> None:
        super().close()
        assert self._open == []


def read(network: Network, path: str) -> Reader:
    answer = requests.get(network.url + path, timeout=PATIENCE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    reader = Reader()
    reader.feed(answer.text)
    reader.close()
    assert {"script", "img"}.isdisjoint(reader.tags)
    return reader


def test_hostile_names_and_texts_are_shown_and_do_nothing(x: XNetwork, fb: FacebookNetwork) -> None:
    x.customer("eve", name=HOSTILE)
    post = x.post("eve", HOSTILE, photos=[Photo(url="https://p.invalid/a", alt=HOSTILE)])
    fb.customer("eve", name=HOSTILE)
    visit = fb.visitor_post("eve", HOSTILE)
    fb.comment(visit, "eve", HOSTILE)
    assert read(x, f"/eve/status/{post}").said.count(HOSTILE) == 4  # title, name, text, picture
    assert read(x, "/").said.count(HOSTILE) == 3
    assert read(x, f"/intent/tweet?in_reply_to={post}").said.count(HOSTILE) == 3
    assert read(fb, f"/posts/{visit}").said.count(HOSTILE) == 5
    assert read(fb, "/").said.count(HOSTILE) == 2


def test_a_thread_on_x_shows_who_said_what_and_what_became_of_it(x: XNetwork) -> None:
    first = x.post("anna", f"@{BRAND} where is it?")
    reply = x.post(BRAND, "On its way!", in_reply_to=first)
    x.edit(x.post("bob", "me too", in_reply_to=reply), "me three")
    x.delete(x.post("carl", "never mind", in_reply_to=first))
    x.hide(x.post("troll", "boo", in_reply_to=first))
    page = requests.get(f"{x.url}/{BRAND}/status/{reply}", timeout=PATIENCE).text
    for shown in ("Sandbox X", "@larixoutdoor where is it?", "On its way!", "me three"):
        assert shown in page
    for mark in ("deleted", "hidden", "edited", "the brand"):
        assert f'<span class="mark">{mark}</span>' in page
    assert "me too" not in page
    assert page.index("where is it?") < page.index("On its way!") < page.index("me three")
    assert 'class="ours"' in page


def test_a_post_on_facebook_shows_its_comments_at_two_levels(fb: FacebookNetwork) -> None:
    post = fb.page_post("Buongiorno")
    comment = fb.comment(post, "anna", "Aperti domenica?")
    reply = fb.comment(comment, PAGE, "No, ma sabato sì")
    number = post.split("_")[1]
    for path in (
        f"/posts/{post}",
        f"/{fb.page_id}/posts/{number}?comment_id=1",
        f"/posts/{number}",
    ):
        said = read(fb, path).said
        assert "Sandbox Facebook" in said
        assert said.index("Aperti domenica?") < said.index("No, ma sabato sì")
    headers = {"Authorization": f"Bearer {fb.secrets()['page_access_token']}"}
    told = requests.get(
        f"{fb.url}/v26.0/{reply}", {"fields": "permalink_url"}, headers=headers, timeout=PATIENCE
    ).json()
    page = requests.get(told["permalink_url"], timeout=PATIENCE)
    assert f'id="{told["permalink_url"].partition("#")[2]}"' in page.text


def test_the_list_of_threads_leads_to_each(x: XNetwork, fb: FacebookNetwork) -> None:
    post, visit = x.post("anna", "hello there"), fb.visitor_post("anna", "hello here")
    assert f'href="/anna/status/{post}"' in requests.get(x.url, timeout=PATIENCE).text
    assert f'href="/posts/{visit}#c{visit}"' in requests.get(fb.url, timeout=PATIENCE).text


def test_answering_by_hand_is_explained(x: XNetwork) -> None:
    post = x.post("doug", "anyone tried larix outdoor?")
    said = read(x, f"/intent/tweet?in_reply_to={post}").said
    assert "Answer by hand" in said
    assert "anyone tried larix outdoor?" in said


@pytest.mark.parametrize(
    "path", ["/nobody/status/1", "/intent/tweet?in_reply_to=1", "/favicon.ico"]
)
def test_there_is_no_page_where_there_is_nothing(x: XNetwork, path: str) -> None:
    assert requests.get(x.url + path, timeout=PATIENCE).status_code == 404


def test_there_is_no_page_for_a_post_that_never_was(fb: FacebookNetwork) -> None:
    assert requests.get(f"{fb.url}/posts/1_2", timeout=PATIENCE).status_code == 404
