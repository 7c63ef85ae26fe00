"""make pictures: docs/pictures/ anew, from a demo that has run for a while.

Also useful to look at what nobody looks at: `--all FOLDER` takes every screen in every language, in
the dark and on a phone.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, expect, sync_playwright

from config.settings import ROOT
from responder.desk.tongue import LANGUAGES

SECONDS: Final = 75  # of demo: customers have written in all languages, some replies have left
WIDE: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 800}}
DARK: Final[dict[str, Any]] = WIDE | {"color_scheme": "dark"}
TALL: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 1100}}
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 375, "height": 760}, "color_scheme": "dark"}
SCREENS: Final = (
    "/", "/item", "/history", "/trends", "/library", "/health", "/team", "/audit", "/settings",
    "/me",
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """One file of docs/pictures: a screen, and how it is looked at."""

    name: str
    screen: str
    look: dict[str, Any] = field(default_factory=lambda: WIDE)


PICTURES: Final = (
    Picture("approvals", "/item"),
    Picture("approvals-dark", "/item", DARK),
    Picture("phone", "/item", PHONE),
    Picture("history", "/history"),
    Picture("library", "/library"),
    Picture("health", "/health"),
    Picture("team", "/team"),
    Picture("trends", "/trends", TALL),
    Picture("wants", "/trends/wants", TALL),
)


@contextmanager
def demo() -> Iterator[str]:
    """A demo with a day's work in it. Yields the link that signs in."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [
                *(sys.executable, str(ROOT / "run_bot.py"), "demo"),
                *("--port", "0", "--data", folder, "--rate", "40"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        try:
            link = ""
            for line in process.stdout:
                found = re.search(r"http://\S+/enter/\S+", line)
                link = found[0] if found else link
                if "Ctrl+C stops it" in line:
                    break
            time.sleep(SECONDS)
            yield link
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def shoot(browser: Browser, link: str, picture: Picture, file: Path, language: str = "en") -> None:
    """Open the screen as somebody new to it, and keep what they see."""
    context = browser.new_context(locale=language, reduced_motion="reduce", **picture.look)
    page = context.new_page()
    page.goto(link)
    if picture.screen == "/item":
        _open_one(page)
    elif picture.screen != "/":
        page.goto(link.partition("/enter/")[0] + picture.screen)
    expect(page.locator("[data-draw]")).to_have_count(0, timeout=30_000)  # charts come afterwards
    page.wait_for_timeout(400)
    page.screenshot(path=str(file))
    context.close()


def _open_one(page: Page) -> None:
    page.locator("#queue a.row").nth(1).click()
    page.locator("#item").wait_for()


def every(folder: Path) -> Iterator[tuple[Picture, Path, str]]:
    """Every screen, in every language."""
    for language in LANGUAGES:
        for screen in SCREENS:
            name = screen.strip("/") or "queue"
            for kind, look in (("wide", WIDE), ("dark", DARK), ("phone", PHONE)):
                picture = Picture(name, screen, look)
                yield picture, folder / f"{language}-{name}-{kind}.png", language


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--all"]:
        wanted = list(every(Path(arguments[1])))
    else:
        folder = ROOT / "docs/pictures"
        wanted = [(picture, folder / f"{picture.name}.png", "en") for picture in PICTURES]
    with demo() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or None,
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        for picture, file, language in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            shoot(browser, link, picture, file, language)
        browser.close()
    print(f"{len(wanted)} pictures")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
