from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from responder.desk import tongue
from responder.desk.pages import make_templates
from responder.desk.problem import PREFIX
from responder.desk.tongue import COOKIE, LANGUAGES, Tongue, _, catalogue, many, speaking, spoken

POLISH = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 :"
" n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "Sent to %(name)s"
msgstr "Wysłano do: %(name)s"

msgid "%(number)s draft"
msgid_plural "%(number)s drafts"
msgstr[0] "%(number)s szkic"
msgstr[1] "%(number)s szkice"
msgstr[2] "%(number)s szkiców"

msgid "Waits"
msgstr ""

msgctxt "topic"
msgid "returns"
msgstr "zwroty"
"""


@pytest.fixture
def polish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "pl.po").write_text(POLISH, encoding="utf-8")
    monkeypatch.setattr(tongue, "FOLDER", tmp_path)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A desk that answers with the language it was asked in."""
    app = FastAPI()

    @app.get("/")
    @app.get(f"{PREFIX}/here")
    def here() -> PlainTextResponse:
        return PlainTextResponse(spoken())

    with TestClient(Tongue(app)) as found:
        yield found


def _asked(client: TestClient, path: str = "/", *, browser: str = "", chosen: str = "") -> str:
    headers = {b"accept-language": browser.encode()} if browser else {}
    if chosen:
        headers[b"cookie"] = f"{COOKIE}={chosen}".encode("latin-1")
    return client.get(path, headers=headers).text


# -- which language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_somebody_chose_is_spoken_whatever_their_browser_wants(
    client: TestClient, language: str
) -> None:
    assert _asked(client, chosen=language, browser="fr,de;q=0.9") == language


@pytest.mark.parametrize(
    ("browser", "language"),
    [
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("de-AT", "de"),
        ("DE-at", "de"),
        ("sv-SE,sv;q=0.9,el;q=0.7,it;q=0.5", "el"),
        ("zh-Hant-TW,es-419;q=0.9", "es"),
        ("*", "en"),
        ("sv", "en"),
        ("", "en"),
        (";;;,,=q,\x7f", "en"),
        ("../../etc/passwd", "en"),
        ("x" * 4000, "en"),
        (",".join(["xx"] * 500) + ",de", "en"),
    ],
)
def test_otherwise_the_first_language_of_the_browser_that_the_desk_speaks(
    client: TestClient, browser: str, language: str
) -> None:
    assert _asked(client, browser=browser) == language


@pytest.mark.parametrize("chosen", ["sv", "", "DE", "../de", '"', "pl; Path=/", "\xe9"])
def test_a_choice_that_is_none_leaves_it_to_the_browser(client: TestClient, chosen: str) -> None:
    said = _asked(client, chosen=chosen, browser="it")
    assert said == ("pl" if chosen.startswith("pl") else "it")


def test_programs_are_spoken_to_in_english(client: TestClient) -> None:
    assert _asked(client, f"{PREFIX}/here", browser="de", chosen="pl") == "en"


def test_the_next_reader_is_asked_anew(client: TestClient) -> None:
    assert [_asked(client, chosen=one) for one in ("de", "", "el")] == ["de", "en", "el"]
    assert spoken() == "en"


# -- what is said


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 szkiców"),
        (1, "1 szkic"),
        (2, "2 szkice"),
        (5, "5 szkiców"),
        (12, "12 szkiców"),
        (22, "22 szkice"),
        (112, "112 szkiców"),
    ],
)
def test_a_number_takes_its_form(number: int, said: str) -> None:
    with speaking("pl"):
        assert many("%(number)s draft", "%(number)s drafts", number) == said
    more = "draft" if number == 1 else "drafts"
    assert many("%(number)s draft", "%(number)s drafts", number) == f"{number} {more}"


@pytest.mark.usefixtures("polish")
def test_values_stand_where_the_language_wants_them_and_are_never_taken_for_holes() -> None:
    with speaking("pl"):
        assert _("Sent to %(name)s", name="100 % Ana %(x)s") == "Wysłano do: 100 % Ana %(x)s"


@pytest.mark.usefixtures("polish")
def test_what_nobody_translated_is_said_in_english() -> None:
    with speaking("pl"):
        assert [_("Waits"), _("Never heard of")] == ["Waits", "Never heard of"]


@pytest.mark.usefixtures("polish")
def test_a_word_of_a_kind_has_a_translation_of_its_own() -> None:
    with speaking("pl"):
        assert catalogue("pl").pgettext("topic", "returns") == "zwroty"
        assert _("returns") == "returns"


@pytest.mark.usefixtures("polish")
def test_pages_escape_what_is_filled_in_and_count_as_python_does() -> None:
    page = make_templates().from_string(
        "{% trans name=name %}Sent to {{ name }}{% endtrans %}|"
        "{% trans number=number %}{{ number }} draft"
        "{% pluralize %}{{ number }} drafts{% endtrans %}"
    )
    with speaking("pl"):
        assert page.render(name="<b>", number=3) == "Wysłano do: &lt;b&gt;|3 szkice"
    assert page.render(name="<b>", number=3) == "Sent to &lt;b&gt;|3 drafts"


def test_one_language_after_another_is_spoken_for_a_while() -> None:
    with speaking("de"):
        with speaking("el"):
            assert spoken() == "el"
        assert spoken() == "de"
    assert spoken() == "en"
