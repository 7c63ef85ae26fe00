"""The rules of etiquette in words for people: what each is called and what it finds, as
docs/etiquette.md has it (a test holds the two together)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from responder.desk.tongue import N_, say
from responder.voice.finding import RULES, Severity


@dataclass(frozen=True, kw_only=True)
class RuleWords:
    """One rule as the reader is told of it. `finds` is "" where the title says it all."""

    rule: str
    severity: Severity
    title: str
    finds: str


_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "answerable": N_("not to be answered from here"),
        "R01": N_("hardly a word"),
        "R02": N_("too long"),
        "R03": N_("no greeting"),
        "R04": N_("nobody's name under it"),
        "R05": N_("capitals"),
        "R06": N_("shouting"),
        "R07": N_("sarcasm"),
        "R08": N_("no real time"),
        "R09": N_("sends the customer elsewhere"),
        "R10": N_("blames the customer"),
        "R11": N_("an apology that is none"),
        "R12": N_("hides behind a policy"),
        "R13": N_("sounds unsure"),
        "R14": N_("a question is left open"),
        "R15": N_("can be taken in two ways"),
        "R16": N_("another language than the customer's"),
        "R17": N_("the wrong form of address"),
        "R18": N_("private data where everybody reads"),
        "R19": N_("asks for private data in public"),
        "R20": N_("promises what nobody decided"),
        "R21": N_("advertises to somebody in trouble"),
        "R22": N_("links"),
        "R23": N_("liability, law or medicine"),
        "R24": N_("a placeholder is left"),
        "R25": N_("the same words again"),
        "R26": N_("emoji out of place"),
        "R27": N_("an insult"),
        "R28": N_("strangers and hashtags"),
        "R29": N_("invisible or disguised characters"),
        "R30": N_("nobody takes it on, or nothing follows"),
        "R31": N_("does not say that a machine answers"),
        "R32": N_("the trouble is not acknowledged first"),
        "R33": N_("not in plain language"),
        "B01": N_("a word the brand never says"),
        "B02": N_("words the brand always says are missing"),
    }
)
_FINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "answerable": N_("the network lets nobody answer, or only by hand"),
        "R01": N_("fewer than four words that say nothing. Thanks for praise may be short"),
        "R02": N_(
            "longer than the channel takes; more than three sentences in public is to be "
            "confirmed (greeting, signature and disclosure do not count, numbered steps count"
            " as one; what is all from the book may have more)"
        ),
        "R03": N_("neither a greeting nor the customer's handle at the start"),
        "R04": N_("a person wrote it, and no ^EM, name or signature ends it"),
        "R05": N_("two words or more that shout, other than names and acronyms"),
        "R06": N_(
            '"!!", "?!", "??", or a second exclamation mark (the greeting\'s does not count)'
        ),
        "R08": N_(
            '"as soon as possible" and the like, unless a real time stands in the same sentence'
        ),
        "R09": N_('to another department, a hotline, "our website"'),
        "R11": N_('"sorry if you feel", "any inconvenience"'),
        "R14": N_(
            "nothing in the reply answers it (no word of the question, no number, link, yes "
            "or no, and nobody takes it on)"
        ),
        "R15": N_('a day without a date, "it" without a noun, two links and no "if"'),
        "R16": N_("to be confirmed where the text is short or its parts disagree"),
        "R17": N_("two forms in one reply; one that is not the house's is to be confirmed"),
        "R18": N_(
            "e-mail addresses, phone numbers, bank accounts, cards and personal numbers whose"
            " check digit is right, whole order numbers. The house's own may stand there"
        ),
        "R19": N_("and does not send the customer to a private message in the same sentence"),
        "R20": N_(
            "a refund, a replacement, a guarantee. A sentence of the brand book may: there "
            "the house has decided"
        ),
        "R22": N_(
            "more than one, to a place that is not ours, shortened, unprotected. What a link "
            "costs on the channel is a hint"
        ),
        "R23": N_("admits liability, or advises as a lawyer or doctor would"),
        "R24": N_("{{name}}, {name}, [name], XXX, xx.xx, TODO, ____"),
        "R25": N_(
            "two replies of the last day on this channel share nine tenths of its words, name"
            " and greeting left out"
        ),
        "R26": N_("one that laughs at somebody who feels bad, or more than two"),
        "R27": N_("also with digits for letters"),
        "R28": N_("a handle of somebody who is not in the conversation, more than one hashtag"),
        "R29": N_(
            "those that turn the direction of a text, hide in it, or look like another script's"
        ),
        "R30": N_(
            'under a complaint, no "I" or "we" who does something, or no time and no next step'
        ),
        "R31": N_(
            "the disclosure is missing under an automatic reply, or the house has settled no "
            "sentence that says so"
        ),
        "R32": N_(
            "under a complaint, something is asked before the trouble is named or understood,"
            " or it is never named"
        ),
        "R33": N_(
            "long sentences, house words, foreign words, unexplained abbreviations, no said "
            "twice; each with other words for it"
        ),
        "B01": N_("from its book, with what it says instead"),
    }
)


def told(rule: str) -> RuleWords:
    """A rule in the reader's language; one nobody knows by its bare name."""
    known = RULES.get(rule)
    return RuleWords(
        rule=rule,
        severity=known.severity if known else Severity.WARN,
        title=say(_TITLES[rule]) if rule in _TITLES else rule,
        finds=say(_FINDS[rule]) if rule in _FINDS else "",
    )


def all_told() -> tuple[RuleWords, ...]:
    """Every rule there is, in the order of the manual."""
    return tuple(told(rule) for rule in RULES)
