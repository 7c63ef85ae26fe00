"""Every step the tables have taken. `make migration M="..."` writes the next one."""

from typing import Final

NEWEST: Final = "3c3d8f030c85"
"""The last step. Known here, a start need not load alembic to see that it has nothing to do."""
