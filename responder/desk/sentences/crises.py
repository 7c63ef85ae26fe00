"""Spikes and crises: responder/crisis/."""

from __future__ import annotations

from typing import Final

from responder.desk.tongue import N_

MESSAGES: Final = (
    N_("more is said on %(channel)s than usual: %(number)s mentions since %(moment)s"),
    N_("more is said on all channels than usual: %(number)s mentions since %(moment)s"),
    N_("a crisis on %(channel)s: %(number)s mentions since %(moment)s"),
    N_("a crisis on all channels: %(number)s mentions since %(moment)s"),
    N_("nobody has taken up the crisis on %(channel)s, told %(hours)s h ago"),
    N_("nobody has taken up the crisis on all channels, told %(hours)s h ago"),
    N_("part of a crisis"),
    N_("There is no such episode"),
    N_("It is over already"),
    N_("an episode can be put off for a day at most"),
    N_("nothing was written"),
    N_("There is no such statement"),
    N_("%(name)s decided it already"),
    N_("This waits for %(name)s"),
    N_("Name somebody else who may approve: a statement takes two people"),
    N_("write what customers shall be told, in one language at least"),
)
