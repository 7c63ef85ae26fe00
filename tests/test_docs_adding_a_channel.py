"""The guide's example is no prose: the channel that stands in it is taken out, held against the
contract of all channels on a network of its own, and answers a customer."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from html import escape
from inspect import signature
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

import listener.channels
import tests.test_listener_channels_contract as contract
from config import settings
from config.clock import Clock, utcnow
from config.errors import ConfigError
from config.migrate import migrate
from config.secrets import Redactor
from config.settings import ROOT
from listener.channels import KINDS, open_channels
from listener.channels.base import Answerable, Channel, ChannelOptions
from listener.channels.errors import RateLimited, Refused, Unavailable, Unknown
from listener.channels.metering import free
from listener.sandbox.exchange import Answer, Request, answer_json
from listener.sandbox.faults import Fault, answers
from listener.sandbox.journal import Event
from listener.sandbox.network import Network, token
from listener.sandbox.wire_faults import WIRE, told
from responder.approve import approve
from responder.bot import Bot, assemble
from responder.draft import draft_round
from responder.models import Draft, Reply, ReplyStatus
from responder.post import post_round
from responder.recognise import Sought, Whose, recognise
from tests.channel_stages import ALT, NOW, PICTURE, STAGES, Stage, Standing, reply_to
from tests.daemon import write_config
from tests.kill_matrix import MOODS, WORST, Nurseries

GUIDE: Final = (ROOT / "docs/adding-a-channel.md").read_text(encoding="utf-8")
MODULES: Final = dict(re.findall(r"```python\n# (listener/\S+\.py)\n(.*?)```", GUIDE, re.DOTALL))
PACKAGE: Final = "listener.channels.guestbook"
SHOP: Final = "shop"
PAGE: Final = 50  # entries


class GuestbookNetwork(Network):
    """The box on a shop's site. Who has never written before joins by writing."""

    FAULTS: ClassVar[Mapping[str, Fault]] = {
        **WIRE,
        "rate_limited": told(
            "429 with Retry-After.",
            answers(429, {"error": "too_many_calls"}, headers={"Retry-After": "120"}),
        ),
        "timeless": told("429 that names no time.", answers(429, {"error": "too_many_calls"})),
        "lost_404": told("A 404 of a proxy, about nothing.", answers(404, "<h1>Not found</h1>")),
        "no_list": told("200 with JSON that is no list.", answers(200, {"status": "fine"})),
        "nameless": told("201 without an id.", answers(201, {"ok": True}, done=True)),
    }

    def __init__(self, *, seed: int = 1, clock: Clock, path: Path | None = None) -> None:
        super().__init__(seed=seed, clock=clock, path=path)
        self.entries: dict[str, Event] = {}
        self._replay()

    def write(self, author: str, text: Any, under: str | None = None, **more: Any) -> str:
        """An entry, or an answer under any other. Returns its id."""
        with self.lock:
            key, at = f"g{1001 + len(self.entries)}", self.now()
            event = {
                "op": "write",
                "id": key,
                "thread": self.entries[under]["thread"] if under else key,
                "under": under,
                "author": author,
                "text": text,
                "at": at.isoformat(),
                "visible": self._visible_at(at, ours=author == SHOP).isoformat(),
                **more,
            }
            self._do(event)
            return key

    def change(self, key: str, **values: Any) -> None:
        """Edit it with `text`, delete it with `deleted`: a tombstone stays in its place."""
        with self.lock:
            self._do({"op": "change", "id": key, "values": values})

    def reply_natively(self, under: str, text: str) -> str:
        return self.write(SHOP, text, under)

    def _apply(self, event: Event) -> None:
        if event["op"] == "write":
            self.entries[event["id"]] = dict(event)
        elif event["op"] == "change":
            self.entries[event["id"]] |= event["values"]
        else:
            self._apply_vanish(event)

    def _answer(self, request: Request) -> Answer:
        given = request.headers.get("authorization", "")
        if given != f"Bearer {token(self.seed, 'guestbook')}":
            return answer_json({"error": f"unknown: {given}"}, status=401)
        with self.lock:
            return self._do_it(request)

    def _do_it(self, request: Request) -> Answer:
        match request.method, request.path.split("/")[2:]:
            case "GET", ["me"]:
                return answer_json({"id": SHOP, "name": "Larix Outdoor"})
            case "GET", ["entries"]:
                return self._list(list(self.entries.values()), request.query)
            case "GET", ["entries", key, "answers"] if key in self.entries:
                below = [one for one in self.entries.values() if one["under"] == key]
                return self._list(below, request.query)
            case "GET", ["entries", key] if key in self.entries and self._shown(self.entries[key]):
                return answer_json(self._told(self.entries[key]))
            case "POST", ["entries", key, "answers"] if self.entries[key].get("closed"):
                return answer_json({"error": "closed"}, status=409)
            case "POST", ["entries", key, "answers"] if "deleted" not in self.entries[key]:
                made = self.write(SHOP, request.json["text"], key)
                return answer_json(self._told(self.entries[made]), status=201)
        return answer_json({"error": "no_such_entry"}, status=404)

    def _list(self, found: list[Event], query: Mapping[str, str]) -> Answer:
        until, after = query.get("until", "9999"), query.get("after")
        found = [one for one in reversed(found) if self._shown(one) and one["at"] < until]
        start = [one["id"] for one in found].index(after) + 1 if after else 0
        page = found[start : start + PAGE]
        following = page[-1]["id"] if start + PAGE < len(found) else None
        return answer_json({"entries": [self._told(one) for one in page], "next": following})

    def _shown(self, one: Event) -> bool:
        return one["id"] not in self.vanished and one["visible"] <= self.now().isoformat()

    def _told(self, one: Event) -> Any:
        if "deleted" in one:
            return {"id": one["id"], "deleted": True}
        told_as_kept = ("id", "thread", "under", "picture", "closed")
        return {
            **{name: one[name] for name in told_as_kept if name in one},
            "author": {"id": f"p-{one['author']}", "name": one["author"].title()},
            "mine": one["author"] == SHOP,
            "text": escape(one["text"]) if isinstance(one["text"], str) else one["text"],
            "created_at": one["at"],
            "url": f"{self.url}/book#{one['id']}",
        }


