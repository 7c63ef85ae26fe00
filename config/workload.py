"""How much people can do, as settings: what the forecast of staffing counts with."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class StaffingSettings(BaseModel):
    """`minutes_per_reply`: of a person's time, while too few of their own were measured.
    `shrinkage`: the share of their hours in which people are not at the desk: breaks, meetings,
    illness. `target_share`: how many of the mentions of each priority are to be answered in time.
    `max_load`: the share of the rest that answers may take, week after week. `ask_first`: a channel
    that is added later only listens until an admin opens it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes_per_reply: Annotated[float, Field(ge=0.25, le=240)] = 6.0
    shrinkage: Annotated[float, Field(ge=0, le=0.8)] = 0.2
    target_share: Annotated[float, Field(ge=0.5, le=0.999)] = 0.95
    max_load: Annotated[float, Field(ge=0.3, le=1)] = 0.9
    ask_first: bool = True
