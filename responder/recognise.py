"""Pure: whose post stands under a mention? The one question that prevents a second reply.

No network takes a key of ours with a post on X or Facebook, so a reply is known by its place and
its words: nobody but this account posts as this account, and what it posted there with these very
words is the reply. A post of this account with other words was typed by a colleague in the
network's own app.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from listener.channels.base import Written
from listener.normalize import said


class Whose(StrEnum):
    OURS = "ours"  # this very reply: it stands
    COLLEAGUES = "colleagues"  # somebody of us answered this mention in the network's own app
    DOUBTFUL = "doubtful"  # somebody of us wrote in that thread; perhaps to somebody else
    NOBODYS = "nobodys"  # nothing of ours stands there


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is looked for. `accounted` are the ids of our posts that other replies of the outbox
    stand for. `exact`: what hangs under this place answers this mention and no other one."""

    text: str
    accounted: Collection[str] = ()
    exact: bool = True


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """`post` is missing where nothing of ours was found."""

    whose: Whose
    post: Written | None = None


def recognise(found: Sequence[Written], sought: Sought) -> Recognised:
    """Judge all posts of ours that stand where the reply was to stand. Its own words go first: a
    colleague may have written there as well."""
    strange = [post for post in found if post.external_id not in sought.accounted]
    for post in strange:
        if said(post.text) == said(sought.text):
            return Recognised(whose=Whose.OURS, post=post)
    if not strange:
        return Recognised(whose=Whose.NOBODYS)
    whose = Whose.COLLEAGUES if sought.exact else Whose.DOUBTFUL
    return Recognised(whose=whose, post=strange[0])
