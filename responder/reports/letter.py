"""A digest as it is sent: for services that show plain text, and for mail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Enclosed:
    """A file that goes along. Mail shows pictures in its text, as "cid:" and their name."""

    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Letter:
    title: str
    text: str
    html: str
    enclosed: tuple[Enclosed, ...] = ()
