"""Time zones as tables that the FEEL engine can read: it has no time zone database of its own."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_FIRST = datetime(1900, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_STRIDE = timedelta(days=14)  # no zone ever changed its offset twice within so short a time and went back


@cache
def _names() -> dict[str, str]:
    return {name.upper(): name for name in available_timezones()}


@cache
def table(name: str) -> tuple[list[int], list[int]] | None:
    """Periods of a zone from 1900 to 2100: their starts in epoch seconds, their offsets from UTC in seconds.

    The first period also covers everything before 1900 and the last everything after 2100. ``None``: no such zone. Only names
    of the zone database are ever looked up, so a name cannot be a path.
    """
    known = _names().get(name.upper())
    if known is None:
        return None
    zone = ZoneInfo(known)
    starts, offsets = [int(_FIRST.timestamp())], [_offset(_FIRST, zone)]
    moment = _FIRST
    while moment < _LAST:
        after = moment + _STRIDE
        if _offset(after, zone) != offsets[-1]:
            starts.append(int(_change(moment, after, zone).timestamp()))
            offsets.append(_offset(after, zone))
        moment = after
    return starts, offsets


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the second at which the offset changes, by halving."""
    target = _offset(after, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (before, middle) if _offset(middle, zone) == target else (middle, after)
    return after
