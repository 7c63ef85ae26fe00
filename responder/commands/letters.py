"""letters: list, read again or dismiss what a network sent that could not be read."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from config.errors import ConfigError
from listener.channels.errors import ChannelError
from listener.letters import open_letters
from responder import letters
from responder.approve import Conflict, NotFound
from responder.bot import Bot
from responder.commands import BY, require_known, with_bot
from responder.letters import letter_view

_SHOWN = 100  # characters of a payload, for a person


def list_letters(config: Path, channel: str | None, *, as_json: bool) -> int:
    with with_bot(config) as bot:
        require_known(channel, bot.channels)
        found = [letter_view(one) for one in open_letters(bot.database, channel)]
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False))
        return 0
    for one in found:
        print(f"{one.id}  {one.channel}/{one.stream}  {one.heard_at:%Y-%m-%d %H:%M}  {one.error}")
        print(f"    {one.payload[:_SHOWN]!a}")
    if not found:
        print("Everything the networks sent could be read.")
    return 0


def retry_letters(config: Path, ids: Sequence[str], *, as_json: bool) -> int:
    """Without `ids` all that are open. Exit code 1 if one of them stays open."""
    with with_bot(config) as bot:
        wanted = list(ids) or [one.id for one in open_letters(bot.database)]
        found = [_retry(bot, letter_id) for letter_id in wanted]
    return _tell(found, as_json=as_json)


def dismiss_letters(config: Path, ids: Sequence[str], *, as_json: bool) -> int:
    """Exit code 1 if one of them could not be dismissed."""
    if not ids:
        raise ConfigError(
            where="letters dismiss",
            problem="which ones?",
            fix="name their ids, as `letters list` shows them",
        )
    with with_bot(config) as bot:
        found = [_dismiss(bot, letter_id) for letter_id in ids]
    return _tell(found, as_json=as_json)


def _retry(bot: Bot, letter_id: str) -> dict[str, object]:
    try:
        done = letters.retry(bot, letter_id, by=BY)
    except (ChannelError, NotFound, Conflict) as error:
        return _answer(letter_id, closed=False, sentence=str(error))
    return _answer(letter_id, closed=done.closed, sentence=done.sentence)


def _dismiss(bot: Bot, letter_id: str) -> dict[str, object]:
    try:
        letters.dismiss(bot, letter_id, by=BY)
    except (NotFound, Conflict) as error:
        return _answer(letter_id, closed=False, sentence=str(error))
    return _answer(letter_id, closed=True, sentence="Dismissed")


def _answer(letter_id: str, *, closed: bool, sentence: str) -> dict[str, object]:
    return {"id": letter_id, "closed": closed, "sentence": sentence}


def _tell(found: Sequence[dict[str, object]], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for one in found:
            print(
                f"{one['id']}  {one['sentence']}", file=sys.stdout if one["closed"] else sys.stderr
            )
        if not found:
            print("No letter is open.")
    return int(not all(one["closed"] for one in found))
