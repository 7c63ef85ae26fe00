"""Sentences that were kept, or said where nobody knows the reader, in the reader's language.

The store and the domain speak English: what is written down is compared, logged and searched. Here
stand the sentences people meet at an item, with fields for what differs; one that is not among them
is shown as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from responder.desk.tongue import N_, _

_SENTENCES: Final = (
    # What kept a deed from being done
    N_("%(name)s approved it first"),
    N_("The draft is rejected: %(why)s"),
    N_("The draft is withdrawn: %(why)s"),
    N_("The draft is expired: %(why)s"),
    N_("The draft is approved"),
    N_("The draft is rejected"),
    N_("The draft is withdrawn"),
    N_("The draft is expired"),
    N_("The draft was changed meanwhile: read it again"),
    N_("The customer deleted the text"),
    N_("The customer changed the text: a new draft is on its way"),
    N_("The customer changed the text: read it again"),
    N_("The channel %(name)s is not configured any more"),
    N_("Too late: the reply is sent"),
    N_("Too late: the reply is sending"),
    N_("Too late: the reply is unknown"),
    N_("Too late: the reply is failed"),
    N_("The words were erased: nobody can tell any more what they said"),
    N_("%(name)s set it right meanwhile: read it again"),
    N_("This reply is not in doubt"),
    N_("It may still show up: look again in %(seconds)s s"),
    N_("Nobody has to do anything about it any more"),
    N_("The note says nothing"),
    N_("A note has %(number)s characters at most"),
    N_("That account is closed, or was never opened"),
    N_("%(name)s may only read"),
    N_("%(name)s is not there now: it would come back at once"),
    N_("%(name)s does not see %(channel)s"),
    N_("Say why: whoever takes it over wants to know"),
    N_("What is of the most urgent class cannot be put off"),
    N_("It can be put off for %(number)s days at most, and not to the past"),
    N_("Choose a day and a time"),
    N_("Nothing can be deleted on %(name)s from here"),
    N_("It does not stand on the network"),
    N_("Something else was decided about it since"),
    # Why a picture is not shown
    N_("It does not lie with the network itself"),
    N_("Its address is none of the internet"),
    N_("The network does not hand it out"),
    N_("What lies there is no picture"),
    N_("It is larger than %(number)s MB"),
    N_("It came in part only"),
    N_("Nobody knows where it lies"),
    N_("Too many pictures are on their way: try again in a moment"),
    # Why a draft is back, or closed
    N_("approved by %(name)s, but it could not leave for %(hours)s hours: read it again"),
    N_("a rule let it leave, but it could not leave for %(hours)s hours: read it again"),
    N_("our reply was deleted by %(name)s"),
    N_("deleted by %(name)s"),
    N_("found on the network"),
    N_("the customer deleted the text"),
    N_("the customer changed the text after the approval"),
    N_("the network does not let us answer it any more"),
    N_("the words are not the ones that were approved"),
    N_("the author asked us not to write"),
    N_("a colleague answered in the network's own app"),
    N_("a colleague wrote in this thread meanwhile: look at it first"),
    N_("%(name)s did not find it on the network"),
    N_("%(name)s saw it on the network"),
    N_("%(name)s said that somebody is in danger: read these words again"),
    N_("%(name)s said that nobody is in danger: read these words again"),
    N_("%(name)s said that somebody is in danger: these words are new"),
    N_("%(name)s said that nobody is in danger: these words are new"),
    N_("%(name)s set right what the text says"),
    N_("%(name)s set right what it says"),
    N_("%(name)s decided not to answer"),
    N_("%(name)s answered on the network"),
    N_("%(name)s hid the mention"),
    N_("%(name)s marked it as spam"),
    N_("Needs no answer"),
    N_("Wrong tone"),
    N_("Wrong fact"),
    N_("Misses what was asked"),
    # Why something is drafted
    N_("a question"),
    N_("a request"),
    N_("a complaint"),
    N_("praise"),
    N_("praise beside a trouble: it may be scorn"),
    N_("it may be about danger or the law: a person looks"),
    N_("it may be about danger or the law"),
    N_("spam"),
    N_("nobody spoke to us"),
)
_FIELD: Final = re.compile(r"%\\?\((\w+)\\?\)s")


def retold(sentence: str) -> str:
    """`sentence` in the reader's language, where it is one of ours; else as it is. Of several, with
    a semicolon between them, each by itself."""
    known = _known(sentence)
    if known is not None:
        return known
    parts = sentence.split("; ")
    if len(parts) > 1:
        return "; ".join(_known(part) or part for part in parts)
    first, colon, rest = sentence.partition(": ")
    begin = _known(first) if colon else None
    return f"{begin}: {rest}" if begin else sentence


def _known(sentence: str) -> str | None:
    for pattern, said in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return _(said, **found.groupdict()) if found.groupdict() else _(said)
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(_pattern(said), re.DOTALL), said) for said in _SENTENCES)


def _pattern(said: str) -> str:
    return _FIELD.sub(lambda field: f"(?P<{field[1]}>.+?)", re.escape(said))
