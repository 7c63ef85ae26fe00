"""A Facebook Page: comments, visitors' posts and tags in, replies out, through facebook-sdk."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from config.clock import Clock
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.base import (
    ChannelError,
    Declaration,
    Gone,
    Incoming,
    Length,
    Outgoing,
    Page,
    Posted,
    Refused,
    Report,
    Unavailable,
    Unknown,
)
from listener.channels.facebook.client import FacebookClient
from listener.channels.facebook.lookup import Lookup
from listener.channels.facebook.options import FacebookOptions
from listener.channels.facebook.stream import COMMENT_FIELDS, STREAMS, FacebookStreams

_LIMIT: Final = 8000  # code points; refused beyond, by what others report: Meta documents no number
_AT_ONCE: Final = 50  # ids in one call
_CLOCKS_APART: Final = timedelta(seconds=60)
_READ_BACK_PAGES: Final = 5
_NEEDED: Final = ("pages_read_engagement", "pages_read_user_content", "pages_manage_engagement")


def open_channel(
    name: str, table: Mapping[str, Any], *, source: str, redactor: Redactor, clock: Clock
) -> FacebookChannel:
    """The channel of `[channels.<name>]`. Asks nothing of Facebook. Raises ConfigError."""
    options = outbound.read_options(FacebookOptions, name=name, table=table, source=source)
    client = FacebookClient(
        keys=options.keys(name=name, source=source, redactor=redactor),
        api_url=options.api_url,
        version=options.api_version,
        read_timeout=options.request_timeout_seconds,
        redactor=redactor,
        clock=clock,
    )
    return FacebookChannel(name=name, options=options, client=client, clock=clock)


class FacebookChannel:
    """One Page on Facebook."""

    def __init__(
        self, *, name: str, options: FacebookOptions, client: FacebookClient, clock: Clock
    ) -> None:
        self._name, self._options, self._client, self._clock = name, options, client, clock
        self._streams = FacebookStreams(
            client=client, page_id=options.page_id, web_url=options.web_url, clock=clock
        )

    @property
    def name(self) -> str:
        return self._name

    @property
    def options(self) -> FacebookOptions:
        return self._options

    @property
    def declaration(self) -> Declaration:
        return Declaration(
            label="Facebook",
            streams=tuple(STREAMS),
            text_limit=_LIMIT,
            counted_in="characters",
            links_welcome=True,
            can_hide=True,
        )

    def fetch(self, stream: str, position: str | None) -> Page:
        if stream not in STREAMS:
            raise Refused(reason=f"this channel has no stream {stream!r}")
        return self._streams.read(stream, position)

    def lookup(self, external_ids: Sequence[str]) -> Mapping[str, Incoming | None]:
        """Each text as it stands now; None for one that is gone or closed to us.

        Of several, one whose answer is unclear is left out: it is not known to be gone. Raises
        AuthFailed if all seem gone because we may no longer read the Page.
        """
        found: dict[str, Incoming | None] = {}
        wanted = [asked for asked in external_ids if wire.optional_identifier(asked)]
        posts = [asked for asked in wanted if self._is_post(asked)]
        comments = [asked for asked in wanted if not self._is_post(asked)]
        for ids, posted in ((posts, True), (comments, False)):
            for start in range(0, len(ids), _AT_ONCE):
                batch = Lookup(
                    client=self._client,
                    page_id=self._options.page_id,
                    reader=self._streams.reader(),
                    lone=len(wanted) == 1,
                )
                found |= batch.read(ids[start : start + _AT_ONCE], as_post=posted)
        return found

    def post(self, reply: Outgoing) -> Posted:
        path = f"{_object_id(reply.answer_under)}/comments"
        body = self._client.send(path, {"message": reply.text}).body
        posted = wire.optional_identifier(body.get("id"))
        if posted is None:
            raise Unknown("Facebook took the reply but named no id")
        return self._posted(posted, reply.answer_under, self._clock().astimezone(UTC))

    def find_reply(self, reply: Outgoing, since: datetime) -> Posted | None:
        """The Page's own comment there with the same text, made after `since`.

        Up to a minute earlier counts too: Facebook's clock may lag behind ours. Raises ChannelError
        when there is too much to look through: then nobody knows.
        """
        path = f"{_object_id(reply.answer_under)}/comments"
        params: dict[str, str | int] = {
            "fields": COMMENT_FIELDS,
            "filter": "stream",
            "order": "reverse_chronological",
            "limit": 100,
        }
        floor, text = since - _CLOCKS_APART, _said(reply.text)
        for _ in range(_READ_BACK_PAGES):
            body = self._client.get(path, params).body
            page = self._streams.reader().comments(body, post_id=reply.conversation)
            for item in page.items:
                if item.own and item.created_at >= floor and _said(item.text) == text:
                    return self._posted(
                        item.external_id, reply.answer_under, item.created_at, url=item.url
                    )
            # The order is ignored where Facebook ranks comments, so age alone does not end it.
            if page.after is None:
                return None
            params["after"] = page.after
        if any(item.created_at >= floor for item in page.items):
            raise Unavailable("too many comments to find one reply among them")
        return None

    def hide(self, external_id: str) -> None:
        self._client.send(_object_id(external_id), {"is_hidden": "true"}, twice=True)

    def length(self, text: str) -> Length:
        return Length(used=len(text.replace("\r\n", "\n")), limit=_LIMIT)

    def check(self) -> Report:
        """Raises nothing: what is wrong is told in `problems`."""
        try:
            page = self._client.get(self._options.page_id, {"fields": "id,name"}).body
        except ChannelError as error:
            return Report(problems=(str(error),))
        scopes, days, problems = self._token()
        return Report(
            account=wire.words(page.get("name")),
            permissions=scopes,
            token_days_left=days,
            problems=problems,
        )

    def _token(self) -> tuple[tuple[str, ...], int | None, tuple[str, ...]]:
        """Scopes, days left and problems, where Facebook lets this token look at itself."""
        try:
            token = self._client.inspect_token()
        except ChannelError:
            return (), None, ()
        scopes = tuple(filter(None, map(wire.words, wire.listing(token.get("scopes")))))
        missing = [scope for scope in _NEEDED if scope not in scopes] if scopes else []
        problems = [f"the token lacks {scope}: grant it and make a new one" for scope in missing]
        if token.get("is_valid") is False:
            problems.append("Facebook calls the token invalid: make a new page_access_token")
        ends = [token.get(key) for key in ("expires_at", "data_access_expires_at")]
        return scopes, _days_left(ends, self._clock()), tuple(problems)

    def _is_post(self, external_id: str) -> bool:
        return external_id.startswith(f"{self._options.page_id}_")

    def _posted(self, posted: str, under: str, moment: datetime, *, url: str = "") -> Posted:
        url = url or self._streams.reader().comment_url(posted, under=under)
        return Posted(external_id=posted, url=url, posted_at=moment, in_reply_to=under)


def _object_id(value: str) -> str:
    found = wire.optional_identifier(value)
    if found is None:
        raise Gone(detail="that is nothing on Facebook")
    return found


def _days_left(ends: Sequence[object], now: datetime) -> int | None:
    """Whole days until the first of these epoch seconds; None if none is one (0 means never)."""
    known = [end for end in ends if isinstance(end, int) and 0 < end < 10**10]
    if not known:
        return None
    return max((datetime.fromtimestamp(min(known), UTC) - now).days, 0)


def _said(text: str) -> str:
    """A text as it can be compared: Facebook normalises letters and trims spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())
