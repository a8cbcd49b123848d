from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import config
from engine.calendar import waktu
from engine.calendar.worktime import OFFICE_WEEK, Calendar
from engine.diagrams import reading

START = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
BOALEMO = Calendar(ZoneInfo("Asia/Makassar"))
WORDS = [
    "1",
    "2,5",
    "10",
    "9999",
    "setengah",
    "dua",
    "puluh",
    "lima",
    "se",
    "menit",
    "jam",
    "hari",
    "minggu",
    "bulan",
    "tahun",
    "kerja",
    "kalender",
    "-",
    "x",
    "24",
    "s/d",
    "dan",
    "(",
    ")",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 menit", (5, 5, "menit", True)),
        ("15 Menit", (15, 15, "menit", True)),
        ("10MENIT", (10, 10, "menit", True)),
        ("± 5 Menit", (5, 5, "menit", True)),
        ("2 hari kerja", (2, 2, "hari", True)),
        ("1 minggu", (1, 1, "minggu", True)),
        ("1 (satu) hari", (1, 1, "hari", True)),
        ("dua hari", (2, 2, "hari", True)),
        ("sehari", (1, 1, "hari", True)),
        ("1 bulan", (1, 1, "bulan", True)),
        ("1 Tahun", (1, 1, "tahun", True)),
        ("1,5 jam", (1.5, 1.5, "jam", True)),
        ("setengah jam", (0.5, 0.5, "jam", True)),
        ("1 jam 30 menit", (90, 90, "menit", True)),
        ("1 hari kerja 2 jam", (9.5, 9.5, "jam", True)),
        ("30 menit - 3 jam", (30, 180, "menit", True)),
        ("30-60 menit", (30, 60, "menit", True)),
        ("1 – 3 hari kerja", (1, 3, "hari", True)),
        ("1 s/d 2 jam", (1, 2, "jam", True)),
        ("1 sampai dengan 2 jam", (1, 2, "jam", True)),
        ("maksimal 3 hari", (3, 3, "hari", True)),
        ("paling lambat 3 hari kerja", (3, 3, "hari", True)),
        ("tiga puluh menit", (30, 30, "menit", True)),
        ("14 (empat belas) hari kerja", (14, 14, "hari", True)),
        ("sebelas sampai dua puluh lima hari", (11, 25, "hari", True)),
        ("14 hari kalender", (14, 14, "hari", False)),
        ("7 – 14 Hari Kalender", (7, 14, "hari", False)),
        ("1 x 24 jam", (1, 1, "hari", False)),
        ("2x24jam", (2, 2, "hari", False)),
        ("1 bulan kalender", (1, 1, "bulan", False)),
        ("3 jam - 1 hari", (3, 7.5, "jam", True)),
        ("5 hari - 1 bulan", (5, 20, "hari", True)),
        ("5 hari - 1 bulan kalender", (5, 30, "hari", False)),
        ("10 tahun", (10, 10, "tahun", True)),
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
        "kalender",
        "dua puluh",
        "duapuluh satuan",
        "11 tahun kalender",
    ],
)
def test_what_is_no_duration(text):
    assert waktu.parse(text) is None


@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)))
def test_no_text_breaks_it(text):
    read = waktu.parse(text)
    assert read is None or 0 <= read.min <= read.max
    end = waktu.due(START, read, BOALEMO)
    assert (end is None) == (read is None)
    assert end is None or START < end < START + timedelta(days=20 * 366)


def due(start, text, calendar=BOALEMO):
    """When a clock in Boalemo shows it."""
    end = waktu.due(datetime.fromisoformat(start).replace(tzinfo=calendar.zone), waktu.parse(text), calendar)
    return end and end.astimezone(calendar.zone).replace(tzinfo=None).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("5 menit", "2026-04-09 15:35"),
        ("1 jam", "2026-04-10 08:00"),
        ("30 menit - 3 jam", "2026-04-10 10:00"),
        ("setengah hari", "2026-04-10 10:45"),
        ("1 hari", "2026-04-10 15:30"),
        ("2 hari kerja", "2026-04-13 15:30"),
        ("1 – 3 hari kerja", "2026-04-14 15:30"),
        ("1,5 hari", "2026-04-13 10:15"),
        ("1 minggu", "2026-04-16 15:30"),
        ("2 minggu", "2026-04-23 15:30"),
        ("setengah minggu", "2026-04-14 10:45"),
        ("1 bulan", "2026-05-11 07:30"),  # 9 May is a Saturday
        ("2 bulan", "2026-06-09 15:30"),
        ("1,5 bulan", "2026-05-25 07:30"),
        ("1 tahun", "2027-04-09 15:30"),
        ("2 hari kalender", "2026-04-11 15:30"),
        ("1 minggu kalender", "2026-04-16 15:30"),
        ("1 bulan kalender", "2026-05-09 15:30"),
        ("1 x 24 jam", "2026-04-10 15:30"),
        ("90 menit kalender", "2026-04-09 17:00"),
        ("Setiap hari", None),
        ("sesuai kebutuhan", None),
    ],
)
def test_when_work_given_on_a_thursday_afternoon_is_due(text, end):
    assert due("2026-04-09 15:30", text) == end


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("30 menit", "2026-03-17 15:00"),
        ("1 jam", "2026-03-25 08:00"),
        ("1 hari", "2026-03-25 14:30"),
        ("3 hari kerja", "2026-03-27 14:30"),
        ("1 minggu", "2026-03-31 14:30"),
        ("7 hari kalender", "2026-03-24 14:30"),
    ],
)
def test_the_holidays_of_idul_fitri_count_for_nobody(text, end):
    assert due("2026-03-17 14:30", text) == end


def test_a_month_ends_on_its_last_day():
    assert due("2026-01-30 10:00", "1 bulan kalender") == "2026-02-28 10:00"
    assert due("2027-12-31 10:00", "2 bulan kalender") == "2028-02-29 10:00"


def test_calendar_days_are_no_24_hours_where_clocks_change():
    berlin = Calendar(ZoneInfo("Europe/Berlin"))
    assert due("2026-03-28 10:00", "1 hari kalender", berlin) == "2026-03-29 10:00"
    assert due("2026-03-28 10:00", "24 jam kalender", berlin) == "2026-03-29 11:00"


def test_a_week_has_the_days_of_the_offices_week():
    six = Calendar(BOALEMO.zone, (*OFFICE_WEEK[:5], OFFICE_WEEK[4], ()))
    assert due("2026-04-06 10:00", "1 minggu", six) == "2026-04-13 10:00"


def test_what_tells_no_duration_is_never_due():
    assert waktu.due(START, None, BOALEMO) is None


def test_due_moments_are_told_in_utc():
    start = START.astimezone(BOALEMO.zone)
    for text in ("5 menit", "1 hari", "1 bulan", "1 jam kalender", "1 hari kalender", "1 bulan kalender"):
        moment = waktu.due(start, waktu.parse(text), BOALEMO)
        assert moment is not None
        assert moment.tzinfo is UTC


# how often and in which circumstances, which is no duration; the media center's SOPs print it as their waktu
NO_DURATION = {"Setiap hari", "Sesuai kondisi lapangan"}


def test_all_that_the_shipped_sops_write_is_understood():
    diagrams = [reading.read(path.read_bytes()) for path in sorted(config.shipped("bpmn").glob("*.bpmn"))]
    nodes = [node for diagram in diagrams for node in diagram.process.nodes()]
    written = {node.properties["sop.waktu"] for node in nodes if "sop.waktu" in node.properties}
    assert written
    assert {text for text in written if waktu.parse(text) is None} == NO_DURATION
