"""What the brand is told: notifications, those its policy holds back, private conversations.

https://docs.joinmastodon.org/methods/notifications/ and .../conversations/ (4.5)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from listener.sandbox.mastodon import problems
from listener.sandbox.mastodon.asked import whole
from listener.sandbox.mastodon.listing import bounds, links, page
from listener.sandbox.mastodon.objects import Notice, Status, Visibility
from listener.sandbox.mastodon.read import STATUSES
from listener.sandbox.mastodon.told import iso, told_account, told_notice, told_status

if TYPE_CHECKING:
    from listener.sandbox.mastodon.api import Call
    from listener.sandbox.mastodon.network import MastodonNetwork

_NOTICES: Final = 40  # a page; twice as many at most
_POLICIES: Final = ("accept", "filter", "drop")


def notifications(call: Call) -> Any:
    """Newest first, by when they came in. What the policy filters comes only when asked for."""
    network, asked, size = call.network, call.asked, call.asked.limit(_NOTICES)
    found = [one for one in _shown(network) if _wanted(call, one)]
    if network.manners.newest_notifications is not None:
        newest = {one.number for one in _shown(network)[-network.manners.newest_notifications :]}
        found = [one for one in found if one.number in newest]
    within = bounds(asked, network.manners, whole)
    part = page(found, lambda one: one.number, within, size)
    ends = (str(part[0].number), str(part[-1].number)) if part else None
    call.headers.update(links(call.request, asked, network.manners, ends, more=True))
    return [told_notice(network, one) for one in part]


def notification(call: Call) -> Any:
    found = call.network.notices.get(whole(call.id))
    if found is None or not call.network.is_shown(found):
        raise problems.no_record()
    return told_notice(call.network, found)


def _shown(network: MastodonNetwork) -> list[Notice]:
    """All there are, oldest first."""
    found = [one for one in network.notices.values() if network.is_shown(one)]
    return sorted(found, key=lambda one: one.number)


def _wanted(call: Call, notice: Notice) -> bool:
    asked = call.asked
    if notice.filtered and not asked.flag("include_filtered"):
        return False
    if "account_id" in asked and asked.text("account_id") != _author(call.network, notice):
        return False
    types, others = asked.lists.get("types", ()), asked.lists.get("exclude_types", ())
    return (not types or notice.kind in types) and notice.kind not in others


def _author(network: MastodonNetwork, notice: Notice) -> str:
    return network.accounts[notice.account.lower()].id


# What the policy holds back


def policy(call: Call) -> Any:
    """https://docs.joinmastodon.org/entities/NotificationPolicy/ (4.3 and later)"""
    network = call.network
    _with_policy(network)
    held = [one for one in _shown(network) if one.filtered]
    return {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": network.private_mentions,
        "for_limited_accounts": "filter",
        "summary": {
            "pending_requests_count": len({one.account for one in held}),
            "pending_notifications_count": len(held),
        },
    }


def set_policy(call: Call) -> Any:
    """PUT stands for PATCH, which the real server takes as well."""
    _with_policy(call.network)
    wanted = call.asked.text("for_private_mentions", call.network.private_mentions)
    if wanted not in _POLICIES:
        raise problems.invalid("For private mentions is not included in the list")
    call.network.set_policy(wanted)
    return policy(call)


def requests(call: Call) -> Any:
    """Whose notifications are held back, the one heard last first."""
    network = call.network
    _with_policy(network)
    newest: dict[str, list[Notice]] = {}
    for one in _shown(network):
        if one.filtered:
            newest.setdefault(one.account, []).append(one)
    held = sorted(newest.items(), key=lambda pair: pair[1][-1].number, reverse=True)
    return [_request(network, acct, found) for acct, found in held][: call.asked.limit(_NOTICES)]


def accept(call: Call) -> Any:
    """Let somebody's notifications through. The id of a request is that of the account here."""
    network = call.network
    _with_policy(network)
    account = network.account_by_id(call.id)
    held = account and any(one.filtered and one.account == account.acct for one in _shown(network))
    if account is None or not held:
        raise problems.no_record()
    network.permit(account.acct)
    return {}


def _request(network: MastodonNetwork, acct: str, held: list[Notice]) -> dict[str, Any]:
    account, last = network.accounts[acct.lower()], held[-1]
    status = network.statuses[last.status or ""]
    return {
        "id": account.id,
        "created_at": iso(held[0].at),
        "updated_at": iso(last.at),
        "notifications_count": str(len(held)),
        "account": told_account(network, account),
        "last_status": told_status(network, status, network.brand),
    }


def _with_policy(network: MastodonNetwork) -> None:
    if not network.manners.filters_private_mentions:
        raise problems.not_found()


# Private conversations


def conversations(call: Call) -> Any:
    """One for each thread and circle of people, the one with the newest status first. A private
    mention that is held back makes none."""
    network, asked, size = call.network, call.asked, call.asked.limit(STATUSES)
    if not network.manners.conversations:
        return []
    threads: dict[tuple[str, frozenset[str]], list[Status]] = {}
    held = {one.status for one in network.notices.values() if one.filtered}
    for status in network.current():
        private = status.visibility is Visibility.DIRECT and network.is_listed(status)
        if private and status.id not in held and network.may_see(call.viewer, status):
            others = frozenset({status.author.acct, *status.mentions} - {network.brand.acct})
            threads.setdefault((status.conversation, others), []).append(status)
    newest = sorted(threads.items(), key=lambda pair: pair[1][-1].number)
    within = bounds(asked, network.manners, call.place)
    part = page(newest, lambda pair: pair[1][-1].number, within, size)
    ends = (part[0][1][-1].id, part[-1][1][-1].id) if part else None
    call.headers.update(links(call.request, asked, network.manners, ends, more=len(part) == size))
    return [_conversation(network, others, found) for (_, others), found in part]


def _conversation(
    network: MastodonNetwork, others: frozenset[str], found: list[Status]
) -> dict[str, Any]:
    last = found[-1]
    return {
        "id": found[0].id,
        "unread": not last.author.is_ours,
        "accounts": [
            told_account(network, network.accounts[acct.lower()]) for acct in sorted(others)
        ],
        "last_status": told_status(network, last, network.brand),
    }
