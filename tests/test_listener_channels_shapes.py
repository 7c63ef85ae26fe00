"""The check that holds parsers and payloads against recordings, and the strict JSON beneath it."""

from __future__ import annotations

from typing import Any

import pytest

from listener.channels import wire
from listener.channels.wire import MalformedError
from listener.channels.x import parse as x_parse
from scripts import check_shapes
from scripts.check_shapes import Recording
from tests.loopback import PAYLOADS


def test_no_payload_of_ours_loses_a_text() -> None:
    rows = [check_shapes.inspect(recording) for recording in check_shapes.recordings(PAYLOADS)]
    assert not [row for row in rows if row.trouble]
    assert sum(row.found for row in rows) == sum(row.parsed for row in rows) > 30


def test_a_parser_that_loses_a_text_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    real = x_parse.parse_body

    def forgetful(body: object, **more: Any) -> x_parse.Parsed:
        parsed = real(body, **more)
        return x_parse.Parsed(items=parsed.items[1:], referenced=parsed.referenced)

    monkeypatch.setattr(x_parse, "parse_body", forgetful)
    rows = [check_shapes.inspect(recording) for recording in check_shapes.recordings(PAYLOADS)]
    assert [row.name for row in rows if "LOST" in row.trouble]


def test_a_text_the_parser_cannot_read_is_caught() -> None:
    body = {"data": [{"id": "no/id", "text": "hello"}]}
    row = check_shapes.inspect(Recording(name="x/a.json", network="x", status=200, body=body))
    assert "LOST" in row.trouble


def test_a_key_nobody_has_recorded_is_caught() -> None:
    recorded = Recording(name="x/r", network="x", status=200, body={"data": [{"id": "1"}]})
    ours = Recording(name="x/o", network="x", status=200, body={"data": {"id": 1, "mood": "good"}})
    assert check_shapes.made_up([ours], [recorded]) == [
        "x/o: item.id (number)",
        "x/o: item.mood (string)",
    ]


def test_a_file_in_no_networks_folder_is_caught() -> None:
    stray = Recording(name="a.json", network="", status=200, body={})
    assert check_shapes.inspect(stray).trouble


@pytest.mark.parametrize("arguments", [[], ["/nowhere/at/all"], ["a", "b"]])
def test_wrong_usage_ends_with_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_shapes.main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_table_ends_with_the_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_shapes.main([str(PAYLOADS)]) == 0
    assert "0 with trouble" in capsys.readouterr().out


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"a": Infinity}',
    ],
)
def test_what_is_no_strict_json_is_one_kind_of_error(body: bytes) -> None:
    with pytest.raises(MalformedError):
        wire.decode(body)


def test_a_number_of_five_thousand_digits_costs_its_item_and_not_the_page() -> None:
    body = b'{"data": [{"id": ' + b"9" * 5000 + b', "text": "x"}, {"id": "2", "text": "y"}]}'
    assert wire.decode(body)["data"][1]["text"] == "y"
