"""X: mentions and searches in, replies out, through tweepy.

Automatic replies are allowed only to people who spoke to us first, one for each interaction, and
the account must be labelled as automated: https://docs.x.com/developer-guidelines (2026-08). This
module posts what it is told to; who decides is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from config.clock import Clock
from config.secrets import Redactor
from listener.channels import outbound, wire
from listener.channels.base import (
    OWN_STREAM,
    Declaration,
    Incoming,
    Length,
    Outgoing,
    Page,
    Posted,
    Report,
    Written,
)
from listener.channels.errors import ChannelError, Gone, Refused, TooLarge, Unavailable, Unknown
from listener.channels.metering import Metering, Use
from listener.channels.wire import Answer
from listener.channels.x import fields, parse, rules
from listener.channels.x import prices as x_prices
from listener.channels.x.archive import XArchive
from listener.channels.x.client import XClient
from listener.channels.x.meter import Till
from listener.channels.x.options import XOptions
from listener.channels.x.pages import FIELDS, OWN_FIELDS, PAGE, XPages
from listener.channels.x.parse import Parsed
from listener.channels.x.stance import Account
from listener.channels.x.stream import XStreams
from listener.channels.x.weigh import weigh

_CLOCKS_APART: Final = timedelta(seconds=60)  # how far X's clock and ours may differ unnoticed
_READ_BACK_PAGES: Final = 10
_NEARLY: Final = 0.9  # of the monthly cap
_READ_ONLY: Final = "Read only: set the app to Read and write, then regenerate the access token"


def open_channel(
    name: str,
    table: Mapping[str, Any],
    *,
    source: str,
    redactor: Redactor,
    clock: Clock,
    meter: Metering,
) -> XChannel:
    """The channel of `[channels.<name>]`. Asks nothing of X. Raises ConfigError."""
    options = outbound.read_options(XOptions, name=name, table=table, source=source)
    client = XClient(
        keys=options.keys(name=name, source=source, redactor=redactor),
        api_url=options.api_url,
        read_timeout=options.request_timeout_seconds,
        redactor=redactor,
        clock=clock,
        till=Till(
            meter=meter(name, options.monthly_budget_usd), prices=x_prices.load(), clock=clock
        ),
    )
    return XChannel(name=name, options=options, client=client, clock=clock)


class XChannel:
    """One account on X."""

    def __init__(self, *, name: str, options: XOptions, client: XClient, clock: Clock) -> None:
        self._name, self._options, self._client, self._clock = name, options, client, clock
        self._account: Account | None = None
        self._pages = XPages(client=client, me=self._me, web_url=options.web_url)
        self._streams = XStreams(pages=self._pages, me=self._me, clock=clock)
        self._archive = XArchive(
            pages=self._pages,
            me=self._me,
            queries=options.queries,
            clock=lambda: clock() + client.apart,
        )

    @property
    def name(self) -> str:
        return self._name

    @property
    def options(self) -> XOptions:
        return self._options

    @property
    def declaration(self) -> Declaration:
        return Declaration(
            label="X",
            streams=("mentions", OWN_STREAM, *(("search",) if self._options.queries else ())),
            text_limit=self._options.text_limit,
            counted_in="weighted characters",
            links_welcome=False,  # a reply with a link costs up to 20 times as much
            can_hide=True,
            can_delete=True,
            media_hosts=("pbs.twimg.com", "video.twimg.com"),
            logo=rules.LOGO,
            keeps_text_days=rules.KEEPS_TEXT_DAYS,
            prices_checked=self._client.till.prices_checked,
            fees=self._client.till.fees,
            link_price=self._client.till.link_price,
            allowances=rules.ALLOWANCES,
            may_teach=self._options.may_train,
            model_rule=rules.MODEL_RULE,
        )

    def fetch(self, stream: str, position: str | None) -> Page:
        if stream == "mentions":
            return self._streams.mentions(position)
        if stream == OWN_STREAM:
            return self._streams.own(position)
        if stream == "search" and self._options.queries:
            return self._streams.search(position, self._options.queries)
        raise Refused(reason=f"this channel has no stream {stream!r}")

    def lookup(
        self, external_ids: Sequence[str], *, use: Use = Use.OWN
    ) -> Mapping[str, Incoming | None]:
        """The newest version of each post; None for what X lists as deleted or closed to us.

        An id X says nothing about, or whose post cannot be read, is left out: it is not known to be
        gone.
        """
        wanted = [asked for asked in external_ids if fields.optional_id(asked)]
        found: dict[str, Incoming | None] = {}
        for start in range(0, len(wanted), PAGE):
            found |= self._look_up(wanted[start : start + PAGE], use)
        return found

    def post(self, reply: Outgoing) -> Posted:
        under = _post_id(reply.answer_under)
        body = {"text": reply.text, "reply": {"in_reply_to_tweet_id": under}}
        answer = self._client.send("POST", "/2/tweets", body, use=Use.REPLY)
        post_id = fields.optional_id(wire.mapping(answer.body.get("data")).get("id"))
        if post_id is None:
            raise Unknown("X took the reply but named no id")
        return self._posted(post_id, under)

    def own_replies(self, reply: Outgoing, since: datetime) -> Sequence[Written]:
        """Because the clocks may be apart, those up to a minute older come along as well. The
        mention may have been edited meanwhile: what hangs under its first version counts too."""
        under = _post_id(reply.answer_under)
        first = fields.optional_id(reply.mention_id) or under
        after = max(fields.id_at(since - _CLOCKS_APART), min(under, first, key=int), key=int)
        found: list[Incoming] = []
        unread = 0
        for page in self._own_posts(after=after):
            found += [item for item in page.items if item.in_reply_to in (under, first)]
            unread += len(page.rejected)
        if unread and not found:
            raise Unavailable("a post of our own could not be read: it may be the reply")
        found.sort(key=lambda item: int(item.revision_id), reverse=True)
        return [Written.of(item, external_id=item.revision_id) for item in found]

    def fill(self, since: datetime, until: datetime, position: str | None) -> Page:
        return self._archive.fill(since, until, position)

    def count(self, since: datetime, until: datetime) -> Mapping[datetime, int] | None:
        """None without a bearer token: X counts for apps alone."""
        return self._archive.count(since, until) if self._has_bearer() else None

    def pressure(self) -> float:
        return self._client.till.pressure()

    def clock_apart(self) -> timedelta:
        return self._client.apart

    def hide(self, external_id: str) -> None:
        """Hide a reply under a post of ours. Raises Refused for any other post."""
        route = f"/2/tweets/{_post_id(external_id)}/hidden"
        self._client.send("PUT", route, {"hidden": True}, use=Use.REPLY, twice=True)

    def delete(self, external_id: str) -> None:
        with suppress(Gone):
            route = f"/2/tweets/{_post_id(external_id)}"
            self._client.send("DELETE", route, {}, use=Use.REPLY, twice=True)

    def length(self, text: str) -> Length:
        return Length(used=weigh(text), limit=self._options.text_limit)

    def check(self) -> Report:
        """Raises nothing: what is wrong is told in `problems`."""
        try:
            answer = self._client.get("/2/users/me", use=Use.CHECK)
            account = self._learn(answer)
        except ChannelError as error:
            return Report(problems=(str(error),))
        level = answer.headers.get("x-access-level", "")
        problems = [_READ_ONLY] if level and "write" not in level else []
        problems += outbound.clock_problems(self._client.apart)
        problems += self._nearly_used_up()
        return Report(
            account=f"{account.name} (@{account.handle})",
            permissions=tuple(filter(None, level.split("-"))),
            problems=tuple(problems),
        )

    def _nearly_used_up(self) -> list[str]:
        """X's own count of the month, where a bearer token lets us ask: not every plan has one."""
        if not self._has_bearer():
            return []
        try:
            body = self._client.get("/2/usage/tweets", use=Use.CHECK, as_app=True).body
        except ChannelError:
            return []
        used, cap = parse.parse_usage(body)
        if cap == 0 or used < cap * _NEARLY:
            return []
        return [f"{used} of {cap} posts of this month are read: raise the cap, or poll less often"]

    def _has_bearer(self) -> bool:
        return bool(self._options.bearer_token.get_secret_value())

    def _look_up(self, wanted: list[str], use: Use) -> dict[str, Incoming | None]:
        """In two halves where all at once is more than we take. One alone that is is left out."""
        try:
            return self._lookup(wanted, use)
        except TooLarge:
            if len(wanted) == 1:
                return {}
            half = len(wanted) // 2
            return self._look_up(wanted[:half], use) | self._look_up(wanted[half:], use)

    def _lookup(self, wanted: list[str], use: Use) -> dict[str, Incoming | None]:
        answer = self._client.get("/2/tweets", {**FIELDS, "ids": ",".join(wanted)}, use=use)
        page, newest = self._pages.parse(answer), parse.chains(answer.body)
        items = {item.revision_id: item for item in page.items}
        behind = {last for last in newest.values() if last not in items}
        if behind:  # X answered with an older version of an edited post
            params = {**FIELDS, "ids": ",".join(sorted(behind))}
            later = self._client.get("/2/tweets", params, use=use)
            items |= {item.revision_id: item for item in self._pages.parse(later).items}
        found: dict[str, Incoming | None] = {}
        for asked in wanted:
            item = items.get(newest.get(asked, asked)) or items.get(asked)
            if item is not None or asked in page.gone:
                found[asked] = item
        return found

    def _own_posts(self, *, after: str) -> Iterator[Parsed]:
        params = {**OWN_FIELDS, "since_id": after, "max_results": str(PAGE)}
        for _ in range(_READ_BACK_PAGES):
            route = f"/2/users/{self._me(Use.REPLY).id}/tweets"
            page = self._pages.parse(self._client.get(route, params, use=Use.REPLY))
            yield page
            if page.next_token is None:
                return
            params["pagination_token"] = page.next_token
        raise Unavailable("too many posts of our own to find one reply among them")

    def _me(self, use: Use = Use.MENTIONS) -> Account:
        return self._account or self._learn(self._client.get("/2/users/me", use=use))

    def _learn(self, answer: Answer) -> Account:
        try:
            self._account = parse.parse_account(answer.body)
        except wire.MalformedError as error:
            raise Unavailable(f"X does not say who we are ({error})") from None
        return self._account

    def _posted(self, post_id: str, under: str) -> Posted:
        handle = self._account.handle if self._account else "i"  # x.com/i/status/ID leads there too
        return Posted(
            external_id=post_id,
            url=f"{self._options.web_url}/{handle}/status/{post_id}",
            posted_at=fields.time_of(post_id),
            in_reply_to=under,
        )


def _post_id(value: str) -> str:
    found = fields.optional_id(value)
    if found is None:
        raise Gone(detail="that is no post of X")
    return found
