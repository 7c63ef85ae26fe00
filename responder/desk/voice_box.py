"""How the brand speaks, as its rules are in force, and a box to try a reply in before any customer
reads it. It says what `lint` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from config.book import Cover, Voice
from config.settings import ROOT
from listener.normalize import clean
from responder.access import Visitor
from responder.bot import Bot
from responder.desk import library_words, rule_words, tongue
from responder.desk.library_fields import FIELDS_OF, Shape
from responder.desk.pages import PART, ChannelName, desk_of, render
from responder.desk.rule_words import RuleWords
from responder.desk.signin import Seat
from responder.desk.tongue import N_, say
from responder.library.models import EntryKind
from responder.trying import Asked, Tried, try_reply

router = APIRouter(include_in_schema=False)

_COVER = {
    "name": N_("Name of the brand"),
    "site": N_("Home page"),
    "hosts": N_("Where else our links may lead"),
    "handles": N_("Our accounts"),
    "phones": N_("Our phone numbers"),
    "acronyms": N_("Words in capitals"),
    "bridge": N_("Language for customers whose own nobody here speaks"),
}


class TryForm(BaseModel):
    """What is tried out: a reply, on a channel, in a language, to a mention or to none."""

    channel: Annotated[str, Field(max_length=64)] = ""
    language: Annotated[str, Field(max_length=16)] = ""
    mention: Annotated[str, Field(max_length=20_000)] = ""
    reply: Annotated[str, Field(max_length=20_000)] = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One rule of the voice. `values`: what it says, several where it is a list."""

    label: str
    key: str
    values: tuple[str, ...]
    own: bool  # in the language of the voice, not in the reader's


@router.get("/library/voice")
def voice_page(request: Request, seat: Seat, language: str = "", channel: str = "") -> Response:
    return _show(request, seat, TryForm(language=language[:16], channel=channel[:64]))


@router.post("/library/voice/try")
def try_it(request: Request, seat: Seat, form: Annotated[TryForm, Form()]) -> Response:
    """What stands against a reply; nothing is kept."""
    return _show(request, seat, form)


def _show(request: Request, seat: Visitor, form: TryForm) -> Response:
    bot = desk_of(request).bot
    there = [
        ChannelName(name=name, label=channel.declaration.label)
        for name, channel in bot.channels.items()
        if seat.sees(name)
    ]
    languages = bot.settings.brand.languages
    known = [one.name for one in there]
    channel = form.channel if form.channel in known else (known or [""])[0]
    spoken = (form.language, tongue.spoken(), languages[0])
    language = next(one for one in spoken if one in languages)
    reply = clean(form.reply)
    asked = Asked(reply=reply, channel=channel, language=language, mention=clean(form.mention))
    tried = try_reply(bot, asked) if channel and reply.strip() else None
    values: dict[str, Any] = {"asked": asked, "tried": tried, "rules_of": _rules_of(tried)}
    if PART in request.headers:
        return render(request, "parts/tried.html", seat=seat, **values)
    return render(
        request,
        "library_voice.html",
        seat=seat,
        **values,
        known=there,
        languages=languages,
        voice=_voice(bot.book.chapters[language].voice),
        cover=_cover(bot.book.cover),
        file=_file_of(bot),
        every_rule=rule_words.all_told(),
        say=library_words,
    )


def _rules_of(tried: Tried | None) -> dict[str, RuleWords]:
    found = tried.findings if tried else ()
    return {one.rule: rule_words.told(one.rule) for one in found}


def _voice(voice: Voice) -> tuple[Said, ...]:
    """The rules of a voice that say something, in the order of its form."""
    body = voice.model_dump(mode="json")
    found = (
        Said(
            label=library_words.field_name(field.name),
            key=field.name,
            values=_lines(field.name, field.shape, body[field.name]),
            own=field.shape is not Shape.CHOICE,
        )
        for field in FIELDS_OF[EntryKind.VOICE]
    )
    return tuple(one for one in found if one.values)


def _lines(name: str, shape: Shape, value: object) -> tuple[str, ...]:
    if shape is Shape.CHOICE:
        return (library_words.chosen_name(name, str(value)),)
    if isinstance(value, dict):
        return tuple(
            f"{words} → {instead}" if instead else words for words, instead in value.items()
        )
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),) if value else ()


def _cover(cover: Cover) -> tuple[Said, ...]:
    """What stands in the file of the brand, and is changed there."""
    body = cover.model_dump(mode="json")
    found = (
        Said(label=say(label), key=key, values=_lines(key, Shape.TEXTS, body[key]), own=False)
        for key, label in _COVER.items()
    )
    return tuple(one for one in found if one.values)


def _file_of(bot: Bot) -> str:
    """The file of the brand, as somebody would name it who looks for it."""
    path = ROOT / bot.settings.brand.path / "brand.toml"
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
