"""What stands on sandbox Bluesky, how events change it, and what the AppView knows of it when.

The PDS holds repositories of records and tells them at once. The AppView is told of them, later,
and answers everything about people, posts and threads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.clock import Clock
from listener.sandbox.bluesky import gates
from listener.sandbox.bluesky.ids import Place, cid_of, did_for, place
from listener.sandbox.bluesky.lexicon import GATE, POST, RECORDS
from listener.sandbox.bluesky.notices import notices
from listener.sandbox.bluesky.record import (
    Account,
    Record,
    Value,
    Version,
    parent_of,
    root_of,
    sort_at,
    targets_of,
)
from listener.sandbox.bluesky.shapes import Misshapen, any_thing
from listener.sandbox.journal import Event
from listener.sandbox.network import Network

DOMAIN = ".bsky.test"
"""Of the handles: a name that is nobody's (RFC 2606)."""
BRAND = f"larixoutdoor{DOMAIN}"


@dataclass(kw_only=True)
class Session:
    """A refresh token. `next`: the one it was changed into."""

    did: str
    expires: datetime
    next: str | None = None


class BlueskyState(Network):
    """Accounts by their DID, records by their at-URI."""

    def __init__(self, *, seed: int, clock: Clock, path: Path | None) -> None:
        super().__init__(seed=seed, clock=clock, path=path)
        self.accounts: dict[str, Account] = {}
        self.handles: dict[str, str] = {}  # handle -> DID
        self.records: dict[str, Record] = {}  # the deleted ones too
        self.repos: dict[str, dict[str, Record]] = defaultdict(dict)  # DID -> at-URI -> record
        self.towards: dict[str, dict[str, Record]] = defaultdict(dict)
        """What was ever said about an at-URI or a DID (replies, quotes, likes, follows, blocks), by
        its own at-URI."""
        self.noticed: dict[str, dict[str, Record]] = defaultdict(dict)
        """What ever concerned a DID, by its at-URI."""
        self.heads: dict[str, tuple[str, str]] = {}  # DID -> revision and CID of the last commit
        self.sessions: dict[str, Session] = {}  # by the id of the refresh token; the ended ones too
        self._newest = 0  # the largest number of a TID so far

    # What one can ask

    @property
    def brand(self) -> Account:
        return self.accounts[self.did_of_brand]

    @property
    def did_of_brand(self) -> str:
        return self.did_of(BRAND)

    def did_of(self, handle: str) -> str:
        """The DID of the account that was opened under that handle."""
        return did_for(self.seed, "account", handle)

    def account_at(self, name: str) -> Account | None:
        """The account of that handle or DID."""
        return self.accounts.get(self.handles.get(name.lower(), name))

    @property
    def posts(self) -> dict[str, Record]:
        """The living posts by their at-URI, whoever wrote them, as their repositories have them."""
        with self.lock:
            return {one.uri: one for one in self.records.values() if _is_post(one) and one.lives}

    def replies_to(self, uri: str) -> list[Record]:
        """The living direct replies to that post, oldest first."""
        with self.lock:
            found = [one for one in self.towards[uri].values() if _is_post(one) and one.lives]
            return sorted((one for one in found if one.in_reply_to == uri), key=_age)

    def own_posts(self) -> list[Record]:
        """What the brand has posted and not deleted, oldest first."""
        with self.lock:
            own = self.repos[self.brand.did].values()
            return sorted((one for one in own if _is_post(one) and one.lives), key=_age)

    # What the AppView knows

    def shown(self, uri: str, *, own: str = "") -> Version | None:
        """The version of a record the AppView has right now; None if it shows none. `own`: the
        account whose own records are shown at once."""
        record = self.records.get(uri)
        if record is None or uri in self.vanished or self.accounts[record.did].down:
            return None
        now = self.now()
        known = [one for one in record.versions if one.visible_at <= now or record.did == own]
        return known[-1] if known and known[-1].value is not None and known[-1].indexed else None

    def shown_towards(self, target: str, collection: str) -> Iterator[tuple[Record, Value]]:
        """The records of that kind which the AppView has about an at-URI or a DID."""
        for record in self.towards.get(target, {}).values():
            version = self.shown(record.uri) if record.collection == collection else None
            value = version.value if version is not None else None
            if value is not None and target in targets_of(collection, value):
                yield record, value

    def gate_of(self, root: str) -> Record | None:
        """The threadgate of a thread that begins with that post."""
        where = place(root)
        if where is None:
            return None
        return self.records.get(Place(repo=where.repo, collection=GATE, key=where.key).uri)

    # How events change it

    def _apply(self, event: Event) -> None:
        getattr(self, f"_apply_{event['op']}")(event)

    def _apply_account(self, event: Event) -> None:
        self.handles[event["handle"]] = event["id"]
        self.accounts[event["id"]] = Account(
            did=event["id"],
            handle=event["handle"],
            name=event["name"],
            about=event["about"],
            made_at=datetime.fromisoformat(event["at"]),
        )

    def _apply_rename(self, event: Event) -> None:
        account = self.accounts[event["id"]]
        self.handles.pop(account.handle, None)
        account.handle = event["handle"]
        self.handles[account.handle] = account.did

    def _apply_down(self, event: Event) -> None:
        self.accounts[event["id"]].down = event["down"]

    def _apply_mute(self, event: Event) -> None:
        muted = self.accounts[event["by"]].muted
        (muted.add if event["muted"] else muted.discard)(event["id"])

    def _apply_seen(self, event: Event) -> None:
        account = self.accounts[event["id"]]
        account.seen_at = max(account.seen_at, event["at"])

    def _apply_session(self, event: Event) -> None:
        expires = datetime.fromisoformat(event["expires"])
        self.sessions[event["id"]] = Session(did=event["did"], expires=expires)

    def _apply_rotate(self, event: Event) -> None:
        old = self.sessions[event["id"]]
        old.next, old.expires = event["next"], datetime.fromisoformat(event["until"])

    def _apply_revoke(self, event: Event) -> None:
        self.sessions[event["id"]].expires = self.began  # long ago

    def _apply_write(self, event: Event) -> None:
        where = _place(event["id"])
        value: Value = event["value"]
        at = datetime.fromisoformat(event["at"])
        parent = self.records.get(parent_of(value) or "")
        gated = where.collection == POST and gates.keeps_out(self, value, where.repo)
        indexed = _fits_index(where.collection, value)
        told = indexed and event.get("notify", True)
        concerned = notices(self, where, value, gated=gated) if told else ()
        version = Version(
            value=value,
            cid=cid_of(value),
            rev=event["rev"],
            at=at,
            visible_at=datetime.fromisoformat(event["visible_at"]),
            notices=concerned,
            gated=gated,
            torn=_is_torn(value, parent),
            indexed=indexed,
            sort_at=sort_at(value, at),
        )
        record = self._keep(where, version, event)
        for target in targets_of(where.collection, value):
            self.towards[target][record.uri] = record
        for notice in concerned:
            self.noticed[notice.did][record.uri] = record

    def _apply_delete(self, event: Event) -> None:
        version = Version(
            value=None,
            rev=event["rev"],
            at=datetime.fromisoformat(event["at"]),
            visible_at=datetime.fromisoformat(event["visible_at"]),
        )
        self._keep(_place(event["id"]), version, event)

    def _keep(self, where: Place, version: Version, event: Event) -> Record:
        record = self.records.get(where.uri)
        if record is None:
            record = Record(
                uri=where.uri,
                did=where.repo,
                collection=where.collection,
                key=where.key,
                versions=[],
                likes=event.get("likes", 0),
            )
            self.records[where.uri] = self.repos[where.repo][where.uri] = record
        record.versions.append(version)
        self._newest = max(self._newest, event["number"])
        commit = cid_of({"did": where.repo, "rev": version.rev, "uri": where.uri})
        self.heads[where.repo] = (version.rev, commit)
        return record


def _place(uri: str) -> Place:
    found = place(uri)
    if found is None:
        raise LookupError(f"{uri} names no record")
    return found


def _is_post(record: Record) -> bool:
    return record.collection == POST


def _age(record: Record) -> tuple[datetime, str]:
    return record.at, record.versions[0].rev


def _is_torn(value: Value, parent: Record | None) -> bool:
    """Whether it names another root than what it answers does."""
    root, answers = root_of(value), parent_of(value)
    if answers is None:
        return False
    if parent is None or not parent.lives or parent.last.torn:
        return True
    return bool(parent.in_reply_to) if answers == root else root_of(parent.value) != root


def _fits_index(collection: str, value: Value) -> bool:
    """The AppView takes what its lexicons allow, and cannot store a NUL: such a post stands in its
    repository and nowhere else."""
    try:
        RECORDS.get(collection, any_thing)(value, "$")
    except Misshapen:
        return False
    return "\x00" not in str(value.get("text", ""))
