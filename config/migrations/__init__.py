"""Every step the tables have taken. `make migration M="..."` writes the next one."""

from typing import Final

NEWEST: Final = "8a11c71cd4e6"
"""The last step. Known here, a start need not load alembic to see that it has nothing to do."""
