"""Who may do what at the desk, route by route; and rubbish, which is never a fault of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from responder.models import Draft
from responder.team.models import Role
from tests.conftest import Place, Visit
from tests.desk_story import wait

ROUTES = {
    "/item/{id}/claim": Role.EDITOR,
    "/item/{id}/check": Role.EDITOR,
    "/item/{id}/keep": Role.EDITOR,
    "/item/{id}/forget": Role.EDITOR,
    "/item/{id}/resume": Role.EDITOR,
    "/item/{id}/fix": Role.EDITOR,
    "/item/{id}/use": Role.EDITOR,
    "/item/{id}/link": Role.EDITOR,
    "/item/{id}/questions": Role.EDITOR,
    "/item/{id}/translate": Role.EDITOR,
    "/item/{id}/edit": Role.EDITOR,
    "/item/{id}/reject": Role.EDITOR,
    "/item/{id}/correction": Role.EDITOR,
    "/item/{id}/assign": Role.EDITOR,
    "/item/{id}/snooze": Role.EDITOR,
    "/item/{id}/wake": Role.EDITOR,
    "/item/{id}/note": Role.EDITOR,
    "/item/{id}/escalate": Role.EDITOR,
    "/item/{id}/spam": Role.EDITOR,
    "/item/{id}/no-spam": Role.EDITOR,
    "/item/{id}/approve": Role.APPROVER,
    "/item/{id}/take-over": Role.APPROVER,
    "/item/{id}/settled": Role.APPROVER,
    "/item/{id}/delete": Role.APPROVER,
    "/item/{id}/answered": Role.APPROVER,
    "/item/{id}/hide": Role.APPROVER,
    "/item/{id}/settle": Role.APPROVER,
    "/reply/{id}/undo": Role.APPROVER,
    "/reply/{id}/judge": Role.APPROVER,
    "/bulk/reject": Role.EDITOR,
    "/bulk/assign": Role.EDITOR,
    "/bulk/snooze": Role.EDITOR,
    "/bulk/wake": Role.EDITOR,
    "/bulk/approve": Role.APPROVER,
    "/views": Role.VIEWER,
    "/views/delete": Role.VIEWER,
    "/me/language": Role.VIEWER,
    "/me/languages": Role.VIEWER,
    "/me/looks": Role.VIEWER,
    "/me/password": Role.VIEWER,
    "/me/sessions/end": Role.VIEWER,
    "/me/sessions/end-others": Role.VIEWER,
    "/team/invite": Role.ADMIN,
    "/team/{id}/disable": Role.ADMIN,
    "/team/{id}/enable": Role.ADMIN,
    "/team/{id}/reset": Role.ADMIN,
    "/team/{id}/role": Role.ADMIN,
    "/team/{id}/roster": Role.ADMIN,
    "/reply/{id}/again": Role.APPROVER,
    "/pause": Role.ADMIN,
    "/resume": Role.ADMIN,
    "/letters/retry": Role.ADMIN,
    "/letters/drop": Role.ADMIN,
    "/trends/staffing/channel/{id}/open": Role.ADMIN,
    "/trends/staffing/channel/{id}/listen": Role.ADMIN,
    "/library/new": Role.EDITOR,
    "/library/check": Role.EDITOR,
    "/library/entry/saved_reply/{id}/en": Role.EDITOR,
    "/library/entry/saved_reply/{id}/en/retire": Role.EDITOR,
    "/library/entry/saved_reply/{id}/en/restore": Role.EDITOR,
    "/library/entry/saved_reply/{id}/en/approve": Role.APPROVER,
    "/library/entry/saved_reply/{id}/en/decline": Role.APPROVER,
    "/library/import": Role.EDITOR,
    "/library/import/again": Role.EDITOR,
    "/library/import/apply": Role.EDITOR,
    "/library/voice/try": Role.VIEWER,
    "/library/incidents": Role.APPROVER,
    "/library/incidents/preview": Role.APPROVER,
    "/library/incidents/{id}/close": Role.APPROVER,
    "/episodes/{id}/acknowledge": Role.EDITOR,
    "/episodes/{id}/snooze": Role.EDITOR,
    "/episodes/{id}/note": Role.EDITOR,
    "/episodes/{id}/end": Role.APPROVER,
    "/episodes/{id}/post-mortem": Role.APPROVER,
    "/episodes/{id}/statement": Role.APPROVER,
    "/statements/{id}/approve": Role.APPROVER,
    "/statements/{id}/decline": Role.APPROVER,
    "/library/rules": Role.ADMIN,
    "/library/rules/preview": Role.EDITOR,
    "/library/rules/{id}/end": Role.ADMIN,
    "/library/reviews/{id}/judge": Role.APPROVER,
}
FORM: Mapping[str, object] = {"version": 1, "text": "Hello there", "stands": "true"}


def test_every_route_is_in_the_matrix(visit: Visit) -> None:
    app = visit(Role.ADMIN).app
    routes = {
        (route.path, method)
        for route in app.routes  # type: ignore[attr-defined]
        for method in getattr(route, "methods", None) or ()
    }
    changing = {path for path, method in routes if method == "POST" and "/api/" not in path}
    changing = {re.sub(r"{\w+}", "{id}", path) for path in changing}
    known = {path.replace("/saved_reply/{id}/en", "/{id}/{id}/{id}") for path in ROUTES}
    assert changing == known | {"/sign-in", "/sign-out", "/join/{id}"}


@pytest.mark.parametrize("path", ROUTES)
def test_each_role_may_do_what_it_may_and_nothing_more(
    common_visit: Visit, common_place: Place, path: str
) -> None:
    needed = ROUTES[path]
    for role in Role:
        target = _waiting(common_place)
        answer = common_visit(role).post(path.format(id=target), data=dict(FORM))
        allowed = list(Role).index(role) >= list(Role).index(needed)
        assert (answer.status_code != 403) is allowed, (role, answer.status_code)
        if not allowed:
            assert f"needs the role {needed.value}" in answer.text
            with common_place.bot.database.read() as session:
                assert session.get_one(Draft, target).version == 1


def _waiting(place: Place) -> str:
    with place.bot.database.write() as session:
        return wait(session, place.bot.clock()).id


def test_a_viewer_sees_no_button_that_would_be_refused(visit: Visit, place: Place) -> None:
    page = visit(Role.VIEWER).get(f"/item/{place.ids['ola']}").text
    assert "formaction" not in page
    assert 'id="approve"' not in page
    assert "readonly" in page
    assert 'id="approve"' not in visit(Role.EDITOR).get(f"/item/{place.ids['ola']}").text


RUBBISH: list[Mapping[str, object]] = [
    {},
    {"version": "x", "text": "a"},
    {"version": "-1"},
    {"version": 10**30},
    {"version": 1, "view": "nope"},
    {"version": 1, "text": "a" * 200_000},
    {"version": 1, "text": "\0\ud800".encode("utf-8", "surrogatepass")},
    {"version": 1, "text": "\u202e\U000e0041", "confirm": ["'; DROP TABLE drafts"] * 60},
    {"version": [1, 2], "text": ["a", "b"], "stands": "perhaps", "reason": "x" * 600},
]


@pytest.mark.parametrize("path", ROUTES)
def test_rubbish_is_never_a_fault_of_ours(
    common_visit: Visit, common_place: Place, path: str
) -> None:
    client = common_visit(Role.ADMIN)
    waiting = _waiting(common_place)
    nowhere = [(target, FORM) for target in ("0" * 28, "x", "%00", "../etc", "ü")]
    for target, form in [*((waiting, form) for form in RUBBISH), *nowhere]:
        answer = client.post(path.format(id=target), data=dict(form))
        assert answer.status_code < 500, (target, form)
    for body, kind in (
        (b"\xff\xfe%%%=&=&;", "application/x-www-form-urlencoded"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
    ):
        answer = client.post(path.format(id=waiting), content=body, headers={"content-type": kind})
        assert answer.status_code < 500, body


@pytest.mark.parametrize(
    "path",
    [
        "/?view=nope",
        "/?view=approve&done=%3Cscript%3E&reply=%00",
        "/?done=approved&reply=" + "9" * 3000,
        "/queue?view=&open=%ff",
        "/?view=approve%26channel%3Dx%26view%3D%00&after=nope&owner=%27&q=%00%ff",
        "/?sentiment=sad&phase=moon&priority=P9&topic=%25&like=%22&speak=2&q=" + "ü" * 3000,
        "/?after=WyIyMDI2LTAxLTAxIiwibmFuIiwieCJd",
        "/next?view=nope&q=nobody",
        "/bulk?deed=reject&pick=crowd:" + "0" * 28 + "&pick=x:1&pick=" + "a" * 28 + ":" + "9" * 9,
        "/?done=rejected-9999-0",
        "/?done=nonsense-1-1",
        "/trends?by=century",
        "/trends/staffing?channel=x&period=7",
        "/trends/staffing/what-if?one_more=-1&fewer=x&within=%00",
        "/trends/staffing/what-if?calls=1e6&call_minutes=1440&seconds=0&percent=99.9",
        "/trends/staffing/what-if?one_more=nan&minutes=inf&fewer=&within=",
        "/trends/staffing/channel/%ff",
        "/history?status=nope&from=yesterday",
        "/history?from=0001-01-01&to=9999-12-31&after=%00",
        "/history?q=%00%F0%9F%92%A9%ff&after=e30&agent=%27",
        "/history?language=%3Cscript%3E&author_kind=&status=&from=&to=",
        "/history.csv?channel=nope",
        "/health?done=letters&read=%D9%A1&gone=-1&dropped=" + "9" * 400,
        "/health?done=paused&flight=" + "x," * 200,
        "/trends?channel=%27",
        "/trends/volume/mentions.csv?by=hour&channel=nope",
        "/trends/nope",
        "/trends/volume/nope.csv",
        "/trends/volume/nope.png",
        "/trends/volume/nope.svg",
        "/trends/%ff/%00.csv?period=%00",
        "/trends?period=8&by=&compare=2",
        "/trends?period=&from=&to=&by=&channel=&language=&topic=&phase=&compare=",
        "/trends?from=2026-02-30&to=yesterday",
        "/trends?from=2100-01-01&to=2000-01-01",
        "/trends?from=2000-01-01&to=2100-01-01&by=hour",
        "/trends?topic=%27&phase=moon&language=%3Cscript%3E",
        "/trends?topic=nope",
        "/trends?language=%00%ff",
        "/events?after=%F0%9F%92%A9-x-%00",
        "/item/%ff",
        "/audit?who=%00&deed=%27&since=9999-12-31&until=0001-01-01&before=%ff",
        "/audit?since=yesterday&before=" + "9" * 190,
        "/audit.csv?who=%F0%9F%92%A9&until=2026-02-30",
        "/me?done=%3Cscript%3E",
        "/team/%ff",
        "/team?done=nope",
        "/library/entry/%ff/%00/xx",
        "/library/new?kind=saved_reply&like=%00/%ff/x&language=%00",
        "/library/voice?language=%00&channel=%ff",
        "/library/export.csv?kind=%00&language=%ff",
        "/library/rules/" + "0" * 28 + "?days=-5",
    ],
)
def test_rubbish_in_an_address_is_never_a_fault_of_ours(common_visit: Visit, path: str) -> None:
    client = common_visit(Role.ADMIN)
    if path.startswith("/events"):
        client.app.state.desk.hub.close()  # type: ignore[attr-defined]
    assert client.get(path).status_code < 500
