from __future__ import annotations

import gettext
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.book import Form, Occasion
from config.settings import LANGUAGES
from listener.channels.base import Answerable
from listener.models import MentionStatus
from listener.pots import Pot
from listener.trends.steps import By
from responder.automatic.models import Judgement
from responder.decide import decide
from responder.decision import Heard
from responder.desk import choices, retold_values, toast, tongue
from responder.desk.pages import make_templates
from responder.desk.retold import begun, forget, retold
from responder.desk.retold_values import named
from responder.desk.sentences import MESSAGES, WORDS
from responder.desk.tongue import speaking
from responder.library.models import EntryKind, Standing
from responder.models import DraftStatus, PauseLevel, ReplyStatus
from responder.team.models import Role
from responder.voice.check import check
from responder.voice.cues import FOLDER
from responder.voice.finding import RULES
from scripts.messages import found
from sentiment import corpus
from sentiment.evidence import NAMES
from sentiment.explain import ENCODER, Pull, told
from sentiment.judge import judge
from sentiment.phase import Phase
from sentiment.prioritize import Facts, prioritize
from sentiment.score import Sentiment
from sentiment.signals import Signal
from sentiment.topics import OTHER, TOPICS
from tests.effort import blows_up, effort
from tests.pseudo import pseudo as pseudo  # noqa: PLC0414  # a fixture
from tests.pseudo import untold
from tests.voice_cases import Case, cases, target_of, written

in_pseudo = pytest.mark.usefixtures("pseudo")


class Polish(gettext.NullTranslations):
    """Some words of a catalogue, with the three forms a number has."""

    SAID: ClassVar = {"a complaint": "reklamacja", "the mention is %(status)s": "%(oops)s"}

    def gettext(self, message: str) -> str:
        return self.SAID.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = {"%(number)s follower": ("obserwujący", "obserwujących", "obserwującego")}
        form = 0 if n == 1 else 2 if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else 1
        return f"%(number)s {forms[msgid1][form]}"


@pytest.fixture
def polish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in (tongue, retold_values):
        monkeypatch.setattr(module, "catalogue", lambda _language: Polish())
    forget()
    with speaking("pl"):
        yield
    forget()


# -- every sentence that the domain really makes


def _cued() -> Iterator[str]:
    """What the cue lists say to do or to say instead: in the language of the reply, for who writes
    it."""
    for path in FOLDER.glob("*.toml"):
        for rule in tomllib.loads(path.read_text(encoding="utf-8")).values():
            for listed in rule.values():
                cues = listed if isinstance(listed, list) else []
                told = [cue for cue in cues if isinstance(cue, dict)]
                yield from (cue.get("suggestion", "") for cue in told)
                yield from (cue.get("instead", "") for cue in told)


def _is_other_words(suggestion: str, case: Case) -> bool:
    """Whether it is to stand in the reply: the brand's words, an address, a sign."""
    return " " not in suggestion or suggestion in repr(case.house)


@in_pseudo
@pytest.mark.parametrize("name", written())
def test_all_that_the_etiquette_checker_says_of_its_fixtures_is_known(name: str) -> None:
    found = [
        (case, finding) for case in cases(name) for finding in check(case.reply, target_of(case))
    ]
    assert {finding.message for _, finding in found if untold(finding.message)} == set()
    cued = frozenset(_cued())
    assert {
        finding.suggestion
        for case, finding in found
        if untold(finding.suggestion)
        and finding.suggestion not in cued
        and not _is_other_words(finding.suggestion, case)
    } == set()


@in_pseudo
def test_the_names_of_the_rules_are_known() -> None:
    assert [rule.title for rule in RULES.values() if untold(rule.title)] == []


@in_pseudo
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reasons_of_the_priority_of_every_mention_of_the_corpus_are_known(
    language: str,
) -> None:
    judged = (
        judge(row["text"], languages=LANGUAGES, hint=language, encoder=False)
        for row in corpus.rows(language)
    )
    felt = {(one.score, one.signals, one.topics, one.phase): one for one in judged}
    reasons: set[str] = set()
    for one, followers, repeats in product(felt.values(), (1, 12_345), (0, 1)):
        facts = Facts(
            score=one.score,
            signals=one.signals,
            topics=one.topics,
            phase=one.phase,
            followers=followers,
            engagements_per_hour=1234.5,
            repeats=repeats,
            addressed=True,
        )
        reasons.update(prioritize(facts).reasons)
    assert len(reasons) > 10
    assert {reason for reason in reasons if untold(reason)} == set()


