"""The parameters the routes of /api/v1 have in common, and how forgiving they are read."""

from typing import Annotated, Final

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator, Field

from listener.normalize import clean

# `?status=` says the same as no status at all.
BLANK: Final = BeforeValidator(lambda value: None if value == "" else value)
# The lengths stand inside, because None has none.
Word = Annotated[Annotated[str, Field(max_length=200), AfterValidator(clean)] | None, BLANK]
Limit = Annotated[int, BeforeValidator(lambda value: value or "50"), Query(ge=1, le=200)]
_Cursor = Annotated[Annotated[str, Field(max_length=400)] | None, BLANK]
After = Annotated[_Cursor, Query(description="`next` of the page before")]
Moment = Annotated[Annotated[str, Field(max_length=40)] | None, BLANK]
Key = Annotated[str, AfterValidator(clean)]
