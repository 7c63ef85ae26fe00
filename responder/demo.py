"""`demo`: the whole product against the sandbox networks, with scripted customers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config import logs, settings
from config.lock import InstanceLock
from config.secrets import Redactor
from listener.sandbox.sandbox import Sandbox
from responder import access
from responder.bot import Bot, assemble, lock_file
from responder.daemon import keep_running
from responder.desk.server import free_port
from responder.team.models import Role

HOST = "127.0.0.1"


def run_demo(*, port: int, folder: Path, seed: int, rate: float, crisis: bool = False) -> None:
    """Run until stopped; everything is kept in `folder`, its `bot.toml` included. Its customers
    have an ordinary day, or a `crisis`.

    Raises AlreadyRunning, before anything in `folder` is touched.
    """
    folder = folder.resolve()
    logs.set_up(redactor := Redactor())
    with InstanceLock(lock_file(folder)):
        sandbox = Sandbox(seed=seed, rate_per_minute=rate, folder=folder / "sandbox", crisis=crisis)
        _play(sandbox, port=port, folder=folder, redactor=redactor)


def _play(sandbox: Sandbox, *, port: int, folder: Path, redactor: Redactor) -> None:
    desk_port = free_port(HOST, port)
    if desk_port != port:
        sys.stdout.write(f"Port {port} is busy: using {desk_port}\n")
    sandbox.start()
    try:
        config = folder / "bot.toml"
        write_settings(config, folder, sandbox.tables(), port=desk_port)
        # What the shell says is meant for the real bot: it must not lead the demo there.
        own = settings.load(config, environment=False)
        bot = assemble(own, source=str(config), redactor=redactor, checkpoints=True)
        keep_running(bot, greeting=lambda bot, url: _say_hello(bot, url, sandbox, config))
    finally:
        sandbox.stop()


def write_settings(path: Path, folder: Path, channels: Mapping[str, Any], *, port: int = 0) -> None:
    """The settings of a demo whose store lies in `folder`. Port 0: any that is free."""
    _write(path, _tables(folder, port, channels))


def _tables(folder: Path, port: int, channels: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "brand": {"name": "Larix Outdoor", "path": "config/brand/demo"},
        "database": {"url": f"sqlite:///{folder / 'bot.db'}"},
        "desk": {"host": HOST, "port": port},
        "channels": channels,
    }


def _say_hello(bot: Bot, url: str, sandbox: Sandbox, config: Path) -> None:
    secret = access.entry_link(bot.database, name="demo", role=Role.ADMIN, now=bot.clock())
    seen = [
        f"{bot.channels[kind].declaration.label:<10}{network.url}/"
        for kind, network in sandbox.networks.items()
    ]
    between = "\n" + " " * 25
    sys.stdout.write(
        "\n"
        "Antiphon is listening."
        f" Customers are writing on {len(seen)} sandbox networks of this machine.\n\n"
        f"  The desk, signed in:   {url}/enter/{secret}\n"
        f"  What customers see:    {between.join(seen)}\n"
        f"  Settings of this demo: {config}\n\n"
        "Ctrl+C stops it; started again, it goes on where it was.\n"
    )
    sys.stdout.flush()


def _write(path: Path, tables: Mapping[str, Any]) -> None:
    """Write settings as TOML, readable by this account alone: they hold (sandbox) secrets."""
    lines = ["# Written by `run_bot.py demo` at each start.", *_section((), tables)]
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _section(name: tuple[str, ...], table: Mapping[str, Any]) -> list[str]:
    values = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    lines = [f"\n[{'.'.join(name)}]"] if name and values else []
    # JSON's strings, numbers, booleans and lists are TOML's too.
    lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    for key, value in table.items():
        if isinstance(value, Mapping):
            lines += _section((*name, key), value)
    return lines
