"""The whole sandbox: both networks, their servers, and the story that is told on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from config.clock import Clock, utcnow
from listener.sandbox.arrivals import Arrivals
from listener.sandbox.facebook.network import FacebookNetwork
from listener.sandbox.story import Story
from listener.sandbox.x.network import BRAND, XNetwork

_QUERY = (
    '("larix outdoor" OR larixoutdoor OR "lagorai mid" OR "adamello shell")'
    f" -is:retweet -from:{BRAND}"
)


class Sandbox:
    """X and Facebook on loopback, with customers who arrive while one watches.

    With a `folder`, everything that happens is kept there, and a sandbox made on the same folder
    goes on where the last one stopped, however it stopped.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        rate_per_minute: float = 6,
        folder: Path | None = None,
        clock: Clock = utcnow,
        story: bool = True,
    ) -> None:
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.x = XNetwork(seed=seed, clock=clock, path=folder and folder / "x.jsonl")
        self.facebook = FacebookNetwork(
            seed=self.x.seed, clock=clock, path=folder and folder / "facebook.jsonl"
        )
        self.story = Story(self.x, self.facebook) if story else None
        self._arrivals = (
            Arrivals(self.story, per_minute=rate_per_minute, clock=clock) if self.story else None
        )

    def start(self) -> None:
        """Serve, on last time's ports if they are free: links people kept go on working."""
        if self.story is not None:
            self.story.open()
        ports = self._old_ports()
        self.x.start(ports.get("x", 0))
        self.facebook.start(ports.get("facebook", 0))
        self._keep_ports()
        if self._arrivals is not None:
            self._arrivals.start()

    def stop(self) -> None:
        """Stop serving and keep what happened. Harmless if not started."""
        if self._arrivals is not None:
            self._arrivals.stop()
        self.x.stop()
        self.facebook.stop()

    def tables(self) -> dict[str, dict[str, Any]]:
        """The `[channels.x]` and `[channels.facebook]` tables that point a bot at this sandbox."""
        common = {"poll_seconds": 2, "read_lag_seconds": 1, "request_timeout_seconds": 10}
        return {
            "x": {
                "kind": "x",
                "api_url": self.x.url,
                "web_url": self.x.url,
                **self.x.secrets(),
                "queries": [_QUERY],
                "monthly_budget_usd": 100_000,  # counted as if it were X, but nothing is charged
                **common,
            },
            "facebook": {
                "kind": "facebook",
                "api_url": self.facebook.url,
                "web_url": self.facebook.url,
                "api_version": "v26.0",
                "page_id": self.facebook.page_id,
                **self.facebook.secrets(),
                **common,
            },
        }

    def _old_ports(self) -> dict[str, int]:
        path = self._folder and self._folder / "ports.json"
        if path is None or not path.exists():
            return {}
        try:
            return {name: int(port) for name, port in json.loads(path.read_text()).items()}
        except (ValueError, AttributeError):
            return {}  # cut short by a kill: any port will do

    def _keep_ports(self) -> None:
        if self._folder is not None:
            ports = {"x": self.x.port, "facebook": self.facebook.port}
            (self._folder / "ports.json").write_text(json.dumps(ports))
