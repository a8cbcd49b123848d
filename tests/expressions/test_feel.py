"""FEEL as the office uses it: conditions of gateways, assignments, texts of letters, dates."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine import errors
from engine.expressions import feel

MAKASSAR = ZoneInfo("Asia/Makassar")
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=MAKASSAR)
ADDRESSEES = [
    {"nama": "Yusuf Ma'ruf", "opd": "Dinas Kominfo", "perlu_pengantar": False},
    {"nama": "Sri Wahyuni", "opd": "Dinas Kesehatan", "perlu_pengantar": True},
    {"nama": "Ahmad Ūsman", "opd": "Dinas Kesehatan", "perlu_pengantar": None},
]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("perlu_pengantar = true", True),
        ('sifat = "segera" or sifat = "rahasia"', True),
        ('sifat in ("segera", "rahasia")', True),
        ("jumlah between 1 and 10", True),
        ("jumlah > 3 and not(perlu_pengantar)", False),
        ('if jumlah > 3 then "banyak" else "sedikit"', "banyak"),
        ("some p in penerima satisfies p.perlu_pengantar = true", True),
        ("every p in penerima satisfies p.nama != null", True),
        ('penerima[opd = "Dinas Kesehatan"].nama', ["Sri Wahyuni", "Ahmad Ūsman"]),
        ("penerima[perlu_pengantar].nama", ["Sri Wahyuni"]),
        ("penerima[-1].nama", "Ahmad Ūsman"),
        ("count(penerima[perlu_pengantar = true])", 1),
        ('string join(for p in penerima return p.nama, "; ")', "Yusuf Ma'ruf; Sri Wahyuni; Ahmad Ūsman"),
        ('"Nomor " + nomor', "Nomor 005/123/Kominfo/XI/2026"),
        ('starts with(nomor, "005/")', True),
        ('{nomor: "1", sifat: sifat}', {"nomor": "1", "sifat": "segera"}),
        ("tidak_ada", None),
        ("penerima[9]", None),
    ],
)
def test_what_diagrams_ask(expression, expected):
    variables = {
        "perlu_pengantar": True,
        "sifat": "segera",
        "jumlah": 7,
        "nomor": "005/123/Kominfo/XI/2026",
        "penerima": ADDRESSEES,
        "lain": object(),  # what an expression does not mention is never looked at
    }
    assert feel.evaluate(expression, variables) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("5 / 2", 2.5), ("6 / 2", 3), ("1.5 + 1.5", 3), ("1e3", 1000), ("10 ** 400", None), ("1 / 0", None), ("-0", 0)],
)
def test_a_whole_number_is_an_int(expression, expected):
    found = feel.evaluate(expression, {})
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    "expression",
    [
        "0.1 + 0.2 = 0.3",
        "1250000.10 * 3 = 3750000.30",
        "sum([0.1, 0.2, 0.3]) = 0.6",
        "round half up(2.345, 2) = 2.35",
        "round half up(1.005, 2) = 1.01",
        "decimal(2.5, 0) = 2",
        "median([10, 9, 2]) = 9",
        'max(["a", "c", "b"]) = "c"',
        'min([date("2026-11-22"), date("2026-01-05")]) = date("2026-01-05")',
    ],
)
def test_money_and_figures_are_decimal(expression):
    assert feel.evaluate(expression, {}) is True


@pytest.mark.parametrize("number", ["198501012010011001", "7501010101010001"])
def test_nip_and_nik_stay_text(number):
    assert feel.evaluate("nip", {"nip": number}) == number
    assert feel.evaluate(f'nip = "{number}"', {"nip": number}) is True


def test_a_number_too_long_for_a_double_is_refused_not_rounded():
    with pytest.raises(errors.ExpressionError, match="must be text"):
        feel.evaluate("nip", {"nip": 198501012010011001})
    with pytest.raises(errors.ExpressionError, match="longer than the 15 digits"):
        feel.evaluate("nip = 198501012010011001", {"nip": "198501012010011001"})
    assert feel.evaluate("[n][1] / 10", {"n": 10**17}) == 1e16


@pytest.mark.parametrize(
    ("condition", "variables"),
    [
        ("if x then 1 else 2", {"x": "tidak"}),
        ("if x then 1 else 2", {"x": 1}),
        ("if x = 3 then 1 else 2", {"x": "3"}),
        ("if jumlah > 9 then 1 else 2", {"jumlah": "10"}),
        ("if jumlah > 9 then 1 else 2", {"jumlah": None}),
        ("if x in [1..9] then 1 else 2", {"x": "5"}),
    ],
)
def test_only_true_takes_the_first_branch(condition, variables):
    assert feel.evaluate(condition, variables) == 2


def test_three_valued_logic():
    assert feel.evaluate("[x and true, x and false, x or true, not(x)]", {"x": None}) == [None, False, True, None]
    assert feel.evaluate("some p in l satisfies p", {"l": [None, False]}) is None
    assert feel.evaluate("every p in l satisfies p", {"l": [None, True]}) is None


# Dates ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 11, 22),
        time(8, 0),
        time(8, 30, 15, 250_000, tzinfo=UTC),
        datetime(2026, 11, 22, 8, 0),  # noqa: DTZ001 - dates of forms have no zone
        datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        datetime(2026, 11, 22, 8, 0, 0, 123_456, tzinfo=MAKASSAR),
        datetime(2026, 11, 22, 8, 0, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
        timedelta(days=3, hours=2, microseconds=5),
        -timedelta(hours=30),
        timedelta(),
        [date(2026, 11, 22), {"batas": timedelta(days=1)}],
    ],
)
def test_dates_come_back_as_they_were(value):
    found = feel.evaluate("x", {"x": value})
    assert found == value
    assert getattr(found, "tzinfo", None) == getattr(value, "tzinfo", None)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('masuk + duration("P3D")', date(2026, 11, 25)),
        ("masuk < batas", True),
        ("batas - masuk", timedelta(days=9)),
        ("(batas - masuk).days", 9),
        ("[masuk.year, masuk.month, masuk.day, masuk.weekday]", [2026, 11, 22, 7]),
        ('duration("PT1H") * 24 = duration("P1D")', True),
        ('duration("P1D") / 2', timedelta(hours=12)),
        ('duration("P1Y") + duration("P2M")', "P1Y2M"),
        ('years and months duration(date("2011-12-22"), date("2013-08-24"))', "P1Y8M"),
        ('for d in masuk..masuk + duration("P1D") return d.day', [22, 23]),
        ('masuk in [date("2026-11-01")..date("2026-11-30")]', True),
        ('list contains([batas, masuk], date("2026-11-22"))', True),
        (
            'date and time("2026-11-22T08:00:00@Asia/Makassar") = date and time("2026-11-22T09:00:00@Asia/Jayapura")',
            True,
        ),
        (
            'date and time("2026-11-22T08:00:00@Asia/Makassar") - date and time("2026-11-22T08:00:00@Asia/Jakarta")',
            timedelta(hours=-1),
        ),
        # daylight saving ends in Paris in that night
        (
            'date and time("2026-10-25T12:00:00@Europe/Paris") - date and time("2026-10-24T12:00:00@Europe/Paris")',
            timedelta(hours=25),
        ),
    ],
)
def test_date_arithmetic(expression, expected):
    assert feel.evaluate(expression, {"masuk": date(2026, 11, 22), "batas": date(2026, 12, 1)}) == expected


def test_times_without_a_zone_have_no_distance_from_times_with_one():
    expression = 'date and time("2026-11-22T08:00:00@Asia/Makassar") - date and time("2026-11-22T08:00:00")'
    assert feel.evaluate(expression, {}) is None


def test_the_time_is_given_never_taken_from_the_machine():
    assert feel.evaluate("now()", {}, now=NOW) == NOW
    assert feel.evaluate("today()", {}, now=NOW) == date(2026, 11, 22)
    assert feel.evaluate('now() + duration("PT1H")', {}, now=NOW) == NOW + timedelta(hours=1)
    with pytest.raises(errors.ExpressionError, match="not known here"):
        feel.evaluate("today()", {})


# Unary tests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tests", "value", "expected"),
    [
        ("> 10", 11, True),
        ("> 10", 10, False),
        ("[1..5]", 5, True),
        ('"segera", "rahasia"', "rahasia", True),
        ('not("biasa")', "segera", True),
        ("-", None, True),
        ("? > batas", 4, True),
        ('< date("2026-12-01")', date(2026, 11, 22), True),
        ("null", None, True),
    ],
)
def test_unary_tests(tests, value, expected):
    assert feel.unary(tests, value, {"batas": 3}) is expected


# The border ----------------------------------------------------------------------------------------------------------


def test_values_that_feel_has_under_another_name():
    assert feel.evaluate("x", {"x": Decimal("12.50")}) == 12.5
    assert feel.evaluate("x", {"x": ("a", "b")}) == ["a", "b"]
    assert feel.evaluate("count(x)", {"x": {"a", "b"}}) == 2
    assert feel.evaluate("x", {"x": float("nan")}) is None


@pytest.mark.parametrize("value", [object(), {1: "satu"}, "\ud800", b"x"])
def test_values_that_feel_does_not_have(value):
    with pytest.raises(errors.ExpressionError, match="cannot be used in an expression"):
        feel.evaluate("x", {"x": value})


@pytest.mark.parametrize(
    ("expression", "kind"), [("[1..3]", "range"), ("function(a) a", "function"), ("[function(a) a]", "function")]
)
def test_results_that_are_no_values(expression, kind):
    with pytest.raises(errors.ExpressionError, match=f"is a {kind}"):
        feel.evaluate(expression, {})


def test_texts_of_every_alphabet_come_back_whole():
    text = 'Rp 1.000 "kutip" \\ \n\t ’ Ūsman 📨 \u0000 \u2028 مرحبا'
    assert feel.evaluate("x", {"x": text}) == text
    assert feel.evaluate('[substring("📨ab", 2), string length("📨ab")]', {}) == ["ab", 3]
    assert feel.evaluate('"\\ud800"', {}) == "\N{REPLACEMENT CHARACTER}"


def test_long_texts_and_lists_come_back_whole():
    rows = [{"nomor": number, "perihal": "x" * 100} for number in range(1000)]
    assert feel.evaluate("rows[nomor >= 0]", {"rows": rows}) == rows
    assert feel.evaluate("a + a", {"a": "é" * 20_000}) == "é" * 40_000


def test_the_error_tells_where():
    with pytest.raises(errors.ExpressionError) as caught:
        feel.evaluate('sifat == "segera"', {"sifat": "segera"})
    assert caught.value.place["position"] == 6
    assert 'FEEL has no "=="; write: =' in str(caught.value)
