"""Waktu, the target duration that an SOP writes beside a step: "5 menit", "2 hari kerja", "30 menit - 3 jam".

It is a target to be measured against, never a delay. Words are read as the office writes them, in any case; what is no duration
("sesuai kebutuhan", "setiap hari") is none, and nothing is due.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

Unit = Literal["menit", "jam", "hari", "minggu", "bulan", "tahun"]


@dataclass(frozen=True, slots=True)
class Waktu:
    """A target of ``min`` to ``max`` (often the same) of one ``unit``; ``working``: of working time; ``text``: as written."""

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
_NUMBERS = dict(
    zip(
        ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh"],
        range(1, 11),
        strict=True,
    )
) | {"setengah": 0.5}
_ONE = re.compile(r"\bse(menit|jam|hari|minggu|bulan|tahun)\b")
_LARGEST = 10_000
_LONGEST_TEXT = 100

_TO = re.compile(r"\s*(?:-|–|—|s/d|s\.d\.?|sd|sampai(?: dengan)?|hingga)\s*")
_FILLER = re.compile(r"[±~≤<]|\((?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh)\)|\b(?:maksimal|maks|paling lama|kurang lebih|dan|selama)\b\.?")  # fmt: skip
_PART = re.compile(rf"(\d+(?:[.,]\d+)?|{'|'.join(_NUMBERS)})\s*({'|'.join(sorted(_WORDS, key=len, reverse=True))})?")


@lru_cache(maxsize=1024)
def parse(text: str) -> Waktu | None:
    """Read a duration; ``None`` where the text tells none.

    A range of two units, or one of several ("1 jam 30 menit"), is told in the smallest of them. A working day is 7.5 hours.
    """
    words = " ".join(text.lower().split())
    if not words or len(words) > _LONGEST_TEXT:
        return None
    working = bool(re.search(r"\bkerja\b", words))
    words = _ONE.sub(r"1 \1", re.sub(r"\bkerja\b", "", words))
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


def due(start: datetime, waktu: Waktu | None) -> datetime | None:
    """Give the moment by which work that began at ``start`` should be done: its longest time, in plain time.

    Working time is not reckoned yet: a working day counts as a day.
    """
    if waktu is None:
        return None
    return start + timedelta(minutes=waktu.max * _MINUTES[waktu.unit])