def _everything_heard() -> Iterator[Heard]:
    signals = [frozenset(), *({one} for one in Signal), {Signal.ALARMING, Signal.DELICATE}]
    signals += [{Signal.PRAISE, Signal.QUESTION}, {Signal.COMPLAINT, Signal.HUMAN}]
    circumstances: tuple[dict[str, Any], ...] = (
        {},
        {"answers": 3},
        {"moods": (0.5, 0.0, -0.5)},
        {"incident": "Late parcels (no statement in Greek)", "helped": True, "affordable": False},
        {"opens": "Mon 30 Nov, 09:00", "answers": 3},
        {"addressed": False},
        {"opted_out": True},
        {"speaks": {Occasion.SERIOUS: 0.9, Occasion.OTHER: 0.1}},
        {"speaks": {Occasion.PRAISE: 0.9, Occasion.COMPLAINT: 0.1, Occasion.OTHER: 0.1}},
        {"speaks": {Occasion.PRAISE: 0.1, Occasion.COMPLAINT: 0.9, Occasion.OTHER: 0.1}},
        {"speaks": {Occasion.PRAISE: 0.1, Occasion.COMPLAINT: 0.1, Occasion.OTHER: 0.9}},
    )
    topics: tuple[frozenset[str], ...] = (
        frozenset(),
        frozenset({"delivery"}),
        frozenset({"product"}),
    )
    for heard, about, sentiment, answerable, more in product(
        signals, topics, Sentiment, Answerable, circumstances
    ):
        values = {"addressed": True, "opted_out": False, **more}
        yield Heard(
            signals=frozenset(heard),
            topics=about,
            sentiment=sentiment,
            answerable=answerable,
            **values,
        )


@in_pseudo
def test_the_reason_of_every_decision_is_known() -> None:
    reasons = {decide(heard).reason for heard in _everything_heard()}
    assert len(reasons) > 60
    assert {reason for reason in reasons if untold(reason)} == set()


@in_pseudo
def test_what_drew_a_judgement_is_known() -> None:
    names = [*NAMES, ENCODER]
    pulls = [Pull(what=name, strength=s, is_word=False) for name in names for s in (-1.0, 1.0)]
    pulls.append(Pull(what="kaputt", strength=1.0, is_word=True))
    assert [told(pull) for pull in pulls if untold(told(pull))] == []


@in_pseudo
def test_the_constants_of_the_desk_are_known() -> None:
    offered = [one for several in choices.choices().values() for one in several]
    assert [one for one in offered if untold(one.name) or untold(one.hint)] == []
    catalogued = {message.id for message in found()}
    assert [words for words in toast._WORDS.values() if words not in catalogued] == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("topic", (*TOPICS, OTHER)),
        ("phase", Phase),
        ("feeling", Sentiment),
        ("signal", Signal),
        ("mention", MentionStatus),
        ("draft", DraftStatus),
        ("reply", ReplyStatus),
        ("role", Role),
        ("pause", PauseLevel),
        ("occasion", Occasion),
        ("form of address", Form),
        ("entry", EntryKind),
        ("version", Standing),
        ("money", Pot),
        ("verdict", Judgement),
        ("time", By),
    ],
)
def test_every_word_the_domain_tells_apart_has_a_name(
    kind: str, values: type[StrEnum] | tuple[str, ...]
) -> None:
    assert set(map(str, values)) <= set(WORDS[kind])


# -- how they are said


@pytest.mark.usefixtures("polish")
def test_a_number_takes_the_form_and_the_digits_of_the_language() -> None:
    said = [retold(f"{number} followers") for number in ("2", "5", "12,345")]
    assert said == ["2 obserwującego", "5 obserwujących", "12\xa0345 obserwujących"]
    assert retold("1 follower") == "1 obserwujący"


