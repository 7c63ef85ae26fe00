"""Sandbox Mastodon, asked as the bot asks it: what it tells, in which order, and what it keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from listener.sandbox.mastodon.network import BRAND, DOMAIN, MastodonNetwork
from listener.sandbox.mastodon.objects import Media
from tests.fakes import NOW, Watch
from tests.patience import PATIENCE

FAR = "anna@troet.example"


def call(
    network: MastodonNetwork, method: str, path: str, *, token: str | None = "", **how: Any
) -> requests.Response:
    """Any call, with our token; another one, or none at all (None)."""
    headers = dict(how.pop("headers", {}))
    if token is not None:
        token = token or network.secrets()["access_token"]
        headers["Authorization"] = f"Bearer {token}"
    return requests.request(
        method, f"{network.url}/api/{path}", headers=headers, timeout=PATIENCE, **how
    )


def ask(network: MastodonNetwork, path: str, **query: Any) -> Any:
    """The answer to a GET that must succeed; `types=[...]` is asked as `types[]`."""
    named = {f"{name}[]" if isinstance(value, list) else name: value
             for name, value in query.items()}  # fmt: skip
    answer = call(network, "GET", path, params=named)
    assert answer.status_code == 200, answer.text
    return answer.json()


def say(network: MastodonNetwork, text: str, *, key: str = "", **how: str) -> Any:
    """Post through the API; the answer, which must be a status."""
    headers = {"Idempotency-Key": key} if key else {}
    body = {"status": text, **how}
    answer = call(network, "POST", "v1/statuses", data=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(told: Any) -> list[str]:
    return [one["id"] for one in told]


def heard(network: MastodonNetwork, **query: Any) -> list[str]:
    """The ids of the statuses in the notifications, newest first."""
    return [one["status"]["id"] for one in ask(network, "v1/notifications", **query)]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def masto(watch: Watch) -> Iterator[MastodonNetwork]:
    network = MastodonNetwork(clock=watch)
    network.start()
    yield network
    network.stop()


def test_it_tells_who_we_are_and_what_our_token_may(masto: MastodonNetwork) -> None:
    me = ask(masto, "v1/accounts/verify_credentials")
    assert (me["acct"], me["display_name"], me["bot"]) == (BRAND, "Larix Outdoor", False)
    assert me["source"]["privacy"] == "public"
    assert (
        ask(masto, f"v1/accounts/{me['id']}") | {"source": me["source"], "role": me["role"]} == me
    )
    app = ask(masto, "v1/apps/verify_credentials")
    assert (app["name"], app["scopes"]) == ("Antiphon sandbox", ["read", "write"])


def test_it_says_what_it_is_and_how_long_a_text_may_be(masto: MastodonNetwork) -> None:
    second = ask(masto, "v2/instance")
    assert second["version"].startswith("4.5")
    assert second["domain"] == DOMAIN
    assert second["api_versions"] == {"mastodon": 7}
    first = call(masto, "GET", "v1/instance/", token=None)
    assert first.headers["Deprecation"].startswith("@")
    for told in (second, first.json()):
        limits = told["configuration"]["statuses"]
        assert (limits["max_characters"], limits["characters_reserved_per_url"]) == (500, 23)
    links = requests.get(f"{masto.url}/.well-known/nodeinfo", timeout=PATIENCE).json()["links"]
    node = requests.get(links[0]["href"], timeout=PATIENCE).json()
    assert node["software"] == {"name": "mastodon", "version": second["version"]}


def test_a_mention_is_told_as_a_status_with_all_it_has(masto: MastodonNetwork) -> None:
    picture = Media(url="https://pictures.invalid/zip.jpg", alt="a broken zip")
    post = masto.post(
        "danny",
        f"@{BRAND} look at this #zip",
        spoiler="broken things",
        language="en",
        media=[picture],
        likes=3,
    )
    (notice,) = ask(masto, "v1/notifications")
    assert (notice["type"], notice["group_key"]) == ("mention", f"ungrouped-{notice['id']}")
    assert notice["created_at"] == f"{NOW:%Y-%m-%dT%H:%M:%S}.000Z"
    status = notice["status"]
    assert status["id"] == post
    assert (status["visibility"], status["language"]) == ("public", "en")
    assert (status["spoiler_text"], status["sensitive"]) == ("broken things", True)
    assert (status["in_reply_to_id"], status["in_reply_to_account_id"]) == (None, None)
    assert status["favourites_count"] == 3
    assert status["media_attachments"][0]["description"] == "a broken zip"
    assert status["tags"] == [{"name": "zip", "url": f"{masto.url}/tags/zip"}]
    assert [one["acct"] for one in status["mentions"]] == [BRAND]
    assert status["account"] == notice["account"]
    assert status["application"] == {"name": "Web", "website": None}
    assert ask(masto, f"v1/statuses/{post}") == status


def test_who_lives_elsewhere_has_a_domain_and_writes_ours(masto: MastodonNetwork) -> None:
    missed = masto.post(FAR, "@larixoutdoor@another.example not you")
    post = masto.post(FAR, f"@{BRAND}@{DOMAIN} hallo", bot=True)
    assert heard(masto) == [post]
    account = ask(masto, "v1/accounts/lookup", acct=FAR)
    assert (account["username"], account["acct"], account["bot"]) == ("anna", FAR, True)
    assert account["url"] == f"{masto.url}/@{FAR}"
    assert "application" not in ask(masto, f"v1/statuses/{post}")
    assert ask(masto, f"v1/accounts/{account['id']}/statuses")[1]["id"] == missed
    assert ask(masto, "v1/accounts/lookup", acct=f"@{BRAND}@{DOMAIN}")["acct"] == BRAND


def test_notifications_of_other_types_can_be_left_out(masto: MastodonNetwork) -> None:
    own = masto.post(BRAND, "New boots")
    mention = masto.post("anna", f"@{BRAND} nice")
    masto.boost("anna", own)
    masto.favourite("bob", own)
    masto.follow("carl")
    types = [one["type"] for one in ask(masto, "v1/notifications")]
    assert types == ["follow", "favourite", "reblog", "mention"]
    assert heard(masto, types=["mention"]) == [mention]
    left = ask(masto, "v1/notifications", exclude_types=["mention", "follow"])
    assert [one["type"] for one in left] == ["favourite", "reblog"]
    assert ask(masto, "v1/notifications", types=["mention"], exclude_types=["mention"]) == []
    assert ask(masto, f"v1/statuses/{own}")["reblogs_count"] == 1
    bob = ask(masto, "v1/accounts/lookup", acct="bob")["id"]
    assert len(ask(masto, "v1/notifications", account_id=bob)) == 1
    one = ask(masto, "v1/notifications")[0]
    assert ask(masto, f"v1/notifications/{one['id']}") == one


def test_the_three_ways_through_a_list_are_three(masto: MastodonNetwork) -> None:
    for n in range(9):
        masto.post("anna", f"@{BRAND} {n}")
    all_ = ids(ask(masto, "v1/notifications"))
    assert all_ == sorted(all_, key=int, reverse=True)
    middle = all_[5]
    assert ids(ask(masto, "v1/notifications", max_id=middle, limit=2)) == all_[6:8]
    assert ids(ask(masto, "v1/notifications", since_id=middle, limit=2)) == all_[:2]
    assert ids(ask(masto, "v1/notifications", min_id=middle, limit=2)) == all_[3:5]
    both = ask(masto, "v1/notifications", min_id=middle, max_id=all_[2])
    assert ids(both) == all_[3:5]
    assert ask(masto, "v1/notifications", limit=0) == []
    assert ask(masto, "v1/notifications", min_id=all_[0]) == []


def test_a_walk_along_the_links_sees_every_one_once_while_new_ones_come(
    masto: MastodonNetwork, watch: Watch
) -> None:
    before = [masto.post("anna", f"@{BRAND} {n}") for n in range(11)]
    seen: list[str] = []
    answer = call(masto, "GET", "v1/notifications", params={"limit": 4, "types[]": "mention"})
    while answer.json():
        seen += [one["status"]["id"] for one in answer.json()]
        watch.advance(seconds=1)
        masto.post("late", f"@{BRAND} me too")
        assert "types%5B%5D=mention" in answer.links["next"]["url"]
        headers = {"Authorization": f"Bearer {masto.secrets()['access_token']}"}
        answer = requests.get(answer.links["next"]["url"], headers=headers, timeout=PATIENCE)
    assert seen == before[::-1]
    assert "Link" not in answer.headers


def test_forty_notifications_come_at_once_and_eighty_at_most(masto: MastodonNetwork) -> None:
    for n in range(90):
        masto.post("anna", f"@{BRAND} {n}")
    assert len(ask(masto, "v1/notifications")) == 40
    assert len(ask(masto, "v1/notifications", limit=500)) == 80


def test_what_comes_late_is_numbered_late_and_dated_early(
    masto: MastodonNetwork, watch: Watch
) -> None:
    on_time = masto.post("anna", f"@{BRAND} first")
    watch.advance(minutes=5)
    old = NOW.replace(year=2020)
    late = masto.post(FAR, f"@{BRAND}@{DOMAIN} from a slow server", created_at=old)
    first, second = ask(masto, "v1/notifications")
    assert [first["status"]["id"], second["status"]["id"]] == [late, on_time]
    assert int(first["status"]["id"]) < int(second["status"]["id"])
    assert first["status"]["created_at"].startswith("2020-")
    assert first["created_at"] > second["created_at"]


def test_an_answer_stands_in_the_thread_of_what_it_answers(masto: MastodonNetwork) -> None:
    question = masto.post(FAR, f"@{BRAND}@{DOMAIN} where is it?", language="de")
    ours = say(masto, f"@{FAR} on its way", in_reply_to_id=question, language="de")
    thanks = masto.post(FAR, f"@{BRAND}@{DOMAIN} danke", reply_to=ours["id"])
    aside = masto.post("bob", "same here", reply_to=question)
    anna = ask(masto, "v1/accounts/lookup", acct=FAR)["id"]
    assert (ours["in_reply_to_id"], ours["in_reply_to_account_id"]) == (question, anna)
    assert (ours["language"], ours["application"]["name"]) == ("de", "Antiphon sandbox")
    context = ask(masto, f"v1/statuses/{question}/context")
    assert (context["ancestors"], ids(context["descendants"])) == ([], [ours["id"], thanks, aside])
    context = ask(masto, f"v1/statuses/{thanks}/context")
    assert (ids(context["ancestors"]), context["descendants"]) == ([question, ours["id"]], [])
    assert ask(masto, f"v1/statuses/{question}")["replies_count"] == 2
    assert heard(masto) == [thanks, question]  # bob did not name us


def test_an_answer_that_is_json_is_as_good_as_a_form(masto: MastodonNetwork) -> None:
    question = masto.post("anna", f"@{BRAND} where?")
    body = {"status": "@anna here", "in_reply_to_id": question, "sensitive": False, "poll": None}
    told = call(masto, "POST", "v1/statuses", json=body).json()
    assert (told["in_reply_to_id"], told["content"][:3]) == (question, "<p>")
    assert masto.own_posts()[-1].text == "@anna here"


def test_our_own_statuses_come_newest_first_in_pages(masto: MastodonNetwork) -> None:
    question = masto.post("anna", f"@{BRAND} where?")
    first, second = say(masto, "one")["id"], say(masto, "two", in_reply_to_id=question)["id"]
    alone = say(masto, "more", in_reply_to_id=first)["id"]  # going on is no answer to anybody
    own = f"v1/accounts/{masto.brand.id}/statuses"
    assert ids(ask(masto, own)) == [alone, second, first]
    assert ids(ask(masto, own, exclude_replies="true")) == [alone, first]
    page = call(masto, "GET", own, params={"limit": 2})
    assert page.links["next"]["url"].endswith(f"limit=2&max_id={second}")
    assert page.links["prev"]["url"].endswith(f"limit=2&min_id={alone}")
    last = call(masto, "GET", own, params={"limit": 2, "max_id": second})
    assert ids(last.json()) == [first]
    assert list(last.links) == ["prev"]


def test_an_edit_keeps_the_id_and_tells_only_who_is_new_to_it(
    masto: MastodonNetwork, watch: Watch
) -> None:
    post = masto.post("anna", f"@{BRAND} nothing yet")
    other = masto.post("bob", "nothing to do with you")
    watch.advance(seconds=30)
    masto.edit(post, f"@{BRAND} it came today")
    assert heard(masto) == [post]
    masto.edit(other, f"oh well, @{BRAND} then")
    assert heard(masto) == [other, post]
    told = ask(masto, f"v1/statuses/{post}")
    assert "it came today" in told["content"]
    assert told["edited_at"] == f"{watch.now:%Y-%m-%dT%H:%M:%S}.000Z"
    assert told["created_at"] < told["edited_at"]


def test_we_edit_and_delete_what_is_ours_alone(masto: MastodonNetwork) -> None:
    theirs = masto.post("anna", f"@{BRAND} where?")
    ours = say(masto, "@anna hree", in_reply_to_id=theirs)["id"]
    edited = call(masto, "PUT", f"v1/statuses/{ours}", data={"status": "@anna here"}).json()
    assert (edited["id"], edited["edited_at"] is not None) == (ours, True)
    source = ask(masto, f"v1/statuses/{ours}/source")
    assert source == {"id": ours, "text": "@anna here", "spoiler_text": ""}
    for method in ("PUT", "DELETE"):
        body = {"status": "mine now"}
        assert call(masto, method, f"v1/statuses/{theirs}", data=body).status_code == 404
    assert call(masto, "GET", f"v1/statuses/{theirs}/source").status_code == 403
    gone = call(masto, "DELETE", f"v1/statuses/{ours}").json()
    assert (gone["text"], "content" in gone) == ("@anna here", False)
    assert call(masto, "GET", f"v1/statuses/{ours}").status_code == 404
    assert masto.own_posts() == []


def test_what_answers_a_deleted_status_forgets_what_it_answered(masto: MastodonNetwork) -> None:
    question = masto.post("anna", f"@{BRAND} where?")
    ours = say(masto, "@anna here", in_reply_to_id=question)
    masto.delete(question)
    told = ask(masto, f"v1/statuses/{ours['id']}")
    assert told["in_reply_to_id"] is None
    assert told["in_reply_to_account_id"] == ours["in_reply_to_account_id"]
    assert ask(masto, f"v1/statuses/{ours['id']}/context")["ancestors"] == []
    assert heard(masto) == []


def test_many_statuses_are_told_at_once_in_an_order_of_their_own(masto: MastodonNetwork) -> None:
    posts = [masto.post("anna", f"@{BRAND} {n}") for n in range(3)]
    secret = masto.post("anna", "only for bob: @bob", visibility="direct")
    asked = [posts[2], secret, "7", posts[0], posts[2]]
    assert ids(ask(masto, "v1/statuses", id=asked)) == [posts[0], posts[2]]
    many = call(masto, "GET", "v1/statuses", params={"id[]": [str(n) for n in range(21)]})
    assert many.status_code == 422


def test_a_boost_holds_what_it_passes_on(masto: MastodonNetwork) -> None:
    ours = masto.post(BRAND, "New boots")
    boost = masto.boost("anna", ours)
    anna = ask(masto, "v1/accounts/lookup", acct="anna")["id"]
    (told,) = ask(masto, f"v1/accounts/{anna}/statuses")
    assert (told["id"], told["reblog"]["id"]) == (boost, ours)
    assert ask(masto, f"v1/accounts/{anna}/statuses", exclude_reblogs="true") == []
    assert ask(masto, "v1/notifications")[0]["status"]["id"] == ours


def test_a_hashtag_finds_public_statuses_whoever_they_name(masto: MastodonNetwork) -> None:
    first = masto.post("anna", "so warm #LarixOutdoor #wool")
    masto.post("anna", "quietly #larixoutdoor", visibility="unlisted")
    masto.post("anna", "no#larixoutdoor and https://e.example/#larixoutdoor")
    second = masto.post("bob", "my #larixoutdoor tent")
    tag = "v1/timelines/tag/larixoutdoor"
    assert ids(ask(masto, tag)) == [second, first]
    assert ids(ask(masto, tag, all=["wool"])) == [first]
    assert ids(ask(masto, tag, none=["wool"])) == [second]
    assert ids(ask(masto, "v1/timelines/tag/wool", any=["larixoutdoor"])) == [second, first]
    page = call(masto, "GET", tag, params={"limit": 1})
    assert f"max_id={second}" in page.links["next"]["url"]
    assert ids(call(masto, "GET", tag, token=None).json()) == [second, first]


def test_search_finds_words_people_tags_and_addresses(masto: MastodonNetwork) -> None:
    loud = masto.post("anna", "My Larix boots are great", language="en")
    quiet = masto.post("bob", "larix boots, sshh", visibility="unlisted")
    masto.post("carl", "boots of another brand")
    to_us = masto.post("dora", f"@{BRAND} boots", visibility="unlisted")
    found = ask(masto, "v2/search", q="larix boots")
    assert (ids(found["statuses"]), found["accounts"], found["hashtags"]) == ([loud], [], [])
    assert ids(ask(masto, "v2/search", q="boots -brand")["statuses"]) == [to_us, loud]
    assert ids(ask(masto, "v2/search", q='"boots are" from:anna language:en')["statuses"]) == [loud]
    assert [one["acct"] for one in ask(masto, "v2/search", q=BRAND, type="accounts")["accounts"]]
    address = ask(masto, f"v1/statuses/{quiet}")["url"]
    assert ids(ask(masto, "v2/search", q=address, resolve="true")["statuses"]) == [quiet]
    assert ids(ask(masto, "v2/search", q="boots", limit=1, offset=1)["statuses"]) == [
        ids(ask(masto, "v2/search", q="boots")["statuses"])[1]
    ]
    masto.full_text_search = False
    assert ask(masto, "v2/search", q="larix boots")["statuses"] == []
    assert call(masto, "GET", "v2/search").status_code == 400


def test_the_same_seed_gives_the_same_ids_and_another_gives_others(watch: Watch) -> None:
    def made(seed: int) -> tuple[str, str, dict[str, str]]:
        network = MastodonNetwork(seed=seed, clock=watch)
        post = network.post(FAR, f"@{BRAND}@{DOMAIN} hi", created_at=NOW)
        return post, network.brand.id, network.secrets()

    assert made(1) == made(1)
    assert made(1)[1:] != made(2)[1:]


def test_what_cannot_be_read_as_json_is_400(masto: MastodonNetwork) -> None:
    for body in ("{", "[1]", json.dumps({"status": "\ud800"})):
        headers = {"Content-Type": "application/json"}
        answer = call(masto, "POST", "v1/statuses", data=body, headers=headers)
        assert (answer.status_code, answer.json()) == (400, {"error": "Bad Request"})
    assert masto.own_posts() == []
