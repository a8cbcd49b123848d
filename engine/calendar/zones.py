"""Time zones as tables: from when to when which offset from UTC holds."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_FIRST = datetime(1900, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_STRIDE = timedelta(days=14)  # no zone ever changed its offset twice within so short a time and went back


@cache
def periods(zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """Give the periods of a zone from 1900 to 2100: their starts in epoch seconds, their offsets from UTC in seconds.

    The first period also covers everything before 1900 and the last everything after 2100.
    """
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
