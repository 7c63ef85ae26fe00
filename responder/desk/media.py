"""Pictures of customers, shown to whoever asks for one: fetched by us, so that no network learns
who reads what, and nothing of a stranger's page reaches the browser."""

from __future__ import annotations

import threading
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from listener.models import Mention, MentionStatus
from listener.pictures import NoPicture, fetch_picture
from responder.approve import NotFound
from responder.desk.attached import declared_of
from responder.desk.deeds import Id
from responder.desk.pages import desk_of, problem
from responder.desk.retold import retold
from responder.desk.signin import Seat
from responder.desk.tongue import _

router = APIRouter(include_in_schema=False)

_AT_ONCE: Final = threading.BoundedSemaphore(4)
_PATIENCE: Final = 10.0  # seconds in the line
"""Whoever asks for twenty pictures must not keep the desk from answering."""


@router.get("/media/{mention_id}/{number}")
def picture(
    request: Request, seat: Seat, mention_id: Id, number: Annotated[int, Path(ge=0, le=999)]
) -> Response:
    """One picture of a mention, as its network hands it out."""
    bot = desk_of(request).bot
    with bot.database.read() as session:
        mention = session.get(Mention, mention_id)
        if mention is None or mention.status is MentionStatus.GONE:
            raise NotFound("There is no such mention")
        if number >= len(mention.media):
            raise NotFound("There is no such picture")
        url, channel = mention.media[number].get("url", ""), mention.channel
    declared = declared_of(bot, channel)
    try:
        with _Turn():
            found = fetch_picture(url, declared.media_hosts if declared else ())
    except NoPicture as no:
        return problem(request, 404, _("No picture"), f"{retold(str(no))}.", seat=seat)
    name = f"picture.{found.kind.partition('/')[2]}"
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    return Response(found.content, media_type=found.kind, headers=headers)


class _Turn:
    """A place in the line. Raises NoPicture when it is too long."""

    def __enter__(self) -> None:
        if not _AT_ONCE.acquire(timeout=_PATIENCE):
            raise NoPicture(_("Too many pictures are on their way: try again in a moment"))

    def __exit__(self, *_exc: object) -> None:
        _AT_ONCE.release()
