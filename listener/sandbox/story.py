"""The story told on the two networks: what was there before, who arrives, and how people go on.

Every scene has a key. A network's journal keeps which scenes have happened, so a sandbox that was
killed goes on where it stopped, and nothing is told twice.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from listener.sandbox.facebook.network import PAGE, FacebookNetwork
from listener.sandbox.script import About, Chapter, Customer, Where, brand, chapters
from listener.sandbox.x.network import BRAND, XNetwork
from listener.sandbox.x.post import Photo

HISTORY = 150  # older mentions, so that trends have a shape
PATIENCE = timedelta(seconds=4)
"""How long a customer takes to answer our reply."""
_PRODUCTS = ("Brenta 200", "Adamello Shell", "Lagorai Mid")
_HOME = ZoneInfo("Europe/Rome")
_AWAKE = (1, 1, 1, 1, 1, 1, 2, 4, 5, 6, 6, 6, 7, 7, 5, 5, 6, 6, 7, 9, 10, 9, 7, 3)
"""How much people write in each hour of the day at home."""
_CRISIS_FROM = 4  # arrivals before the crisis breaks out

Scene = tuple[str, Chapter, Customer]


class Story:
    """Tells on both networks. One thread at a time; the networks may change meanwhile."""

    def __init__(self, x: XNetwork, facebook: FacebookNetwork) -> None:
        self._x, self._facebook = x, facebook
        self._scenes: list[Scene] = [
            (f"{chapter.language}/{customer.key}", chapter, customer)
            for chapter in chapters()
            for customer in chapter.customer
        ]
        self._arrivals = self._order()

    def open(self) -> None:
        """Tell what was there before anyone watched. What is told already is left alone."""
        self._brand_posts()
        self._history()
        chance = random.Random(f"{self._x.seed}/before")
        for key, chapter, customer in self._scenes:
            # Drawn for everyone, so that nobody's moment depends on who is told already.
            recent, earlier = chance.uniform(3, 75), chance.uniform(90, 1190)
            drawn = recent if chance.random() < 0.8 else earlier
            if customer.before and not self._told(key):
                ago = timedelta(minutes=customer.minutes_ago or drawn)
                self._tell(key, chapter, customer, self._x.began - ago)
                self._turns(key, chapter, customer, self._x.began - ago)

    def next(self) -> str | None:
        """Let the next customer arrive; the scene's key, or None when all have."""
        for key, chapter, customer in self._arrivals:
            if not self._told(key):
                self._tell(key, chapter, customer, None)
                return key
        return None

    def pace(self) -> float:
        """The wait before the next arrival, as a share of the usual one: a crisis comes faster."""
        for at, (key, _, customer) in enumerate(self._arrivals):
            if not self._told(key):
                hurry = 0.4 if customer.about is About.CRISIS else 1.0
                return hurry * random.Random(f"{self._x.seed}/pace/{at}").uniform(0.6, 1.4)
        return 1.0

    def go_on(self, now: datetime) -> list[str]:
        """Edits, deletions and answers to our replies that are due; the keys of those scenes."""
        return [done for scene in self._scenes for done in self._go_on(*scene, now)]

    # The order of things

    def _order(self) -> list[Scene]:
        """Arrivals in an order of the seed's, the crisis as one burst among them."""
        live = [scene for scene in self._scenes if not scene[2].before]
        crisis = [scene for scene in live if scene[2].about is About.CRISIS]
        others = [scene for scene in live if scene[2].about is not About.CRISIS]
        chance = random.Random(f"{self._x.seed}/arrivals")
        chance.shuffle(others)
        chance.shuffle(crisis)
        return others[:_CRISIS_FROM] + crisis + others[_CRISIS_FROM:]

    def _told(self, key: str) -> str | None:
        """The id of what was written in that scene, or None if it has not happened."""
        return self._x.told.get(key) or self._facebook.told.get(key)

    # Before the start

    def _brand_posts(self) -> None:
        for own in brand().x:
            key, at = f"brand/x/{own.key}", self._x.began - timedelta(days=own.days_ago)
            if not self._told(key):
                self._x.post(BRAND, own.text, lang=own.language, created_at=at, scene=key)
        for own in brand().facebook:
            key, at = f"brand/facebook/{own.key}", self._x.began - timedelta(days=own.days_ago)
            if not self._told(key):
                self._facebook.page_post(own.text, lang=own.language, created_at=at, scene=key)

    def _history(self) -> None:
        chance = random.Random(f"{self._x.seed}/history")
        moments = sorted(chance.choices(*_hours(self._x.began), k=HISTORY))
        for number, hour in enumerate(moments):
            chapter = chance.choice(chapters())
            handle, name = chance.choice(chapter.people)
            text = chance.choice(chapter.history).format(product=chance.choice(_PRODUCTS))
            at = hour + timedelta(minutes=chance.uniform(0, 60))
            on_x, key = chance.random() < 0.55, f"history/{number:03d}"
            likes = chance.choice((0, 0, 0, 1, 2, 5))
            if self._told(key):
                continue
            if on_x:
                self._x.customer(handle, name=name, followers=60 + 7 * number)
                said = text if "Larix" in text else f"@{BRAND} {text}"
                self._x.post(
                    handle, said, lang=chapter.language, created_at=at, likes=likes, scene=key
                )
            else:
                self._facebook.customer(handle, name=name)
                below = self._post_of(at)
                self._facebook.comment(
                    below, handle, text, lang=chapter.language, created_at=at, scene=key
                )

    def _post_of(self, at: datetime) -> str:
        """The Page's newest post at that moment."""
        posts = sorted(brand().facebook, key=lambda own: own.days_ago)
        for own in posts:
            if self._x.began - timedelta(days=own.days_ago) <= at:
                break
        return self._facebook.told[f"brand/facebook/{own.key}"]

    # One scene

    def _tell(self, key: str, chapter: Chapter, customer: Customer, at: datetime | None) -> None:
        if customer.network == "x":
            self._tell_x(key, chapter, customer, at)
        else:
            self._tell_facebook(key, chapter, customer, at)

    def _tell_x(self, key: str, chapter: Chapter, customer: Customer, at: datetime | None) -> None:
        x = self._x
        x.customer(customer.handle, name=customer.name, followers=customer.followers)
        about = x.told.get(f"brand/x/{customer.on}")
        if customer.place is Where.REPOST and about:
            x.repost(customer.handle, about, created_at=at, scene=key)
            return
        photos = [Photo(url=customer.photo, alt=customer.photo_alt)] if customer.photo else []
        x.post(
            customer.handle,
            customer.text,
            quotes=about if customer.place is Where.QUOTE else None,
            lang=chapter.language,
            created_at=at,
            photos=photos,
            likes=customer.likes,
            scene=key,
        )

    def _tell_facebook(
        self, key: str, chapter: Chapter, customer: Customer, at: datetime | None
    ) -> None:
        facebook = self._facebook
        facebook.customer(customer.handle, name=customer.name)
        if customer.place is Where.VISITOR:
            write = facebook.visitor_post
        elif customer.place is Where.TAGGED:
            write = facebook.tagged_post
        else:
            self._comment(key, chapter, customer, at)
            return
        write(
            customer.handle,
            customer.text,
            lang=chapter.language,
            created_at=at,
            likes=customer.likes,
            scene=key,
        )

    def _comment(self, key: str, chapter: Chapter, customer: Customer, at: datetime | None) -> None:
        self._facebook.comment(
            self._facebook.told[f"brand/facebook/{customer.on}"],
            customer.handle,
            customer.text,
            lang=chapter.language,
            created_at=at,
            likes=customer.likes,
            scene=key,
        )

    def _turns(self, key: str, chapter: Chapter, customer: Customer, at: datetime) -> None:
        for number, turn in enumerate(customer.turns, 1):
            at += timedelta(minutes=11 + 6 * number)
            before = self._told(key if number == 1 else f"{key}/{number - 1}")
            who = (BRAND if customer.network == "x" else PAGE) if turn.by == "brand" else None
            self._answer(
                customer,
                before or "",
                turn.text,
                author=who,
                lang=chapter.language,
                scene=f"{key}/{number}",
                at=at,
            )

    def _answer(
        self,
        customer: Customer,
        to: str,
        text: str,
        *,
        lang: str,
        scene: str,
        author: str | None = None,
        at: datetime | None = None,
    ) -> None:
        who = author or customer.handle
        if customer.network == "x":
            self._x.post(who, text, in_reply_to=to, lang=lang, created_at=at, scene=scene)
        else:
            self._facebook.comment(to, who, text, lang=lang, created_at=at, scene=scene)

    # Afterwards

    def _go_on(
        self, key: str, chapter: Chapter, customer: Customer, now: datetime
    ) -> Iterator[str]:
        written = self._told(key)
        if written is None:
            return
        at = self._when(customer, written)
        if at is None:
            return  # deleted meanwhile
        old_enough = now - at >= timedelta(seconds=customer.edit_after)
        if customer.edit and old_enough and not self._told(f"{key}/edit"):
            self._x.edit(written, customer.edit, scene=f"{key}/edit")
            yield f"{key}/edit"
        if customer.delete_after and now - at >= timedelta(seconds=customer.delete_after):
            network = self._x if customer.network == "x" else self._facebook
            network.delete(written, scene=f"{key}/delete")
            yield f"{key}/delete"
        elif customer.answer_to_reply and not self._told(f"{key}/answer"):
            reply = self._reply_to(customer, written, now)
            if reply is not None:
                said, scene = customer.answer_to_reply, f"{key}/answer"
                self._answer(customer, reply, said, lang=chapter.language, scene=scene)
                yield scene

    def _when(self, customer: Customer, written: str) -> datetime | None:
        """When it was written; None if it is gone."""
        if customer.network == "x":
            post = self._x.posts.get(written)
            return post.at if post else None
        comment = self._facebook.living(written)
        return comment.at if comment else None

    def _reply_to(self, customer: Customer, written: str, now: datetime) -> str | None:
        """The brand's reply to that customer, once they have had time to read it."""
        found = [
            (post.at, post.id)
            for post in self._x.replies_to(written)
            if post.author.handle == BRAND
        ] if customer.network == "x" else [
            (one.at, one.id)
            for one in self._facebook.comments_on(written)
            if self._facebook.is_ours(one)
        ]  # fmt: skip
        return next((reply for at, reply in found if now - at >= PATIENCE), None)


def _hours(began: datetime) -> tuple[list[datetime], list[int]]:
    """The hours of six days up to yesterday, and how much is written in each."""
    first = began.replace(minute=0, second=0, microsecond=0) - timedelta(days=6, hours=14)
    hours = [first + timedelta(hours=number) for number in range(6 * 24 - 8)]
    return hours, [_AWAKE[hour.astimezone(_HOME).hour] for hour in hours]
