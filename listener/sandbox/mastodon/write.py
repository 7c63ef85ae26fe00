"""Writing to sandbox Mastodon: https://docs.joinmastodon.org/methods/statuses/ (4.5)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.mastodon import problems
from listener.sandbox.mastodon.objects import Status, Visibility
from listener.sandbox.mastodon.told import told_status
from listener.sandbox.mastodon.weigh import weigh

if TYPE_CHECKING:
    from listener.sandbox.mastodon.api import Call

_KEY_LASTS: Final = timedelta(hours=1)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?")
_NOT_HERE: Final = ("scheduled_at", "quoted_status_id")
_NO_LISTS_HERE: Final = ("media_ids", "poll[options]")


def create(call: Call) -> Any:
    """Post, or answer. What is answered is looked up first, so that a repetition with the same key
    is refused too once that is gone."""
    target = _target(call)
    repeated = _repeated(call)
    if repeated is not None:
        return told_status(call.network, repeated, call.viewer)
    _refuse_what_is_not_here(call)
    text, spoiler = _words(call)
    network, key = call.network, _key(call)
    call.limits.check_posts()
    status_id = network.post(
        network.brand.acct,
        text,
        reply_to=target.id if target else None,
        visibility=_visibility(call),
        spoiler=spoiler,
        language=_language(call),
        app=network.app_name,
        key=key if network.manners.idempotency else "",
    )
    call.limits.posted()
    return told_status(network, network.statuses[status_id], call.viewer)


def update(call: Call) -> Any:
    own = _own(call)
    text, spoiler = _words(call)
    call.network.edit(own.id, text, spoiler=spoiler, language=_language(call, own.language))
    return told_status(call.network, call.network.statuses[own.id], call.viewer)


def delete(call: Call) -> Any:
    """The answer has the text as it was typed, so that one can write it anew."""
    own = _own(call)
    told = told_status(call.network, own, call.viewer, source=True)
    call.network.delete(own.id)
    return told


def _own(call: Call) -> Status:
    found = call.network.statuses.get(call.id)
    if found is None or not found.author.is_ours or call.network.has_vanished(found):
        raise problems.no_record()
    return found


def _target(call: Call) -> Status | None:
    """What is answered; None if nothing is, or if the server does not mind that it is not there."""
    wanted = call.asked.text("in_reply_to_id")
    if not wanted:
        return None
    network = call.network
    found = network.statuses.get(wanted)
    # Writing looks in the first database: what reads do not show yet can be answered.
    there = found is not None and not network.has_vanished(found)
    if found is not None and there and network.may_see(call.viewer, found):
        return found
    if network.manners.strict_replies:
        raise problems.nothing_to_answer()
    return None


def _repeated(call: Call) -> Status | None:
    """The status that was posted with this very key within the hour, whatever its words are.
    Raises Problem 404 if it is deleted."""
    network = call.network
    known = network.keys.get(_key(call)) if network.manners.idempotency else None
    if known is None or network.now() - known[1] >= _KEY_LASTS:
        return None
    found = network.statuses.get(known[0])
    if found is None:
        raise problems.no_record()
    return found


def _key(call: Call) -> str:
    return call.request.headers.get("idempotency-key", "").strip()


def _words(call: Call) -> tuple[str, str]:
    """The text and the content warning. A warning alone is the text."""
    text, spoiler = call.asked.text("status").strip(), call.asked.text("spoiler_text").strip()
    if not text and spoiler:
        text, spoiler = spoiler, ""
    if not text and call.network.manners.strict_input:
        raise problems.invalid("Text can't be blank")
    limit = call.network.manners.character_limit
    if limit is not None and weigh(text, spoiler) > limit:
        raise problems.too_long(limit)
    return text, spoiler


def _visibility(call: Call) -> str:
    """Public unless asked otherwise: also in answer to a private mention."""
    wanted = call.asked.text("visibility") or Visibility.PUBLIC.value
    if wanted in set(Visibility):
        return wanted
    if call.network.manners.strict_input:
        raise problems.invalid("Visibility is not included in the list")
    return Visibility.PUBLIC.value


def _language(call: Call, usual: str | None = None) -> str:
    """An unknown language is that of the server."""
    wanted = call.asked.text("language")
    return wanted if _LANGUAGE.fullmatch(wanted) else usual or "en"


def _refuse_what_is_not_here(call: Call) -> None:
    """Mastodon would do something with these; to do as if would be a lie."""
    asked = call.asked
    for name in (*_NOT_HERE, *_NO_LISTS_HERE):
        if asked.text(name) or asked.lists.get(name):
            raise problems.unprocessable(f"The sandbox does not know what to do with {name}")
