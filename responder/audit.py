"""The record of who did what. Written in the transaction of the deed itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from responder.models import Audit


def note(
    session: Session, *, who: str, action: str, subject: str, now: datetime, detail: str = ""
) -> None:
    """`subject` is a row's id (or a channel's name); `detail` never holds a customer's text."""
    session.add(Audit(at=now, who=who, action=action, subject=subject, detail=detail))
