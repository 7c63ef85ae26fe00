"""Reading statuses, threads and accounts from sandbox Mastodon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.mastodon import problems
from listener.sandbox.mastodon import text as masto_text
from listener.sandbox.mastodon.listing import bounds, links, page
from listener.sandbox.mastodon.objects import Account, Status
from listener.sandbox.mastodon.told import told_account, told_ourselves, told_status

if TYPE_CHECKING:
    from listener.sandbox.mastodon.api import Call

STATUSES: Final = 20  # a page; twice as many at most
_AT_ONCE: Final = 20  # ids; app/controllers/api/v1/statuses_controller.rb, 4.5
_STRANGERS_ANCESTORS, _STRANGERS_DESCENDANTS = 40, 60  # without a token; ibid.
_ANCESTORS = _DESCENDANTS = 4096


def ourselves(call: Call) -> Any:
    return told_ourselves(call.network)


def app(call: Call) -> Any:
    """https://docs.joinmastodon.org/methods/apps/#verify_credentials (4.3 and later)"""
    return {
        "id": "1",
        "name": call.network.app_name,
        "website": None,
        "scopes": sorted(call.network.scopes),
        "redirect_uris": ["urn:ietf:wg:oauth:2.0:oob"],
        "redirect_uri": "urn:ietf:wg:oauth:2.0:oob",
        "vapid_key": "",
    }


def account(call: Call) -> Any:
    return told_account(call.network, _account(call))


def lookup(call: Call) -> Any:
    """By `acct`, with or without the domain of our own server."""
    name = call.asked.text("acct").strip().removeprefix("@")
    network = call.network
    found = network.named(network.brand, name.lower())
    if found is None:
        raise problems.no_record()
    return told_account(network, found)


def statuses_of(call: Call) -> Any:
    """What an account has posted, newest first, as far as we may see it."""
    owner, asked = _account(call), call.asked
    found = [
        status
        for status in call.network.current()
        if status.author.acct == owner.acct
        and not (asked.flag("exclude_replies") and _answers_others(status))
        and not (asked.flag("exclude_reblogs") and status.boosts)
        and not (asked.flag("only_media") and not status.media)
        and not asked.flag("pinned")
    ]
    return statuses_page(call, found, endless=False)


def tag(call: Call) -> Any:
    """Public statuses with a hashtag, newest first."""
    wanted = {call.id.lower().removeprefix("#")} | _lower(call.asked.lists.get("any", ()))
    needed = _lower(call.asked.lists.get("all", ()))
    unwanted = _lower(call.asked.lists.get("none", ()))
    found = []
    for status in call.network.current():
        there = set(masto_text.tags(status.text))
        fits = there & wanted and needed <= there and not there & unwanted
        if fits and status.visibility == "public" and not status.boosts:
            found.append(status)
    return statuses_page(call, found, endless=True)


def status(call: Call) -> Any:
    return told_status(call.network, visible(call), call.viewer)


def statuses(call: Call) -> Any:
    """Some statuses by their ids; those we may not see are left out. Their order is the server's
    own, not that of the question."""
    network = call.network
    ids = dict.fromkeys(call.asked.lists.get("id", ()))
    if len(ids) > _AT_ONCE:
        raise problems.unprocessable("Mastodon::ValidationError")
    found = [network.statuses[one] for one in ids if one in network.statuses]
    return [
        told_status(network, one, call.viewer)
        for one in sorted(found, key=lambda one: one.number)
        if network.is_readable(one) and network.may_see(call.viewer, one)
    ]


def source(call: Call) -> Any:
    """The text of a status of ours as it was typed."""
    one = visible(call)
    if not one.author.is_ours:
        raise problems.not_allowed()
    return {"id": one.id, "text": one.text, "spoiler_text": one.spoiler}


def context(call: Call) -> Any:
    """The thread around a status."""
    network, middle = call.network, visible(call)
    before, after = network.ancestors(middle), network.descendants(middle)
    stranger = call.viewer is None
    most_before = _STRANGERS_ANCESTORS if stranger else _ANCESTORS
    most_after = _STRANGERS_DESCENDANTS if stranger else _DESCENDANTS
    return {
        "ancestors": _told(call, before[-most_before:]),
        "descendants": _told(call, list(after)[:most_after]),
    }


def visible(call: Call) -> Status:
    """The status of the path. Raises Problem 404, in other words if it is there but not for us."""
    found = call.network.statuses.get(call.id)
    if found is None or not call.network.is_readable(found):
        raise problems.no_record()
    if not call.network.may_see(call.viewer, found):
        raise problems.not_found()
    return found


def statuses_page(call: Call, found: Sequence[Status], *, endless: bool) -> Any:
    """One page of statuses that come oldest first. `endless`: older ones are pointed to under the
    last page too."""
    network, asked, size = call.network, call.asked, call.asked.limit(STATUSES)
    within = bounds(asked, network.manners, call.place)
    seen = [one for one in found if network.is_listed(one) and network.may_see(call.viewer, one)]
    shown = page(seen, lambda one: one.number, within, size)
    ends = (shown[0].id, shown[-1].id) if shown else None
    more = endless or len(shown) == size
    call.headers.update(links(call.request, asked, network.manners, ends, more=more))
    return [told_status(network, one, call.viewer) for one in shown]


def _told(call: Call, found: list[Status]) -> list[dict[str, Any]]:
    return [
        told_status(call.network, one, call.viewer)
        for one in found
        if call.network.is_listed(one) and call.network.may_see(call.viewer, one)
    ]


def _account(call: Call) -> Account:
    found = call.network.account_by_id(call.id)
    if found is None:
        raise problems.no_record()
    return found


def _answers_others(status: Status) -> bool:
    """Who goes on in their own thread does not answer anybody."""
    return status.answers_account is not None and status.answers_account != status.author.id


def _lower(names: Sequence[str]) -> set[str]:
    return {name.lower().removeprefix("#") for name in names}
