"""How quick the desk is when it is full: 10,000 open drafts, one browser, 19 colleagues.

The browser approves with a key and waits for the next text; the colleagues open and approve one
draft every three seconds over HTTP. The desk runs in a process of its own. The reference of the
same run is the desk's smallest answer, /livez, under the same load. Needs a Chromium
(scripts/browser.sh finds or installs one).
"""

from __future__ import annotations

import gzip
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import requests
from playwright.sync_api import Browser, Page, sync_playwright

from config.clock import utcnow
from responder import access
from responder.bot import Bot
from responder.desk.server import DeskServer
from responder.team.models import Role
from tests.desk_story import PEOPLE
from tests.factories import make_author, make_bot, make_draft, make_mention
from tests.fakes import FakeChannel

OPEN, COLLEAGUES, EVERY = 10_000, 19, 3.0
PRESSES, PAUSE = 60, 1.2  # the pause is longer than the moment in which nothing new can be approved
THEY = tuple(person for person in PEOPLE if person.language != "el")  # hers is to be confirmed
_WATCH = """() => {
  window.waits = [];
  let pressed = 0, shown = document.querySelector('#item').dataset.id;
  addEventListener('keydown', () => { pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const item = document.querySelector('#item');
    if (!pressed || !item || item.dataset.id === shown) return;
    shown = item.dataset.id;
    const since = pressed;
    pressed = 0;
    requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - since)));
  }).observe(document.body, { childList: true, subtree: true });
}"""


def furnish(folder: Path) -> Bot:
    """A desk whose customers all wait."""
    channels = [FakeChannel(name, clock=utcnow, text_limit=5000) for name in ("x", "facebook")]
    languages = tuple(person.language for person in PEOPLE)
    return make_bot(folder, channels=channels, clock=utcnow, languages=languages)


def unlike(reply: str, chance: random.Random) -> str:
    """A reply of other words than all others: equal ones may not leave within a day."""
    words = reply.split()
    for place in range(len(words) - 4, 2, -2):
        words.insert(place, "".join(chance.choices("abdefgilmnoprstu", k=7)))
    return " ".join(words)


def fill(bot: Bot) -> None:
    """10,000 open drafts of as many people."""
    now, chance = bot.clock(), random.Random(1)
    with bot.database.write() as session:
        for number in range(OPEN):
            person = THEY[number % len(THEY)]
            author = make_author(
                session,
                name=f"{person.name} {number}",
                handle=f"h{number}",
                channel=person.channel,
            )
            mention = make_mention(
                session,
                author=author,
                channel=person.channel,
                text=f"{person.text} ({number})",
                language=person.language,
                sentiment=person.sentiment,
                priority=person.level,
                created_at=now - timedelta(minutes=number % 600),
                due_at=now + timedelta(minutes=number % 3000 - 60),
                changed_at=now - timedelta(hours=1),
            )
            make_draft(
                session, mention, text=unlike(person.reply, chance), created_at=now,
                changed_at=now - timedelta(hours=1),
            )  # fmt: skip


def serve(folder: Path) -> None:
    """The desk, until it is told to end. Its address is its first line."""
    server = DeskServer(furnish(folder), host="127.0.0.1", port=0)
    print(server.url, flush=True)
    server.run()


