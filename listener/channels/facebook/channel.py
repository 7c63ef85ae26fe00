"""A Facebook Page: comments, visitors' posts and tags in, replies out, through facebook-sdk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from config.clock import Clock
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.base import (
    Declaration,
    Incoming,
    Length,
    Outgoing,
    Page,
    Posted,
    Report,
    Written,
)
from listener.channels.errors import ChannelError, Gone, Refused, Unavailable, Unknown
from listener.channels.facebook import errors
from listener.channels.facebook.archive import FacebookArchive
from listener.channels.facebook.client import FacebookClient
from listener.channels.facebook.lookup import Lookup
from listener.channels.facebook.options import FacebookOptions
from listener.channels.facebook.stream import COMMENT_FIELDS, STREAMS, FacebookStreams
from listener.channels.metering import Metering, Use

_LIMIT: Final = 8000  # code points; refused beyond, by what others report: Meta documents no number
_AT_ONCE: Final = 50  # ids in one call
_CLOCKS_APART: Final = timedelta(seconds=60)
_READ_BACK_PAGES: Final = 5
# https://developers.facebook.com/docs/graph-api/overview/rate-limiting (2026-08)
_ALLOWANCES: Final = ("in 24 hours 4,800 calls for each person who engaged with the Page",)
# https://developers.facebook.com/docs/facebook-login/guides/access-tokens (2026-08)
_LASTS: Final = (
    "a system user's never; a person's with their password, their role or a permission unused for "
    "90 days"
)
_WARN_DAYS: Final = 14  # before a token ends: making a new one takes a person of the Page
_NEEDED: Final = ("pages_read_engagement", "pages_read_user_content", "pages_manage_engagement")


def open_channel(
    name: str,
    table: Mapping[str, Any],
    *,
    source: str,
    redactor: Redactor,
    clock: Clock,
    meter: Metering,  # noqa: ARG001  # Facebook charges nothing
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
        self._archive = FacebookArchive(client=client, streams=self._streams)

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
            can_delete=True,
            media_hosts=("*.fbcdn.net", "*.facebook.com"),
            allowances=_ALLOWANCES,
            token_ends=_LASTS,
        )

    def fetch(self, stream: str, position: str | None) -> Page:
        if stream not in STREAMS:
            raise Refused(reason=f"this channel has no stream {stream!r}")
        return self._streams.read(stream, position)

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
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

    def own_replies(self, reply: Outgoing, since: datetime) -> Sequence[Written]:
        """Because the clocks may be apart, those up to a minute older come along as well. Facebook
        nests no deeper than one level: below a comment they may answer anybody there."""
        place = reply.answer_under
        path = f"{_object_id(reply.answer_under)}/comments"
        params: dict[str, str | int] = {
            "fields": COMMENT_FIELDS,
            "filter": "stream",
            "order": "reverse_chronological",
            "limit": 100,
        }
        floor, found, unread = since - _CLOCKS_APART, list[Incoming](), 0
        for _ in range(_READ_BACK_PAGES):
            body = self._client.get(path, params).body
            page = self._streams.reader().comments(body, post_id=reply.conversation)
            late = [item for item in page.items if item.created_at >= floor]
            found += [item for item in late if item.own and _stands_under(item, place)]
            unread += len(page.rejected)
            # The order is ignored where Facebook ranks comments, so age alone does not end it.
            if page.after is None:
                break
            params["after"] = page.after
        if page.after and late:
            raise Unavailable("too many comments to find our own among them")
        if unread and not found:
            raise Unavailable("a comment there could not be read: it may be the reply")
        found.sort(key=lambda item: item.created_at, reverse=True)
        return [Written.of(item, under=place) for item in found]

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        return self._archive.fill(since, until, position)

    def count(self, since: datetime, until: datetime) -> Mapping[datetime, int] | None:
        """None: Graph counts nothing by the hour."""
        return None

    def pressure(self) -> float:
        return errors.stretch(self._client.used)

    def clock_apart(self) -> timedelta:
        return self._client.apart

    def hide(self, external_id: str) -> None:
        self._client.send(_object_id(external_id), {"is_hidden": "true"}, twice=True)

    def delete(self, external_id: str) -> None:
        with suppress(Gone):
            self._client.delete(_object_id(external_id))

    def length(self, text: str) -> Length:
        return Length(used=len(text.replace("\r\n", "\n")), limit=_LIMIT)

    def check(self) -> Report:
        """Raises nothing: what is wrong is told in `problems`."""
        try:
            page = self._client.get(self._options.page_id, {"fields": "id,name"}).body
        except ChannelError as error:
            return Report(problems=(str(error),))
        scopes, days, problems = self._token()
        problems += outbound.clock_problems(self._client.apart)
        return Report(
            account=wire.words(page.get("name")),
            permissions=scopes,
            token_days_left=days,
            problems=tuple(problems),
        )

    def _token(self) -> tuple[tuple[str, ...], int | None, list[str]]:
        """Scopes, days left and problems, where Facebook lets this token look at itself."""
        try:
            token = self._client.inspect_token()
        except ChannelError:
            return (), None, []
        scopes = tuple(filter(None, map(wire.words, wire.listing(token.get("scopes")))))
        missing = [scope for scope in _NEEDED if scope not in scopes] if scopes else []
        problems = [f"the token lacks {scope}: grant it and make a new one" for scope in missing]
        if token.get("is_valid") is False:
            problems.append("Facebook calls the token invalid: make a new page_access_token")
        ends = [token.get(key) for key in ("expires_at", "data_access_expires_at")]
        days = _days_left(ends, self._clock())
        if days is not None and days < _WARN_DAYS:
            problems.append(f"the token lives for {days} more days: make a new page_access_token")
        return scopes, days, problems

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


def _stands_under(item: Incoming, place: str) -> bool:
    """Below a post Graph lists the replies to its comments too; below a comment there are none."""
    return item.in_reply_to == place if item.conversation == place else True
