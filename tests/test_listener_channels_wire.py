"""What strangers send: answers nested beyond reason, and items nobody can write down."""

from __future__ import annotations

import json
from typing import Any

import pytest

from listener.channels import wire
from listener.channels.wire import MalformedError


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_what_is_nested_beyond_reason_costs_itself_and_nothing_beside_it(levels: int) -> None:
    deep = f'{{"id": "2", "deep": {nested(levels)}, "text": "b"}}'
    body = f'[{{"id": "1"}}, {deep}, {{"id": "3"}}]'
    first, second, third = wire.decode(body.encode())
    assert (first, third) == ({"id": "1"}, {"id": "3"})
    assert (second["id"], second["text"]) == ("2", "b")
    assert "null" in json.dumps(second["deep"])


def test_brackets_and_quotes_within_words_are_words() -> None:
    told = 'a "quoted" [[[ { \\ ]'
    deep = "[" * 5_000 + "]" * 5_000
    body = f'{{"words": {json.dumps(told)}, "deep": {deep}, "more": {json.dumps(told)}}}'
    found = wire.decode(body.encode())
    assert (found["words"], found["more"]) == (told, told)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        "]" * 100_000,
        "[" * 5_000 + '"' + '\\"' * 100_000,
        '{"a":' * 5_000 + "1",
        "[" * 5_000 + "]" * 4_999,
        "[" * 5_000 + "]" * 5_001,
        f'{{"a": {nested(5_000)}, "a": 1}}',
    ],
)
def test_what_is_no_json_is_none_however_deep(body: str) -> None:
    with pytest.raises(MalformedError):
        wire.decode(body.encode())


def test_what_no_network_has_reason_to_nest_deeper_is_left_as_it_is() -> None:
    assert wire.decode(nested(90).encode()) == json.loads(nested(90))


@pytest.mark.parametrize("levels", [10, 5_000])
def test_an_item_is_kept_for_a_human_however_deep_it_is(levels: int) -> None:
    deep: Any = []
    for _ in range(levels):
        deep = [deep]
    bad = wire.rejected({"id": "77", "text": deep}, MalformedError("text is no text"))
    assert (bad.external_id, bad.error) == ("77", "text is no text")
    assert json.loads(bad.payload)
