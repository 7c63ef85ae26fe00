"""What stands on sandbox Mastodon, how events change it, and who may see it."""

from __future__ import annotations

from bisect import bisect, insort
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from config.clock import Clock
from listener.sandbox.journal import Event
from listener.sandbox.mastodon.manners import Manners
from listener.sandbox.mastodon.objects import (
    BRAND,
    Account,
    Kind,
    Media,
    Notice,
    Status,
    Visibility,
)
from listener.sandbox.network import Network


class MastodonState(Network):
    """Accounts by their acct, statuses by their id."""

    def __init__(
        self, *, seed: int, clock: Clock, path: Path | None, manners: Manners = Manners.MASTODON
    ) -> None:
        super().__init__(seed=seed, clock=clock, path=path)
        self.manners = manners
        self.accounts: dict[str, Account] = {}  # by acct in lower case
        self.statuses: dict[str, Status] = {}  # the living ones
        self.deleted: dict[str, Status] = {}
        self.notices: dict[int, Notice] = {}
        self.blockers: set[str] = set()  # accts of those who have blocked us
        self.permitted: set[str] = set()  # accts whose private mentions we let through
        self.private_mentions = "filter"  # the brand's own policy: accept, filter or drop
        self.keys: dict[str, tuple[str, datetime]] = {}  # Idempotency-Key -> status, and when
        self._under: defaultdict[str, list[str]] = defaultdict(list)  # id -> ids of its replies
        self._written: Counter[str] = Counter()  # acct -> living statuses
        self._last: dict[str, datetime] = {}  # acct -> when they wrote last
        self._boosted: Counter[str] = Counter()  # id -> living boosts of it
        self._arrived: list[tuple[datetime, int]] = []  # of notices, sorted
        self._newest = 0  # the largest number of a status so far

    # What one can ask

    @property
    def brand(self) -> Account:
        return self.accounts[BRAND]

    def find_account(self, acct: str) -> Account | None:
        return self.accounts.get(acct.lower())

    def account_by_id(self, account_id: str) -> Account | None:
        return next((one for one in self.accounts.values() if one.id == account_id), None)

    def current(self) -> list[Status]:
        """Every living status, oldest first."""
        with self.lock:
            return sorted(self.statuses.values(), key=lambda status: status.number)

    def own_posts(self) -> list[Status]:
        """What the brand has posted and not deleted, oldest first."""
        with self.lock:
            return [status for status in self.current() if status.author.is_ours]

    def replies_to(self, status_id: str) -> list[Status]:
        """The living direct replies to that status, oldest first."""
        with self.lock:
            found = [self.statuses[one] for one in self._under[status_id] if one in self.statuses]
            return sorted(found, key=lambda status: status.number)

    def written_by(self, account: Account) -> int:
        return self._written[account.acct]

    def last_status_of(self, account: Account) -> datetime | None:
        return self._last.get(account.acct)

    def boosts_of(self, status: Status) -> int:
        return self._boosted[status.id]

    def parent(self, status: Status) -> Status | None:
        """What it answers, while that is there: Mastodon forgets the link with the status."""
        return self.statuses.get(status.answers or "")

    def ancestors(self, status: Status) -> list[Status]:
        """The first status of the thread first; those that are gone cut the thread."""
        found: list[Status] = []
        parent = self.parent(status)
        while parent is not None:
            found.insert(0, parent)
            parent = self.parent(parent)
        return found

    def descendants(self, status: Status) -> Iterator[Status]:
        """Depth first, the older ones first, as Mastodon orders them."""
        waiting = self.replies_to(status.id)
        while waiting:
            one = waiting.pop(0)
            yield one
            waiting = self.replies_to(one.id) + waiting

    # Who may see it

    def has_vanished(self, status: Status) -> bool:
        return status.id in self.vanished

    def is_readable(self, status: Status) -> bool:
        """Whether the server tells it to who asks for its id and may see it: if it is ours, after
        the lag."""
        if status.id not in self.statuses or self.has_vanished(status):
            return False
        return not status.author.is_ours or status.visible_at <= self.now()

    def is_listed(self, status: Status) -> bool:
        """Whether timelines, threads and search know it."""
        return self.is_readable(status) and status.visible_at <= self.now()

    def may_see(self, viewer: Account | None, status: Status) -> bool:
        """Who has blocked us shows us nothing; what is not open is for those it mentions."""
        if viewer is None:
            return status.visibility.is_open
        if status.author.acct == viewer.acct:
            return True
        if status.author.acct in self.blockers and viewer.is_ours:
            return False
        return status.visibility.is_open or viewer.acct in status.mentions

    def is_shown(self, notice: Notice) -> bool:
        """Whether the list of notifications has it, filtered or not."""
        if notice.at > self.now():
            return False
        return notice.status is None or (
            notice.status in self.statuses and notice.status not in self.vanished
        )

    # How events change it

    def _apply(self, event: Event) -> None:
        getattr(self, f"_apply_{event['op']}")(event)

    def _apply_account(self, event: Event) -> None:
        self.accounts[event["acct"].lower()] = Account(
            id=event["id"],
            acct=event["acct"],
            name=event["name"],
            followers=event["followers"],
            about=event["about"],
            bot=event["bot"],
            created_at=datetime.fromisoformat(event["at"]),
        )

    def _apply_bot(self, event: Event) -> None:
        acct = event["id"].lower()
        self.accounts[acct] = replace(self.accounts[acct], bot=True)

    def _apply_post(self, event: Event) -> None:
        author = self.accounts[event["author"].lower()]
        parent = self.statuses.get(event["answers"] or "")
        status = Status(
            id=event["id"],
            number=event["number"],
            author=author,
            text=event["text"],
            at=datetime.fromisoformat(event["at"]),
            visible_at=datetime.fromisoformat(event["visible_at"]),
            conversation=parent.conversation if parent else event["id"],
            visibility=Visibility(event["visibility"]),
            answers=event["answers"],
            answers_account=parent.author.id if parent else None,
            boosts=event.get("boosts"),
            mentions=tuple(event["mentions"]),
            spoiler=event["spoiler"],
            language=event["language"],
            media=tuple(Media(**one) for one in event["media"]),
            likes=event["likes"],
            app=event["app"],
        )
        self.statuses[status.id] = status
        self._written[author.acct] += 1
        self._boosted[status.boosts or ""] += 1
        self._last[author.acct] = max(self._last.get(author.acct, status.at), status.at)
        self._newest = max(self._newest, status.number)
        if parent is not None:
            self._under[parent.id].append(status.id)
        if event.get("key"):
            self.keys[event["key"]] = (status.id, status.at)
        self._notify(event, author.acct, event.get("boosts") or status.id)

    def _apply_edit(self, event: Event) -> None:
        old = self.statuses[event["id"]]
        self.statuses[old.id] = replace(
            old,
            text=event["text"],
            spoiler=event["spoiler"],
            language=event["language"],
            mentions=tuple(event["mentions"]),
            edited_at=datetime.fromisoformat(event["at"]),
        )
        self._notify(event, old.author.acct, old.id)

    def _apply_delete(self, event: Event) -> None:
        gone = self.statuses.pop(event["id"])
        self.deleted[gone.id] = gone
        self._written[gone.author.acct] -= 1
        self._boosted[gone.boosts or ""] -= 1

    def _apply_favourite(self, event: Event) -> None:
        old = self.statuses[event["id"]]
        self.statuses[old.id] = replace(old, likes=old.likes + 1)
        self._notify(event, event["author"], old.id)

    def _apply_follow(self, event: Event) -> None:
        self._notify(event, event["id"], None)

    def _apply_block(self, event: Event) -> None:
        (self.blockers.add if event["blocked"] else self.blockers.discard)(event["id"])

    def _apply_policy(self, event: Event) -> None:
        self.private_mentions = event["private_mentions"]

    def _apply_permit(self, event: Event) -> None:
        """What they wrote before comes to the list as well."""
        self.permitted.add(event["id"])
        for number, notice in self.notices.items():
            if notice.account == event["id"]:
                self.notices[number] = replace(notice, filtered=False)

    def _notify(self, event: Event, acct: str, status: str | None) -> None:
        told: dict[str, Any] | None = event.get("notice")
        if told is None:
            return
        at = datetime.fromisoformat(told["at"])
        self.notices[told["number"]] = Notice(
            number=told["number"],
            kind=Kind(told["kind"]),
            at=at,
            account=acct,
            status=status,
            filtered=told["filtered"],
        )
        insort(self._arrived, (at, told["number"]))

    def _notice_number(self, at: datetime) -> int:
        """Notifications are numbered as they come in, not as the statuses were written."""
        before = bisect(self._arrived, (at, 1 << 62))
        number = int(at.timestamp() * 1000)
        if before:
            number = max(number, self._arrived[before - 1][1] + 1)
        while number in self.notices:
            number += 1
        return number
