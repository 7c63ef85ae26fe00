from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config import brand
from config.errors import ConfigError
from config.settings import LANGUAGES, ROOT

DEMO = ROOT / "config" / "brand" / "demo"


def _book(tmp_path: Path, old: str, new: str) -> Path:
    folder = tmp_path / "book"
    shutil.copytree(DEMO, folder)
    page = folder / "en.toml"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_the_demo_s_book_has_a_chapter_in_every_language() -> None:
    assert set(brand.load(DEMO, LANGUAGES).chapters) == set(LANGUAGES)


@pytest.mark.parametrize(
    "greeting", ["Hi {{nome}}.", "Hi {{ order }}.", "Hi {{name}.", "Hi {{name}} and {{friend}}."]
)
def test_a_typo_in_a_greeting_is_told_with_file_and_key_when_the_book_is_loaded(
    tmp_path: Path, greeting: str
) -> None:
    folder = _book(tmp_path, "Hi {{name}}.", greeting)
    with pytest.raises(ConfigError) as error:
        brand.load(folder, ("en",))
    assert str(error.value).startswith(f"{folder / 'en.toml'}: voice.greeting: only {{{{name}}}}")


@pytest.mark.parametrize("greeting", ["Hi {{ name }}.", 'Hi {{name|\\"there\\"}}!', "Hello!"])
def test_a_greeting_may_have_the_name_a_fallback_or_neither(tmp_path: Path, greeting: str) -> None:
    folder = _book(tmp_path, "Hi {{name}}.", greeting)
    assert brand.load(folder, ("en",)).chapters["en"].voice.greeting


@pytest.mark.parametrize("key", ["greeting_without_name", "signature", "automatic"])
def test_no_other_text_of_the_book_has_fields(tmp_path: Path, key: str) -> None:
    folder = _book(tmp_path, f'\n{key} = "', f'\n{key} = "{{{{name}}}} ')
    with pytest.raises(ConfigError, match=rf"en\.toml: voice\.{key}: no .+ may stand in it"):
        brand.load(folder, ("en",))


@pytest.mark.parametrize("sentence", [" ", ".", "\u2063", "Auto ... 12345", "a b c d e f g h i"])
def test_a_disclosure_that_says_nothing_is_refused(tmp_path: Path, sentence: str) -> None:
    folder = _book(tmp_path, '\nautomatic = "', f'\nautomatic = "{sentence}"\n# "')
    with pytest.raises(ConfigError, match=r"en\.toml: voice\.automatic: "):
        brand.load(folder, ("en",))


def test_no_saved_reply_has_fields(tmp_path: Path) -> None:
    folder = _book(tmp_path, "texts = [\n", 'texts = [\n"Dear {{name}}, thank you.",\n')
    with pytest.raises(ConfigError, match=r"en\.toml: saved_replies\.0\.texts\.0: "):
        brand.load(folder, ("en",))
