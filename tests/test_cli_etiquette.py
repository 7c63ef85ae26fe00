"""The commands `lint` and `incident`, as a person types them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from listener.sandbox.sandbox import Sandbox
from tests.daemon import command, write_config


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    networks = Sandbox(kinds=("x",), seed=1, story=False)
    networks.start()
    yield str(write_config(tmp_path_factory.mktemp("bot"), networks.tables()))
    networks.stop()


def _lint(config: str, reply: str, *more: str) -> tuple[int, str, str]:
    done = command(
        "--config",
        config,
        "lint",
        "--channel",
        "x",
        "--language",
        "en",
        *more,
        stdin=reply.encode(),
    )
    return done.returncode, done.stdout, done.stderr


GOOD = (
    "Hi Anna. We're sorry your parcel is late. Send us the order number by private message: "
    "we'll trace it with the courier and answer you there. — your Larix team"
)


def test_a_good_reply_passes_and_a_bad_one_is_blocked_with_the_reason(config: str) -> None:
    mention = ("--mention", "My parcel is two weeks late!")
    code, told, _ = _lint(config, GOOD, *mention)
    assert (code, told) == (0, "Nothing stands against it.\n")
    code, told, _ = _lint(config, "Done.", *mention)
    assert code == 1
    assert "R01" in told
    assert told.endswith("Verdict: block\n")


def test_programs_read_findings_with_their_place_in_the_reply(config: str) -> None:
    code, told, _ = _lint(config, "Hi {{name}}, your parcel is on its way. — Larix", "--json")
    assert code == 1
    answer = json.loads(told)
    assert answer["verdict"] == "block"
    (left,) = [one for one in answer["findings"] if one["rule"] == "R24"]
    assert (left["severity"], left["start"], left["end"]) == ("block", 3, 11)
    assert {"rule", "severity", "message", "start", "end", "suggestion"} == set(left)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--channel", "orkut", "--language", "en"), "is not configured"),
        (("--channel", "x", "--language", "xx"), "does not answer in it"),
    ],
)
def test_a_wrong_name_is_told_in_one_line(
    config: str, options: tuple[str, ...], problem: str
) -> None:
    done = command("--config", config, "lint", *options, stdin=b"Hello")
    assert done.returncode == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_incident_is_opened_listed_and_closed(config: str) -> None:
    def incident(*options: str) -> tuple[int, str]:
        done = command("--config", config, "incident", *options)
        return done.returncode, done.stdout + done.stderr

    assert incident("list") == (0, "No incident is open.\n")
    code, told = incident(
        "open", "Courier strike", "--topic", "delivery", "--say", "en=Back on Friday."
    )
    assert code == 0
    incident_id = told.split()[1]
    listed = json.loads(incident("list", "--json")[1])
    assert [(one["id"], one["statements"]) for one in listed] == [
        (incident_id, {"en": "Back on Friday."})
    ]
    assert "Courier strike  (delivery)" in incident("list")[1]
    assert incident("close", incident_id) == (0, f"Closed: {incident_id}\n")
    assert incident("close", incident_id)[0] == 1
    assert incident("open", "Strike")[0] == 2
    assert incident("open", "Strike", "--topic", "delivery", "--say", "Friday")[0] == 2
    assert incident("open", "Strike", "--topic", "delivery", "--say", "xx=Friday")[0] == 2