class GuestbookStage(Stage):
    kind, hears = "guestbook", "entries"
    reads, writes = ("GET", "/api/entries"), ("POST", "/api/entries/")

    network: GuestbookNetwork

    def make_network(self, clock: Clock, path: Path | None) -> GuestbookNetwork:
        return GuestbookNetwork(clock=clock, path=path)

    def table(self) -> dict[str, Any]:
        return {"api_url": f"{self.network.url}/api", **self.secrets()}

    def secrets(self) -> Mapping[str, str]:
        return {"token": token(self.network.seed, "guestbook")}

    def says(self, text: str, *, author: str = "anna", picture: bool = False) -> str:
        shown = {"url": PICTURE, "alt": ALT} if picture else None
        return self.network.write(author, text, picture=shown)

    def answers(self, external_id: str, text: str, *, author: str = "anna") -> str:
        return self.network.write(author, text, external_id)

    def edits(self, external_id: str, text: str) -> None:
        self.network.change(external_id, text=text)

    def deletes(self, external_id: str) -> None:
        self.network.change(external_id, deleted=True)

    def standing(self) -> list[Standing]:
        return [
            Standing(external_id=one["id"], text=one["text"], under=one["under"])
            for one in self.network.entries.values()
            if one["author"] == SHOP and "deleted" not in one
        ]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The guide's modules, to be imported as if they stood in the repository."""
    root = tmp_path_factory.mktemp("channels")
    for name, code in MODULES.items():
        path = root / Path(name).relative_to("listener/channels")
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
    kind, target = re.findall(r'^    "(guestbook)": "(\S+)",$', GUIDE, re.MULTILINE)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listener.channels, "__path__", [*listener.channels.__path__, str(root)])
        patch.setitem(KINDS, kind, target)
        yield root
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


@pytest.fixture
def stage(package: Path) -> Iterator[GuestbookStage]:
    with GuestbookStage() as opened:
        yield opened


@pytest.fixture
def channel(stage: GuestbookStage) -> Channel:
    return stage.channel()


# Each test of the contract, here on the stage above. A test that is added there runs here as well.
globals().update({name: test for name, test in vars(contract).items() if name.startswith("test_")})


# What the guide says of its example beside the contract


