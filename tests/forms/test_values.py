# ruff: noqa: DTZ001 forms store local time
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.forms import model, values

MAKASSAR = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.250.000,50", "1250000.50"), ("12,5", "12.5"), ("370.000", "370000"), ("12.5", "12.5"), ("0.125", "0.125"), ("-1.000", "-1000"),
        ("1250000.50", "1250000.50"), ("007", "7"), ("1.2500", "1.2500"), ("1,250.50", None), ("1.250.00", None), ("1e3", None), ("NaN", None),
        ("0x10", None), ("", None), ("1 000", None), ("--1", None), ("1,", None), (",5", None), ("9" * 300, None), (True, None), (5, "5"),
        (float("inf"), None), (2.5, "2.5"), ([1], None),
    ],
)  # fmt: skip
def test_numbers_have_one_reading(text, number):
    assert values.decimal(text) == (None if number is None else Decimal(number))


@pytest.mark.parametrize("number", [0, 5, 1234, 10000, 1250000.5, -12345.25, 0.125, 2026])
def test_a_number_is_written_as_it_is_read(number):
    assert values.decimal(values.number_text(number)) == Decimal(str(number))


def coerce(value, kind="datetime", **field):
    return values.coerce(model.Field(kind, "f", ("f",), **field), value, values.Asked(date(2026, 11, 22), MAKASSAR))


@pytest.mark.parametrize(
    ("subtype", "raw", "value"),
    [
        ("date", "2026-11-22", date(2026, 11, 22)),
        ("date", "22/11/2026", date(2026, 11, 22)),
        ("date", "1-2-2026", date(2026, 2, 1)),
        ("date", date(2026, 1, 1), date(2026, 1, 1)),
        ("time", "08:15", time(8, 15)),
        ("time", "8.15", time(8, 15)),
        ("time", "08:15:30", time(8, 15, 30)),
        ("datetime", "2026-11-25T14:00", datetime(2026, 11, 25, 14)),
        ("datetime", "2026-11-25 14:00:05", datetime(2026, 11, 25, 14, 0, 5)),
        ("datetime", "2026-11-25T06:00Z", datetime(2026, 11, 25, 14)),
        ("datetime", "2026-11-25T06:00+00:00", datetime(2026, 11, 25, 14)),
        ("datetime", datetime(2026, 11, 25, 6, tzinfo=UTC), datetime(2026, 11, 25, 14)),
    ],
)
def test_days_and_times_are_read(subtype, raw, value):
    assert coerce(raw, subtype=subtype) == value


@pytest.mark.parametrize(
    ("subtype", "raw"),
    [
        ("date", "20261122"), ("date", "2026-W47-7"), ("date", "2026-13-01"), ("date", "0026-11-22"), ("date", "٢٠٢٦-١١-٢٢"), ("date", 5),
        ("date", datetime(2026, 1, 1)), ("time", "24:00"), ("time", "8"), ("time", "now"), ("datetime", "2026-11-25"),
        ("datetime", "2026-11-25T14:00+99:00"), ("datetime", date(2026, 1, 1)), ("datetime", ["x"]),
    ],
)  # fmt: skip
def test_other_days_and_times_are_not(subtype, raw):
    with pytest.raises(values.Unfit):
        coerce(raw, subtype=subtype)


def test_a_moment_is_stored_as_the_form_says():
    assert coerce("2026-11-25T14:00", subtype="datetime", zoned="utc_offset").isoformat() == "2026-11-25T14:00:00+08:00"
    assert (
        coerce("2026-11-25T14:00", subtype="datetime", zoned="utc_normalized").isoformat()
        == "2026-11-25T06:00:00+00:00"
    )


def test_the_past_can_be_refused():
    assert coerce("2026-11-22", subtype="date", no_past=True)
    with pytest.raises(values.Unfit, match="later"):
        coerce("2026-11-21", subtype="date", no_past=True)


def test_numbers_that_a_double_cannot_hold_are_refused_not_rounded():
    with pytest.raises(values.Unfit, match="too many digits"):
        coerce("198501012010011001", "number")
    assert coerce("198501012010011001", "number", as_text=True) == "198501012010011001"
    with pytest.raises(values.Unfit, match="as text"):
        coerce(198501012010011001, "textfield")


@pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31m", "\ud800", "a\nb"])
def test_a_line_holds_no_controls(text):
    with pytest.raises(values.Unfit):
        coerce(text, "textfield")


def test_invisible_direction_marks_fall_away_and_lines_are_unified():
    assert coerce("\u202aBudi\u202c ", "textfield") == "Budi"
    assert coerce("a\r\nb\rc\x0bd\n", "textarea") == "a\nb\nc\nd"


def test_texts_have_limits_of_their_own():
    assert coerce("a" * 2000, "textfield")
    for kind, size in (("textfield", 2001), ("textarea", 20_001), ("textarea", 10_000_000)):
        with pytest.raises(values.Unfit):
            coerce("a" * size, kind)


@pytest.mark.parametrize("mail", ["a@b.id", "nama.lain+x@sub.contoh.go.id"])
def test_mail(mail):
    assert coerce(mail, "textfield", format="email") == mail


@pytest.mark.parametrize(
    "mail", ["a@b", "a b@c.id", "a@b.id,c@d.id", "a@b..id", "@b.id", "a@-b.id", "a" * 250 + "@b.id", "a.@b.id"]
)
def test_not_mail(mail):
    with pytest.raises(values.Unfit):
        coerce(mail, "textfield", format="email")


@pytest.mark.parametrize("size", [50_000])
@pytest.mark.parametrize("character", "a-@ 1.")
def test_slow_input_is_answered_at_once(character, size):
    for kind, field in (
        ("textfield", {"format": "email"}),
        ("textfield", {"format": "phone"}),
        ("number", {}),
        ("datetime", {"subtype": "date"}),
    ):
        with pytest.raises(values.Unfit):
            coerce(character * size + "!", kind, **field)


def test_files_are_uploads_and_nothing_else():
    assert coerce(values.Upload("C:\\fakepath\\Surat.PDF"), "filepicker", accept=(".pdf",)) == ["Surat.PDF"]
    assert coerce(
        [values.Upload("a.png"), values.Upload("b.jpg")], "filepicker", accept=("image/*",), multiple=True
    ) == ["a.png", "b.jpg"]
    for wrong in (
        "a.pdf",
        ["a.pdf"],
        {"name": "a.pdf"},
        values.Upload("a.exe"),
        values.Upload(".."),
        values.Upload("a/.pdf"),
    ):
        with pytest.raises(values.Unfit):
            coerce(wrong, "filepicker", accept=(".pdf",))
    with pytest.raises(values.Unfit, match="one file"):
        coerce([values.Upload("a.pdf"), values.Upload("b.pdf")], "filepicker")
