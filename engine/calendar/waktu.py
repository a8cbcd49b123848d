"""Waktu, the target duration that an SOP writes beside a step: "5 menit", "2 hari kerja", "30 menit - 3 jam".

It is a target to be measured against, never a delay. Words are read as the office writes them, in any case; what is no duration
("sesuai kebutuhan", "setiap hari") is none, and nothing is due. It runs in working time, unless it says "kalender" or, in
the words of the law, "1 x 24 jam".
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from engine.calendar.worktime import Calendar

Unit = Literal["menit", "jam", "hari", "minggu", "bulan", "tahun"]


@dataclass(frozen=True, slots=True)
class Waktu:
    """A target of ``min`` to ``max`` (often the same) of one ``unit``, as ``text`` writes it.

    ``working``: it runs in working time (hari kerja), not by the calendar (hari kalender).
    """

    min: float
    max: float
    unit: Unit
    working: bool
    text: str


_MINUTES: dict[Unit, int] = {
    "menit": 1,
    "jam": 60,
    "hari": 1440,
    "minggu": 10_080,
    "bulan": 43_200,  # of 30 days
    "tahun": 525_600,
}
# An office's week has five days and 37.5 hours.
_WORKING_MINUTES: dict[Unit, int] = {**_MINUTES, "hari": 450, "minggu": 2_250, "bulan": 9_000, "tahun": 108_000}
_MONTHS: dict[Unit, int] = {"bulan": 1, "tahun": 12}
_DAYS: tuple[Unit, ...] = ("hari", "minggu")
_WORDS: dict[str, Unit] = {
    "menit": "menit",
    "mnt": "menit",
    "jam": "jam",
    "hari": "hari",
    "minggu": "minggu",
    "mgg": "minggu",
    "bulan": "bulan",
    "bln": "bulan",
    "tahun": "tahun",
    "thn": "tahun",
}
_DIGITS = ("satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_NUMBERS: dict[str, float] = {"setengah": 0.5, "sepuluh": 10, "sebelas": 11}
for _number, _digit in enumerate(_DIGITS, 1):
    _NUMBERS |= {_digit: _number, f"{_digit} belas": 10 + _number, f"{_digit} puluh": 10 * _number}
    _NUMBERS |= {f"{_digit} puluh {each}": 10 * _number + one for one, each in enumerate(_DIGITS, 1)}
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_ONE = re.compile(r"\bse(menit|jam|hari|minggu|bulan|tahun)\b")
_LARGEST = 3_660  # days: ten years
_LONGEST_TEXT = 100

_TO = re.compile(r"\s*(?:-|–|—|s/d|s\.d\.?|sd|sampai(?: dengan)?|hingga)\s*")
_FILLER = re.compile(rf"[±~≤<]|\((?:{_NUMBER})\)|\b(?:maksimal|maks|max|paling lama|paling lambat|kurang lebih|sekitar|dan|selama)\b\.?")  # fmt: skip
_DAYS_ROUND = re.compile(r"\s*[x×]\s*24 ?jam\b(?! kerja)")
_PART = re.compile(rf"(\d+(?:[.,]\d+)?|(?:{_NUMBER})\b)\s*({'|'.join(sorted(_WORDS, key=len, reverse=True))})?")


@lru_cache(maxsize=1024)
def parse(text: str) -> Waktu | None:
    """Read a duration; ``None`` where the text tells none.

    A range of two units, or a sum of several ("1 jam 30 menit"), is told in the smallest of them, where a working day is 7.5
    hours, a week five of them and a month twenty.
    """
    words = " ".join(text.lower().split())
    if not words or len(words) > _LONGEST_TEXT:
        return None
    words = _DAYS_ROUND.sub(" hari kalender", words)
    working = re.search(r"\bkalender\b", words) is None
    words = _ONE.sub(r"1 \1", re.sub(r"\b(?:kerja|kalender)\b", "", words))
    words = " ".join(_FILLER.sub(" ", words).split())
    ends = [_parts(end.strip()) for end in _TO.split(words)]
    if len(ends) > 2 or not all(ends):  # noqa: PLR2004  # from and to
        return None
    # In "30-60 menit" the unit stands once, at the end.
    last = ends[-1][-1][1]
    if last is None:
        return None
    whole = [[(amount, unit or last) for amount, unit in end] for end in ends]
    minutes = _WORKING_MINUTES if working else _MINUTES
    unit = min((unit for end in whole for _, unit in end), key=minutes.__getitem__)
    amounts = [sum(amount * minutes[each] for amount, each in end) / minutes[unit] for end in whole]
    if not 0 < max(amounts) * minutes[unit] <= _LARGEST * minutes["hari"]:
        return None
    return Waktu(min(amounts), max(amounts), unit, working, text.strip())


def _parts(text: str) -> list[tuple[float, Unit | None]]:
    """Read "1 jam 30 menit" as its parts; nothing where anything else stands between."""
    parts: list[tuple[float, Unit | None]] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            return []
        number, word = found.groups()
        amount = _NUMBERS.get(number)
        parts.append((float(number.replace(",", ".")) if amount is None else amount, _WORDS[word] if word else None))
        at = found.end()
        while at < len(text) and text[at] in " ,":
            at += 1
    return parts


def due(start: datetime, waktu: Waktu | None, calendar: Calendar) -> datetime | None:
    """Give the moment (UTC) by which work that began at ``start`` should be done: its longest time from then on.

    Minutes and hours run in working time only. A day is a working day, to the same time of it; a week as many of them as
    the office's has. A month or a year ends on the same date of a later one, as people mean it, or when work next begins.
    What is not ``working`` goes by the calendar and the clock alone.
    """
    if waktu is None:
        return None
    amount, unit = waktu.max, waktu.unit
    if unit in _MONTHS:
        moment = _months_later(start.astimezone(calendar.zone), amount * _MONTHS[unit])
        return calendar.next_working(moment) if waktu.working else moment.astimezone(UTC)
    if unit not in _DAYS:
        span = timedelta(minutes=amount * _MINUTES[unit])
        return calendar.add(start, span) if waktu.working else start.astimezone(UTC) + span
    if not waktu.working:
        days = amount * 7 if unit == "minggu" else amount
        return (start.astimezone(calendar.zone) + timedelta(days=days)).astimezone(UTC)
    days = amount * calendar.days_a_week if unit == "minggu" else amount
    return calendar.add(calendar.add_days(start, int(days)), days % 1 * calendar.day)


def _months_later(start: datetime, months: float) -> datetime:
    """Give the same time on the same date of a later month, or on its last day; a part of a month is one of 30 days."""
    year, month = divmod(start.year * 12 + start.month - 1 + int(months), 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day) + timedelta(days=months % 1 * 30)
