"""A reply, read once for all rules."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from responder.voice.cues import Cue, Cues, Lexicon, lexicon
from responder.voice.finding import Finding, Fix, Severity, found
from responder.voice.folded import Folded, folded, key, spans, unaccented
from responder.voice.linked import without_links
from responder.voice.target import Target
from responder.voice.written import Written, written

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# What may stand before the greeting: the customer's handle, "¡", an emoji.
_BEFORE: Final = re.compile(r"(?:@[\w.@-]*\w)?[^\w@]*")
_ADDRESSED: Final = re.compile(r"[^.,!:;?\n–—-]{0,40}?(?:[,!:.;…]+|\s[–—-])(?=\s|$)")
_BEHIND_COMMA: Final = re.compile(
    r"\s[A-ZÀ-ŽΑ-ΩΆ-Ώ][\w'’-]*(?:\s[A-ZÀ-ŽΑ-ΩΆ-Ώ][\w'’-]*){0,2}\s?[!.,:;]"
)
_NAMED: Final = re.compile(r"(?:\s[A-ZÀ-ŽΑ-ΩΆ-Ώ][\w.'’-]*){0,3}")

Span = tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """A reply and what it must fit. Offsets are of the folded text, unless said otherwise."""

    text: str
    target: Target

    @cached_property
    def written(self) -> Written:
        """What the reply itself is written in."""
        house, languages = self.target.house, self.target.languages
        return written(self.text[: self.tail], brand=house.name, languages=languages)

    @cached_property
    def language(self) -> str:
        """Whose words count: the customer's language, unless the reply is surely in another. Where
        we do not speak the customer's, what the reply seems to be in; a few words that tell nothing
        are read in the bridging language, a text in a language nobody here speaks in none."""
        target = self.target
        if not target.languages:
            return target.language
        if self.written.sure or target.language in target.languages:
            return self.written.language if self.written.sure else target.language
        return target.bridge if self.written.few else self.written.language

    @property
    def translates(self) -> bool:
        """Whether it answers in another language: then no word of the mention stands in it."""
        return self.language != self.target.language

    @cached_property
    def lexicon(self) -> Lexicon:
        return lexicon(self.language)

    @cached_property
    def folded(self) -> Folded:
        """What cues are sought in. The words of an address are nobody's words, and those of the
        signature and the disclosure are the brand's own."""
        return folded(without_links(self.text[: self.tail]))

    @cached_property
    def cased(self) -> Folded:
        return unaccented(without_links(self.text[: self.tail]))

    # -- parts, as offsets in the original ----------------------------------------------------

    @cached_property
    def tail(self) -> int:
        """Where the words end and the signature or the disclosure begins."""
        end = len(self.text.rstrip())
        house = self.target.house
        for closing in (house.disclosure, house.signature, house.disclosure):
            if closing and self.text[:end].endswith(closing.strip()):
                end = len(self.text[: end - len(closing.strip())].rstrip())
        return end

    @cached_property
    def greeted(self) -> bool:
        """Whether it starts by greeting somebody, or by their handle."""
        return self.head > 0

    @cached_property
    def head(self) -> int:
        """Where the greeting ends; 0 without one."""
        before = _BEFORE.match(self.text, 0, self.tail)
        start = before.end() if before else 0
        greetings = self.lexicon.of("R03", "greetings")
        at = self.folded.place(start)
        ends = [end for cue in greetings for _, end in cue.spans(self.folded.text, (at,))]
        if ends:
            return self._addressed(self.folded.back(at, max(ends))[1])
        return start if self.text.lstrip().startswith("@") and start else 0

    def _addressed(self, end: int) -> int:
        """Where the name behind a greeting ends."""
        for look in (_ADDRESSED, _NAMED):
            if rest := look.match(self.text, end, self.tail):
                end = rest.end()
                break
        # "Hello there, Anna."
        name = _BEHIND_COMMA.match(self.text, end, self.tail)
        return name.end() if name and self.text[end - 1] == "," else end

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """The sentences between greeting and signature, as offsets in the original."""
        greek = self.language == "el"
        body = self.text[self.head : self.tail]
        body = without_links(body)
        return tuple((self.head + a, self.head + b) for a, b in spans(body, greek=greek))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words between greeting and signature, as they are written."""
        return tuple(_WORD.findall(self.text[self.head : self.tail]))

    # -- the same in the folded text ----------------------------------------------------------

    @cached_property
    def body(self) -> str:
        """What stands between greeting and signature, folded."""
        return self.folded.text[self.folded.place(self.head) : self.folded.place(self.tail)]

    @cached_property
    def folded_sentences(self) -> tuple[Span, ...]:
        place = self.folded.place
        return tuple(
            (_first_letter(self.folded.text, place(a)), place(b)) for a, b in self.sentences
        )

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where a cue written with ^ may stand: at the beginning of the text and of a sentence."""
        text = self.folded.text
        return tuple({_first_letter(text, 0), *(start for start, _ in self.folded_sentences)})

    def around(self, at: Span) -> str:
        """The folded sentence, or sentences, in which `at` stands."""
        return self.folded.text[slice(*self._sentence(at))]

    def _sentence(self, at: Span) -> Span:
        starts, ends = self._edges
        first, last = bisect_right(ends, at[0]), bisect_left(starts, at[1]) - 1
        if first > last:
            return at
        return min(starts[first], at[0]), max(ends[last], at[1])

    @cached_property
    def _edges(self) -> tuple[list[int], list[int]]:
        sentences = self.folded_sentences
        return [start for start, _ in sentences], [end for _, end in sentences]

    def _once(self, what: object, at: Span, look: Callable[[str], bool]) -> bool:
        """`look` at the sentence around `at`, once for all places in it: a text may repeat the
        same words a thousand times in one sentence."""
        sentence = self._sentence(at)
        if (what, sentence) not in self._looked:
            self._looked[what, sentence] = look(self.folded.text[slice(*sentence)])
        return self._looked[what, sentence]

    @cached_property
    def _looked(self) -> dict[tuple[object, Span], bool]:
        return {}

    def beside(self, cues: Cues, at: Span) -> bool:
        """Whether one of `cues` stands in the sentence in which `at` stands."""
        return self._once(cues, at, lambda sentence: self.has(cues, sentence))

    def agreed(self, at: Span) -> bool:
        """Whether `at` stands in a sentence the brand's own book has."""
        agreed = self.target.house.agreed
        return bool(agreed) and self._once("agreed", at, lambda said: key(said) in agreed)

    def settled(self, at: Span) -> bool:
        """Whether `at` stands in a sentence the brand's own book has for one trouble."""
        settled = self.target.house.settled
        return bool(settled) and self._once("settled", at, lambda said: key(said) in settled)

    def excused(self, cue: Cue, at: Span) -> bool:
        """Whether something in the same sentence says that a cue found at `at` means no harm."""
        unless = cue.unless
        return unless is not None and self._once(
            cue, at, lambda sentence: unless.search(sentence) is not None
        )

    @cached_property
    def likely(self) -> frozenset[Cue]:
        return self.lexicon.likely(self.folded.text)

    # -- looking ------------------------------------------------------------------------------

    def hits(self, cues: Cues, text: str = "") -> Iterator[tuple[Span, Cue]]:
        """Where cues stand that nothing in the same sentence excuses. `text`: another one of the
        same length, if not the folded reply."""
        for cue in cues:
            if not (cue.may_stand(text) if text else cue in self.likely):
                continue
            for at in cue.spans(text or self.folded.text, self.starts):
                if not self.excused(cue, at):
                    yield at, cue

    def has(self, cues: Cues, part: str | None = None) -> bool:
        """Whether one of `cues` stands in the reply, or in a folded part of it."""
        if part is None:
            return next(self.hits(cues), None) is not None
        return has(tuple(cue for cue in cues if cue in self.likely), part)

    def quoted(self, at: Span) -> str:
        """The words at `at` as they stand in the reply."""
        start, end = self.folded.back(*at)
        return self.text[start:end].strip()

    def finding(
        self,
        rule: str,
        message: str,
        at: Span,
        *,
        suggestion: str = "",
        severity: Severity | None = None,
        instead: str = "",
    ) -> Finding:
        """A finding at `at`, whose words stand in `message` as {}. `instead`: the very words that
        put it right, in small letters but for names."""
        quote = self.quoted(at)
        return found(
            rule,
            message.replace("{}", f"“{quote if len(quote) <= 60 else quote[:59] + '…'}”"),
            self.folded.back(*at),
            suggestion=suggestion,
            severity=severity,
            fix=self._in_place(at, instead) if instead else None,
        )

    def _in_place(self, at: Span, instead: str) -> Fix:
        """These words in the place of those at `at`, with a capital where they had one."""
        start, end = self.folded.back(*at)
        there = self.text[start:end]
        begins = there[:1].isupper() and not there.isupper()
        text = instead[:1].upper() + instead[1:] if begins else instead
        lead, tail = len(there) - len(there.lstrip()), len(there) - len(there.rstrip())
        return Fix(start=start + lead, end=end - tail, text=text)


def _first_letter(text: str, at: int) -> int:
    """The first place from `at` on where a word may begin."""
    while at < len(text) and not text[at].isalnum() and text[at] not in "@#({[":
        at += 1
    return at


def has(cues: Cues, text: str) -> bool:
    """Whether one of `cues` stands in a folded text of its own, such as a single sentence."""
    for cue in cues:
        stands = cue.may_stand(text) and next(cue.spans(text), None) is not None
        if stands and (cue.unless is None or not cue.unless.search(text)):
            return True
    return False
