"""The days on which the nation's offices are closed, and the fasting month, in which they work shorter hours.

The Hijri months begin when the crescent is seen, which no table can know ahead: where the government has not yet spoken, PyPI
``holidays`` estimates, and an office writes down what was decided (``office.toml``).
"""

from datetime import date, timedelta
from functools import cache
from itertools import chain
from typing import Any

PUBLIC, GOVERNMENT = "public", "government"
CATEGORIES = (PUBLIC, GOVERNMENT)
"""Hari libur nasional, and the cuti bersama that civil servants have besides."""

Period = tuple[date, date]
"""From the first to the last day."""

_FASTING = timedelta(days=30)  # or 29


@cache
def days_off(year: int, categories: tuple[str, ...] = CATEGORIES) -> frozenset[date]:
    """Give the holidays of a year that the chosen categories name."""
    return frozenset(_holidays(year, categories)) if categories else frozenset()


@cache
def ramadans(year: int) -> tuple[Period, ...]:
    """Give the fasting months that have a day in a year: each the thirty days before Idul Fitri.

    A month of 29 days began one day later; which it is, only the government's word tells.
    """
    feasts = chain.from_iterable(
        _holidays(each, (PUBLIC,)).get_named("Hari Raya Idul Fitri", lookup="startswith") for each in (year, year + 1)
    )
    months = [(feast - _FASTING, feast - timedelta(days=1)) for feast in feasts]
    return tuple(month for month in months if year in {each.year for each in month})


@cache
def _holidays(year: int, categories: tuple[str, ...]) -> Any:  # noqa: ANN401  # the library's own type
    from holidays.countries.indonesia import Indonesia  # noqa: PLC0415  # slow to import, and most commands never ask

    return Indonesia(years=year, categories=categories, language="id", expand=False)
