"""Pure: what a text says it likes, complains of or wishes, and about which product.

A text is read part by part: "love the boots but delivery took ages and I wish they came in 48" has
three, and says three things. An aspect is told in one of two ways: by a cue that says both what and
how ("runs small", `[like]`, `[complaint]`, `[wish]` in cues/aspects/), or by a word for what
(`[about]`) beside a word for how (`[feels]`). Who is unsure says nothing: questions, hopes and
hearsay tell no aspect, a negation turns or silences what stands behind it, a part that names a
competitor is not about us, and joy in a cross text is taken for scorn unless a "but" divides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from sentiment.clauses import ASIDE, Hit, breaths, hits_in, longest, overlap, sentences
from sentiment.cues import FOLDER, LANGUAGES, MAX_LETTERS, fold, listed
from sentiment.drawers import File, filed
from sentiment.named import Named, named_in
from sentiment.score import Sentiment


class Stance(StrEnum):
    LIKE = "like"
    COMPLAINT = "complaint"
    WISH = "wish"


OVERALL: Final = "overall"
"""The product as such, where nothing about it is named."""

ATTRIBUTES: Final = (
    *("fit", "price", "quality", "delivery", "page", "checkout"),
    *("service", "durability", "design", OVERALL),
)

_OF_PRODUCTS: Final = frozenset({"fit", "price", "quality", "durability", "design", OVERALL})
"""What is true of a product also where another part of the text names it."""


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """`attribute` is one of ATTRIBUTES; `product` the name the brand book gives it, or ""."""

    stance: Stance
    attribute: str
    product: str = ""

    def __str__(self) -> str:
        """As it is kept: "complaint fit Kestrel 2"."""
        return f"{self.stance.value} {self.attribute} {self.product}".rstrip()


def parsed(text: str) -> Aspect:
    """What `str` made. Raises ValueError for anything else."""
    stance, _, rest = text.partition(" ")
    attribute, _, product = rest.partition(" ")
    if attribute not in ATTRIBUTES:
        raise ValueError(f"{attribute[:40]!r} is no attribute")
    return Aspect(stance=Stance(stance), attribute=attribute, product=product)


_TOPICS: Final = {
    "delivery": "delivery",
    "size": "fit",
    "page": "page",
    "site": "page",
    "payment": "checkout",
    "service": "service",
}
_FELT: Final = {Sentiment.NEGATIVE: Stance.COMPLAINT, Sentiment.POSITIVE: Stance.LIKE}

_URL: Final = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)@[\w.@-]+|(?<!\w)#(?=\w)")
_TELLING: Final = frozenset({Stance.LIKE.value, Stance.COMPLAINT.value})
_NEGATED: Final = 3  # words back
_WORD: Final = re.compile(r"\w+(?:'\w+)?")


@dataclass(frozen=True)
class _Part:
    """A stretch of a text between full stops and words like "but" and "and"."""

    text: str
    asks: bool
    product: str  # named in it
    usual: str  # named before it, or the only one of the whole text


@dataclass(frozen=True)
class _Mood:
    """What is known of the text as a whole."""

    label: Sentiment
    turns: bool  # it says "but"
    hopes: bool  # it says "I hope", "if", "they say"


def aspects_of(
    text: str,
    language: str,
    label: Sentiment,
    products: Sequence[Named] = (),
    rivals: Sequence[Named] = (),
    topics: Sequence[str] = (),
) -> tuple[Aspect, ...]:
    """All aspects of `text`, in the order it tells them, each once; none for a language without
    cues. `label`: how the whole text feels. What names one of `rivals` is not about us. `topics`:
    what the whole text is about, likeliest first, if the judge is sure of it and of the label."""
    if language not in LANGUAGES:
        return ()
    file = _file(language)
    short = _URL.sub(" ", text[:MAX_LETTERS])
    said = {hit.name for hit in hits_in(file, fold(short)) if hit.group == "turn"}
    mood = _Mood(label, turns="but" in said, hopes="unsure" in said)
    parts = list(_parts(short, file, products, rivals))
    found = _believed([aspect for part in parts for aspect in _told(part, file, mood)], mood)
    if not found and not mood.hopes and not named_in(fold(short), rivals):
        found = _by_topic(topics, label)
    return tuple(dict.fromkeys(found))


def _by_topic(topics: Sequence[str], label: Sentiment) -> list[Aspect]:
    """What no cue tells, as a whole: "third week, still in Verona" is about delivery, and cross."""
    attribute = _TOPICS.get(topics[0]) if topics else None
    stance = _FELT.get(label)
    if attribute is None or stance is None:
        return []
    return [Aspect(stance=stance, attribute=attribute)]


def _believed(found: Sequence[Aspect], mood: _Mood) -> list[Aspect]:
    """Praise beside a complaint, or in a cross text, is taken for scorn, and a complaint in a glad
    text for a manner of speaking: unless the text turns, with a "but"."""
    if mood.turns:
        return list(found)
    cross = any(aspect.stance is Stance.COMPLAINT for aspect in found)
    doubted = {Stance.COMPLAINT} if mood.label is Sentiment.POSITIVE else set()
    if not doubted and (cross or mood.label is Sentiment.NEGATIVE):
        doubted = {Stance.LIKE}
    return [aspect for aspect in found if aspect.stance not in doubted]


def _parts(
    text: str, file: File, products: Sequence[Named], rivals: Sequence[Named]
) -> Iterator[_Part]:
    every = named_in(fold(text), products)
    usual = every[0] if len(set(every)) == 1 else ""
    for sentence, asks in sentences(text):
        folded = fold(sentence)
        for piece in _divided(folded, file):
            here = named_in(piece, products)
            if len(set(every)) > 1 and here:
                usual = here[-1]
            if not named_in(piece, rivals):
                yield _Part(piece, asks, here[0] if here else "", usual)


def _divided(folded: str, file: File) -> Iterator[str]:
    """What turns the mood may say how it feels ("shame about"): it goes with what follows."""
    hits, start = hits_in(file, folded), 0
    cuts = {hit.start for hit in hits if hit.group == "turn" and hit.name in ("but", "and")}
    cuts.update(_before_wishes(folded, hits))
    for cut in sorted(cuts):
        yield folded[start:cut]
        start = cut
    yield folded[start:]


def _before_wishes(folded: str, hits: Sequence[Hit]) -> Iterator[int]:
    """A wish begins with its own breath, where something else was told before it."""
    told = [hit.start for hit in hits if hit.group in _TELLING]
    for hit in hits:
        if hit.group == Stance.WISH or (hit.group, hit.name) == ("feels", Stance.WISH):
            asides = [aside.end() for aside in ASIDE.finditer(folded, 0, hit.start)]
            if asides and any(start < asides[-1] for start in told):
                yield asides[-1]


def _told(part: _Part, file: File, mood: _Mood) -> Iterator[Aspect]:
    hits = hits_in(file, part.text)
    unsure = any(hit.group == "turn" and hit.name == "unsure" for hit in hits)
    wish = next((hit for hit in hits if hit.group == "feels" and hit.name == "wish"), None)
    plain = [hit for hit in hits if hit.group == "wish"]
    if plain or wish is not None:
        yield from _wished(part, hits, plain, wish)
        return
    said = [hit for hit in hits if hit.group in _TELLING]
    said = longest([hit for hit in said if not _is_negated(hit, hits, part.text)])
    for hit in said if not unsure else ():
        # A question may complain ("why is it so dear?"), where the whole text is cross.
        cross = mood.label is Sentiment.NEGATIVE and hit.group == Stance.COMPLAINT.value
        if cross or not part.asks:
            yield _aspect(Stance(hit.group), hit.name, part)
    if not unsure and not part.asks:
        yield from _paired(part, hits, said)


def _wished(
    part: _Part, hits: Sequence[Hit], plain: Sequence[Hit], wish: Hit | None
) -> Iterator[Aspect]:
    """The thing wished for that stands next behind the wish, else the last before it."""
    if plain:
        yield _aspect(Stance.WISH, plain[0].name, part)
        return
    if wish is None:
        return
    for group in ("wanted", "about"):
        things = [hit for hit in hits if hit.group == group]
        behind = [hit for hit in things if hit.end > wish.end]
        before = [hit for hit in things if hit.end <= wish.start]
        if behind or before:
            hit = min(behind, key=lambda h: h.start) if behind else before[-1]
            yield _aspect(Stance.WISH, hit.name, part)
            return


def _paired(part: _Part, hits: Sequence[Hit], said: Sequence[Hit]) -> Iterator[Aspect]:
    """What and how, in two words of one breath."""
    free = [hit for hit in hits if not any(overlap(hit, other) for other in said)]
    for start, end in breaths(part.text):
        near = [hit for hit in free if start <= hit.start < end]
        about = [hit for hit in near if hit.group == "about"]
        felt = [hit for hit in near if hit.group == "feels"]
        stances = {s for hit in felt if (s := _felt(hit, hits, part.text)) is not None}
        if len(stances) != 1:
            continue  # nothing felt, or both: who knows
        stance = stances.pop()
        if about:
            yield _aspect(stance, longest(about)[0].name, part)
        elif part.product and not any(start <= hit.start < end for hit in said):
            yield _aspect(stance, OVERALL, part)


def _felt(hit: Hit, hits: Sequence[Hit], text: str) -> Stance | None:
    """ "Not good" is a complaint; "not bad" is nothing one could count on."""
    if not _is_negated(hit, hits, text):
        return Stance(hit.name)
    return Stance.COMPLAINT if hit.name == Stance.LIKE.value else None


def _is_negated(hit: Hit, hits: Sequence[Hit], text: str) -> bool:
    for no in hits:
        if no.group == "turn" and no.name == "not" and no.end <= hit.start:
            between = text[no.end : hit.start]
            if len(_WORD.findall(between)) < _NEGATED and not ASIDE.search(between):
                return True
    return False


def _aspect(stance: Stance, attribute: str, part: _Part) -> Aspect:
    product = part.product or (part.usual if attribute in _OF_PRODUCTS else "")
    return Aspect(stance=stance, attribute=attribute, product=product)


@cache
def _file(language: str) -> File:
    return filed(listed(FOLDER / "aspects" / f"{language}.toml"))
