"""Pure: whether what a language model answered may be shown to a human as a draft.

The customer may have dictated it: every answer is taken for hostile. What is not surely harmless is
refused, and the book's words stand.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from listener.normalize import clean
from responder.learning.similar import body_of, says_enough, stems, words_of
from responder.model.claims import Claims, claims_in, lacking
from responder.model.prompt import RULES, Brief, Fact
from responder.voice.finding import RULES as TITLES
from responder.voice.finding import Finding, Severity
from responder.voice.folded import spans
from responder.voice.linked import links_in
from sentiment.cues import find

MOST_LETTERS: Final = 5_000
"""Of a whole answer, before anything else is looked at: a reply takes a few hundred, and in JSON
six times as many where each Greek letter is written as its number."""
_MOST_CITED: Final = 10
_LONGEST_KEY: Final = 120

_GROUNDED: Final = 0.5
"""Of a sentence that makes a claim so many words stand in the sources it cites."""
_AT_HOME: Final = 0.6
"""Of a reply so many words are ones the brand's own texts use: who obeys a stranger speaks
otherwise."""
_EACH_AT_HOME: Final = 0.5  # likewise of each of its sentences, from
_TELLING: Final = 3  # such words on
_ALARMING: Final = frozenset({"safety", "self_harm", "legal", "data", "threat", "spam", "bait"})
_RUN: Final = 6  # words in a row from our rules are a leak

# Whoever dictates an answer dictates how long we search it: no two repetitions here may take the
# same letters, nor one that begins in each line run over into the next.
_FENCED: Final = re.compile(r"```(?:json)?(.*)```", re.DOTALL)
_MARKUP: Final = re.compile(
    r"<[a-zA-Z/!]|\]\s*\(|\*\*|__|```|`|^[^\S\n]*#{1,6}\s|^[^\S\n]*[-*>] |\{|\}|&#?\w+;", re.M
)
# An address in whatever disguise: "evil.example", "evil (dot) example", "evil dot com".
_ADDRESS: Final = re.compile(
    r"://|\b(?:data|javascript|mailto|tel|file):\S|\bwww\b|\w\.[^\W\d_]{2,}|[\[({]\s*(?:\.|dot|punkt|punto|point|kropka)\s*[\])}]|"
    r"\b(?:dot|punkt|punto|point|kropka)\s+(?:com|net|org|info|io|biz|shop|xyz|[a-z]{2})\b",
    re.IGNORECASE,
)
# Letters with figures behind them, as in "FREE50", "SAVE-20"; not "20mm", "18h30" or "S24".
_CODE: Final = re.compile(r"(?<!\w)[^\W\d_]{2,}-?\d+\w*")
# The scripts we write, and what stands between their words.
_SCRIPTS: Final = ("LATIN", "GREEK")
_MARKS: Final = frozenset(" .,;:!?'’‘\"“”„«»()-–—…/&+%€$£°#^·\u037e\u00a0¿¡=")


class Unfit(ValueError):
    """An answer that may not become a draft. The text says why, without quoting it."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a model said. `cited`: ids of facts, as it gave them."""

    reply: str
    cited: tuple[str, ...]


def read(content: str) -> Answer:
    """What stands in a model's answer: a JSON object, or plain words that cite nothing. Raises
    Unfit."""
    if len(content) > MOST_LETTERS:
        raise Unfit("it is far too long")
    fenced = _FENCED.fullmatch(content.strip())
    text = (fenced[1] if fenced else content).strip()
    if not text:
        raise Unfit("it is empty")
    if text[0] != "[" and "{" not in text and '"reply"' not in text:
        return Answer(reply=text, cited=())
    return _of_json(text)


def _of_json(text: str) -> Answer:
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise Unfit("it is broken JSON") from None
    if not isinstance(told, dict) or not set(told) <= {"reply", "articles"}:
        raise Unfit("it is not the JSON object that was asked for")
    reply, cited = told.get("reply"), told.get("articles") or []
    listed = isinstance(cited, list) and all(isinstance(key, str) for key in cited)
    if not isinstance(reply, str) or not listed:
        raise Unfit("it is not the JSON object that was asked for")
    if not reply.strip():
        raise Unfit("it is empty")
    keys = tuple(key.strip().strip("[]")[:_LONGEST_KEY] for key in cited[:_MOST_CITED])
    return Answer(reply=reply, cited=keys)


@dataclass(frozen=True, kw_only=True)
class Words:
    """A reply that may be put together: its body, the facts it rests on, and the page to add."""

    body: str
    facts: tuple[Fact, ...]
    url: str = ""


def words_of_answer(answer: Answer, brief: Brief) -> Words:
    """The words of an answer that passes every rule here. Raises Unfit. What the etiquette checker
    says of the whole reply comes on top: `against`."""
    cited = _cited(answer, brief)
    for broken, why in _RULES:
        if broken(answer.reply, brief):
            raise Unfit(why)
    body = body_of(" ".join(clean(answer.reply).split()), brief.language, brief.house)
    if not says_enough(body):
        raise Unfit("it hardly says a word")
    _hold_claims(body, cited, brief)
    _hold_alarm(body, brief)
    if not _is_at_home(body, brief):
        raise Unfit("it speaks of other things than the brand does")
    pages = [fact.url for fact in cited if fact.url]
    return Words(body=body, facts=cited, url=pages[0] if pages and not links_in(body) else "")


