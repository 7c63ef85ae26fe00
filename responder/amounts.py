"""Pure: whether two texts give the same amounts: of money, time or percent, in seven languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sentiment.cues import fold

_UNITS: Final[Mapping[str, str]] = {
    "euro": "€ eur euro euros ευρω",
    "dollar": "$ usd dollar dollars dollari dollaro dolar dolary dolares δολαρια",
    "pound": "£ gbp pound pounds quid sterline pfund livres libras funtow λιρεσ",
    "zloty": "zl pln zloty zlote zlotych",
    "day": "day days giorno giorni gg jour jours tag tage tagen werktage werktagen arbeitstage "
    "arbeitstagen dia dias dzien dni dnia μερα μερεσ ημερα ημερεσ ημερων μερων meres",
    "week": "week weeks wk wks settimana settimane semaine semaines woche wochen semana semanas "
    "tydzien tygodnie tygodni tygodnia εβδομαδα εβδομαδεσ βδομαδα βδομαδεσ εβδομαδων",
    "month": "month months mese mesi mois monat monate monaten mes meses miesiac miesiace "
    "miesiecy μηνα μηνασ μηνεσ μηνων",
    "year": "year years yr yrs anno anni an ans annee annees jahr jahre jahren ano anos rok lata "
    "lat χρονο χρονοσ χρονια χρονων ετοσ ετη ετων",
    "percent": "% percent prozent procent",
}
_UNIT: Final = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_NUMBER: Final = r"\d+(?:[.,]\d+)*"
_AMOUNT: Final = re.compile(
    rf"(?P<sign>[€$£])?\s?(?P<first>{_NUMBER})"
    rf"(?:\s?(?:-|–|to|or|a|o|u|y|bis|oder|ou|do|lub|εωσ|η)\s?(?P<second>{_NUMBER}))?"
    r"[\s-]?(?:(?:working|business|calendar|full) )?(?P<unit>[€$£%]|[^\W\d_]+)?"
)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_DENIES: Final = re.compile(
    r"\b(?:not|never|isn't|wasn't|non|nicht|kein\w*|pas|jamais|nunca|nie|nigdy|δεν|οχι|ποτε)\b"
)


def same_facts(theirs: str, ours: str) -> bool | None:
    """Whether what `theirs` says agrees with `ours`, by the amounts of the units both name: True if
    all of them are the same, False if `theirs` has one amount of a unit and ours is another, None
    if nobody can tell: no unit in common, several amounts, or something is denied."""
    if _DENIES.search(fold(theirs)):
        return None
    said, meant = _amounts(theirs), _amounts(ours)
    shared = said.keys() & meant.keys()
    if any(len(said[unit]) == 1 and not said[unit] & meant[unit] for unit in shared):
        return False
    same = bool(shared) and all(said[unit] == meant[unit] for unit in shared)
    return True if same else None


def _amounts(text: str) -> dict[str, set[float]]:
    """The numbers of each unit; a number without a unit of the list tells nothing."""
    found: dict[str, set[float]] = {}
    for amount in _AMOUNT.finditer(fold(text)):
        unit = _UNIT.get(amount["unit"] or "") or _UNIT.get(amount["sign"] or "")
        if unit:
            numbers = (amount["first"], amount["second"])
            found.setdefault(unit, set()).update(_value(number) for number in numbers if number)
    return found


def _value(number: str) -> float:
    if _THOUSANDS.fullmatch(number):
        return float(number.replace(".", "").replace(",", ""))
    whole, _, rest = number.replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}.{rest}") if whole else float(rest)
