"""The settings in force, as lines for people: what each says, where it was said, and no secret."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, SecretStr
from sqlalchemy.engine import make_url

from config.secrets import FILE_PREFIX, Redactor
from config.settings import Settings
from responder.desk.tongue import N_, _, many

SECTIONS: Final = (
    "brand",
    "desk",
    "responder",
    "sentiment",
    "model",
    "staffing",
    "alerts",
    "crisis",
    "database",
)
"""As the manual orders them; those of channels follow."""

_SECRETIVE: Final = ("secret", "token", "password", "key")
LABELS: Final[Mapping[str, str]] = {
    "crisis.watch": N_("Spikes are watched for"),
    "crisis.pause_auto": N_("A crisis pauses automatic answers"),
    "crisis.rest_promotions": N_("While a crisis lasts, drafts speak of no promotion"),
    "crisis.raise_urgency": N_("What waits of a crisis is P1"),
    "crisis.two_for_statement": N_("A holding statement takes the yes of two"),
    "brand.name": N_("Name of the brand"),
    "brand.path": N_("Folder of the brand book"),
    "brand.timezone": N_("Time zone"),
    "brand.languages": N_("Languages answered in"),
    "brand.staffed_hours": N_("Staffed hours"),
    "brand.holidays": N_("Public holidays kept"),
    "desk.host": N_("Address of the desk"),
    "desk.port": N_("Port of the desk"),
    "desk.behind_proxy": N_("Reached through a proxy"),
    "desk.trusted_proxies": N_("Proxies whose headers are believed"),
    "responder.undo_seconds": N_("Seconds to undo an approval"),
    "responder.answerable_hours": N_(
        "Age of the oldest mention answered at a first start, in hours"
    ),
    "responder.quiet_hours": N_("Quiet hours, in which nothing leaves"),
    "responder.before_buying_minutes": N_("Minutes to answer a question before buying"),
    "desk.assign": N_("What is nobody's goes to whoever is on duty"),
    "desk.two_people": N_("What is dangerous or urgent takes the yes of two"),
    "desk.speaker_looks": N_("So does a draft in a language its approver does not list"),
    "sentiment.sure_from": N_("Confidence from which a feeling is not doubted"),
    "sentiment.send_from": N_("Confidence praise needs to be thanked for without a human"),
    "sentiment.train_at": N_("Hour of the nightly training"),
    "sentiment.train_from": N_("New corrections a nightly training needs"),
    "model.url": N_("Address of the language model"),
    "model.name": N_("Name of the language model"),
    "model.key": N_("Key of the language model"),
    "model.seconds": N_("Seconds the model's words may take"),
    "model.per_hour": N_("Questions to the model in an hour"),
    "model.approved_on": N_("Channels whose network agreed to a model"),
    "staffing.minutes_per_reply": N_("Minutes a reply takes, until your own are known"),
    "staffing.shrinkage": N_("Share of people's hours away from the desk"),
    "staffing.target_share": N_("Share to be answered in time"),
    "staffing.max_load": N_("Share of people's time that answers may take"),
    "staffing.ask_first": N_("A channel added later only listens until an admin opens it"),
    "alerts.urls": N_("Where alerts go"),
    "database.url": N_("Database"),
    "when": N_("When it is told"),
    "language": N_("Language of its readers"),
    "urls": N_("Who is told"),
    "channels": N_("Channels it is about"),
    "examples": N_("Public posts are quoted in it"),
    "pdf": N_("A PDF goes along"),
    "kind": N_("Network"),
    "poll_seconds": N_("Seconds from one fetch to the next"),
    "auto_reply": N_("What a rule allows may leave without a human"),
    "read_lag_seconds": N_("Seconds our own post may stay invisible to us"),
    "request_timeout_seconds": N_("Seconds one answer of the network may take"),
    "monthly_budget_usd": N_("Budget of a month, in US dollars"),
    "sends_per_15_minutes": N_("Replies in 15 minutes at most"),
    "staffed_hours": N_("Staffed hours"),
    "holidays": N_("Public holidays kept"),
}


class Source(StrEnum):
    """Where a setting was said; the environment wins over the file."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One setting. `key` is how the file names it, `variable` how the environment does."""

    key: str
    label: str
    value: str
    source: Source
    variable: str


def section_lines(settings: Settings, section: str, redactor: Redactor) -> tuple[Line, ...]:
    """What a section of the settings says."""
    table: BaseModel = getattr(settings, section)
    return tuple(_lines(table, (section,), redactor, said=table.model_fields_set))


def channel_lines(
    name: str, options: BaseModel, said: Collection[str], redactor: Redactor
) -> tuple[Line, ...]:
    """What `[channels.<name>]` says. `said`: the keys that stand there."""
    return tuple(_lines(options, ("channels", name), redactor, said=said))


def digest_lines(name: str, settings: Settings, redactor: Redactor) -> tuple[Line, ...]:
    """What `[digests.<name>]` says."""
    table = settings.digests[name]
    return tuple(_lines(table, ("digests", name), redactor, said=table.model_fields_set))


def _lines(
    table: BaseModel, path: tuple[str, ...], redactor: Redactor, *, said: Collection[str]
) -> Iterator[Line]:
    for key in type(table).model_fields:
        variable = "BOT__" + "__".join((*path, key)).upper()
        told = Source.FILE if key in said else Source.DEFAULT
        whole = ".".join((*path, key))
        label = LABELS.get(whole) or LABELS.get(key, "")
        yield Line(
            key=whole,
            label=_(label) if label else "",
            value=redactor.mask(_shown(whole, getattr(table, key))),
            source=Source.ENVIRONMENT if variable in os.environ else told,
            variable=variable,
        )


def _shown(key: str, value: object) -> str:
    """A value as people read it; of what is secret or may hold a secret, only that it is there."""
    of_digest = key.startswith("digests.")
    if key.endswith(".urls"):
        nobody = _("whoever gets the alerts") if of_digest else _("nowhere: the log has them")
        return _services(value) or nobody
    if key == "database.url":
        return _database(str(value))
    if isinstance(value, SecretStr) or any(
        word in key.rsplit(".", maxsplit=1)[-1] for word in _SECRETIVE
    ):
        return _secret(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value in ("", ()):
        return _("all") if of_digest else _("not set")
    if isinstance(value, tuple | list):
        return ", ".join(_plain(one) for one in value)
    return _plain(value)


def _plain(value: object) -> str:
    text = str(value)
    return _bare(text) if "://" in text else text


def _bare(url: str) -> str:
    """An address without whoever signs in there, and without what it asks for."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        return _("an address that cannot be shown")


def _secret(value: object) -> str:
    said = value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
    if not said:
        return _("not set")
    return _("set, in a file of its own") if said.startswith(FILE_PREFIX) else _("set")


def _services(urls: Any) -> str:
    """How many there are, and of which kinds: everything behind the scheme may be a secret. "" of
    none."""
    if not urls:
        return ""
    kinds = sorted({"file" if u.startswith(FILE_PREFIX) else _scheme(u) for u in urls})
    told = many("%(number)s service", "%(number)s services", len(urls))
    return f"{told} ({', '.join(kinds)})"


def _scheme(url: str) -> str:
    scheme, separator, _rest = url.partition("://")
    return scheme if separator and scheme.isalnum() else "?"


def _database(url: str) -> str:
    """Which database it is: never who signs in, nor the options, which may hold a password."""
    parsed = make_url(url)
    place = "/".join(part for part in (parsed.host, parsed.database) if part)
    return f"{parsed.get_backend_name()}: {place}"