def against(findings: Iterable[Finding]) -> str:
    """What the etiquette checker has against a reply, hints left out; "" for nothing."""
    grave = [one.rule for one in findings if one.severity is not Severity.WARN]
    told = dict.fromkeys(f"{rule} {TITLES[rule].title}" for rule in grave)
    return f"etiquette: {', '.join(told)}" if told else ""


def _cited(answer: Answer, brief: Brief) -> tuple[Fact, ...]:
    known = {fact.id: fact for fact in brief.facts}
    if not set(answer.cited) <= set(known):
        raise Unfit("it cites a source that was not offered")
    return tuple(known[key] for key in dict.fromkeys(answer.cited))


def _hold_claims(body: str, cited: tuple[Fact, ...], brief: Brief) -> None:
    """Prices, refunds and terms stand in a source that is cited, in nearly these words. The whole
    body counts: figures and subjects are of one source even when a full stop parts them."""
    said = claims_in(body)
    if not said.any:
        return
    texts = " ".join(fact.text for fact in cited)
    source = claims_in(texts)
    if lack := lacking(said, source, claims_in(brief.asked)):
        raise Unfit(f"it speaks of {lack}, and no source it cites does")
    ground = stems(texts, brief.language)
    for start, end in spans(body, greek=brief.language == "el"):
        sentence = body[start:end]
        if (
            _rests(claims_in(sentence))
            and _share(stems(sentence, brief.language), ground) < _GROUNDED
        ):
            raise Unfit("it says other things of prices, refunds or terms than the source it cites")


def _hold_alarm(body: str, brief: Brief) -> None:
    """Danger, law, privacy and bait are for a person, where the brand's own words do not have
    them."""
    known = find(" ".join(fact.text for fact in brief.facts), brief.language).signals
    if (find(body, brief.language).signals.keys() - known.keys()) & _ALARMING:
        raise Unfit("it speaks of danger, law or data, which is for a person")


def _is_at_home(body: str, brief: Brief) -> bool:
    """Whether it speaks as the brand's own texts do, and so does every sentence of it."""
    sentences = [body[a:b] for a, b in spans(body, greek=brief.language == "el")]
    said = [stems(sentence, brief.language) for sentence in sentences]
    parts = [one for one in said if len(one) >= _TELLING]
    return _share(frozenset().union(*said), brief.vocabulary) >= _AT_HOME and all(
        _share(one, brief.vocabulary) >= _EACH_AT_HOME for one in parts
    )


def _rests(claims: Claims) -> bool:
    return bool(claims.subjects) or any(unit for _, unit in claims.figures)


def _share(said: frozenset[str], known: frozenset[str]) -> float:
    return len(said & known) / len(said) if said else 1.0


# -- rules about the text itself


def _leaks_the_mark(reply: str, brief: Brief) -> bool:
    """Also spelt out, turned round or in capitals."""
    plain = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", reply).casefold()))
    half = brief.mark[: len(brief.mark) // 2], brief.mark[len(brief.mark) // 2 :]
    return any(part in plain or part[::-1] in plain for part in half)


def _leaks_the_rules(reply: str, _: Brief) -> bool:
    ours, theirs = words_of(RULES), words_of(reply)
    known = {tuple(ours[n : n + _RUN]) for n in range(len(ours) - _RUN + 1)}
    return any(tuple(theirs[n : n + _RUN]) in known for n in range(len(theirs) - _RUN + 1))


def _has_strange_letters(reply: str, _: Brief) -> bool:
    return not all(_is_ours(letter) for letter in reply)


def _is_ours(letter: str) -> bool:
    if letter in _MARKS or letter == "\n" or (letter.isascii() and letter.isalnum()):
        return True
    is_letter = unicodedata.category(letter) in ("Ll", "Lu", "Lo")
    return is_letter and unicodedata.name(letter, "").startswith(_SCRIPTS)


def _has_markup(reply: str, _: Brief) -> bool:
    return _MARKUP.search(reply) is not None


def _has_a_foreign_address(reply: str, brief: Brief) -> bool:
    """Only the very pages of the sources, and the brand's own, and only where links are welcome."""
    own = {_bare(url) for url in (brief.site, *(fact.url for fact in brief.facts)) if url}
    for link in reversed(links_in(reply)):
        if not brief.links or link.plain or _bare(link.url) not in own:
            return True
        reply = reply[: link.start] + reply[link.end :]
    return _ADDRESS.search(reply) is not None


def _bare(url: str) -> str:
    return url.casefold().partition("://")[2].removeprefix("www.").rstrip("/") or url.casefold()


def _names_a_strange_code(reply: str, brief: Brief) -> bool:
    """A voucher's code, whoever gave it: "FREE50". Only one of the sources may be handed on."""
    known = " ".join(fact.text for fact in brief.facts).casefold()
    return any(code[0].casefold() not in known for code in _CODE.finditer(reply))


def _calls_somebody(reply: str, _: Brief) -> bool:
    return "@" in reply or re.search(r"#\w", reply) is not None


_RULES: Final[tuple[tuple[Callable[[str, Brief], bool], str], ...]] = (
    (_leaks_the_mark, "it holds the mark of its question"),
    (_leaks_the_rules, "it repeats its rules"),
    (_has_markup, "it holds markup"),
    (_has_a_foreign_address, "it holds an address that is not one of the sources'"),
    (_calls_somebody, "it calls somebody in"),
    (_names_a_strange_code, "it names a code that no source has"),
    (_has_strange_letters, "it holds letters that our languages do not have"),
)
