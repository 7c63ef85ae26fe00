"""Judging may become quicker, and must not become different."""

from __future__ import annotations

import json

import pytest

from config.settings import LANGUAGES
from tests.judged_corpus import FILE, digest


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_corpus_is_judged_as_it_was(language: str) -> None:
    assert digest(language) == json.loads(FILE.read_text(encoding="utf-8"))[language]
