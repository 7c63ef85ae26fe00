"""Reading from sandbox X."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from listener.sandbox.x import asked
from listener.sandbox.x import search as x_search
from listener.sandbox.x.post import Post, handles_in, id_at, time_of
from listener.sandbox.x.problems import invalid, missing, not_found
from listener.sandbox.x.told import includes, iso, told_post, told_user

if TYPE_CHECKING:
    from listener.sandbox.x.api import Call
    from listener.sandbox.x.network import XNetwork

_MENTIONS_REACH = 800  # posts; https://docs.x.com/x-api/posts/timelines/integrate (2026-08)
_TIMELINE_REACH = 3200
_SEARCH_REACH = timedelta(days=7)
_STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def me(call: Call) -> Any:
    wanted = asked.wanted(call.query, of_users=True)
    return {"data": told_user(call.network, call.network.brand, wanted)}


def users(call: Call) -> Any:
    wanted = asked.wanted(call.query, of_users=True)
    known = {user.id: user for user in call.network.users.values()}
    ids = asked.ids(call.query)
    found = [told_user(call.network, known[one], wanted) for one in ids if one in known]
    return _partial(found, [missing("user", "ids", one) for one in ids if one not in known])


def posts(call: Call) -> Any:
    wanted = asked.wanted(call.query)
    ids = asked.ids(call.query)
    known = [call.network.posts[one] for one in ids if one in call.network.posts]
    body = _partial(
        [told_post(call.network, post, wanted) for post in known],
        [missing("tweet", "ids", one) for one in ids if one not in call.network.posts],
    )
    more = includes(call.network, known, wanted)
    return body | ({"includes": more} if more else {})


def mentions(call: Call) -> Any:
    """Posts that @mention the account, newest first; the newest 800 of them."""
    handle = _handle(call)
    newest = [post for post in reversed(_visible(call.network)) if handle in handles_in(post.text)]
    return _page(call, newest[:_MENTIONS_REACH], least=5)


def timeline(call: Call) -> Any:
    """The account's own posts, newest first; the newest 3200 of them."""
    handle = _handle(call)
    excluded = set(filter(None, call.query.get("exclude", "").split(",")))
    if excluded - {"replies", "retweets"}:
        raise invalid("exclude is not one of [replies,retweets]", {"exclude": sorted(excluded)})
    own = [
        post
        for post in reversed(_visible(call.network))
        if post.author.handle.lower() == handle
        and not ("replies" in excluded and post.in_reply_to)
        and not ("retweets" in excluded and post.reposts)
    ]
    return _page(call, own[:_TIMELINE_REACH], least=5)


def search(call: Call) -> Any:
    """Posts of the last 7 days that fit the query, newest first.

    Reposts are not found any more (https://docs.x.com/changelog, 2026).
    """
    _refuse_old(call)
    fits = _query(call)
    oldest = call.network.now() - _SEARCH_REACH
    found = [
        post
        for post in reversed(_visible(call.network))
        if post.at >= oldest and post.reposts is None and fits(post)
    ]
    return _page(call, found, least=10)


def counts(call: Call) -> Any:
    """How many posts fit the query in each minute, hour or day."""
    _refuse_old(call)
    step_name = call.query.get("granularity", "hour")
    if step_name not in _STEPS:
        raise invalid("granularity is not one of [minute,hour,day]", {"granularity": [step_name]})
    step, fits, now = _STEPS[step_name], _query(call), call.network.now()
    start = asked.moment(call.query, "start_time") or now - _SEARCH_REACH
    end = asked.moment(call.query, "end_time") or now
    times = [post.at for post in _visible(call.network) if not post.reposts and fits(post)]
    data = []
    while start < end:
        until = min(_floor(start, step) + step, end)
        within = sum(start <= at < until for at in times)
        data.append({"start": iso(start), "end": iso(until), "tweet_count": within})
        start = until
    return {"data": data, "meta": {"total_tweet_count": sum(one["tweet_count"] for one in data)}}


def usage(call: Call) -> Any:
    """Nothing is billed here: the count of posts read so far is zero, the cap is the real one.

    Numbers come as text, as recorded answers have them (X's document says integer).
    """
    del call
    return {
        "data": {
            "project_id": "1",
            "project_cap": "3000000",
            "project_usage": "0",
            "cap_reset_day": 1,
        }
    }


def _handle(call: Call) -> str:
    for handle, user in call.network.users.items():
        if user.id == call.id:
            return handle
    raise not_found(f"Could not find user with id: [{call.id}].")


def _visible(network: XNetwork) -> list[Post]:
    now = network.now()
    return [post for post in network.current() if post.visible_at <= now]


def _query(call: Call) -> x_search.Test:
    query = call.query.get("query", "")
    try:
        return x_search.parse(query, call.network)
    except x_search.BadQuery as error:
        raise invalid(
            f"There were errors processing your request: {error}", {"query": [query]}
        ) from None


def _refuse_old(call: Call) -> None:
    """A since_id that is too old, or one beside a start or end time, is an error of search alone.

    Live body of 2026-08-07; https://docs.x.com/x-api/posts/search/integrate/paginate (2026-08).
    """
    since = asked.post_id(call.query, "since_id")
    if since is None:
        return
    for name in ("start_time", "end_time"):
        if name in call.query:
            raise invalid(
                f"`since_id` and `{name}` cannot be used together", {"since_id": [str(since)]}
            )
    oldest = call.network.now() - _SEARCH_REACH
    if time_of(str(since)) < oldest:
        raise invalid(
            f"'since_id' must be a tweet id created after {oldest:%Y-%m-%dT%H:%MZ}. Please use a"
            f" 'since_id' that is larger than {id_at(oldest)}",
            {"since_id": [str(since)]},
        )


def _page(call: Call, newest_first: Iterable[Post], *, least: int) -> Any:
    query = call.query
    size = asked.count(query, least=least)
    wanted = asked.wanted(query)
    fitting = [post for post in newest_first if _within(post, query)]
    after = asked.page_after(query)
    if after is not None:
        fitting = [post for post in fitting if int(post.id) < after]
    page = fitting[:size]
    if not page:
        return {"meta": {"result_count": 0}}
    meta: dict[str, Any] = {
        "newest_id": page[0].id,
        "oldest_id": page[-1].id,
        "result_count": len(page),
    }
    if len(fitting) > size:
        meta["next_token"] = asked.page_token(page[-1].id)
    body: dict[str, Any] = {"data": [told_post(call.network, post, wanted) for post in page]}
    more = includes(call.network, page, wanted)
    return body | ({"includes": more} if more else {}) | {"meta": meta}


def _within(post: Post, query: Mapping[str, str]) -> bool:
    """since_id and until_id are exclusive, and since_id beats start_time."""
    since, until = asked.post_id(query, "since_id"), asked.post_id(query, "until_id")
    start, end = asked.moment(query, "start_time"), asked.moment(query, "end_time")
    number, at = int(post.id), post.edited_at or post.at
    if since is not None and number <= since:
        return False
    if since is None and start is not None and at < start:
        return False
    return not (until is not None and number >= until) and not (end is not None and at >= end)


def _partial(found: list[Any], errors: list[dict[str, str]]) -> dict[str, Any]:
    return ({"data": found} if found else {}) | ({"errors": errors} if errors else {})


def _floor(moment: datetime, step: timedelta) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step
