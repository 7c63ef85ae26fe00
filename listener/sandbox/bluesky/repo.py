"""Repositories: what an account's own PDS keeps, and tells at once, without the AppView.

Refusals and their order: the reference PDS 0.5.35 (measured 2026-11-22). Notable: it accepts
answers to what is deleted, blocked or gated; a key that is taken makes `createRecord` stumble,
while `putRecord` with the same record changes nothing; nobody looks for repeated words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from listener.sandbox.bluesky import lexicon, problems
from listener.sandbox.bluesky.ids import Place, cid_of
from listener.sandbox.bluesky.lexicon import RECORDS
from listener.sandbox.bluesky.record import Account, Record, Value
from listener.sandbox.bluesky.sessions import did_document
from listener.sandbox.bluesky.shapes import Misshapen

if TYPE_CHECKING:
    from listener.sandbox.bluesky.api import Call
    from listener.sandbox.bluesky.network import BlueskyNetwork


def create(call: Call) -> Any:
    body, network = call.body, call.network
    account, collection = _mine(call), body["collection"]
    key = body.get("rkey") or network.next_key()
    value, status = _checked(body, key)
    where = Place(repo=account.did, collection=collection, key=key)
    _unswapped(call)
    record = network.records.get(where.uri)
    if record is not None and record.lives:
        raise problems.internal()
    network.write(where, value)
    return _written(network, where.uri, status)


def put(call: Call) -> Any:
    """The same record again is no new commit, and the answer tells of none."""
    body, network = call.body, call.network
    account = _mine(call)
    where = Place(repo=account.did, collection=body["collection"], key=body["rkey"])
    value, status = _checked(body, body["rkey"])
    record = network.records.get(where.uri)
    if record is not None and record.lives and record.last.cid == cid_of(value):
        answer = _written(network, where.uri, status)
        return {name: told for name, told in answer.items() if name != "commit"}
    _unswapped(call)
    network.write(where, value)
    return _written(network, where.uri, status)


def delete(call: Call) -> Any:
    """Harmless if it is not there."""
    body, network = call.body, call.network
    account = _mine(call)
    where = Place(repo=account.did, collection=body["collection"], key=body["rkey"])
    record = network.records.get(where.uri)
    if record is None or not record.lives:
        return {}
    _unswapped(call)
    network.remove(where)
    return {"commit": _commit(network, account.did)}


def get(call: Call) -> Any:
    network, query = call.network, call.query
    account = _somebody(network, query["repo"])
    uri = Place(repo=account.did, collection=query["collection"], key=query["rkey"]).uri
    record = network.records.get(uri)
    cid = query.get("cid")
    if record is None or not record.lives or cid not in (None, record.last.cid):
        raise problems.no_record(uri)
    return _told(record)


def listed(call: Call) -> Any:
    """By their keys, the largest first: by the time of making, where the keys are TIDs. The cursor
    is the last key told, also on the last page."""
    network, query = call.network, call.query
    account = _somebody(network, query["repo"])
    up, cursor = query.get("reverse", False), query.get("cursor")
    found = [
        one
        for one in network.repos[account.did].values()
        if one.lives
        and one.collection == query["collection"]
        and (cursor is None or (one.key > cursor if up else one.key < cursor))
    ]
    page = sorted(found, key=lambda one: one.key, reverse=not up)[: query["limit"]]
    records = [_told(one) for one in page]
    return {"records": records} | ({"cursor": page[-1].key} if page else {})


def describe(call: Call) -> Any:
    network, name = call.network, call.query["repo"]
    account = network.account_at(name)
    if account is None:
        raise problems.no_repo_for_did(name)
    if account.down:
        raise problems.invalid(f"Repo has been takendown: {account.did}", "RepoTakendown")
    living = [one for one in network.repos[account.did].values() if one.lives]
    return {
        "handle": account.handle,
        "did": account.did,
        "didDoc": did_document(network, account),
        "collections": sorted({one.collection for one in living}),
        "handleIsCorrect": True,
    }


def status(call: Call) -> Any:
    did = call.query["did"]
    account = call.network.accounts.get(did)
    if account is None:
        raise problems.no_repo_for_did(did)
    if account.down:
        return {"did": did, "active": False, "status": "takendown"}
    return {"did": did, "active": True, "rev": call.network.heads[did][0]}


def resolve(call: Call) -> Any:
    did = call.network.handles.get(call.query["handle"].lower(), "")
    if not did or call.network.accounts[did].down:
        raise problems.invalid("Unable to resolve handle", "HandleNotFound")
    return {"did": did}


def _mine(call: Call) -> Account:
    """The repository a write names. Raises Problem unless it is the caller's own and stands."""
    account = call.network.account_at(call.body["repo"])
    if account is None:
        raise problems.Problem(403, "AccountNotFound", "Account not found")
    if account.down:
        raise problems.taken_down()
    if account.did != call.account.did:
        raise problems.not_yours()
    return account


def _somebody(network: BlueskyNetwork, name: str) -> Account:
    account = network.account_at(name)
    if account is None or account.down:
        raise problems.no_repo(name)
    return account


def _checked(body: Value, key: str) -> tuple[Value, str | None]:
    """The record with its type, and how far it was checked. Raises Problem."""
    collection, value = body["collection"], dict(body["record"])
    kind = value.setdefault("$type", collection)
    if kind != collection:
        raise problems.invalid(f"Invalid $type: expected {collection}, got {kind}")
    _in_one_piece(value)
    if body.get("validate") is False:
        return value, None
    check = RECORDS.get(collection)
    if check is None and body.get("validate") is True:
        raise problems.invalid(f"Unknown lexicon type: {collection}")
    wrong = lexicon.wrong_key(collection, key)
    if wrong:
        raise problems.invalid(f"Invalid record key for {collection}: {wrong}")
    try:
        if check is not None:
            check(value, "$.record")
    except Misshapen as error:
        raise problems.invalid(f"Invalid {collection} record: {error}") from None
    return value, "valid" if check is not None else "unknown"


def _in_one_piece(value: Value) -> None:
    try:
        cid_of(value)
    except (TypeError, ValueError) as error:
        raise problems.invalid(f"Invalid record: {error}") from None


def _unswapped(call: Call) -> None:
    """Refuse a write that was meant for an older state of the repository."""
    account, asked = call.account, call.body.get("swapCommit")
    _, commit = call.network.heads[account.did]
    if asked is not None and asked != commit:
        raise problems.swapped("Commit", commit)
    if "swapRecord" not in call.body:
        return
    uri = Place(repo=account.did, collection=call.body["collection"], key=call.body["rkey"]).uri
    record = call.network.records.get(uri)
    there = record.last.cid if record is not None and record.lives else None
    if call.body["swapRecord"] != there:
        raise problems.swapped("Record", there or "null")


def _written(network: BlueskyNetwork, uri: str, status: str | None) -> dict[str, Any]:
    record = network.records[uri]
    told = {"uri": uri, "cid": record.last.cid, "commit": _commit(network, record.did)}
    return told | ({"validationStatus": status} if status else {})


def _commit(network: BlueskyNetwork, did: str) -> dict[str, str]:
    rev, cid = network.heads[did]
    return {"cid": cid, "rev": rev}


def _told(record: Record) -> dict[str, Any]:
    return {"uri": record.uri, "cid": record.last.cid, "value": record.last.value}
