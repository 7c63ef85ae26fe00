"""Settings: frozen values from `bot.toml` and the environment, checked before anything starts.

`[channels.*]` stay raw tables here: each channel module declares and validates its own options, so
that this package knows no network.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.advice import example
from config.crisis import CrisisSettings
from config.desk import DeskSettings
from config.digests import DigestSettings
from config.errors import ConfigError
from config.hours import Hours, TimeOfDay
from config.model import ModelSettings
from config.staffing import Holidays, StaffedHours, Staffing
from config.workload import StaffingSettings

LANGUAGES: Final = ("it", "en", "fr", "de", "es", "pl", "el")
ROOT: Final = Path(__file__).resolve().parent.parent
"""The folder of `run_bot.py`: the program runs in place, and relative paths start here."""

_PREFIX: Final = "BOT__"
_DigestName = Annotated[str, Field(pattern=r"^[\w-]{1,40}$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BrandSettings(_Section):
    """Who speaks. `languages` are the ones we answer in. `staffed_hours` and `holidays`: when
    people are there to answer, unless a channel says otherwise."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = "Acme"
    path: Path = Path("config/brand/demo")
    timezone: str = "Europe/Rome"
    languages: Annotated[tuple[str, ...], Field(min_length=1)] = LANGUAGES
    staffed_hours: StaffedHours = ""
    holidays: Holidays = ""

    @property
    def staffing(self) -> Staffing:
        return Staffing(zone=self.timezone, hours=self.staffed_hours, holidays=self.holidays)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):  # a missing zone is a KeyError
            raise ValueError(f"{value!r} is no time zone") from None
        return value

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for language in value:
            if language not in LANGUAGES:
                raise ValueError(f"unknown language {language!r}")
        if len(set(value)) < len(value):
            raise ValueError("a language is named twice")
        return value


