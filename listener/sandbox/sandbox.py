"""The whole sandbox: the networks, their servers, and the story that is told on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from config.clock import Clock, utcnow
from listener.sandbox.arrivals import Arrivals
from listener.sandbox.bluesky.network import BlueskyNetwork
from listener.sandbox.bluesky.teller import BlueskyTeller
from listener.sandbox.facebook.network import FacebookNetwork
from listener.sandbox.facebook.teller import FacebookTeller
from listener.sandbox.mastodon.network import MastodonNetwork
from listener.sandbox.mastodon.teller import MastodonTeller
from listener.sandbox.network import Network
from listener.sandbox.story import Story
from listener.sandbox.teller import Teller
from listener.sandbox.x.network import XNetwork
from listener.sandbox.x.teller import XTeller

NETWORKS: Final[dict[str, tuple[type[Network], Callable[[Any], Teller[Any, Any]]]]] = {
    "x": (XNetwork, XTeller),
    "facebook": (FacebookNetwork, FacebookTeller),
    "bluesky": (BlueskyNetwork, BlueskyTeller),
    "mastodon": (MastodonNetwork, MastodonTeller),
}
"""Every network at home and who tells its story, by the kind of its channel."""
_COMMON: Final = {"poll_seconds": 2, "read_lag_seconds": 1, "request_timeout_seconds": 10}

N = TypeVar("N", bound=Network)


class Sandbox:
    """Networks on loopback, with customers who arrive while one watches.

    With a `folder`, everything that happens is kept there, and a sandbox made on the same folder
    goes on where the last one stopped, however it stopped.
    """

    def __init__(
        self,
        *,
        kinds: Iterable[str] = NETWORKS,
        seed: int = 1,
        rate_per_minute: float = 6,
        folder: Path | None = None,
        clock: Clock = utcnow,
        story: bool = True,
        crisis: bool = True,
    ) -> None:
        """`kinds`: which of NETWORKS there are; `crisis`: whether the story's crisis breaks out.
        Raises KeyError for what is no network."""
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.networks: dict[str, Network] = {}
        tellers = []
        for kind in kinds:
            make, teller = NETWORKS[kind]
            network = make(seed=seed, clock=clock, path=folder and folder / f"{kind}.jsonl")
            network.lift_limits()
            seed = network.seed  # that of an old journal holds for all
            self.networks[kind] = network
            tellers.append(teller(network))
        self.story = Story(tellers, seed=seed, crisis=crisis) if story else None
        self._arrivals = (
            Arrivals(self.story, per_minute=rate_per_minute, clock=clock) if self.story else None
        )

    def start(self) -> None:
        """Serve, on last time's ports if they are free: links people kept go on working."""
        if self.story is not None:
            self.story.open()
        ports = self._old_ports()
        for kind, network in self.networks.items():
            network.start(ports.get(kind, 0))
        self._keep_ports()
        if self._arrivals is not None:
            self._arrivals.start()

    def stop(self) -> None:
        """Stop serving and keep what happened. Harmless if not started."""
        if self._arrivals is not None:
            self._arrivals.stop()
        for network in self.networks.values():
            network.stop()

    def tables(self) -> dict[str, dict[str, Any]]:
        """The `[channels.*]` tables that point a bot at this sandbox."""
        return {
            kind: {"kind": kind, **network.table(), **_COMMON}
            for kind, network in self.networks.items()
        }

    # Each by its name, for those who write there. They raise LookupError where it is not among
    # the `kinds`.

    @property
    def x(self) -> XNetwork:
        return self._the(XNetwork)

    @property
    def facebook(self) -> FacebookNetwork:
        return self._the(FacebookNetwork)

    @property
    def bluesky(self) -> BlueskyNetwork:
        return self._the(BlueskyNetwork)

    @property
    def mastodon(self) -> MastodonNetwork:
        return self._the(MastodonNetwork)

    def _the(self, kind: type[N]) -> N:
        for network in self.networks.values():
            if isinstance(network, kind):
                return network
        raise LookupError(f"this sandbox has no {kind.__name__}")

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
            ports = {kind: network.port for kind, network in self.networks.items()}
            (self._folder / "ports.json").write_text(json.dumps(ports))
