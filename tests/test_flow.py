"""The whole line over real HTTP: sandbox networks, the daemon, the API, and back to the thread."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from config import settings
from config.migrate import migrate
from config.secrets import Redactor
from listener.models import Mention
from listener.sandbox.sandbox import NETWORKS, Sandbox
from responder.approve import hide
from responder.bot import assemble
from tests.daemon import Daemon, write_config
from tests.patience import PATIENCE, eventually


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    networks = Sandbox(kinds=("x", "facebook"), seed=1, story=False)
    networks.start()
    yield networks
    networks.stop()


@pytest.fixture
def everywhere() -> Iterator[Sandbox]:
    networks = Sandbox(seed=1, story=False)
    networks.start()
    yield networks
    networks.stop()


@pytest.fixture
def config(tmp_path: Path, sandbox: Sandbox) -> Path:
    return _configured(tmp_path, sandbox)


def _configured(tmp_path: Path, sandbox: Sandbox) -> Path:
    tables = sandbox.tables()
    for table in tables.values():
        table["poll_seconds"] = 0.5
    return write_config(tmp_path, tables)


def _draft_for(daemon: Daemon, text: str) -> dict[str, Any]:
    def found() -> Any:
        for draft in daemon.get("/drafts", status="pending")["items"]:
            if text in daemon.get(f"/mentions/{draft['mention_id']}")["text"]:
                return draft
        return None

    return dict(eventually(found))


def _approve(daemon: Daemon, draft: dict[str, Any]) -> None:
    answer = daemon.post(f"/drafts/{draft['id']}/approve", version=draft["version"])
    assert answer.status_code == 200, answer.text


def test_a_post_on_x_is_answered_in_its_own_thread_in_its_own_language(
    sandbox: Sandbox, config: Path
) -> None:
    sandbox.x.customer("ola", name="Ola Nowak")
    post = sandbox.x.post("ola", "@larixoutdoor moja paczka nie dotarła, to już dziesięć dni!")
    with Daemon(config) as daemon:
        draft = _draft_for(daemon, "dziesięć dni")
        assert draft["language"] == "pl"
        assert draft["text"].startswith("Dzień dobry!")
        assert sandbox.x.replies_to(post) == []
        _approve(daemon, draft)
        (reply,) = eventually(lambda: sandbox.x.replies_to(post))
        # X itself puts the handle in front of a reply's text.
        assert reply.text == f"@ola {draft['text']}"
        (sent,) = eventually(lambda: daemon.get("/replies", status="sent")["items"])
    assert (sent["in_reply_to"], sent["external_id"]) == (post, reply.id)
    assert sent["author_kind"] == "human"


def test_a_reply_to_a_reply_on_facebook_goes_under_its_top_level_comment(
    sandbox: Sandbox, config: Path
) -> None:
    page_post = sandbox.facebook.page_post("Inverno in arrivo!")
    sandbox.facebook.customer("anna", name="Anna Bianchi")
    sandbox.facebook.customer("luca", name="Luca Verdi")
    top = sandbox.facebook.comment(page_post, "anna", "Bella la nuova collezione")
    sandbox.facebook.comment(top, "luca", "A me il pacco non è mai arrivato, vergogna")
    with Daemon(config) as daemon:
        _approve(daemon, _draft_for(daemon, "mai arrivato"))
        eventually(lambda: daemon.get("/replies", status="sent")["items"])
    under_top = sandbox.facebook.comments_on(top)
    assert len(under_top) == 2
    assert under_top[-1].text.startswith("Ciao Luca!")


def test_on_every_network_the_answer_stands_on_its_own_page_under_who_was_answered(
    tmp_path: Path, everywhere: Sandbox
) -> None:
    page_post = everywhere.facebook.page_post("Inverno in arrivo!")
    handle = everywhere.bluesky.brand.handle
    asked = {
        "x": everywhere.x.post("tomek", "@larixoutdoor moja paczka nie dotarła, to już 10 dni!"),
        "facebook": everywhere.facebook.comment(page_post, "anna", "Il mio pacco? Mai arrivato!"),
        "bluesky": everywhere.bluesky.post("jule", f"@{handle} mein Paket ist seit 10 Tagen weg!"),
        "mastodon": everywhere.mastodon.post(
            "lison@piaf.example", "@larixoutdoor@outdoor.example mon colis n'est jamais arrivé !"
        ),
    }
    assert asked.keys() == NETWORKS.keys()
    with Daemon(_configured(tmp_path, everywhere)) as daemon:
        drafts = [_draft_for(daemon, said) for said in ("paczka", "Mai", "Paket", "colis")]
        for draft in drafts:
            _approve(daemon, draft)
        eventually(lambda: len(daemon.get("/replies", status="sent")["items"]) == len(asked))
        sent = {reply["channel"]: reply for reply in daemon.get("/replies")["items"]}
    assert {kind: reply["in_reply_to"] for kind, reply in sent.items()} == asked
    for kind, reply in sent.items():
        assert reply["url"].startswith(everywhere.networks[kind].url)
        shown = unescape(requests.get(reply["url"], timeout=PATIENCE).text)
        assert reply["text"] in shown.partition('<div class="under">')[2], kind


def test_an_edit_withdraws_the_draft_and_a_new_one_answers_the_new_text(
    sandbox: Sandbox, config: Path
) -> None:
    sandbox.x.customer("sam", name="Sam")
    post = sandbox.x.post("sam", "@larixoutdoor my parcel never arrived, what a shame")
    with Daemon(config) as daemon:
        first = _draft_for(daemon, "never arrived")
        sandbox.x.edit(post, "@larixoutdoor which size of the Brenta 200 should I take at 1.80 m?")
        second = eventually(
            lambda: [
                draft
                for draft in daemon.get("/drafts", status="pending")["items"]
                if draft["id"] != first["id"]
            ]
        )[0]
        stale = daemon.post(f"/drafts/{first['id']}/approve", version=first["version"])
        assert stale.status_code == 409
        assert second["made_from"] == "product: merino_base"
        assert len(daemon.get("/mentions")["items"]) == 1


def test_what_was_deleted_before_the_send_is_never_answered(sandbox: Sandbox, config: Path) -> None:
    sandbox.x.customer("sam", name="Sam")
    post = sandbox.x.post("sam", "@larixoutdoor my parcel never arrived, what a shame")
    with Daemon(config) as daemon:
        draft = _draft_for(daemon, "never arrived")
        sandbox.x.delete(post)
        _approve(daemon, draft)
        eventually(lambda: daemon.get("/mentions", status="gone")["items"])
        (reply,) = eventually(lambda: daemon.get("/replies", status="failed")["items"])
    assert "deleted" in reply["reason"]
    assert sandbox.x.own_posts() == []


def test_a_keyword_hit_that_did_not_mention_us_is_never_sent_to_x(
    sandbox: Sandbox, config: Path
) -> None:
    sandbox.x.customer("sam", name="Sam")
    sandbox.x.post("sam", "My Larix Outdoor jacket broke after two weeks, never again")
    with Daemon(config) as daemon:
        draft = _draft_for(daemon, "never again")
        refused = daemon.post(f"/drafts/{draft['id']}/approve", version=draft["version"])
    assert refused.status_code == 422
    assert refused.json()["findings"][0]["rule"] == "answerable"
    assert sandbox.x.own_posts() == []


def test_hiding_a_comment_hides_it_on_the_network(sandbox: Sandbox, config: Path) -> None:
    page_post = sandbox.facebook.page_post("Inverno in arrivo!")
    sandbox.facebook.customer("anna", name="Anna")
    comment = sandbox.facebook.comment(page_post, "anna", "che schifo di pacco, mai arrivato")
    bot = assemble(settings.load(config), source=str(config), redactor=Redactor())
    migrate(bot.database, url="test")
    for channel in bot.channels.values():
        bot.poller.poll(channel)
    with bot.database.read() as session:
        mention_id = session.scalars(select(Mention.id)).one()
    hide(bot, mention_id, by="anna")
    bot.database.close()
    hidden = sandbox.facebook.living(comment)
    assert hidden is not None
    assert hidden.hidden
