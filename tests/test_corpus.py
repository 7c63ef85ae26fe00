"""The corpus of mentions is what its README says: what trains and measures us must be sound."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from config.settings import LANGUAGES
from sentiment import corpus
from sentiment.corpus import ROOT, Part, Row, part_of
from sentiment.phase import Phase
from sentiment.prioritize import Level

SENTIMENTS = {"negative", "neutral", "positive"}
KINDS = {"safety", "allergy", "fire", "self_harm", "legal", "data", "threat"}
FIELDS = {"id", "text", "sentiment", "topics", "phase", "urgency", "note"}
URGENT_FIELDS = {"id", "text", "urgent", "kind", "note"}

languages = pytest.mark.parametrize("language", LANGUAGES)


@cache
def rows(name: str) -> tuple[Row, ...]:
    return tuple(corpus.rows(name))


def topics_of_the_guide() -> set[str]:
    guide = (ROOT / "README.md").read_text(encoding="utf-8")
    table = guide.split("## Topics")[1].split("##")[0]
    return set(re.findall(r"^\| ([a-z]+) \|", table, re.MULTILINE)) - {"topic"}


@languages
def test_every_mention_is_labelled_in_the_words_of_the_guide(language: str) -> None:
    topics = topics_of_the_guide()
    for row in rows(language):
        assert set(row) == FIELDS, row
        assert row["sentiment"] in SENTIMENTS, row
        assert row["topics"], row
        assert set(row["topics"]) <= topics, row
        assert len(set(row["topics"])) == len(row["topics"]), row
        assert row["topics"] == ["other"] or "other" not in row["topics"], row
        assert row["phase"] in set(Phase), row
        assert row["urgency"] in set(Level), row


@languages
def test_every_urgent_text_and_near_miss_says_of_which_kind_it_is(language: str) -> None:
    for row in rows(f"urgent/{language}"):
        assert set(row) == URGENT_FIELDS, row
        assert isinstance(row["urgent"], bool), row
        assert row["kind"] in KINDS, row


@languages
def test_there_is_enough_of_everything(language: str) -> None:
    mentions, urgent = rows(language), rows(f"urgent/{language}")
    assert len(mentions) >= 400
    assert Counter(row["urgent"] for row in urgent) >= Counter({True: 150, False: 300})
    assert {kind for kind in KINDS if sum(row["kind"] == kind for row in urgent) < 30} == set()
    assert all(
        sum(topic in row["topics"] for row in mentions) >= 8 for topic in topics_of_the_guide()
    )
    parts = Counter(part_of(row["id"]) for row in mentions)
    assert min(parts[Part.DEV], parts[Part.TEST]) >= 40


@languages
def test_what_is_trained_on_is_labelled_alike(language: str) -> None:
    topics = topics_of_the_guide()
    for row in rows(f"train/mentions/{language}"):
        assert set(row) == FIELDS, row
        assert row["sentiment"] in SENTIMENTS, row
        assert set(row["topics"]) <= topics, row
        assert row["phase"] in set(Phase), row
    for row in rows(f"train/posts/{language}"):
        assert (set(row), row["sentiment"] in SENTIMENTS) == ({"id", "text", "sentiment"}, True), (
            row
        )
    for row in rows(f"train/urgent/{language}"):
        assert set(row) == URGENT_FIELDS, row
        assert row["kind"] in KINDS, row


@languages
def test_no_id_and_no_text_stands_twice(language: str) -> None:
    """Above all none that is trained on in a part that measures."""
    trained = [f"train/{kind}/{language}" for kind in ("mentions", "posts", "urgent")]
    both = [row for name in (language, f"urgent/{language}", *trained) for row in rows(name)]
    assert [key for key, n in Counter(row["id"] for row in both).items() if n > 1] == []
    texts = Counter(" ".join(row["text"].casefold().split()) for row in both)
    assert [text for text, n in texts.items() if n > 1] == []
    assert all(row["id"].startswith(f"{language}-") and row["text"].strip() for row in both)


@languages
def test_no_real_address_number_or_link_stands_in_it(language: str) -> None:
    """Mail and web addresses are of domains kept for examples (https://www.rfc-editor.org/rfc/rfc2606)."""
    for row in [*rows(language), *rows(f"urgent/{language}")]:
        for host in re.findall(r"(?:https?://|www\.|\w@)([\w.-]+\.\w{2,})", row["text"]):
            assert re.search(r"(?:^|\.)example(?:\.\w+)?$", host), row


def test_a_part_is_the_same_for_ever() -> None:
    parts = [part_of(f"it-{number:04}").value for number in range(1, 9)]
    assert parts == ["train", "train", "train", "dev", "train", "train", "dev", "dev"]


def _kappa(pairs: list[tuple[str, str]]) -> float:
    """Cohen's kappa: agreement beyond chance (https://doi.org/10.1177/001316446002000104)."""
    seen = sum(one == other for one, other in pairs) / len(pairs)
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(ones[label] * others[label] for label in ones) / len(pairs) ** 2
    return (seen - chance) / (1 - chance)


@pytest.mark.parametrize("label", ["sentiment", "phase", "urgency"])
def test_the_guide_tells_how_often_two_labellings_agree(label: str) -> None:
    pairs = []
    for language in LANGUAGES:
        first = {row["id"]: row for row in rows(language)}
        second = rows(f"second/{language}")
        assert len(second) == 60
        assert all(part_of(row["id"]) is not Part.TRAIN for row in second)
        pairs += [(first[row["id"]][label], row[label]) for row in second]
    same = 100 * sum(one == other for one, other in pairs) / len(pairs)
    told = f"| {label} | {same:.1f} % | {_kappa(pairs):.2f} |"
    assert told in (ROOT / "README.md").read_text(encoding="utf-8")
