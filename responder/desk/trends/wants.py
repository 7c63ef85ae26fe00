"""What customers like, complain of and wish, by attribute and product: always many together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from listener.trends.cells import FacetKind
from listener.trends.counts import sums
from listener.trends.scope import Scope
from listener.trends.texts import newest_texts
from responder.desk.pictures.bars import Bar, bar_chart
from responder.desk.pictures.look import BLUE, GREEN, ORANGE
from responder.desk.tongue import N_, _, many
from responder.desk.trends.amounts import number_words
from responder.desk.trends.earlier import earlier
from responder.desk.trends.links import mentions_url
from responder.desk.trends.panel import Cell, Filter, Look, Panel
from responder.desk.trends.quotes import PART, Quotes, chosen, quoted
from responder.desk.trends.series import number_cell
from sentiment.aspects import Aspect, Stance, parsed

KEY: Final = "wants"
TITLE: Final = N_("Wants")
# facets are not told apart within a topic
HONOURS: Final = frozenset(Filter) - {Filter.STEP, Filter.TOPIC}
EXTRA: Final = PART
LEAST: Final = 3
"""What fewer mentions say is shown to nobody: it would be somebody's word, and chance."""

_BARS: Final = 12
_QUOTED: Final = 4  # for each stance
_ORDER: Final = (Stance.COMPLAINT, Stance.WISH, Stance.LIKE)
_COLOURS: Final = {Stance.COMPLAINT: ORANGE, Stance.WISH: BLUE, Stance.LIKE: GREEN}
_TITLES: Final = {
    Stance.COMPLAINT: N_("What customers complain of"),
    Stance.WISH: N_("What customers wish for"),
    Stance.LIKE: N_("What customers like"),
}
_STANCES: Final = {
    Stance.COMPLAINT: N_("Complaints"),
    Stance.WISH: N_("Wishes"),
    Stance.LIKE: N_("Likes"),
}
_LEADS: Final = {
    Stance.COMPLAINT: N_("Most complained of: %(name)s (%(number)s), then %(next)s (%(other)s)."),
    Stance.WISH: N_("Most wished for: %(name)s (%(number)s), then %(next)s (%(other)s)."),
    Stance.LIKE: N_("Most liked: %(name)s (%(number)s), then %(next)s (%(other)s)."),
}
_LEADS_ALONE: Final = {
    Stance.COMPLAINT: N_("Most complained of: %(name)s (%(number)s)."),
    Stance.WISH: N_("Most wished for: %(name)s (%(number)s)."),
    Stance.LIKE: N_("Most liked: %(name)s (%(number)s)."),
}
_ATTRIBUTES: Final = {
    "fit": N_("Fit and size"),
    "price": N_("Price"),
    "quality": N_("Quality"),
    "delivery": N_("Delivery"),
    "page": N_("Website"),
    "checkout": N_("Checkout"),
    "service": N_("Service"),
    "durability": N_("Durability"),
    "design": N_("Design"),
    "overall": N_("The product as such"),
}

_Counts = Mapping[Aspect, int]


def panels(look: Look) -> tuple[Panel, ...]:
    scope = look.scope
    with look.bot.database.read() as session:
        counts = _counts(session, scope)
        before = _counts(session, earlier(scope)) if look.compare else None
    if not counts:
        return ()
    lists = (_list_of(stance, scope, counts, before) for stance in _ORDER)
    return (*lists, _matrix(scope, counts))


def extra(look: Look) -> Mapping[str, Any]:
    """Newest words for what is said most."""
    scope = look.scope
    with look.bot.database.read() as session:
        counts = _counts(session, scope)
        texts = newest_texts(session, scope, with_aspects=True) if counts else []
    shown = [
        aspect
        for stance in _ORDER
        for aspect, number in _most(counts, stance)[:_QUOTED]
        if number >= LEAST
    ]
    found = chosen(texts, lambda text: text.aspects, [str(aspect) for aspect in shown])
    groups = [
        Quotes(
            heading=_("%(what)s: %(name)s", what=_(_STANCES[one.stance]), name=_name(one)),
            href=_href(scope, one),
            quotes=quoted(look.bot, found[str(one)]),
        )
        for one in shown
        if found[str(one)]
    ]
    return {"groups": groups}


def _counts(session: Session, scope: Scope) -> _Counts:
    found: dict[Aspect, int] = defaultdict(int)
    for (facet,), one in sums(session, scope, "facet", kind=FacetKind.ASPECT).items():
        try:
            aspect = parsed(str(facet).partition(":")[2])
        except ValueError:
            continue  # of a version that knew other attributes
        found[aspect] += one.mentions
    return found


