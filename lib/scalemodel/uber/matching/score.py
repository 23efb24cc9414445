"""What makes a car the right one: a rating and an ETA in one number.

The brief adds stars and minutes: 0.4 · rating / 5 + 0.6 / (ETA + 1). One star is worth 0.08,
which is a minute and a quarter of a star if the ETA goes from one to two minutes, and 18
minutes at ten. In seconds the second term all but vanishes, and the stars decide alone: an
ETA without its unit is half a number, so here the unit is part of the score.

More stars never lower `of(rating, minutes)` and more minutes never raise it. So what a driver with
all the stars would have bounds all who are as far away, or more.

Left out: how likely a driver is to say no, the worth of where the trip ends.
Sources: the brief's `calculate_score`.
"""

__all__ = ["PER_MINUTE", "STARS", "CaseScore"]
__dir__ = lambda: __all__

from dataclasses import dataclass

from scalemodel.core import checks

PER_MINUTE = {"h": 1 / 60, "min": 1.0, "s": 60.0}
STARS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScore:
    """The brief's: 0.4 · rating / 5 + 0.6 / (ETA + 1), the ETA in a unit that is said.

    >>> score = CaseScore(eta_unit="min")
    >>> round(score.of(rating=4.0, minutes=2.0), 2)
    0.52
    >>> seconds = CaseScore(eta_unit="s")
    >>> score.of(4.0, 2.0) > score.of(5.0, 5.0), seconds.of(4.0, 2.0) > seconds.of(5.0, 5.0)
    (True, False)
    """

    eta_unit: str = "min"
    rating_weight: float = 0.4
    eta_weight: float = 0.6

    def __post_init__(self):
        checks.plain(self)
        if self.eta_unit not in [*PER_MINUTE]:
            raise ValueError(
                f"eta_unit={checks.brief(self.eta_unit)} must be one of {[*PER_MINUTE]}"
            )
        for name in ("rating_weight", "eta_weight"):
            checks.real(name, getattr(self, name), at_least=0, at_most=1e6)

    def of(self, rating: float, minutes: float) -> float:
        """The score of a car with so many stars, so many minutes away."""
        rating = checks.real("rating", rating, at_least=0, at_most=STARS)
        minutes = checks.real("minutes", minutes, at_least=0)
        eta = minutes * PER_MINUTE[self.eta_unit]
        return self.rating_weight * rating / STARS + self.eta_weight / (eta + 1)
