"""Pure: which words stand out against what is usually said (log-odds with a prior).

A word says something of an episode if it is used far more often than before, by several people:
how often alone would name the words of every day. The prior is what was said in both, so that a
word that is rare everywhere does not stand out by chance (Monroe, Colaresi and Quinn 2008).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log, sqrt
from typing import Final

from sentiment.cues import fold

_NOISE: Final = re.compile(r"https?://\S+|www\.\S+|[@#]?[\w.+-]*@[\w.-]+|&\w+;")
"""Links, handles and addresses: whoever they name, the team needs no list of them."""
_WORD: Final = re.compile(r"[^\W\d_][^\W_]{2,}")
_LEAST_PEOPLE: Final = 3
_SURE: Final = 1.64  # standard deviations
_PRIOR: Final = 500.0  # words
TERMS: Final = 8


@dataclass(frozen=True, kw_only=True)
class Term:
    """`people` who used it; `times` it is said more often than before."""

    text: str
    people: int
    times: float


Text = tuple[str, str, str]
"""Who wrote it, in which language, and the words."""


def terms(during: Iterable[Text], before: Iterable[Text]) -> tuple[Term, ...]:
    """The words and pairs of words of an episode, the most telling first. Those of one person are
    no matter of many, and a pair says more than its words."""
    people: dict[str, set[str]] = {}
    now, then = Counter[str](), Counter[str]()
    for who, language, text in during:
        for term in _terms_of(text, language):
            now[term] += 1
            people.setdefault(term, set()).add(who)
    for _, language, text in before:
        then.update(_terms_of(text, language))
    said = {term for term in now if len(people[term]) >= _LEAST_PEOPLE}
    scores = _scores(now, then)
    telling = sorted((t for t in said if scores[t] >= _SURE), key=lambda t: (-scores[t], t))
    return tuple(
        Term(text=term, people=len(people[term]), times=_times(term, now, then))
        for term in _without_parts(telling, people)
    )


def _scores(now: Counter[str], then: Counter[str]) -> Mapping[str, float]:
    """How many standard deviations apart the odds of each term are."""
    many, before = now.total(), then.total()
    whole = many + before
    found = {}
    for term, count in now.items():
        prior = _PRIOR * (count + then[term]) / whole
        a, b = count + prior, then[term] + prior
        odds = log(a / (many + _PRIOR - a)) - log(b / (before + _PRIOR - b))
        found[term] = odds / sqrt(1 / a + 1 / b)
    return found


def _times(term: str, now: Counter[str], then: Counter[str]) -> float:
    usual = (then[term] + 0.5) / (then.total() + 1)
    return now[term] / max(now.total(), 1) / usual


def _without_parts(telling: Sequence[str], people: Mapping[str, set[str]]) -> list[str]:
    """A word that stands in a pair is left out where hardly anybody says it without the other; so
    is a pair where most say the one word alone."""
    pairs = [term for term in telling if " " in term]
    kept: list[str] = []
    for term in telling:
        if " " in term:
            whole = [people.get(part, set()) for part in term.split(" ")]
            dull = any(len(people[term]) * 2 < len(one) for one in whole)
        else:
            dull = any(
                term in pair.split(" ") and len(people[pair]) * 4 >= len(people[term]) * 3
                for pair in pairs
            )
        if not dull:
            kept.append(term)
    return kept[:TERMS]


def _terms_of(text: str, language: str) -> set[str]:
    words = [match.group() for match in _WORD.finditer(fold(_NOISE.sub(" ", text)))]
    stop = _stop_words(language)
    pairs = {f"{one} {two}" for one, two in pairwise(words) if one not in stop and two not in stop}
    return {word for word in words if word not in stop} | pairs


@cache
def _stop_words(language: str) -> frozenset[str]:
    return frozenset(_STOP.get(language, "").split()) | frozenset(_STOP[""].split())


_STOP: Final[Mapping[str, str]] = {
    "": "the and per http https www com amp",
    "en": "and are but for you your yours the this that these those there their them they with"
    " from have has had was were been being not don can could will would should just what when"
    " where which who why how all any our out about into more some than then too very also now"
    " get got its his her she him one did does doing here after before again still only over"
    " because been off please thanks thank hello",
    "it": "che non con per una uno del della dei delle degli dal dalla nel nella sul sulla alla"
    " allo agli alle come sono siete siamo era ero hai hanno avete abbiamo mio mia miei mie tuo"
    " tua vostro vostra vostri loro questo questa questi queste quello quella anche piu gia poi"
    " ancora quando dove cosa chi mai solo tutto tutti tutta senza dopo prima fatto fare grazie"
    " ciao salve stato stata essere sia dello gli",
    "fr": "les des une est sont pas que qui dans pour par sur avec sans mais vous nous votre vos"
    " notre nos mon mes son ses leur leurs ce cet cette ces aux elle elles ils ete etre avoir"
    " avez ont suis etes tout tous toute plus tres bien fait faire comme quand depuis encore"
    " aussi bonjour merci alors meme deja toujours cela",
    "de": "der die das den dem des ein eine einen einem einer und oder aber nicht kein keine mit"
    " ohne fur von vom zum zur aus bei nach seit uber unter auf ist sind war waren wird werden"
    " wurde habe haben hat hatte ich wir ihr sie euch eure euer unser mein meine meinen meiner"
    " dein sein seine was wer wie wann warum auch noch schon nur sehr mehr doch mal dass wenn"
    " weil immer wieder hallo danke bitte kann konnen mir mich uns man als",
    "es": "que los las una uno unos unas del con por para sin sobre como pero mas muy esta este"
    " estos estas eso esto ese esa son era fue han hay mis sus nos les mi tu su vuestro vuestra"
    " nuestro nuestra cuando donde quien porque tambien todo todos toda ya aun desde hasta ser"
    " estar estoy tengo tiene hacer hola gracias solo cada",
    "pl": "nie sie jest sa byl byla bylo jak ale czy dla tak juz tylko moj moja moje mam masz"
    " pan pani panstwo was nas wam ich jej jego ten tej tym tego tych ktory ktora ktore przez"
    " przed przy pod nad bez oraz jeszcze bardzo moze gdzie kiedy dlaczego prosze dziekuje dzien"
    " dobry jestem zeby tez",
    "el": "και του της των τον την τους τις στο στη στον στην στα στους ειναι ηταν εχω εχει εχετε"
    " δεν μην για απο απ με που πως πωσ τι οτι οταν γιατι μια ενα ενας μου σου σας μας τους αυτο"
    " αυτη αυτα πολυ ολα ολοι και αλλα ακομα μονο μετα πριν παρακαλω ευχαριστω γεια καλησπερα"
    " καλημερα",
}
