"""Every step the tables have taken. `make migration M="..."` writes the next one."""

from typing import Final

NEWEST: Final = "fee9b7192b1a"
"""The last step. Known here, a start need not load alembic to see that it has nothing to do."""
