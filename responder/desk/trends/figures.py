"""The figures that have a list behind them, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from responder.desk.choices import named
from responder.desk.deeds import REASONS
from responder.desk.tongue import N_, _
from responder.measures.approvals import Fate
from responder.measures.listed import CLOSED_THEN, OPEN_THEN
from responder.measures.satisfaction import Group
from responder.measures.times import Ending
from responder.measures.waits import OUTSIDE
from responder.models import AuthorKind

ENDINGS: Final[Mapping[Ending, str]] = {
    Ending.ANSWERED: N_("Answers"),
    Ending.KEPT: N_("Promise kept"),
    Ending.LATE: N_("Too late"),
    Ending.WAITING: N_("Not answered yet"),
}
GROUPS: Final[Mapping[Group, str]] = {
    Group.ALL: N_("of all we answered"),
    Group.AGAIN: N_("Wrote again at all"),
    Group.THANKED: N_("Thanked us in the end"),
    Group.CLEAN: N_("Our reply had no fault in the checker"),
    Group.FELT: N_("of those who wrote again"),
    Group.HAPPIER: N_("Happier than at first"),
    Group.UNHAPPIER: N_("Unhappier than at first"),
    Group.AGED: N_("of those a week old"),
    Group.REOPENED: N_("Reopened within 7 days"),
    Group.QUIET: N_("They did not have to come back"),
    Group.LINKED: N_("Answers with a link to an article"),
    Group.LINKED_AGED: N_("Answers with a link to an article"),
    Group.LINKED_QUIET: N_("Nobody came back within 7 days: with a link"),
    Group.UNLINKED_AGED: N_("Answers without one"),
    Group.UNLINKED_QUIET: N_("Nobody came back within 7 days: without"),
}
FATES: Final[Mapping[Fate, str]] = {
    Fate.UNCHANGED: N_("Unchanged"),
    Fate.EDITED: N_("Edited"),
    Fate.OWN_WORDS: N_("Own words"),
    Fate.REJECTED: N_("Rejected"),
    Fate.BY_HAND: N_("By hand"),
}
OTHER: Final = "other"
OTHER_REASON: Final = N_("Another reason")
_PARTS: Final[Mapping[str, str]] = {
    OPEN_THEN: N_("Written in business hours"),
    CLOSED_THEN: N_("Written outside them"),
    AuthorKind.AUTO: N_("By a rule, without a human"),
    AuthorKind.HUMAN: N_("By a person"),
    OUTSIDE: N_("By a person, in the network's app"),
}
_AFTERWARDS: Final[Mapping[str, str]] = {
    "vanished": N_("Removed by the network afterwards"),
    "deleted": N_("Deleted by us afterwards"),
}
_NOW: Final[Mapping[str, str]] = {
    Ending.WAITING: N_("Waiting"),
    Ending.LATE: N_("Too late already"),
}


def figure_words(figure: str) -> str:
    """As a chip over the list."""
    kind, _dot, rest = figure.partition(".")
    which, _dot, part = rest.partition(".")
    if kind == "leavers":
        return _told(_("Phase of the first complaint"), named(which))
    told: Mapping[str, Mapping[str, str]] = {
        "waits": {one.value: word for one, word in ENDINGS.items()},
        "cases": {one.value: word for one, word in GROUPS.items()},
        "now": _NOW,
        "decided": {one.slug: word for one, word in FATES.items()} | {"all": N_("Decisions")},
        "left": {"all": N_("Replies")} | {one.value: _PARTS[one] for one in AuthorKind},
    }
    reasons = {**REASONS, OTHER: OTHER_REASON}
    parts = {"decided": reasons, "left": _AFTERWARDS}.get(kind, _PARTS)
    name = _(told[kind][which])
    return _told(name, _(parts[part])) if part else name


def _told(name: str, value: str) -> str:
    return _("%(filter)s: %(value)s", filter=name, value=value)
