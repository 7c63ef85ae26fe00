"""Fixtures of the desk: a store with a day's work in it, visitors of each role, a real browser."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    expect,
)
from starlette.testclient import TestClient

from config.clock import utcnow
from responder import access
from responder.bot import Bot
from responder.desk.app import create_app
from responder.desk.live import Hub
from responder.desk.server import DeskServer
from responder.team.models import Role
from tests.desk_story import tell
from tests.factories import make_bot
from tests.fakes import FakeChannel
from tests.patience import PATIENCE

ALL_LANGUAGES = ("it", "en", "fr", "de", "es", "pl", "el")
_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was loaded so far stays to the end: the collector need not look through it each time.
    Nor at every seven hundredth new object, which took a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


_PATIENCE: Final = 1000 * PATIENCE  # milliseconds
expect.set_options(timeout=_PATIENCE)
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

Visit = Callable[[Role], TestClient]
"""Signs in somebody of that role, named after it, and returns their browser."""

Sit = Callable[..., Page]
"""Seats one more person, by name, role and options of the browser context."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A desk somebody can sit at. `ids` are drafts by a short name (tests/desk_story.py)."""

    bot: Bot
    x: FakeChannel
    facebook: FakeChannel
    ids: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class OpenDesk(Place):
    """The same, answering on a port."""

    server: DeskServer

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def hub(self) -> Hub:
        """What tells open desks of changes."""
        return self.server.hub

    def enter(self, name: str = "anna", role: Role = Role.ADMIN) -> str:
        """A link that signs in."""
        secret = access.entry_link(self.bot.database, name=name, role=role, now=self.bot.clock())
        return f"{self.url}/enter/{secret}"

    def item(self, who: str) -> str:
        return f"{self.url}/item/{self.ids[who]}"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A desk with a day's work, without a server. Its clock is the real one."""
    found = furnish(tmp_path)
    yield found
    found.bot.database.close()


@pytest.fixture
def visit(place: Place) -> Iterator[Visit]:
    with _visits(place) as sit:
        yield lambda role: sit(role, role.value)


@pytest.fixture(scope="module")
def common_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One desk for all tests of a module that ask what holds in whatever state it is."""
    found = furnish(tmp_path_factory.mktemp("desk"))
    yield found
    found.bot.database.close()


@pytest.fixture(scope="module")
def common_visit(common_place: Place) -> Iterator[Visit]:
    """Somebody new at that desk each time."""
    numbers = count(1)
    with _visits(common_place) as sit:
        yield lambda role: sit(role, f"{role.value} {next(numbers)}")


@contextmanager
def _visits(place: Place) -> Iterator[Callable[[Role, str], TestClient]]:
    app = create_app(place.bot)
    with ExitStack() as open_clients:

        def sit(role: Role, name: str) -> TestClient:
            client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
            open_clients.enter_context(client)
            client.headers["sec-fetch-site"] = "same-origin"
            secret = access.entry_link(
                place.bot.database, name=name, role=role, now=place.bot.clock()
            )
            assert client.get(f"/enter/{secret}").status_code == 303
            return client

        yield sit


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenDesk]:
    found = furnish(tmp_path)
    server = DeskServer(found.bot, host="127.0.0.1", port=0)
    server.start()
    yield OpenDesk(bot=found.bot, x=found.x, facebook=found.facebook, ids=found.ids, server=server)
    server.stop()
    found.bot.database.close()


@pytest.fixture(scope="session")
def base_url() -> str:
    """None: each test has a desk, and a port, of its own. The plugin's fixture of this name trips
    over a deprecation of pytest 9, and warnings are errors here."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], playwright: Playwright
) -> dict[str, Any]:
    """$CHROMIUM, else Playwright's own Chromium, else the system's. None: an error, no skip."""
    args = dict(browser_type_launch_args)
    chosen = os.environ.get("CHROMIUM")
    own = Path(playwright.chromium.executable_path)
    if chosen or not own.exists():
        system = next((path for name in _NAMES if (path := shutil.which(name))), None)
        args["executable_path"] = chosen or system
        if args["executable_path"] is None:
            pytest.fail("No Chromium: run sh scripts/browser.sh, or set CHROMIUM=/path")
    args["args"] = [
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--force-color-profile=srgb",
        "--font-render-hinting=none",
    ]
    if os.geteuid() == 0:
        args["args"].append("--no-sandbox")
        args["chromium_sandbox"] = False
    return args


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "en-GB",
        "timezone_id": "Europe/Rome",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def clean_page(page: Page) -> Iterator[Page]:
    """A page that fails its test if anything broke the content policy or reached the console."""
    page.set_default_timeout(_PATIENCE)
    complaints: list[str] = []
    watch(page, complaints)
    yield page
    assert complaints == []


@pytest.fixture
def anna(clean_page: Page, desk: OpenDesk) -> Page:
    """Signed in, at the queue, with the stream open."""
    return seated(clean_page, desk, "anna")


@pytest.fixture
def sit(browser: Browser, desk: OpenDesk) -> Iterator[Sit]:
    """More people, each with a browser of their own."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def sit_down(name: str, role: Role = Role.APPROVER, **options: object) -> Page:
        context = browser.new_context(reduced_motion="reduce", **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        watch(page, complaints)
        return seated(page, desk, name, role)

    yield sit_down
    for context in contexts:
        context.close()
    assert complaints == []


def seated(page: Page, desk: OpenDesk, name: str, role: Role = Role.ADMIN) -> Page:
    page.goto(desk.enter(name, role))
    expect(page.get_by_role("heading", level=1)).to_have_text("To approve")
    return page


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def ready(page: Page) -> None:
    """Wait for the scripts: before them, keys do nothing yet."""
    expect(page.locator("html")).to_have_class(re.compile("scripted"))


def watch(page: Page, complaints: list[str]) -> None:
    """Collect what the browser complains about."""
    page.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " e => console.error('policy', e.violatedDirective, e.blockedURI))"
    )

    def of_dialog(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    def of_console(message: ConsoleMessage) -> None:
        # The browser itself notes every 409 and 422 of a form; the page shows them to the person.
        told = "the server responded with a status of 4" in message.text
        if message.type in ("error", "warning") and not told:
            complaints.append(message.text)

    page.on("dialog", of_dialog)
    page.on("console", of_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def furnish(folder: Path) -> Place:
    """A desk with a day's work in `folder`."""
    x = FakeChannel("x", clock=utcnow)
    facebook = FakeChannel("facebook", clock=utcnow, text_limit=8000)
    bot = make_bot(folder, channels=[x, facebook], clock=utcnow, languages=ALL_LANGUAGES)
    return Place(bot=bot, x=x, facebook=facebook, ids=tell(bot))