def test_only_the_network_s_own_word_says_that_something_is_gone_or_not_there(
    stage: GuestbookStage, channel: Channel
) -> None:
    key = stage.says("Where is it?")
    reply = reply_to(contract.heard(channel, stage), "On its way!")
    stage.network.faults.next("GET", f"/api/entries/{key}", "lost_404")
    with pytest.raises(Unavailable):
        channel.lookup([key])
    stage.network.faults.next("GET", f"/api/entries/{key}", "no_list")
    with pytest.raises(Unavailable):
        channel.own_replies(reply, NOW)
    stage.network.write(SHOP, 7, key)  # an answer nobody can read
    with pytest.raises(Unavailable):
        channel.own_replies(reply, NOW)


@pytest.mark.parametrize(("fault", "stands"), [("lost_404", 0), ("nameless", 1)])
def test_a_reply_is_in_doubt_unless_the_network_names_it_or_refuses_it(
    stage: GuestbookStage, channel: Channel, fault: str, stands: int
) -> None:
    stage.says("Where is it?")
    reply = reply_to(contract.heard(channel, stage), "On its way!")
    stage.network.faults.next(*stage.writes, fault)
    with pytest.raises(Unknown):
        channel.post(reply)
    assert len(stage.standing()) == stands


def test_a_closed_entry_is_not_to_be_answered(stage: GuestbookStage, channel: Channel) -> None:
    stage.network.write("anna", "Where is it?", closed=True)
    mention = contract.heard(channel, stage)
    assert mention.answerable is Answerable.NO
    with pytest.raises(Refused, match="closed"):
        channel.post(reply_to(mention, "On its way!"))


def test_tombstones_are_no_mentions_and_what_cannot_be_read_is_kept_for_a_human(
    stage: GuestbookStage, channel: Channel
) -> None:
    stays, goes, garbled = (stage.network.write("anna", words) for words in ("one", "two", 3))
    stage.deletes(goes)
    page = channel.fetch("entries", None)
    assert [item.external_id for item in page.items] == [stays]
    assert [bad.external_id for bad in page.rejected] == [garbled]


def test_words_that_come_back_changed_are_known_again(
    stage: GuestbookStage, channel: Channel
) -> None:
    stage.says("Where is <it> & what's up?")
    mention = contract.heard(channel, stage)
    assert mention.text == "Where is <it> & what's up?"
    text = "Tom & Anna <care> say it's on its way"
    channel.post(reply_to(mention, text))
    (ours,) = channel.own_replies(reply_to(mention, text), NOW)
    assert recognise([ours], Sought(text=text)).whose is Whose.OURS


def test_one_old_entry_on_top_and_one_of_the_future_hide_nothing(
    stage: GuestbookStage, channel: Channel
) -> None:
    _, position = contract.read(channel, stage)
    keys = {stage.says(f"hello {number}") for number in range(PAGE + 10)}
    stage.later(hours=1)
    stage.network.change(stage.says("pinned"), at=(NOW - timedelta(days=90)).isoformat())
    tomorrow = stage.says("tomorrow")
    stage.network.change(tomorrow, at=(NOW + timedelta(days=1)).isoformat())
    items, position = contract.read(channel, stage, position)
    assert keys < {item.external_id for item in items}
    stage.later(hours=2)
    late = stage.says("one more")
    again, _ = contract.read(channel, stage, position)
    assert {item.external_id for item in again} == {late, tomorrow}


def test_what_is_listed_minutes_later_is_heard(stage: GuestbookStage, channel: Channel) -> None:
    stage.network.index_lag_seconds = 300
    late = stage.says("I am listed late")
    stage.network.index_lag_seconds = 0
    stage.later(minutes=4)
    stage.says("I am not")
    items, position = contract.read(channel, stage)
    assert [item.text for item in items] == ["I am not"]
    stage.later(minutes=2)
    assert late in {item.external_id for item in contract.read(channel, stage, position)[0]}


def test_a_limit_without_an_end_lasts_a_quarter_of_an_hour(
    stage: GuestbookStage, channel: Channel
) -> None:
    stage.network.faults.next(*stage.reads, "timeless")
    with pytest.raises(RateLimited) as raised:
        channel.fetch("entries", None)
    assert raised.value.until == stage.watch.now + timedelta(minutes=15)


# The rest of the product takes it as it is


