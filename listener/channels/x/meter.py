"""Money around a call to X: the worst case is set aside before, what it cost is booked after."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from config.clock import Clock
from listener.channels.base import Fee
from listener.channels.metering import Charge, Meter, Use
from listener.channels.wire import Item
from listener.channels.x import prices as x_prices
from listener.channels.x import tariff
from listener.channels.x.prices import Prices
from listener.channels.x.tariff import Quote, Resource

_REMEMBERED: Final = 20_000  # resources: some four megabytes
_CLOCKS_APART: Final = timedelta(minutes=5)  # no further, or X refuses our signatures
_FEES: Final = (
    ("a reply", "reply"),
    ("a reply with a link", "reply_with_link"),
    ("a mention read", "owned_post"),
    ("a post of somebody else read", "post"),
    ("an author read", "user"),
)


@dataclass(frozen=True, kw_only=True)
class Sale:
    """One call that is paid for. If we die before its end is told to the till, its worst case stays
    booked, and so it does when nobody knows what X charged."""

    quote: Quote
    charge: Charge
    began: datetime
    params: Mapping[str, Any]  # to call with: the page may be smaller than was asked for


class Till:
    """Where every call of one account is paid. Safe to use from several threads."""

    def __init__(self, *, meter: Meter, prices: Sequence[Prices], clock: Clock) -> None:
        self._meter, self._prices, self._clock = meter, prices, clock
        self._billed = Billed()
        # What was answered. After a call that was not, and as the first of a process (the one
        # before may have died of it), one asks for little: timeouts and deaths must not eat up the
        # day's money.
        self._answered: set[str] = set()

    def open(
        self, use: Use, operation: str, params: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Sale:
        """Set the worst case aside. Near the end of the money, and after a call that may have been
        paid in vain, the page is smaller. Raises BudgetSpent, Unavailable, LookupError."""
        now = self._clock()
        quote = tariff.quote(operation, params, body, x_prices.on(now.date(), self._prices))
        room = self._meter.room(use) if quote.least else None
        if room is not None:
            quote = quote.within(room if operation in self._answered else 0)
        charge = self._meter.reserve(use, operation, quote.worst)
        self._answered.discard(operation)
        if "max_results" in params:
            params = {**params, "max_results": quote.results}
        return Sale(quote=quote, charge=charge, began=now, params=params)

    @property
    def prices_checked(self) -> date:
        """When somebody last compared our prices with X's."""
        return self._prices[-1].checked

    @property
    def fees(self) -> tuple[Fee, ...]:
        """What X charges today, for people to read."""
        now = x_prices.on(self._clock().date(), self._prices)
        return tuple(Fee(what=told, micros=getattr(now, name)) for told, name in _FEES)

    @property
    def link_price(self) -> str:
        """Of a reply with a link, in US dollars."""
        now = x_prices.on(self._clock().date(), self._prices)
        return f"${now.reply_with_link / 1_000_000:.2f}"

    def pressure(self) -> float:
        """By how much to stretch the time between two polls."""
        return self._meter.pressure()

    def settle(self, sale: Sale, body: Item) -> None:
        """Book what an answer cost."""
        self._answered.add(sale.quote.operation)
        found = tariff.bill(sale.quote, body)
        sale.charge.settle(self._billed.cost(found, sale.began, self._clock()))

    def release(self, sale: Sale) -> None:
        """Book nothing: X surely did not charge."""
        self._answered.add(sale.quote.operation)
        sale.charge.settle(0)


class Billed:
    """What X billed today: it bills a resource once a UTC day, as "a soft guarantee"
    (https://docs.x.com/x-api/getting-started/pricing, 2026-11).

    Kept in memory and bounded: what is forgotten is counted again, which errs on the safe side. So
    it is around midnight, when X's day may not be ours.
    """

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._day: date | None = None
        self._seen: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def cost(self, resources: Iterable[Resource], began: datetime, ended: datetime) -> int:
        """What they cost in micros, those billed before today counted free."""
        day = _day_at_x(began)
        if day is None or day != _day_at_x(ended):
            return sum(resource.micros for resource in resources)
        with self._lock:
            if day != self._day:
                self._day = day
                self._seen.clear()
            return sum(self._counted(resource) for resource in resources)

    def _counted(self, resource: Resource) -> int:
        if not resource.key:
            return resource.micros
        if self._seen.get(resource.key, -1) >= resource.micros:
            return 0
        self._seen[resource.key] = resource.micros
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return resource.micros


def _day_at_x(moment: datetime) -> date | None:
    """The UTC day by X's clock, as far as we can know it; None around midnight."""
    early, late = (moment - _CLOCKS_APART).date(), (moment + _CLOCKS_APART).date()
    return early if early == late else None
