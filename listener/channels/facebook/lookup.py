"""How texts on the Page stand now, and which of them are gone.

Graph says "does not exist, cannot be loaded due to missing permissions, or does not support this
operation" in one message (code 100/33), of a deleted comment and of every comment once a permission
has lapsed. So nothing counts as gone until another id of the same batch, or the Page, was read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from listener.channels import wire
from listener.channels.base import Incoming
from listener.channels.errors import AuthFailed, Gone, Refused
from listener.channels.facebook import errors
from listener.channels.facebook.client import FacebookClient
from listener.channels.facebook.parse import Reader
from listener.channels.facebook.stream import COMMENT_FIELDS, POST_FIELDS

_PATIENCE: Final = 3  # ids in trouble and none read: then it is not the ids but Facebook


@dataclass(kw_only=True)
class Lookup:
    """The lookup of one batch. `lone`: nothing else is asked for, so that an unclear answer may be
    raised. `readable`: we have seen that Facebook still lets us read."""

    client: FacebookClient
    page_id: str
    reader: Reader
    lone: bool = False
    readable: bool = False
    troubles: list[errors.Troubled] = field(default_factory=list)

    def read(self, ids: list[str], *, as_post: bool) -> dict[str, Incoming | None]:
        """What is clear of these; None for one that is gone. Raises ChannelError."""
        found = self._read(ids, as_post=as_post)
        if self.troubles and not self.readable and len(ids) > 1:
            raise self.troubles[-1]  # of all of them
        return found

    def _read(self, ids: list[str], *, as_post: bool) -> dict[str, Incoming | None]:
        """One bad id fails the whole call: then each half is asked for alone, down to that one."""
        try:
            return self._ask(ids, as_post=as_post)
        except (Gone, Refused, errors.Troubled) as error:
            if len(ids) == 1:
                return self._alone(ids[0], error, as_post=as_post)
        half = len(ids) // 2
        found = self._read(ids[:half], as_post=as_post)
        return found | self._read(ids[half:], as_post=as_post)

    def _ask(self, ids: list[str], *, as_post: bool) -> dict[str, Incoming | None]:
        fields = POST_FIELDS if as_post else COMMENT_FIELDS
        body = self.client.get("", {"ids": ",".join(ids), "fields": fields}).body
        self.readable |= any(wire.mapping(body.get(asked)) for asked in ids)
        found: dict[str, Incoming | None] = {}
        for asked in ids:
            try:
                item = body.get(asked)
                found[asked] = self.reader.post(item) if as_post else self.reader.comment(item)
            except wire.MalformedError:
                continue
        return found

    def _alone(
        self, asked: str, error: Gone | Refused | errors.Troubled, *, as_post: bool
    ) -> dict[str, Incoming | None]:
        """What the failure of this one id means. Unclear is not gone: among several such a one is
        left out, or it would keep us from hearing of the others."""
        if isinstance(error, Gone):
            self._prove_readable()
            return {asked: None}
        if not as_post and errors.is_wrong_field(error):
            return self._read([asked], as_post=True)  # a post of somebody who tagged us
        if isinstance(error, errors.Troubled):
            self.troubles.append(error)
        if self.lone or (len(self.troubles) >= _PATIENCE and not self.readable):
            raise error
        return {}

    def _prove_readable(self) -> None:
        """Raises AuthFailed if not even the Page and the newest of its feed can be read."""
        if self.readable:
            return
        feed: dict[str, str | int] = {"fields": "id,comments.limit(1){id}", "limit": 1}
        try:
            self.client.get(self.page_id, {"fields": "id"})
            self.client.get(f"{self.page_id}/feed", feed)
        except (Gone, Refused) as error:
            fix = "grant the app what it lacks: it can no longer read the Page itself"
            raise AuthFailed(action=f"{fix}. {error}") from None
        self.readable = True
