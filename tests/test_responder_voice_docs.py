"""docs/etiquette.md and the rules there are say the same."""

from __future__ import annotations

import re

from config.settings import LANGUAGES, ROOT
from responder.voice import cues
from responder.voice.finding import RULES
from tests.voice_cases import cases, written

MANUAL = (ROOT / "docs/etiquette.md").read_text("utf-8")
ROW = re.compile(r"^\| (\w+) \| (block|confirm|warn) \| \*\*(.+?)\*\*", re.MULTILINE)


def test_the_manual_lists_every_rule_with_its_severity_and_title() -> None:
    listed = [(rule, severity, title) for rule, severity, title in ROW.findall(MANUAL)]
    assert listed == [(rule, kind.severity.value, kind.title) for rule, kind in RULES.items()]


def test_the_manual_says_what_a_cue_file_may_hold() -> None:
    for name in {name for names in cues.NAMES.values() for name in names}:
        assert f"`{name}`" in MANUAL, name


def test_every_language_has_its_list_and_its_replies() -> None:
    assert {path.stem for path in cues.FOLDER.glob("*.toml")} == set(LANGUAGES)
    assert set(written()) == {*LANGUAGES, "any"}


def test_every_rule_has_replies_that_show_it() -> None:
    shown = {case.rule for name in written() for case in cases(name)}
    assert shown == set(RULES) - {"answerable"}
