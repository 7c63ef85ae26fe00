"""Sandbox Facebook: one Page, its visitors, and what they write."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack

from config.clock import Clock
from listener.sandbox.exchange import Answer, Request
from listener.sandbox.facebook import api, pages
from listener.sandbox.facebook.faults import FAULTS
from listener.sandbox.facebook.limits import Allowance
from listener.sandbox.facebook.objects import Object, Person, Place
from listener.sandbox.journal import Event
from listener.sandbox.network import Network, number, token

PAGE_NAME = "Larix Outdoor"
PAGE = "page"
"""The name of the Page where a method asks for an author."""
_PLENTY = 10_000_000  # calls: no demo ever makes so many


class Writing(TypedDict, total=False):
    """How something may be written. All of it may be left out."""

    created_at: datetime | None  # None: now
    photo: str  # the address of a picture
    photo_alt: str
    likes: int
    lang: str
    scene: str | None  # key of the story's scene


class FacebookNetwork(Network):
    """People are named by a key; an unknown one joins when they first write."""

    FAULTS = FAULTS

    def __init__(self, *, seed: int = 1, clock: Clock, path: Path | None = None) -> None:
        super().__init__(seed=seed, clock=clock, path=path)
        self.page_id = str(number(15, self.seed, "page"))
        self.people: dict[str, Person] = {PAGE: Person(id=self.page_id, key=PAGE, name=PAGE_NAME)}
        self.objects: dict[str, Object] = {}  # deleted ones too
        self.hide_authors = False
        """True: an app without Advanced Access, which is told no author at all."""
        self.usage_percent = 1
        """What the usage headers say at least; more, when the allowances below run down."""
        self.app_calls = Allowance(_PLENTY, timedelta(hours=1))
        """The app's calls; when they are spent, Graph says code 4. Set `.calls` at any time."""
        self.page_calls = Allowance(_PLENTY, timedelta(hours=24))
        """The Page's calls; when they are spent, Graph says code 32. Set `.calls` at any time."""
        self.api = api.Api(self)
        self._replay()

    # What people do

    def customer(self, key: str, *, name: str = "") -> Person:
        """Join, or return the person of that key."""
        with self.lock:
            if key not in self.people:
                person_id = str(number(16, self.seed, "person", key))
                shown = name or key.replace("_", " ").title()
                self._do({"op": "person", "id": person_id, "key": key, "name": shown})
            return self.people[key]

    def page_post(self, text: str, **how: Unpack[Writing]) -> str:
        """A post of the Page; returns its id."""
        return self._write(PAGE, text, {"place": Place.PAGE}, how)

    def visitor_post(self, author: str, text: str, **how: Unpack[Writing]) -> str:
        """A post of a person on the Page; returns its id."""
        return self._write(author, text, {"place": Place.VISITOR}, how)

    def tagged_post(self, author: str, text: str, **how: Unpack[Writing]) -> str:
        """A post of a person elsewhere that names the Page; returns its id."""
        return self._write(author, text, {"place": Place.TAGGED}, how)

    def comment(self, on_id: str, author: str, text: str, **how: Unpack[Writing]) -> str:
        """A comment on a post, or a reply to a comment; returns its id.

        A reply to a reply ends up under the same top-level comment: Facebook shows two levels.
        """
        with self.lock:
            target = self.objects[on_id]
            parent = None if not target.is_comment else target.parent or target.id
            post = target.post if target.is_comment else target.id
            return self._write(author, text, {"post": post, "parent": parent}, how)

    def edit(self, object_id: str, text: str, *, scene: str | None = None) -> None:
        with self.lock:
            at = self.now().isoformat()
            self._do({"op": "edit", "id": object_id, "text": text, "at": at}, scene=scene)

    def delete(self, object_id: str, *, scene: str | None = None) -> None:
        """A post goes with its comments, a comment with its replies."""
        with self.lock:
            self._do({"op": "delete", "id": object_id}, scene=scene)

    def hide(self, object_id: str, *, hidden: bool = True) -> None:
        with self.lock:
            self._do({"op": "hide", "id": object_id, "hidden": hidden})

    def reply_natively(self, under: str, text: str) -> str:
        return self.comment(under, PAGE, text, lang=self.objects[under].lang)

    # What one can ask

    def is_readable(self, one: Object) -> bool:
        """Whether Graph tells it to who asks for its id: if it is ours, after the lag."""
        if one.deleted or one.id in self.vanished:
            return False
        return not self.is_ours(one) or one.visible_at <= self.now()

    def is_listed(self, one: Object) -> bool:
        """Whether feeds and lists of comments know it."""
        return self.is_readable(one) and one.visible_at <= self.now()

    def living(self, object_id: str) -> Object | None:
        found = self.objects.get(object_id)
        return found if found is not None and not found.deleted else None

    def posts(self, *places: Place) -> list[Object]:
        """The living posts of these places, newest first."""
        with self.lock:
            found = [
                one for one in self.objects.values() if one.place in places and not one.deleted
            ]
            return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    def comments_on(self, object_id: str) -> list[Object]:
        """The living comments on a post, all levels, or the replies to one; oldest first."""
        with self.lock:
            found = [
                one
                for one in self.objects.values()
                if object_id in (one.post, one.parent) and not one.deleted
            ]
            return sorted(found, key=lambda one: (one.at, one.id))

    def own_comments(self) -> list[Object]:
        """The living comments of the Page, oldest first."""
        with self.lock:
            found = [
                one
                for one in self.objects.values()
                if one.is_comment and one.author.key == PAGE and not one.deleted
            ]
            return sorted(found, key=lambda one: (one.at, one.id))

    def is_ours(self, one: Object) -> bool:
        return one.author.key == PAGE

    def permalink(self, one: Object) -> str:
        """The address of the page a person opens, on this very server."""
        if not one.is_comment:
            return f"{self.url}/posts/{one.id}"
        reply = f"&reply_comment_id={one.id}" if one.parent else ""
        return f"{self.url}/posts/{one.post}?comment_id={one.parent or one.id}{reply}#c{one.id}"

    def secrets(self) -> dict[str, str]:
        return {
            "page_access_token": "EAA" + token(self.seed, "page_access_token"),
            "app_secret": token(self.seed, "app_secret")[:32],
        }

    def table(self) -> dict[str, Any]:
        return {
            "api_url": self.url,
            "web_url": self.url,
            "api_version": "v26.0",
            "page_id": self.page_id,
            **self.secrets(),
        }

    @property
    def app_id(self) -> str:
        return str(number(15, self.seed, "app"))

    def proof(self) -> str:
        """The appsecret_proof that belongs to the Page's token."""
        keys = self.secrets()
        return hmac.new(
            keys["app_secret"].encode(), keys["page_access_token"].encode(), hashlib.sha256
        ).hexdigest()

    # How it works

    def _answer(self, request: Request) -> Answer:
        with self.lock:
            if pages.is_page(request):
                return pages.answer(self, request)
            return self.api.answer(request)

    def _write(self, author: str, text: str, where: Event, how: Writing) -> str:
        with self.lock:
            person = self.customer(author)
            object_id = self._new_id(person, where, how.get("scene"))
            at = how.get("created_at") or self.now()
            event: Event = {
                "op": "write",
                "id": object_id,
                "author": person.key,
                "text": text,
                "at": at.isoformat(),
                "visible_at": self._visible_at(at, ours=person.key == PAGE).isoformat(),
                "photo": how.get("photo", ""),
                "photo_alt": how.get("photo_alt", ""),
                "likes": how.get("likes", 0),
                "lang": how.get("lang", ""),
                **where,
            }
            self._do(event, scene=how.get("scene"))
            return object_id

    def _new_id(self, person: Person, where: Event, scene: str | None) -> str:
        """`{page or person}_{number}` for a post, `{number of the post}_{number}` for a comment."""
        before = where["post"].split("_")[1] if "post" in where else self.page_id
        if where.get("place") == Place.TAGGED:
            before = person.id
        turn = len(self.objects)
        while True:
            own = number(15, self.seed, before, scene or turn)
            if f"{before}_{own}" not in self.objects:
                return f"{before}_{own}"
            scene, turn = None, turn + 1

    def _apply(self, event: Event) -> None:
        getattr(self, f"_apply_{event['op']}")(event)

    def _apply_person(self, event: Event) -> None:
        self.people[event["key"]] = Person(id=event["id"], key=event["key"], name=event["name"])

    def _apply_write(self, event: Event) -> None:
        at = datetime.fromisoformat(event["at"])
        place = event.get("place")
        self.objects[event["id"]] = Object(
            id=event["id"],
            author=self.people[event["author"]],
            text=event["text"],
            at=at,
            updated=at,
            visible_at=datetime.fromisoformat(event.get("visible_at") or event["at"]),
            place=Place(place) if place else None,
            post=event.get("post", ""),
            parent=event.get("parent"),
            photo=event["photo"],
            photo_alt=event["photo_alt"],
            likes=event["likes"],
            lang=event["lang"],
        )
        if "post" in event:
            # A comment makes its post "updated": the bot skips posts nothing happened under.
            post = self.objects[event["post"]]
            post.updated = max(post.updated, at)

    def _apply_edit(self, event: Event) -> None:
        one = self.objects[event["id"]]
        one.text, one.edited = event["text"], True
        if not one.is_comment:
            one.updated = datetime.fromisoformat(event["at"])

    def _apply_delete(self, event: Event) -> None:
        for one in self.objects.values():
            if event["id"] in (one.id, one.post, one.parent):
                one.deleted = True

    def _apply_hide(self, event: Event) -> None:
        self.objects[event["id"]].hidden = event["hidden"]
