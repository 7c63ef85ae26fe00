"""Alembic's door. The connection and the tables are handed in by the caller, never looked up."""

from __future__ import annotations

from typing import Literal

from alembic import context

from config.database import Base, Choice, Moment


def _plain_types(kind: str, thing: object, _context: object) -> str | Literal[False]:
    """Migrations speak of plain columns: they must still run when our own types have changed."""
    if kind == "type" and isinstance(thing, Choice):
        return "sa.String(length=32)"
    if kind == "type" and isinstance(thing, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=attributes.get("metadata", Base.metadata),
        render_item=_plain_types,
        render_as_batch=True,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
