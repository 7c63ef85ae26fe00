"""Every step the tables have taken. `make migration M="..."` writes the next one."""

from typing import Final

NEWEST: Final = "d287aca288b3"
"""The last step. Known here, a start need not load alembic to see that it has nothing to do."""
