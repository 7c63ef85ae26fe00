"""make soak: an hour's trouble in ten minutes, with figures.

The real daemon against both sandbox networks. Customers write, edit and delete; a colleague answers
some of them in the app; somebody approves whatever is drafted, through the API; both networks throw
random faults at one request in twenty-five; and every so often the daemon is killed with SIGKILL
from outside. Then the weather calms down, everything is left to settle, and the networks are asked
what is really there. Ends with 1 if a mention is lost or anybody was answered twice.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests

from listener.sandbox.network import Network
from listener.sandbox.sandbox import Sandbox
from tests.daemon import Daemon, write_config

CHANCE: Final = 0.04  # of a fault, for each request
LAG: Final = 0.7  # seconds our own posts stay hidden from us; the bot allows for one
SETTLING: Final = 180.0  # seconds without any progress, and it counts as settled

# Faults after which a network is left alone for an hour or a day would leave nothing to see.
_TOO_LONG: Final = (
    "app_limit",
    "app_limit_usage",
    "blocked",
    "credits_depleted",
    "day_spent",
    "page_limit",
    "page_limit_usage",
    "rate_limited",
    "token_dead",
    "unauthorized",
    "usage_96",
    "usage_capped",
    "user_limit",
    "user_limit_usage",
)
_TEXTS: Final = (
    "@larixoutdoor my parcel {number} never arrived, where is it?",
    "@larixoutdoor il pacco {number} non è mai arrivato, che vergogna",
    "@larixoutdoor die Jacke {number} ist wunderbar, danke!",
    "@larixoutdoor paczka {number} nie dotarła, co się dzieje?",
    "@larixoutdoor το δέμα {number} δεν έφτασε ποτέ, τι γίνεται;",
)


@dataclass
class Tally:
    """What happened, as the networks know it."""

    written: dict[str, str] = field(default_factory=dict)  # id -> channel
    deleted: set[str] = field(default_factory=set)
    native: set[str] = field(default_factory=set)  # ids of what colleagues posted
    approved: int = 0
    kills: int = 0
    peak_kib: int = 0


class Soak:
    def __init__(self, folder: Path, *, seed: int) -> None:
        self.dice = random.Random(seed)
        self.tally = Tally()
        self.answers: Counter[int] = Counter()
        self._seen: set[str] = set()
        self.sandbox = Sandbox(kinds=("x", "facebook"), seed=seed, story=False)
        self.sandbox.start()
        self.page_post = self.sandbox.facebook.page_post("Winter is coming")
        tables = self.sandbox.tables()
        for table in tables.values():
            table |= {"poll_seconds": 0.5, "request_timeout_seconds": 2, "read_lag_seconds": 1}
            table["sends_per_15_minutes"] = 10_000
        self.config = write_config(folder, tables)

    # The world

    def customer_writes(self) -> None:
        number = len(self.tally.written)
        text = self.dice.choice(_TEXTS).format(number=number)
        author = f"customer{self.dice.randrange(number + 1)}"
        if self.dice.random() < 0.6:
            self.tally.written[self.sandbox.x.post(author, text)] = "x"
        else:
            comment = self.sandbox.facebook.comment(self.page_post, author, text.split(" ", 1)[1])
            self.tally.written[comment] = "facebook"

    def somebody_changes_something(self) -> None:
        """Edits, deletions and a colleague's answers, of what was written lately."""
        left = [key for key in list(self.tally.written)[-20:] if key not in self.tally.deleted]
        if not left:
            return
        key = self.dice.choice(left)
        network: Any = getattr(self.sandbox, self.tally.written[key])
        what = self.dice.random()
        with suppress(LookupError, ValueError):
            if what < 0.4:
                self.tally.native.add(network.reply_natively(key, "Solved by phone, all the best!"))
            elif what < 0.7:
                network.edit(key, f"@larixoutdoor {self.dice.random()}: never mind the parcel!")
            else:
                network.delete(key)
                self.tally.deleted.add(key)

    def weather(self, chance: float, seed: int) -> None:
        for network, prefix in ((self.sandbox.x, "/2/"), (self.sandbox.facebook, "/v")):
            network.lag_seconds = LAG
            names = [name for name in network.faults.catalogue if name not in _TOO_LONG]
            network.faults.storm(chance, names, seed, prefix=prefix)

    def calm(self) -> None:
        for network in self._networks():
            network.faults.calm()
            network.faults.clear()

    def faults(self) -> Counter[str]:
        return sum((network.faults.happened for network in self._networks()), Counter[str]())

    def _networks(self) -> tuple[Network, Network]:
        return self.sandbox.x, self.sandbox.facebook

    # The team and the daemon

    def approve_everything(self, daemon: Daemon) -> None:
        for draft in daemon.get("/drafts", status="pending", limit=100)["items"]:
            doubts = [finding["rule"] for finding in draft["findings"]]
            body: dict[str, Any] = {"version": draft["version"], "confirm": doubts}
            if not draft["text"]:
                body["text"] = "We are looking into it and come back to you here."
            elif draft["id"] in self._seen:
                # It came back: perhaps these very words were said to this person before.
                body["text"] = f"{draft['text']} ({draft['version']})"
            self._seen.add(draft["id"])
            answer = daemon.post(f"/drafts/{draft['id']}/approve", **body)
            self.tally.approved += answer.status_code == 200
            self.answers[answer.status_code] += 1

    @contextmanager
    def _in_background(self, work: Callable[[], None], *, every: float) -> Iterator[None]:
        stop = threading.Event()

        def again() -> None:
            while not stop.wait(every * self.dice.uniform(0.5, 1.5)):
                work()

        thread = threading.Thread(target=again, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def rough_time(self, seconds: float) -> None:
        """Lives of 15 to 45 seconds, each ended by SIGKILL while drafts are being approved."""
        end = time.monotonic() + seconds
        with (
            self._in_background(self.customer_writes, every=1.2),
            self._in_background(self.somebody_changes_something, every=5),
        ):
            while time.monotonic() < end:
                life = min(self.dice.uniform(15, 45), end - time.monotonic())
                with Daemon(self.config) as daemon:
                    self._approve_until(daemon, time.monotonic() + life)
                    self._remember_peak(daemon)
                    daemon.kill()
                self.tally.kills += 1
                self._say(f"{len(self.tally.written)} written, {self.tally.kills} kills")

    def _approve_until(self, daemon: Daemon, end: float) -> None:
        def work() -> None:
            with suppress(requests.RequestException):
                self.approve_everything(daemon)

        with self._in_background(work, every=1):
            while time.monotonic() < end:
                time.sleep(0.2)

    def settle(self) -> dict[str, Any]:
        """Let everything come to rest, and read what the bot believes."""
        end, best = time.monotonic() + SETTLING, None
        with Daemon(self.config) as daemon:
            while time.monotonic() < end:
                self.approve_everything(daemon)
                time.sleep(2)
                counts = {
                    status: len(_all(daemon, "/replies", status=status))
                    for status in ("queued", "sending", "unknown")
                }
                drafts = _all(daemon, "/drafts", status="pending")
                heard = {item["external_id"] for item in _all(daemon, "/mentions")}
                self._say(f"settling: {counts}, {len(drafts)} drafts")
                left = sum(counts.values()) + len(drafts) + len(self.lost(heard))
                if best is None or left < best:
                    end, best = time.monotonic() + SETTLING, left
                if not any(counts.values()) and not drafts and not self.lost(heard):
                    break
            self._remember_peak(daemon)
            found = {
                "heard": [item["external_id"] for item in _all(daemon, "/mentions")],
                "sent": _all(daemon, "/replies", status="sent"),
                "open": counts,
            }
            assert daemon.stop() < 10
        return found

    def lost(self, heard: set[str]) -> set[str]:
        return set(self.tally.written) - self.tally.deleted - heard

    def doubled(self) -> list[str]:
        """Under what more than one reply of the bot stands."""
        return [under for under, count in Counter(self.standing().values()).items() if count > 1]

    def standing(self) -> dict[str, str]:
        """Every reply of the bot that stands on a network, and what it stands under."""
        on_x = {post.id: str(post.in_reply_to) for post in self.sandbox.x.own_posts()}
        on_facebook = {one.id: str(one.parent) for one in self.sandbox.facebook.own_comments()}
        both = on_x | on_facebook
        return {key: under for key, under in both.items() if key not in self.tally.native}

    def _remember_peak(self, daemon: Daemon) -> None:
        with suppress(OSError):
            for line in Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    self.tally.peak_kib = max(self.tally.peak_kib, int(line.split()[1]))

    def _say(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()


def _all(daemon: Daemon, path: str, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        more = {"after": after} if after else {}
        page = daemon.get(path, limit=200, **params, **more)
        items += page["items"]
        after = page["next"]
        if after is None:
            return items


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), seed=options.seed)
        try:
            soak.weather(CHANCE, options.seed)
            soak.rough_time(options.minutes * 60)
            soak.calm()
            found = soak.settle()
            return _report(soak, found, options.minutes)
        finally:
            soak.sandbox.stop()


def _report(soak: Soak, found: dict[str, Any], minutes: float) -> int:
    lost, doubled = soak.lost(set(found["heard"])), soak.doubled()
    twice = len(found["heard"]) - len(set(found["heard"]))
    figures = {
        "minutes": minutes,
        "mentions written": len(soak.tally.written),
        "of them deleted": len(soak.tally.deleted),
        "mentions in the store": len(found["heard"]),
        "mentions lost": len(lost),
        "mentions stored twice": twice,
        "approvals": soak.tally.approved,
        "of other answers to approvals": {k: n for k, n in soak.answers.items() if k != 200},
        "replies on the networks": len(soak.standing()),
        "replies the bot knows as sent": len(found["sent"]),
        "answered twice": len(doubled),
        "answered by colleagues in the app": len(soak.tally.native),
        "still open": found["open"],
        "kills": soak.tally.kills,
        "faults": sum(soak.faults().values()),
        "peak memory, MiB": round(soak.tally.peak_kib / 1024),
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    open_still = any(found["open"].values())
    # What the bot believes it sent and what stands there must be the same. (Under what its author
    # deleted one network keeps our reply, and another removes it.)
    sent = {reply["external_id"]: reply["in_reply_to"] for reply in found["sent"]}
    strange = _under_what_stands(soak, sent) ^ _under_what_stands(soak, soak.standing())
    idle = not soak.standing() or not sum(soak.faults().values()) or not soak.tally.kills
    if lost or doubled or twice or open_still or strange or idle:
        what = (
            f"lost {sorted(lost)[:5]}, doubled {doubled[:5]}, not as believed {sorted(strange)[:5]}"
        )
        sys.stdout.write(f"FAILED: {what}\n")
        return 1
    return 0


def _under_what_stands(soak: Soak, replies: dict[str, str]) -> set[str]:
    return {reply for reply, under in replies.items() if under not in soak.tally.deleted}


if __name__ == "__main__":
    sys.exit(main())
