"""Objects as Graph tells them: only what was asked for, absent = omitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from listener.sandbox.facebook import lists
from listener.sandbox.facebook.fields import USUAL, Asked, check, parse
from listener.sandbox.facebook.objects import Object, Person, Place
from listener.sandbox.facebook.problems import bad_parameter

if TYPE_CHECKING:
    from listener.sandbox.facebook.network import FacebookNetwork

_PRIVATE_REPLY = timedelta(days=7)


def graph_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Tells objects to one caller. `base` is the address up to the version, `credentials` what the
    caller put into the query: Graph repeats both in the addresses of further pages."""

    network: FacebookNetwork
    base: str
    credentials: Mapping[str, str]

    def page(self, asked: tuple[Asked, ...] | None) -> dict[str, Any]:
        network = self.network
        full = {
            "id": network.page_id,
            "name": network.people["page"].name,
            "username": "larixoutdoor",
            "link": f"{network.url}/",
            "about": "Outdoor gear from Trento",
            "category": "Outdoor & Sporting Goods Company",
            "fan_count": 8_412,
            "followers_count": 9_120,
            "is_published": True,
            "access_token": network.secrets()["page_access_token"],
        }
        return self._chosen("Page", full, asked, {})

    def object(self, one: Object, asked: tuple[Asked, ...] | None) -> dict[str, Any]:
        if one.is_comment:
            return self._chosen("Comment", self._comment(one, asked), asked, {"one": one})
        return self._chosen("PagePost", self._post(one), asked, {"one": one})

    def list(self, name: str, one: Object | None, query: Mapping[str, str]) -> dict[str, Any]:
        """An edge with its pages: the comments of an object, or the posts of the Page."""
        kind = "Comment" if name == "comments" else "PagePost"
        asked = parse(query["fields"]) if query.get("fields") else None
        check(kind, asked or ())
        found = (
            lists.comments(self.network, one, query)
            if one is not None
            else lists.posts(self.network, name, query)
        )
        part = lists.part(found, query)
        of = one.id if one is not None else self.network.page_id
        body: dict[str, Any] = {"data": [self.object(each, asked) for each in part.objects]}
        if part.objects:
            body["paging"] = self._paging(f"{of}/{name}", query, part)
        if query.get("summary") in ("1", "true"):
            order = query.get("order", "chronological")
            body["summary"] = {"order": order, "total_count": len(found), "can_comment": True}
        return body

    def _paging(self, path: str, query: Mapping[str, str], part: lists.Part) -> dict[str, Any]:
        """`cursors` always; `next` only if there is more: that, not the cursor, ends a walk."""
        paging: dict[str, Any] = {"cursors": {"before": part.before, "after": part.after}}
        if part.more:
            kept = {name: value for name, value in query.items() if name != "after"}
            again = {**self.credentials, **kept, "after": part.after}
            paging["next"] = f"{self.base}/{path}?{urlencode(again)}"
        return paging

    def _chosen(
        self,
        kind: str,
        full: Mapping[str, Any],
        asked: tuple[Asked, ...] | None,
        of: Mapping[str, Object],
    ) -> dict[str, Any]:
        asked = asked if asked is not None else parse(USUAL[kind])
        check(kind, asked)
        told: dict[str, Any] = {}
        for field in asked:
            if field.name in lists.EDGES:
                query = dict(field.modifiers) | ({"fields": field.text} if field.text else {})
                edge = self.list(field.name, of.get("one"), query)
                if edge["data"] or "summary" in edge:
                    told[field.name] = edge
            elif full.get(field.name) is not None:
                told[field.name] = _inner(full[field.name], field)
        return told | {"id": full["id"]}  # Graph tells the id, asked or not

    def _who(self, author: Person) -> dict[str, str] | None:
        if self.network.hide_authors:
            return None
        return {"name": author.name, "id": author.id}

    def _comment(self, one: Object, asked: tuple[Asked, ...] | None) -> dict[str, Any]:
        network, ours = self.network, self.network.is_ours(one)
        fresh = network.now() - one.at <= _PRIVATE_REPLY
        parent = network.living(one.parent) if one.parent else None
        parent = parent if parent and network.is_readable(parent) else None
        wanted = next((field.fields for field in asked or () if field.name == "parent"), None)
        return {
            "id": one.id,
            "message": one.text,
            "from": self._who(one.author),
            "created_time": graph_time(one.at),
            "parent": self.object(parent, wanted) if parent else None,
            "object": {"id": one.post},
            "permalink_url": network.permalink(one),
            "comment_count": sum(map(network.is_readable, network.comments_on(one.id))),
            "like_count": one.likes,
            "is_hidden": one.hidden,
            "is_private": False,
            "can_comment": True,
            "can_hide": not ours,
            "can_like": True,
            "can_remove": True,
            "can_reply_privately": fresh and not ours,
            "user_likes": False,
            "attachment": _picture(network, one, "type") if one.photo else None,
            "message_tags": _tags(network, one) or None,
        }

    def _post(self, one: Object) -> dict[str, Any]:
        network = self.network
        # The author of a tagged post is never told: reference/page/tagged, Limitations (2026-11).
        author = None if one.place is Place.TAGGED else self._who(one.author)
        return {
            "id": one.id,
            "message": one.text,
            "from": author,
            "created_time": graph_time(one.at),
            "updated_time": graph_time(one.updated),
            "permalink_url": network.permalink(one),
            "is_hidden": one.hidden,
            "is_published": True,
            "status_type": "mobile_status_update",
            "full_picture": one.photo or None,
            "message_tags": _tags(network, one) or None,
            "attachments": {"data": [_picture(network, one, "media_type")]} if one.photo else None,
        }


def _inner(value: Any, asked: Asked) -> Any:
    """The asked part of an object inside an object, such as `from{id}`."""
    if asked.fields is None or not isinstance(value, dict):
        return value
    if asked.name == "parent":
        return value  # already told as asked
    if "data" in value:
        return {"data": [_inner(each, asked) for each in value["data"]]}
    names = {field.name for field in asked.fields}
    return {name: inner for name, inner in value.items() if name in names or name == "id"}


def _picture(network: FacebookNetwork, one: Object, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        kind: "photo",
        "url": network.permalink(one),
        "media": {"image": {"src": one.photo, "width": 1200, "height": 900}},
        "target": {"id": one.id.split("_")[1], "url": network.permalink(one)},
    }
    return found | ({"description": one.photo_alt} if one.photo_alt else {})


def _tags(network: FacebookNetwork, one: Object) -> list[dict[str, Any]]:
    """Where the text names the Page. Only a tagged post is sure to mean it."""
    name = network.people["page"].name
    at = one.text.find(name)
    if one.place is not Place.TAGGED or at < 0:
        return []
    page_id = network.page_id
    return [{"id": page_id, "name": name, "type": "page", "offset": at, "length": len(name)}]


def whole_number(query: Mapping[str, str], name: str) -> int | None:
    value = query.get(name)
    if value is None:
        return None
    if not value.isdigit():
        raise bad_parameter(f"Param {name} must be a non-negative number")
    return int(value)
