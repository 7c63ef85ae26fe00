"""The services that carry alerts, through apprise: the one place that knows it.

Loading apprise takes half a second and 35 MB, so only who has alerts configured loads this module.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final, cast
from urllib.parse import unquote

import apprise
from apprise.attachment.memory import AttachMemory
from apprise.plugins.email import NotifyEmail

from config.errors import ConfigError
from config.secrets import Redactor, resolve
from responder.alerts import Kind
from responder.reports.letter import Letter

log = logging.getLogger(__name__)

_BETWEEN: Final = re.compile(r"[/?&=:@,#]")
_LOOKS_RANDOM: Final = re.compile(r"\d.*[A-Za-z]|[A-Za-z].*\d|\d{6}|[a-z][A-Z]")

# What it says is taken from it call by call, and masked: by itself it would log whole URLs.
logging.getLogger("apprise").propagate = False


def _listening() -> AbstractContextManager[StringIO]:
    """What apprise has to say meanwhile."""
    return cast(
        "AbstractContextManager[StringIO]",
        apprise.LogCapture(level=logging.WARNING, fmt="%(message)s"),  # type: ignore[no-untyped-call]
    )


@dataclass(frozen=True, kw_only=True)
class Service:
    """One place alerts and digests go to. `key` says where its URL stands ("alerts.urls[0]"): that
    holds secrets, and neither this nor `name` does."""

    key: str
    door: apprise.NotifyBase
    redactor: Redactor

    @property
    def name(self) -> str:
        return f"{self.key} ({self.door.service_name})"

    def send(self, title: str, body: str, kind: Kind) -> str:
        """Send, waiting some seconds at most for an answer. Returns what went wrong; "" if nothing
        did. Never raises."""
        return self._notify(body=body, title=title, notify_type=apprise.NotifyType(kind))

    def deliver(self, letter: Letter) -> str:
        """As `send`: mail as a page with its pictures inside, elsewhere as text; the files go along
        where the service takes files."""
        files = [
            AttachMemory(content=one.content, name=one.name, mimetype=one.mimetype)  # type: ignore[no-untyped-call]
            for one in letter.enclosed
        ]
        takes_files = bool(files) and self.door.attachment_support
        if is_mail := isinstance(self.door, NotifyEmail):
            self.door.inline = True  # pictures are shown where the page has them ("cid:")
        return self._notify(
            title=letter.title,
            body=letter.html if is_mail else letter.text,
            body_format=apprise.NotifyFormat.HTML if is_mail else apprise.NotifyFormat.TEXT,
            notify_type=apprise.NotifyType.INFO,
            attach=apprise.AppriseAttachment(files) if takes_files else None,
        )

    def _notify(self, **message: Any) -> str:
        with _listening() as said:
            try:
                ok = self.door.notify(**message)
                told = "" if ok else said.getvalue() or "it did not take the message"
            except Exception as error:
                # A plugin of somebody else's: whatever it throws must not stop the bot.
                told = f"{type(error).__name__}: {error}"
        return self.redactor.mask(" ".join(told.split()))


def open_services(
    urls: Sequence[str], redactor: Redactor, *, where: str, key: str = "alerts.urls"
) -> tuple[Service, ...]:
    """The services behind the setting `key`. Raises ConfigError, which never quotes a URL."""
    return tuple(_open(url, f"{key}[{number}]", redactor, where) for number, url in enumerate(urls))


def _open(url: str, key: str, redactor: Redactor, where: str) -> Service:
    url = resolve(url, where=where, key=key)
    redactor.add(*_secrets(url))
    scheme, separator, _ = url.partition("://")
    with _listening():
        # What is no URL at all, apprise would quote whole.
        door = apprise.Apprise.instantiate(url) if separator else None
    if door is None:
        kind = f"{scheme}:// URL" if separator else "text"
        raise ConfigError(
            where=where,
            key=key,
            problem=f"no alert service understands this {kind}",
            fix="https://github.com/caronc/apprise/wiki says how each service writes its own",
        )
    return Service(key=key, door=door, redactor=redactor)


def _secrets(url: str) -> set[str]:
    """Whatever of a URL may be a secret. Each service hides its own somewhere else: as password, in
    the path, or as the host. Words of plain letters are left alone, unless they are the password:
    masked, they would blank out ordinary words of the log."""
    rest = url.partition("://")[2]
    password = rest.partition("/")[0].rpartition("@")[0].partition(":")[2]
    words = {word for word in _BETWEEN.split(rest) if _LOOKS_RANDOM.search(word)}
    return {url, password, unquote(password), *words, *map(unquote, words)} - {""}
