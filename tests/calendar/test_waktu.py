from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import waktu

START = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 menit", (5, 5, "menit", False)),
        ("15 Menit", (15, 15, "menit", False)),
        ("10MENIT", (10, 10, "menit", False)),
        ("± 5 Menit", (5, 5, "menit", False)),
        ("2 hari kerja", (2, 2, "hari", True)),
        ("1 minggu", (1, 1, "minggu", False)),
        ("1 (satu) hari", (1, 1, "hari", False)),
        ("dua hari", (2, 2, "hari", False)),
        ("sehari", (1, 1, "hari", False)),
        ("1 bulan", (1, 1, "bulan", False)),
        ("1 Tahun", (1, 1, "tahun", False)),
        ("1,5 jam", (1.5, 1.5, "jam", False)),
        ("setengah jam", (0.5, 0.5, "jam", False)),
        ("1 jam 30 menit", (90, 90, "menit", False)),
        ("1 hari kerja 2 jam", (9.5, 9.5, "jam", True)),
        ("30 menit - 3 jam", (30, 180, "menit", False)),
        ("30-60 menit", (30, 60, "menit", False)),
        ("1 – 3 hari kerja", (1, 3, "hari", True)),
        ("1 s/d 2 jam", (1, 2, "jam", False)),
        ("1 sampai dengan 2 jam", (1, 2, "jam", False)),
        ("maksimal 3 hari", (3, 3, "hari", False)),
    ],
)
def test_what_offices_write(text, expected):
    read = waktu.parse(text)
    assert read is not None
    assert (read.min, read.max, read.unit, read.working) == expected
    assert read.text == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "sesuai kebutuhan",
        "Setiap hari",
        "-",
        "5",
        "menit",
        "0 menit",
        "1 - 2 - 3 jam",
        "5 menit lalu",
        "1 -",
        "99999999999 tahun",
        "9" * 500 + " menit",
        "5 kelereng",
    ],
)
def test_what_is_no_duration(text):
    assert waktu.parse(text) is None


@given(st.text(max_size=120))
def test_no_text_breaks_it(text):
    read = waktu.parse(text)
    assert read is None or 0 <= read.min <= read.max
    waktu.due(START, read)


def test_due_is_the_longest_time_from_the_start():
    assert waktu.due(START, waktu.parse("30 menit - 3 jam")) == START + timedelta(hours=3)
    assert waktu.due(START, waktu.parse("2 hari kerja")) == START + timedelta(days=2)
    assert waktu.due(START, waktu.parse("sesuai kebutuhan")) is None
    assert waktu.due(START, None) is None
