"""A calendar of when people are at their desks: the only time at which one breaks things.

Think of a shop's door: a plate with days and hours, a list of holidays, a clock on the wall. A
fault made at ten on a Tuesday is mended by people with coffee; on a Sunday it wakes somebody.

Hours are those of the wall, moments are in UTC. On the two days a year on which the wall's clock
jumps, six hours of it may be five or seven, and there may be no half past two. `hours` gives the
moments between which the door is open; whoever draws a minute draws it from between them.

A question costs 1 to 10 µs, of the next working day as of the thousandth.

Left out: half days, shifts, weeks that differ; a date that a place has skipped counts as a day.
Sources: Python's `zoneinfo` and the IANA time zone database; NumPy's business days.
"""

__all__ = ["FIRST_YEAR", "LAST_YEAR", "OFFICE", "Workdays", "utc"]
__dir__ = lambda: __all__

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from scalemodel.core import checks

FIRST_YEAR, LAST_YEAR = 1970, 2200


def utc(field: str, at: datetime) -> datetime:
    """The moment `at` in UTC; `field` is what an error calls it.

    >>> utc("now", datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Europe/Paris"))).hour
    8
    """
    checks.text("field", field)
    try:
        moment = at.astimezone(UTC) if at.utcoffset() is not None else None
    except (AttributeError, NotImplementedError, ValueError, OverflowError):
        moment = None  # no moment, or a zone that does not know itself
    if moment is None:
        raise ValueError(f"{field}={checks.brief(at)} must be a datetime with a time zone")
    _date(field, moment.date())
    return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Workdays:
    """Which days are worked, and from when to when on the wall's clock.

    >>> office = Workdays(zone="America/New_York", holidays=[date(2026, 12, 25)])
    >>> office.works(date(2026, 12, 24)), office.works(date(2026, 12, 25))
    (True, False)
    """

    zone: str = "UTC"  # a name of the IANA database
    start_hour: int = 9
    end_hour: int = 15  # not included
    weekdays: Sequence[int] = (0, 1, 2, 3, 4)  # 0 is Monday
    holidays: Sequence[date] = ()

    def __post_init__(self):
        checks.plain(self)
        try:
            ZoneInfo(checks.text("zone", self.zone))
        except (KeyError, ValueError, OSError):
            raise ValueError(
                f"zone={checks.brief(self.zone)} must be a time zone, as Europe/Paris"
            ) from None
        start_hour = checks.whole("start_hour", self.start_hour, at_least=0, at_most=23)
        checks.whole("end_hour", self.end_hour, at_least=start_hour + 1, at_most=24)
        for name, check in (("weekdays", _weekday), ("holidays", _date)):
            row = getattr(self, name)
            if not isinstance(row, list | tuple) or (name == "weekdays" and not row):
                raise ValueError(f"{name}={checks.brief(row)} must be a row of them")
            object.__setattr__(self, name, tuple(sorted({check(name, one) for one in row})))

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return _date("day", day).weekday() in self.weekdays and day not in self.holidays

    def day(self, now: datetime) -> date:
        """The date on the wall at a moment.

        >>> Workdays(zone="Asia/Tokyo").day(datetime(2026, 3, 1, 20, tzinfo=UTC))
        datetime.date(2026, 3, 2)
        """
        return utc("now", now).astimezone(ZoneInfo(self.zone)).date()

    def hours(self, day: date) -> tuple[datetime, datetime]:
        """The moments, in UTC, between which the door is open if `day` is a working day.

        In Los Angeles there is no time from 2 to 3 on 8 March 2026:

        >>> night = Workdays(zone="America/Los_Angeles", start_hour=0, end_hour=6)
        >>> start, stop = night.hours(date(2026, 3, 8)); str(stop - start)
        '5:00:00'
        """
        midnight = datetime.combine(_date("day", day), time(), ZoneInfo(self.zone))
        start, stop = (midnight + timedelta(hours=at) for at in (self.start_hour, self.end_hour))
        return start.astimezone(UTC), stop.astimezone(UTC)  # the hours were the wall's

    def is_open(self, now: datetime) -> bool:
        """Whether a moment lies in the hours of a working day.

        >>> [Workdays().is_open(datetime(2026, 3, 2, hour, tzinfo=UTC)) for hour in (8, 9, 14, 15)]
        [False, True, True, False]
        """
        now, day = utc("now", now), self.day(now)
        start, stop = self.hours(day)
        return self.works(day) and start <= now < stop

    def nth(self, day: date, n: int) -> date:
        """The `n`-th working day after `day`.

        >>> str(Workdays(holidays=[date(2024, 2, 28)]).nth(date(2024, 2, 27), n=1))  # a leap year
        '2024-02-29'
        """
        n = checks.whole("n", n, at_least=1, at_most=100_000)
        rules = {"weekmask": [one in self.weekdays for one in range(7)], "holidays": self.holidays}
        return np.busday_offset(_date("day", day), n, roll="backward", **rules).item()


def _weekday(field, value):
    return checks.whole(field, value, at_least=0, at_most=6)


def _date(field, value):
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{field}={checks.brief(value)} must be a date without a time")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(
            f"{field}={checks.brief(value)} must be of the years {FIRST_YEAR} to {LAST_YEAR}"
        )
    return value


OFFICE = Workdays()