class DatabaseSettings(_Section):
    url: str = "sqlite:///data/bot.db"

    @field_validator("url")
    @classmethod
    def _speakable(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        if not separator:
            raise ValueError("it is no database URL")
        if scheme.partition("+")[0] not in ("sqlite", "postgresql"):
            raise ValueError(f"{scheme} is not supported")
        if scheme.startswith("sqlite") and _in_memory(rest):
            raise ValueError("a database in memory would forget everything at a restart")
        return value


def _in_memory(rest: str) -> bool:
    """Whether what follows `sqlite://` names no file."""
    path, _, options = rest.partition("?")
    return path in ("", "/") or ":memory:" in path or "mode=memory" in options


class ResponderSettings(_Section):
    """`undo_seconds`: an approved reply can be taken back for so long. `answerable_hours`: at a
    channel's first start, mentions older than this get no draft. `quiet_hours`: such as
    "22:00-08:00" in the brand's time zone; nothing leaves in them. Empty: there are none.
    `before_buying_minutes`: staffed time until a question before buying is due."""

    undo_seconds: Annotated[int, Field(ge=0, le=120)] = 8
    answerable_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 24
    quiet_hours: str = ""
    before_buying_minutes: Annotated[int, Field(ge=1, le=60)] = 15

    @field_validator("quiet_hours")
    @classmethod
    def _a_span(cls, value: str) -> str:
        Hours.read(value)
        return value


class SentimentSettings(_Section):
    """`sure_from`: a feeling less certain than this is shown as doubtful. `send_from`: praise less
    certain than this is never thanked for without a human. `train_at`: such as "03:30" in the
    brand's time zone; then the weights learn from what agents set right, if there are `train_from`
    new corrections. Empty: never by themselves."""

    sure_from: Annotated[float, Field(ge=0, le=1)] = 0.5
    send_from: Annotated[float, Field(ge=0, le=1)] = 0.95
    train_at: TimeOfDay = None
    train_from: Annotated[int, Field(ge=1, le=1_000_000)] = 50


class AlertsSettings(_Section):
    urls: tuple[str, ...] = ()


class Settings(BaseSettings):
    """Everything one installation is told. Never printed whole: channel tables hold secrets."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        hide_input_in_errors=True,
    )

    brand: BrandSettings = BrandSettings()
    database: DatabaseSettings = DatabaseSettings()
    desk: DeskSettings = DeskSettings()
    responder: ResponderSettings = ResponderSettings()
    sentiment: SentimentSettings = SentimentSettings()
    model: ModelSettings = ModelSettings()
    staffing: StaffingSettings = StaffingSettings()
    alerts: AlertsSettings = AlertsSettings()
    crisis: CrisisSettings = CrisisSettings()
    digests: Annotated[dict[_DigestName, DigestSettings], Field(repr=False)] = {}
    channels: Annotated[dict[str, dict[str, Any]], Field(repr=False)] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # the environment wins over the file


class _FileAlone(Settings):
    """The same, deaf to the environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def load(path: Path, *, environment: bool = True) -> Settings:
    """The settings of `path`, overridden by `BOT__SECTION__KEY` of the environment.

    Raises ConfigError, whose text is one line naming file (or variable), key, problem and fix. A
    missing file is accepted only if the environment says something, as in a container. With
    `environment=False` the file alone counts.
    """
    table = _read(path, environment=environment)
    if environment:
        _refuse_unknown_variables()
    try:
        return Settings(**table) if environment else _FileAlone(**table)
    except ValidationError as error:
        raise explain(error, source=str(path)) from None
    except ValueError as error:  # pydantic-settings: a variable that should hold JSON does not
        raise ConfigError(
            where="environment",
            problem=" ".join(str(error).split()),
            fix='lists are written as JSON: BOT__BRAND__LANGUAGES=\'["it", "en"]\'',
        ) from None


def explain(
    error: ValidationError,
    *,
    source: str,
    prefix: tuple[str, ...] = (),
    known: Collection[str] = (),
) -> ConfigError:
    """The first thing pydantic complains about, as one line with a fix.

    `prefix` is the table the model was read from, such as ("channels", "x"), and `known` the keys
    that table may have; both are found by themselves for our own sections.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    location = (*prefix, *(str(part) for part in first["loc"]))
    key = ".".join(location)
    variable = _PREFIX + "__".join(part.upper() for part in location)
    where = f"environment variable {variable}" if variable in os.environ else source
    if first["type"] == "extra_forbidden":
        return ConfigError(where=where, key=key, problem="unknown key", fix=_near(location, known))
    if first["type"] == "missing":
        return ConfigError(
            where=source, key=key, problem="is missing", fix=f"set it there, or set {variable}"
        )
    problem = first["msg"].removeprefix("Value error, ")
    problem = problem[:1].lower() + problem[1:]
    return ConfigError(where=where, key=key, problem=problem, fix=example(location, LANGUAGES))


def _read(path: Path, *, environment: bool) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        if environment and any(name.startswith(_PREFIX) for name in os.environ):
            return {}
        raise ConfigError(
            where=str(path),
            problem="no such file",
            fix="copy config/bot.example.toml there, or try the demo: python run_bot.py demo",
        ) from None
    except OSError as error:
        raise ConfigError(
            where=str(path), problem=f"cannot be read ({error.strerror})", fix="make it readable"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            where=str(path), problem="is not UTF-8 text", fix="save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            where=str(path),
            problem=f"is not valid TOML: {error}",
            fix='write key = "value", and each table name once',
        ) from None


def _refuse_unknown_variables() -> None:
    for name in os.environ:
        if name.startswith(_PREFIX):
            section = name.removeprefix(_PREFIX).split("__")[0].lower()
            if section not in Settings.model_fields:
                raise ConfigError(
                    where=f"environment variable {name}",
                    key=section,
                    problem="unknown key",
                    fix=_near((section,)),
                )


def _near(location: tuple[str, ...], known: Collection[str] = ()) -> str:
    known = sorted(known) or _keys_beside(location)
    close = difflib.get_close_matches(location[-1], known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(known)}" if known else "remove it"


def _keys_beside(location: tuple[str, ...]) -> list[str]:
    if len(location) == 1:
        return sorted(Settings.model_fields)
    if location[0] == "digests":
        return sorted(DigestSettings.model_fields)
    section = Settings.model_fields.get(location[0])
    if section is None or not isinstance(section.annotation, type):
        return []
    fields: Mapping[str, Any] = getattr(section.annotation, "model_fields", {})
    return sorted(fields)
