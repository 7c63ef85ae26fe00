"""What stands on sandbox Facebook: people, posts, comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Place(StrEnum):
    """Where a post stands, and so through which edge the Page may read it."""

    PAGE = "page"  # by the Page, on the Page
    VISITOR = "visitor"  # by a person, on the Page
    TAGGED = "tagged"  # by a person, elsewhere, naming the Page


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    key: str
    name: str


@dataclass(kw_only=True)
class Object:
    """A post or a comment. `author` None: nobody the Page may know."""

    id: str
    author: Person
    text: str
    at: datetime
    updated: datetime
    visible_at: datetime  # lists do not know it before; of ours, nobody does
    place: Place | None = None  # None: a comment
    post: str = ""  # a comment's post
    parent: str | None = None  # the comment a reply stands under
    photo: str = ""  # the address of a picture
    photo_alt: str = ""
    likes: int = 0
    lang: str = ""
    edited: bool = False
    hidden: bool = False
    deleted: bool = False

    @property
    def is_comment(self) -> bool:
        return self.place is None