@in_pseudo
@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "a complaint; it belongs to the incident: Parcels; another customer answered already",
            (
                "⟦a complaint⟧; ⟦it belongs to the incident: Parcels⟧;"
                " ⟦another customer answered already⟧"
            ),
        ),
        ("“why; or: how” is not answered", "⟦“why; or: how” is not answered⟧"),
        (
            "given up after 20 attempts: Facebook: no; never (code 1)",
            "⟦given up after 20 attempts⟧: Facebook: no; never (code 1)",
        ),
        ("texts 2: “cheap” is a word we never say", "⟦texts 2⟧: ⟦“cheap” is a word we never say⟧"),
        ("saved reply: late, article: refunds", "⟦saved reply: late⟧, ⟦article: refunds⟧"),
        (
            "The customer wrote Greek, this reads like Italian",
            "⟦The customer wrote Griechisch, this reads like Italienisch⟧",
        ),
        ("a cue for self harm speaks for it", "⟦⟦a cue for ⟦self-harm⟧⟧ speaks for it⟧"),
        (
            "nobody is on duty before Mon 30 Nov, 09:00",
            "⟦nobody is on duty before Mo., 30. Nov., 09:00⟧",
        ),
        (
            "x: writing is held back until 2026-11-30T09:00:00Z",
            "⟦x: writing is held back until 30.11.2026, 09:00 UTC⟧",
        ),
        (
            "Set right by anna: about delivery, refund (was not judged)",
            "⟦Set right by anna: about ⟦delivery⟧, ⟦refund⟧ (was ⟦not judged⟧)⟧",
        ),
        ("Not sent: anna approved it first.", "⟦Not sent: ⟦anna approved it first⟧.⟧"),
        ("etiquette: R07 sarcasm", "⟦etiquette: R07 ⟦sarcasm⟧⟧"),
        ("delivery", "⟦delivery⟧"),
    ],
)
def test_a_sentence_is_said_with_what_stood_in_it(sentence: str, said: str) -> None:
    assert retold(sentence) == said


@in_pseudo
@pytest.mark.parametrize(
    "sentence", ["", "nobody ever said this; nor: that", "about cheese", "x" * 5000]
)
def test_what_no_message_fits_stays_as_it_is(sentence: str) -> None:
    assert retold(sentence) == sentence


def test_in_english_a_sentence_stays_as_it_is_and_a_word_becomes_one_for_people() -> None:
    assert retold("self_harm; 1234 followers") == "self_harm; 1234 followers"
    assert named("self_harm", "signal") == "self-harm"
    assert named("cheese", "topic") == "cheese"


@pytest.mark.usefixtures("polish")
def test_a_capital_and_a_full_stop_are_kept() -> None:
    assert retold("A complaint.") == "Reklamacja."


@pytest.mark.usefixtures("polish")
def test_a_slip_of_a_translator_costs_no_page() -> None:
    sentence = "the mention is gone"
    assert retold(sentence) == sentence


@given(st.text(), st.sampled_from([one if isinstance(one, str) else one[1] for one in MESSAGES]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
def test_whatever_stands_in_a_sentence_it_is_said_without_an_error(text: str, message: str) -> None:
    with speaking("de"):
        assert isinstance(retold(message.replace("%(name)s", text)), str)
        assert isinstance(retold(text), str)
    assert begun(text)[1:] == text[1:] or len(text[:1].upper()) > 1


def test_templates_say_sentences_and_words_with_filters() -> None:
    template = make_templates().from_string(
        "{{ 'a complaint' | retold | begun }}, {{ 'by_hand' | named('mention') }}"
    )
    assert template.render() == "A complaint, for a person to answer on the network"


@in_pseudo
def test_a_page_of_sentences_said_before_is_only_looked_up() -> None:
    page = [f"{number} followers" for number in range(50)]
    page += [f"“word {number}” sounds sarcastic; 3 emoji: 2 are enough" for number in range(50)]
    looked_up = dict.fromkeys(page, 0)
    fetching = effort(lambda: [looked_up[sentence] for sentence in page * 10], times=9)
    assert effort(lambda: [retold(sentence) for sentence in page], times=9) < 20 * fetching


@in_pseudo
@pytest.mark.parametrize(
    "rubbish",
    [
        "described as: " * 140,
        "spam, " * 330,
        "a complaint; " * 150,
        "described as: " + "spam, " * 320,
        ": ; , (" * 280 + ")",
        "it did not arrive: " * 100,
        "“a” and “" * 200 + "” are two forms of address",
        "x failed 3 " * 180 + "times in a row",
    ],
)
def test_whatever_customers_and_networks_write_holds_up_no_page(rubbish: str) -> None:
    def anew(sentence: str) -> str:
        forget()
        return retold(sentence)

    assert not blows_up(anew, rubbish)