def test_a_customer_is_answered_once_although_the_answer_got_lost(
    stage: GuestbookStage, tmp_path: Path
) -> None:
    bot = installed(stage, tmp_path)
    ours = stage.network.write(SHOP, "Our new tents are here")
    key = stage.answers(ours, "my parcel never arrived, what a shame", author="giulia")
    bot.poller.poll(bot.channels["guestbook"])
    draft_round(bot)
    with bot.database.read() as session:
        (draft,) = session.query(Draft)
    approve(bot, draft.id, version=draft.version, by="anna", confirm=frozenset({"R03"}))
    stage.network.faults.next(*stage.writes, "reset_after")
    post_round(bot, "guestbook")
    assert [reply.status for reply in replies(bot)] == [ReplyStatus.UNKNOWN]
    stage.later(minutes=5)
    post_round(bot, "guestbook")
    (reply,), (_, standing) = replies(bot), stage.standing()
    assert (reply.status, reply.external_id) == (ReplyStatus.SENT, standing.external_id)
    assert (standing.under, standing.text) == (key, reply.text)
    bot.database.close()


def installed(stage: Stage, folder: Path) -> Bot:
    config = write_config(folder, {stage.kind: stage.table()})
    found = settings.load(config, environment=False)
    made = assemble(found, source=str(config), redactor=Redactor(), clock=stage.watch)
    migrate(made.database, url=found.database.url)
    return made


def replies(bot: Bot) -> list[Reply]:
    with bot.database.read() as session:
        return list(session.query(Reply))


@pytest.mark.real
@pytest.mark.parametrize("mood", WORST[:1])
def test_killed_at_any_point_of_a_send_the_example_answers_exactly_once(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mood: str
) -> None:
    """The bots that die are processes of their own: they learn of the kind as they start."""
    (tmp_path / "sitecustomize.py").write_text(
        "import listener.channels as channels\n"
        f"channels.__path__.append({str(package)!r})\n"
        f"channels.KINDS['guestbook'] = {KINDS['guestbook']!r}\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    with Nurseries(tmp_path, GuestbookStage) as nurseries:
        fates = nurseries.row(MOODS[mood])
    assert sum(fate.died for fate in fates) >= 20
    assert not [fate for fate in fates if (fate.standing, fate.status) != (1, ReplyStatus.SENT)]


# The guide itself


def test_the_example_keeps_the_rules_of_the_house(package: Path) -> None:
    ours = "lint.isort.known-first-party=['config','listener']"
    for path in (package / "guestbook").glob("*.py"):
        for rule in (["check", "--config", ours], ["format", "--check"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *rule, "--stdin-filename", path.name, "-"],
                input=path.read_text("utf-8"),
                capture_output=True,
                text=True,
                cwd=ROOT,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr


def test_its_table_shows_every_option_with_its_default(package: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    table = tomllib.loads(block)["channels"]["guestbook"]
    module = importlib.import_module(f"{PACKAGE}.options")
    options: type[ChannelOptions] = module.GuestbookOptions
    assert set(table) == set(options.model_fields)
    made = options(**table)
    assert made == options(kind="guestbook")
    with pytest.raises(ConfigError, match=r"channels\.guestbook\.token"):
        open_channels(
            {"guestbook": table}, source="", redactor=Redactor(), clock=utcnow, meter=free
        )


def test_the_guide_tells_of_every_method_and_its_example_takes_what_the_protocol_passes(
    package: Path,
) -> None:
    example = importlib.import_module(f"{PACKAGE}.channel").GuestbookChannel
    for name, promised in vars(Channel).items():
        if not name.startswith("_"):
            assert f"`{name}" in GUIDE, name
        if not name.startswith("_") and callable(promised):
            assert taken(getattr(example, name)) == taken(promised)


def taken(method: Callable[..., object]) -> list[tuple[object, ...]]:
    return [(one.name, one.kind, one.default) for one in signature(method).parameters.values()]


def test_all_the_guide_names_exists() -> None:
    for path in re.findall(r"`((?:config|listener|tests|scripts|docs)/[\w/.]+)`", GUIDE):
        assert (ROOT / path).exists(), path
    makefile = (ROOT / "Makefile").read_text("utf-8")
    commands = re.findall(r'make (\S+) ARGS="(\S+) -k (\w+)"', GUIDE)
    assert len(commands) == 2
    for target, path, kind in commands:
        assert f"\n{target}:" in makefile
        assert (ROOT / path).exists(), path
        assert kind in STAGES
