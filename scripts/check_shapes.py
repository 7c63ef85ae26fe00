"""Hold the channel parsers, and the payloads our tests are made of, against recorded answers.

    make check-shapes SPECS=DIR

DIR holds folders x/, facebook/, instagram/, headers/ of JSON files: bare bodies, `{"_status",
"_headers", "body"}`, or lists of `{"request", "response"}`.

Nothing is lost: the texts an independent, dumb walk finds in a body are those the parser returns,
and every error body becomes a typed error. Nothing is made up: keys, nesting and types of our
payloads exist in some recording, or in SPECIFIED. Prints a line per file; exits 1 on any loss.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run in place, like everything here

from listener.channels.base import Incoming
from listener.channels.errors import ChannelError
from listener.channels.facebook import errors as facebook_errors
from listener.channels.facebook import instagram
from listener.channels.facebook import parse as facebook_parse
from listener.channels.x import activity as x_activity
from listener.channels.x import errors as x_errors
from listener.channels.x import fields as x_fields
from listener.channels.x import parse as x_parse
from listener.channels.x.stance import Account

NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)
TEXTS: Final = ("text", "message", "caption")
NETWORKS: Final = ("x", "facebook", "instagram", "headers")
TRIED_FOR_REAL: Final = ("bluesky", "mastodon")
"""Nobody needs a recording where servers can be asked: `make test-servers`."""

SPECIFIED: Final[Mapping[str, Mapping[str, str]]] = {
    # https://docs.x.com/x-api/fundamentals/data-dictionary and X's OpenAPI 2.166/2.167 (2026-08)
    "x": {
        r"item\.(note_tweet|note_post)(\.text)?": "the whole of a long post",
        r"item\.referenced_posts(\[\](\.id|\.type)?)?": "2.167 for referenced_tweets",
        r"item\.edit_history_post_ids(\[\])?": "2.167 for edit_history_tweet_ids",
        r"item\.public_metrics\.repost_count": "2.167 for retweet_count",
        r"media\.(type|url|alt_text|preview_image_url)": "media.fields",
        r"includes\.posts": "2.167 for includes.tweets",
    },
    # https://developers.facebook.com/docs/graph-api/reference/comment, .../page-post (2026-11)
    "facebook": {
        r"item\.from(\.id|\.name)?": "with a Page token and Advanced Access",
        r"item\.parent(\.id)?": "a reply's comment",
        r"item\.(is_hidden|can_comment)": "moderation",
        r"item\.attachment(\..*)?": "of a comment: a story attachment, as in a post's attachments",
        r"item\.comments\.paging(\..*)?": "of an edge, as at the top",
        # https://developers.facebook.com/docs/graph-api/reference/debug_token (2026-11)
        r"item\.(app_id|type|expires_at|data_access_expires_at|is_valid|scopes)(\[\])?": "debug",
        r"item\.success": "of a write without an id",
        r"error\.is_transient": "guides/error-handling",
    },
    "instagram": {},
}


@dataclass(frozen=True, kw_only=True)
class Recording:
    name: str
    network: str
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.status >= 400 or (isinstance(self.body, dict) and "error" in self.body)


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    found: int = 0
    parsed: int = 0
    note: str = ""
    trouble: str = ""


def recordings(folder: Path) -> Iterator[Recording]:
    """Every answer in every JSON file under `folder`."""
    for path in sorted(folder.rglob("*.json")):
        relative = path.relative_to(folder)
        if not set(TRIED_FOR_REAL).isdisjoint(relative.parts):
            continue
        network = next((part for part in relative.parts if part in NETWORKS), "")
        value = json.loads(path.read_text(encoding="utf-8"))
        for number, (status, headers, body) in enumerate(_answers(value, network)):
            name = f"{relative.as_posix()}#{number}" if number else relative.as_posix()
            yield Recording(name=name, network=network, status=status, body=body, headers=headers)


def _answers(value: Any, network: str) -> Iterator[tuple[int, Mapping[str, str], Any]]:
    if isinstance(value, list) and all("response" in exchange for exchange in value):
        for exchange in value:
            answer = exchange["response"]
            yield answer["status"], answer.get("headers", {}), answer["body"]
    elif network == "headers":
        yield 200, {k: v for k, v in value.items() if not k.startswith("_")}, {}
    elif isinstance(value, dict) and "_status" in value:
        yield value["_status"], value.get("_headers", {}), value["body"]
    else:
        yield 200, {}, value


def walk(value: Any, owner: str | None = None) -> Iterator[tuple[str, str]]:
    """(identity, text) of every object with a text. The identity is the object's own id, else its
    address, else the id of what encloses it; of networks it knows nothing."""
    if isinstance(value, list):
        for part in value:
            yield from walk(part, owner)
    elif isinstance(value, dict):
        own = value.get("id") or value.get("permalink_url")
        identity = str(own) if own else owner
        texts = [value[key] for key in TEXTS if isinstance(value.get(key), str)]
        if identity and texts and texts[0]:
            yield identity, texts[0]
        for part in value.values():
            yield from walk(part, identity)


def parse(recording: Recording) -> tuple[list[Incoming], int]:
    """What the product makes of it: the texts, and how many it could not read."""
    body = recording.body if isinstance(recording.body, dict) else {}
    if recording.network == "x":
        return _parse_x(body)
    if recording.network == "facebook":
        return _parse_facebook(body)
    if recording.network == "instagram":
        reader = instagram.InstagramReader(username="larixoutdoor", seen=NOW)
        read = reader.parse(body)
        return list(read.items), len(read.rejected)
    return [], 0


def _parse_x(body: dict[str, Any]) -> tuple[list[Incoming], int]:
    account = Account(id="1500000000000000001", handle="larixoutdoor")
    data = body.get("data")
    first = data[0] if isinstance(data, list) and data else data
    kind = first.get("event_type") if isinstance(first, dict) else None
    read = x_parse.parse_body
    if kind:
        read = x_activity.parse_activity if isinstance(data, dict) else x_activity.parse_direct
    parsed = read(body, account=account, web_url="https://x.com")
    # Users, counts and receipts come under `data` too: that no post is read there is no loss.
    texts = any(True for _ in walk(data))
    return [*parsed.items, *parsed.referenced], len(parsed.rejected) if texts else 0


def _parse_facebook(body: dict[str, Any]) -> tuple[list[Incoming], int]:
    reader = facebook_parse.Reader(
        page_id="700000000000001", web_url="https://www.facebook.com", seen=NOW
    )
    if "data" in body:
        whole = body
    else:
        objects = [body] if "id" in body else [v for v in body.values() if isinstance(v, dict)]
        whole = {"data": objects}
    data = whole["data"] if isinstance(whole["data"], list) else []
    if any(_is_comment(item) for item in data):
        comments = reader.comments(whole, post_id=None)
        return list(comments.items), len(comments.rejected)
    feed = reader.feed(whole)
    items = [t.post for t in feed.threads if t.post]
    items += [item for t in feed.threads for item in t.comments.items]
    return items, len(feed.rejected) + sum(len(thread.rejected) for thread in feed.threads)


def _is_comment(item: object) -> bool:
    return isinstance(item, dict) and "comment_id=" in str(item.get("permalink_url"))


def typed_error(recording: Recording, *, write: bool) -> ChannelError:
    make = x_errors.failure if recording.network == "x" else facebook_errors.failure
    status = max(recording.status, 400)
    return make(status, recording.headers, recording.body, now=NOW, write=write)


def inspect(recording: Recording) -> Row:
    if not recording.network:
        return Row(name=recording.name, trouble="in no folder of a network: nobody reads it")
    if recording.network == "headers":
        used = facebook_errors.usage(recording.headers)
        return Row(name=recording.name, note=f"{used} % used", trouble="" if used else "not read")
    if recording.is_error:
        kinds = [type(typed_error(recording, write=write)).__name__ for write in (False, True)]
        return Row(name=recording.name, note=" / ".join(dict.fromkeys(kinds)))
    return _compare(recording)


def _compare(recording: Recording) -> Row:
    found = dict(walk(recording.body))
    items, unread = parse(recording)
    # A repost's own text is cut at 140 characters; the parser puts the original's in its place.
    reposts = {item.revision_id for item in items if item.repost}
    parsed = {item.revision_id: item.text for item in items if item.text}
    wanted = [x_fields.unescape(text) for owner, text in found.items() if owner not in reposts]
    kept = [text for revision, text in parsed.items() if revision not in reposts]
    trouble = f"{unread} unreadable" if unread else ""
    if sorted(kept) != sorted(wanted) or len(found) != len(parsed):
        lost = [text for text in wanted if text not in kept]
        trouble = f"LOST or changed: {lost[:3]!r}" if lost else "not the same number of texts"
    return Row(name=recording.name, found=len(found), parsed=len(parsed), trouble=trouble)


def shapes(recording: Recording) -> set[tuple[str, str]]:
    """Every key path of a body with its JSON type; places for the same kind of object are one."""
    return {
        (_place(path, recording.network), kind) for path, kind in _paths(recording.body, "") if path
    }


def _paths(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield path, "object"
        for key, part in value.items():
            name = "{}" if re.fullmatch(r"[0-9_]+", key) else key
            yield from _paths(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        yield path, "array"
        for part in value:
            yield from _paths(part, f"{path}[]")
    else:
        kinds = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
        yield path, kinds[type(value)]


_PLACES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "x": (
        (r"^(data\.)?includes\.(tweets|posts)\[\]", "item"),
        (r"^(data\.)?includes\.users\[\](\.data)?", "user"),
        (r"^(data\.)?includes\.media\[\]", "media"),
        (r"^data\.includes", "includes"),
        (r"^data\.payload\.users\.\{\}\.data", "user"),
        (r"^data\.payload", "item"),
        (r"^data(\[\])?", "item"),
    ),
    "facebook": (
        (r"^(data(\[\])?|\{\})", "item"),
        (r"^(?!item|paging|error|summary)", "item."),
        (r"^item\.comments\.data\[\]", "item"),
    ),
    "instagram": (
        (r"^(data(\[\])?|\{\}|mentioned_comment|mentioned_media)", "item"),
        (r"^(?!item|paging|error)", "item."),
        (r"^item\.(comments|replies)\.data\[\]", "item"),
    ),
}


def _place(path: str, network: str) -> str:
    for pattern, name in _PLACES.get(network, ()):
        path = re.sub(pattern, name, path)
    return path


def made_up(ours: Iterable[Recording], recorded: Iterable[Recording]) -> list[str]:
    """What our payloads contain and neither a recording nor a specification knows."""
    known: dict[str, set[tuple[str, str]]] = {name: set() for name in NETWORKS}
    for recording in recorded:
        if recording.network:
            known[recording.network] |= shapes(recording)
    found = []
    for payload in ours:
        allowed = [re.compile(pattern) for pattern in SPECIFIED.get(payload.network, {})]
        for path, kind in sorted(shapes(payload) - known.get(payload.network, set())):
            if not any(pattern.fullmatch(path) for pattern in allowed):
                found.append(f"{payload.name}: {path} ({kind})")
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: make check-shapes SPECS=DIR", file=sys.stderr)
        return 2
    recorded = list(recordings(Path(arguments[0])))
    rows = [inspect(recording) for recording in recorded]
    width = max((len(row.name) for row in rows), default=0)
    for row in rows:
        print(f"{row.name:<{width}} {row.found:>4} {row.parsed:>4}  {row.note}{row.trouble}")
    invented = made_up(recordings(ROOT / "tests" / "payloads"), recorded)
    for line in invented:
        print(f"in no recording: {line}")
    bad = sum(bool(row.trouble) for row in rows)
    texts, parsed = sum(row.found for row in rows), sum(row.parsed for row in rows)
    print(f"{len(rows)} answers, {texts} texts found, {parsed} parsed, {bad} with trouble")
    return 1 if bad or invented or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