class Colleague(threading.Thread):
    """Opens and approves one draft every three seconds; one of its kind takes every nineteenth."""

    def __init__(self, url: str, entry: str, place: int, ends: threading.Event) -> None:
        super().__init__(daemon=True)
        self._url, self._place, self._ends = url, place, ends
        self._session = requests.Session()
        self._session.headers["sec-fetch-site"] = "same-origin"
        self._session.get(entry, timeout=30)
        self.opened: list[float] = []
        self.approved: list[float] = []

    def run(self) -> None:
        if self._ends.wait(EVERY * self._place / COLLEAGUES):
            return
        while not self._ends.wait(EVERY):
            with suppress(requests.RequestException):
                self.one()

    def one(self) -> None:
        page = self._session.get(f"{self._url}/", timeout=30).text
        ids = re.findall(r'href="/item/([0-9a-f]{28})', page)
        draft = ids[(7 + self._place) % len(ids)]
        began = time.monotonic()
        item = self._session.get(f"{self._url}/item/{draft}", timeout=30).text
        self.opened.append(time.monotonic() - began)
        version, text = (
            re.search(r'data-version="(\d+)"', item),
            re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", item, re.DOTALL),
        )
        if version is None or text is None:
            return
        began = time.monotonic()
        self._session.post(
            f"{self._url}/item/{draft}/approve",
            data={"version": version[1], "text": text[1]},
            allow_redirects=False,
            timeout=30,
        )
        self.approved.append(time.monotonic() - began)


def at(part: float, values: list[float]) -> float:
    """The value below which `part` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def presses(page: Page) -> list[float]:
    """Seconds from the key that approves to the next text on the screen."""
    page.locator("#queue a.row").first.click()
    page.locator("#item").wait_for()
    page.evaluate(_WATCH)
    for _ in range(PRESSES):
        page.wait_for_timeout(PAUSE * 1000)
        page.keyboard.press("a")
    page.wait_for_timeout(2000)
    waits: list[float] = page.evaluate("() => window.waits")
    return [wait / 1000 for wait in waits]


def measured(browser: Browser, url: str, entries: list[str]) -> None:
    ends = threading.Event()
    colleagues = [Colleague(url, entry, place, ends) for place, entry in enumerate(entries[1:])]
    page = browser.new_page()
    page.goto(entries[0])
    for colleague in colleagues[: 2 * len(THEY)]:
        colleague.one()  # the first reply in a language takes longer: its examples are learned
    for colleague in colleagues:
        colleague.opened.clear()
        colleague.approved.clear()
    for colleague in colleagues:
        colleague.start()
    waits = presses(page)
    alive = []
    for _ in range(50):
        began = time.monotonic()
        requests.get(f"{url}/livez", timeout=30)
        alive.append(time.monotonic() - began)
    ends.set()
    for colleague in colleagues:
        colleague.join(30)
    page.close()
    opened = [took for colleague in colleagues for took in colleague.opened]
    approved = [took for colleague in colleagues for took in colleague.approved]
    tell("key to the next text, p95", at(0.95, waits), f"{len(waits)} of {PRESSES}; target 100")
    tell("key to the next text, p50", at(0.5, waits), "")
    tell("a colleague opens, p95", at(0.95, opened), f"{len(opened)} times")
    tell("a colleague approves, p95", at(0.95, approved), f"{len(approved)} times")
    tell("/livez under the same load, p95", at(0.95, alive), "the reference")
    print(f"key to reference                {at(0.95, waits) / at(0.95, alive):8.1f} times")


def weight(url: str, entry: str) -> None:
    session = requests.Session()
    page = session.get(entry, timeout=30)
    began = time.monotonic()
    page = session.get(f"{url}/", timeout=30)
    took = time.monotonic() - began
    wire = len(gzip.compress(page.content, 5))
    print(f"the queue's page on the wire    {wire / 1000:8.1f} kB    target 50")
    tell("the queue's page, alone", took, "")


def tell(what: str, seconds: float, note: str) -> None:
    print(f"{what:32}{seconds * 1000:8.1f} ms    {note}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        bot = furnish(folder)
        fill(bot)
        now = bot.clock()
        secrets = [
            access.entry_link(bot.database, name=f"agent {n}", role=Role.APPROVER, now=now)
            for n in range(COLLEAGUES + 1)
        ]
        bot.database.close()
        server = subprocess.Popen(
            [sys.executable, __file__, "serve", name], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or None,
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        try:
            entries = [f"{url}/enter/{secret}" for secret in secrets]
            weight(url, entries[0])
            measured(browser, url, entries)
        finally:
            browser.close()
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    serve(Path(sys.argv[2])) if sys.argv[1:2] == ["serve"] else main()
