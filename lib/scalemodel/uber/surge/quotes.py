"""What a ride costs, said once and kept: two ways to add a surge, and a quote with a lock.

A multiplier makes all rides cost so many times as much, so a long one earns its driver the most
from a short rush; drivers do well to wait for it. A surcharge adds the same to each. Both give
the same money on the mean trip; Garg and Nazerzadeh show that in a market that changes quickly
the first invites drivers to be choosy, and that what does not is close to the second.

Between the moment when you see a price and the one when you say yes the map has moved on. So
the price is quoted: for this rider and this trip, until so many seconds later, once. The desk
keeps what it has said, and believes no copy that comes back. A quote takes 0.5 kB until it is
used or expires; a desk of one machine ends at some ten million open quotes.

Left out: tolls, tips, minimum fares, money in units of a currency.
Sources: Garg, Nazerzadeh, "Driver Surge Pricing", arXiv 1905.07544. The numbers are ours.
"""

__all__ = ["MOST", "Fare", "Quote", "QuoteDesk", "QuoteRefused"]
__dir__ = lambda: __all__

from dataclasses import dataclass
from typing import NamedTuple

from scalemodel.core import checks

MOST = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Fare:
    """What a ride costs without a surge.

    >>> Fare().price(km=5.0, minutes=10.0)
    11.5
    >>> Fare().multiplied(1.5, km=5.0, minutes=10.0)
    17.25
    """

    base: float = 2.5
    per_km: float = 1.2
    per_min: float = 0.3

    def __post_init__(self):
        checks.plain(self)
        for name in ("base", "per_km", "per_min"):
            checks.real(name, getattr(self, name), at_least=0, at_most=1e6)

    def price(self, km: float, minutes: float) -> float:
        """Base, distance and time."""
        km = checks.real("km", km, at_least=0, at_most=1e6)
        minutes = checks.real("minutes", minutes, at_least=0, at_most=1e6)
        return self.base + self.per_km * km + self.per_min * minutes

    def multiplied(self, multiplier: float, km: float, minutes: float) -> float:
        """The price under a multiplicative surge."""
        multiplier = checks.real("multiplier", multiplier, at_least=1, at_most=100)
        return multiplier * self.price(km, minutes)

    def expected_surcharge(self, multiplier: float, km: float, minutes: float) -> float:
        """The surcharge that brings the same on a trip of this length, which is the mean one.

        Both prices are linear, so what is equal at the mean trip is equal on average.

        >>> Fare().expected_surcharge(1.5, km=5.0, minutes=10.0)
        5.75
        """
        return self.multiplied(multiplier, km, minutes) - self.price(km, minutes)


class QuoteRefused(ValueError):
    """A quote that does not hold, and why.

    >>> raise QuoteRefused("quote 3 is used")
    Traceback (most recent call last):
    ...
    scalemodel.uber.surge.quotes.QuoteRefused: quote 3 is used
    """


class Quote(NamedTuple):
    """A price, and what it is for.

    >>> Quote(1, "Ada", "home", 11.5, 120.0).price
    11.5
    """

    number: int
    rider: str
    trip: str
    price: float
    until_s: float


class QuoteDesk:
    """Who quotes prices and keeps them, once each.

    >>> desk = QuoteDesk(ttl_s=120.0)
    >>> quote = desk.quote("Ada", "home", 11.5, now_s=0.0)
    >>> desk.redeem(quote._replace(price=1.0), now_s=60.0)
    Traceback (most recent call last):
    ...
    scalemodel.uber.surge.quotes.QuoteRefused: quote 0 says another price; it must be as given
    >>> desk.redeem(quote, now_s=60.0)
    11.5
    >>> desk.redeem(quote, now_s=61.0)
    Traceback (most recent call last):
    ...
    scalemodel.uber.surge.quotes.QuoteRefused: quote 0 is used, or is not ours; you must ask again
    """

    def __init__(self, ttl_s: float = 120.0):
        self.ttl_s = checks.real("ttl_s", ttl_s, above=0, at_most=86_400)
        self._open, self._next, self._now_s = {}, 0, 0.0  # open: by number, the oldest first

    def __len__(self):
        return len(self._open)

    def quote(self, rider: str, trip: str, price: float, now_s: float) -> Quote:
        """A price for this rider and this trip, good until `ttl_s` later."""
        rider, trip = checks.text("rider", rider), checks.text("trip", trip)
        price = checks.real("price", price, at_least=0, at_most=MOST)
        now_s = self._clock(now_s)
        while self._open and next(iter(self._open.values())).until_s < now_s - self.ttl_s:
            del self._open[next(iter(self._open))]  # so long ago that nobody asks why
        said = Quote(self._next, rider, trip, price, now_s + self.ttl_s)
        self._open[self._next], self._next, self._now_s = said, self._next + 1, now_s
        return said

    def redeem(self, quote: Quote, now_s: float) -> float:
        """The price that was said; `QuoteRefused` where it does not hold."""
        checks.instance("quote", quote, Quote)
        now_s = self._clock(now_s)
        number = checks.whole("number", quote.number, at_least=0)
        said = self._open.get(number)
        if said is None:
            raise QuoteRefused(f"quote {number} is used, or is not ours; you must ask again")
        for field, told in quote._asdict().items():
            if not isinstance(told, int | float | str) or told != getattr(said, field):
                raise QuoteRefused(f"quote {number} says another {field}; it must be as given")
        if now_s > said.until_s:
            raise QuoteRefused(
                f"quote {number} has expired, at {said.until_s:g} s; you must ask again"
            )
        del self._open[number]
        self._now_s = now_s  # who was refused has not moved the clock
        return said.price

    def _clock(self, now_s):
        return checks.real("now_s", now_s, at_least=self._now_s, at_most=1e15)