def _most(counts: _Counts, stance: Stance) -> list[tuple[Aspect, int]]:
    """Most first."""
    found = [(aspect, number) for aspect, number in counts.items() if aspect.stance is stance]
    return sorted(found, key=lambda item: (-item[1], str(item[0])))


def _list_of(stance: Stance, scope: Scope, counts: _Counts, before: _Counts | None) -> Panel:
    every = _most(counts, stance)
    shown = [(aspect, number) for aspect, number in every if number >= LEAST]
    few = len(every) - len(shown)
    earlier_column = (_("Before"),) if before is not None else ()
    return Panel(
        key=stance.value,
        title=_(_TITLES[stance]),
        finding=_finding(stance, shown),
        columns=(_("What"), _("Mentions"), *earlier_column),
        rows=tuple(_row(scope, aspect, number, before) for aspect, number in shown),
        spec=_bars(stance, shown[:_BARS]) if shown else None,
        telling=few > 0,
        note=" ".join(filter(None, (_left_out(few), _method()))),
    )


def _row(scope: Scope, aspect: Aspect, number: int, before: _Counts | None) -> tuple[Cell, ...]:
    heading = Cell(text=_name(aspect), value=str(aspect))
    now = number_cell(number, _href(scope, aspect))
    if before is None:
        return heading, now
    return heading, now, _few(before.get(aspect, 0), _href(earlier(scope), aspect))


def _finding(stance: Stance, shown: Sequence[tuple[Aspect, int]]) -> str:
    if not shown:
        return many(
            "Nothing of this kind was said by at least %(number)s mention.",
            "Nothing of this kind was said by at least %(number)s mentions.",
            LEAST,
        )
    (first, number), *rest = shown
    if not rest:
        return _(_LEADS_ALONE[stance], name=_name(first), number=number_words(number))
    second, other = rest[0]
    return _(
        _LEADS[stance],
        name=_name(first),
        number=number_words(number),
        next=_name(second),
        other=number_words(other),
    )


def _bars(stance: Stance, shown: Sequence[tuple[Aspect, int]]) -> Mapping[str, Any]:
    bars = [
        Bar(
            name=_name(aspect),
            value=number,
            text=number_words(number),
            spoken=many(
                "%(name)s: %(number)s mention",
                "%(name)s: %(number)s mentions",
                number,
                name=_name(aspect),
            ),
        )
        for aspect, number in shown
    ]
    return bar_chart(bars, colour=_COLOURS[stance])


def _matrix(scope: Scope, counts: _Counts) -> Panel:
    """Every product and attribute, side by side."""
    rows: dict[tuple[str, str], dict[Stance, int]] = defaultdict(dict)
    for aspect, number in counts.items():
        rows[aspect.product, aspect.attribute][aspect.stance] = number
    kept = {key: row for key, row in rows.items() if max(row.values()) >= LEAST}
    order = sorted(kept, key=lambda key: (-sum(kept[key].values()), key))
    return Panel(
        key="products",
        title=_("Products and attributes"),
        finding=many(
            "%(number)s thing is spoken of often enough to count.",
            "%(number)s things are spoken of often enough to count.",
            len(kept),
        ),
        columns=(_("What"), *(_(_STANCES[stance]) for stance in _ORDER)),
        rows=tuple(_matrix_row(scope, *key, kept[key]) for key in order),
        heat=True,
        note=_("“<3”: fewer than three mentions, too few to be counted on."),
    )


def _matrix_row(
    scope: Scope, product: str, attribute: str, row: Mapping[Stance, int]
) -> tuple[Cell, ...]:
    of = [Aspect(stance=stance, attribute=attribute, product=product) for stance in _ORDER]
    heading = Cell(text=_name(of[0]), value=f"{attribute} {product}".rstrip())
    return heading, *(_few(row.get(one.stance, 0), _href(scope, one)) for one in of)


def _few(number: int, href: str) -> Cell:
    return number_cell(number, href) if number >= LEAST or not number else Cell(text="<3")


def _name(aspect: Aspect) -> str:
    attribute = _(_ATTRIBUTES[aspect.attribute])
    if not aspect.product:
        return attribute
    return _("%(product)s: %(attribute)s", product=aspect.product, attribute=attribute)


def _href(scope: Scope, aspect: Aspect) -> str:
    return mentions_url(scope, facet=f"{FacetKind.ASPECT}:{aspect}")


def _left_out(few: int) -> str:
    if not few:
        return ""
    return many(
        "%(number)s more, with fewer than three mentions, is left out.",
        "%(number)s more, with fewer than three mentions each, are left out.",
        few,
    )


def _method() -> str:
    return _(
        "Read sentence by sentence from what is said plainly; who is unclear is not counted, so "
        "there is more of everything than these numbers say."
    )
