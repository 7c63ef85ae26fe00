"""Reading from sandbox X."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from listener.sandbox.x import asked
from listener.sandbox.x import search as x_search
from listener.sandbox.x.post import Post, handles_in, id_at, time_of
from listener.sandbox.x.problems import Problem, invalid, missing, not_found
from listener.sandbox.x.told import includes, iso, told_post, told_user

if TYPE_CHECKING:
    from listener.sandbox.x.api import Call
    from listener.sandbox.x.network import XNetwork

_MENTIONS_REACH = 800  # posts; https://docs.x.com/x-api/posts/timelines/integrate (2026-08)
_TIMELINE_REACH = 3200
_SEARCH_REACH = timedelta(days=7)
_FRESH = timedelta(seconds=10)  # search does not know so recent times yet
_TOO_FRESH = "must be a minimum of 10 seconds prior to the request time."
_IDS, _TIMES = ("since_id", "until_id"), ("start_time", "end_time")
_USAGE_DAYS = 90
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
    network = call.network
    there = [network.posts[one] for one in ids if one in network.posts]
    known = {post.id: post for post in there if network.is_readable(post)}
    body = _partial(
        [told_post(network, post, wanted) for post in known.values()],
        [missing("tweet", "ids", one) for one in ids if one not in known],
    )
    more = includes(network, known.values(), wanted)
    return body | ({"includes": more} if more else {})


def mentions(call: Call) -> Any:
    """Posts that @mention the account, newest first, of the newest 800 of them."""
    handle = _handle(call)
    found = _newest(call.network, lambda post: handle in handles_in(post.text), _MENTIONS_REACH)
    return _page(call, found, least=5)


def timeline(call: Call) -> Any:
    """The account's own posts, newest first, of the newest 3200 of them."""
    handle = _handle(call)
    excluded = set(filter(None, call.query.get("exclude", "").split(",")))
    if excluded - {"replies", "retweets"}:
        raise invalid("exclude is not one of [replies,retweets]", {"exclude": sorted(excluded)})
    own = _newest(
        call.network,
        lambda post: (
            post.author.handle.lower() == handle
            and not ("replies" in excluded and post.in_reply_to)
            and not ("retweets" in excluded and post.reposts)
        ),
        _TIMELINE_REACH,
    )
    return _page(call, own, least=5)


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
    """How many posts fit the query in each minute, hour or day, from the first that is asked for,
    whole or not, to the last."""
    _refuse_old(call)
    step_name = call.query.get("granularity", "hour")
    if step_name not in _STEPS:
        raise invalid("granularity is not one of [minute,hour,day]", {"granularity": [step_name]})
    step, fits, now = _STEPS[step_name], _query(call), call.network.now()
    start = asked.moment(call.query, "start_time") or now - _SEARCH_REACH
    end = asked.moment(call.query, "end_time") or now
    found = [post for post in _visible(call.network) if not post.reposts and fits(post)]
    times = sorted(post.at for post in found if _within(post, call.query))
    data = []
    while start < end:
        until = min(_floor(start, step) + step, end)
        within = bisect_left(times, until) - bisect_left(times, start)
        data.append({"start": iso(start), "end": iso(until), "tweet_count": within})
        start = until
    return {"data": data, "meta": {"total_tweet_count": sum(one["tweet_count"] for one in data)}}


def usage(call: Call) -> Any:
    """How many posts were read this month.

    Numbers come as text, as recorded answers have them (X's document says integer).
    """
    network = call.network
    days = call.query.get("days", "7")
    if not days.isdecimal() or not 1 <= int(days[:9]) <= _USAGE_DAYS:
        raise invalid(f"days is not between 1 and {_USAGE_DAYS}", {"days": [days]})
    return {
        "data": {
            "project_id": "1",
            "project_cap": str(network.posts_a_month),
            "project_usage": str(network.api.meter.total(network.now())),
            "cap_reset_day": 1,
        }
    }


def _handle(call: Call) -> str:
    for handle, user in call.network.users.items():
        if user.id == call.id:
            return handle
    raise not_found(f"Could not find user with id: [{call.id}].")


def _visible(network: XNetwork) -> list[Post]:
    """What lists know, oldest first."""
    return [post for post in network.current() if network.is_listed(post)]


def _newest(network: XNetwork, fits: Callable[[Post], bool], reach: int) -> list[Post]:
    """The newest posts that fit, newest first. Those that are deleted, have vanished or are not
    indexed yet are not told, but count: a timeline ends at the newest 800 there ever were
    (https://docs.x.com/x-api/posts/timelines/introduction, 2026-08)."""
    found = [post for post in reversed(network.ever()) if fits(post)]
    return [post for post in found[:reach] if network.is_listed(post)]


def _query(call: Call) -> x_search.Test:
    query = call.query.get("query", "")
    try:
        return x_search.parse(query, call.network)
    except x_search.BadQuery as error:
        raise invalid(
            f"There were errors processing your request: {error}", {"query": [query]}
        ) from None


def _refuse_old(call: Call) -> None:
    """What search alone is strict about: ids and times together, and both within the last 7 days.

    Bodies: live on 2026-08-07 (since_id), 2023-11-07 (together), 2021-03-30 (10 seconds);
    https://github.com/medialab/minet/issues/445 (on or after);
    https://docs.x.com/x-api/posts/search/integrate/paginate (2026-08).
    """
    _refuse_together(call.query)
    since = asked.post_id(call.query, "since_id")
    oldest = call.network.now() - _SEARCH_REACH
    if since is not None and time_of(str(since)) < oldest:
        raise invalid(
            f"'since_id' must be a tweet id created after {oldest:%Y-%m-%dT%H:%MZ}. Please use a"
            f" 'since_id' that is larger than {id_at(oldest)}",
            {"since_id": [str(since)]},
        )
    for name in _TIMES:
        moment = asked.moment(call.query, name)
        if moment is not None and moment < oldest.replace(microsecond=0):
            raise _bad_time(name, moment, f"must be on or after {oldest:%Y-%m-%dT%H:%MZ}")
        if moment is not None and moment > call.network.now() - _FRESH:
            raise _bad_time(name, moment, _TOO_FRESH)


def _refuse_together(query: Mapping[str, str]) -> None:
    ids, times = (
        [name for name in _IDS if name in query],
        [name for name in _TIMES if name in query],
    )
    if ids and times:
        raise invalid(
            "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or"
            " 'end_time'.",
            {name: [query[name]] for name in ids + times},
        )


def _bad_time(name: str, moment: datetime, why: str) -> Problem:
    told = f"{moment:%Y-%m-%dT%H:%MZ}"
    return invalid(f"Invalid '{name}':'{told}'. '{name}' {why}", {name: [told]})


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
    """since_id and until_id are exclusive; since_id beats start_time, until_id end_time."""
    since, until = asked.post_id(query, "since_id"), asked.post_id(query, "until_id")
    start, end = asked.moment(query, "start_time"), asked.moment(query, "end_time")
    number, at = int(post.id), post.edited_at or post.at
    if since is not None and number <= since:
        return False
    if since is None and start is not None and at < start:
        return False
    if until is not None:
        return number < until
    return end is None or at < end


def _partial(found: list[Any], errors: list[dict[str, str]]) -> dict[str, Any]:
    return ({"data": found} if found else {}) | ({"errors": errors} if errors else {})


def _floor(moment: datetime, step: timedelta) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // step * step
