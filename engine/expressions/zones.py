"""Time zones as tables that the FEEL engine can read: it has no time zone database of its own."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from engine.calendar import zones


@cache
def _names() -> dict[str, str]:
    return {name.upper(): name for name in available_timezones()}


def table(name: str) -> tuple[list[int], list[int]] | None:
    """Give the periods of a zone (:func:`engine.calendar.zones.periods`) by its name in any letter case.

    ``None``: no such zone. Only names of the zone database are ever looked up, so a name cannot be a path.
    """
    known = _names().get(name.upper())
    return None if known is None else zones.periods(ZoneInfo(known))
