"""The settings of the watch over spikes: whether it watches, and what a crisis does by itself."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class CrisisSettings(BaseModel):
    """`watch`: off, nothing is compared and no episode is opened. What a crisis does, each to be
    switched off: `pause_auto`: nothing leaves without a human on its channels until a human ends
    that; `rest_promotions`: no draft there speaks of an offer; `raise_urgency`: its mentions are
    P1; `two_for_statement`: a holding statement is used once a second, named person approved it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    watch: bool = True
    pause_auto: bool = True
    rest_promotions: bool = True
    raise_urgency: bool = True
    two_for_statement: bool = True
