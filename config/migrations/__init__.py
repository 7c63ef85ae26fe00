"""Every step the tables have taken. `make migration M="..."` writes the next one."""

from typing import Final

NEWEST: Final = "51018919a2c4"
"""The last step. Known here, a start need not load alembic to see that it has nothing to do."""
