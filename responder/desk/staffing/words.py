"""What speaks against a channel and what helps, in the reader's language; and numbers as people
read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from babel.numbers import format_decimal

from responder.desk.tongue import N_, _, locale, many
from responder.desk.trends.amounts import share_words
from responder.desk.words import language_name
from responder.staffing.ahead import Advice
from responder.staffing.fit import Fit, Objection, Why

_AGAINST: Final[Mapping[Why, str]] = {
    Why.NO_VOLUME: N_("fewer than three weeks of it are known: say how many mentions you expect"),
    Why.NO_PEOPLE: N_("nobody who may approve sees it"),
    Why.NO_HOURS: N_("nobody's hours are known: settle them under Team"),
    Why.TOO_FEW: N_("those who see it have too little time"),
    Why.PROMISED: N_("you named fewer people than it takes"),
    Why.BUSY: N_("with all they answer elsewhere, its people have too little time"),
    Why.SETTINGS: N_("the hours you named are not those of the settings, which promises go by"),
}
_HELP: Final[Mapping[Advice, str]] = {
    Advice.OVERFLOW: N_("Ask others to help."),
    Advice.FOLLOW_UPS: N_("Stop automatic answers for today: each invites another question."),
    Advice.HOURS: N_("The coming week is short of people as well: shorten the staffed hours."),
}


def objection_words(one: Objection) -> str:
    if one.why is Why.LANGUAGE:
        return _("nobody there speaks %(language)s", language=language_name(one.what))
    if one.why is Why.UNCOVERED:
        return many(
            "nobody is on the roster in %(number)s of its staffed hours",
            "nobody is on the roster in %(number)s of its staffed hours",
            int(one.what),
        )
    if one.why is Why.TIGHT:
        return _(
            "when most falls due at once, as after a night or a weekend, %(people)s more people are"
            " needed",
            people=number(float(one.what), 1),
        )
    return _(_AGAINST[one.why])


def verdict_words(fit: Fit) -> str:
    return _("fits") if fit.fits else "; ".join(map(objection_words, fit.objections))


def advice_words(advice: Advice) -> str:
    return _(_HELP[advice])


def number(value: float, digits: int = 0) -> str:
    return format_decimal(round(value, digits), format="#,##0.###", locale=locale())


def percent(share: float | None) -> str:
    """As the other tabs write it; of what cannot be told, a dash."""
    return "–" if share is None else share_words(share)


def hours(length: timedelta) -> str:
    return _("%(hours)s h", hours=number(length / timedelta(hours=1), 1))
