"""The calendar's tables in office.toml: read, written back, and refused with their place."""

import tomllib
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import config, errors
from engine.calendar import tables
from engine.calendar.worktime import OFFICE_WEEK, RAMADAN_WEEK, Calendar

WITA = ZoneInfo("Asia/Makassar")
ALL = """
[hours]
monday = ["00:00-24:00"]
friday = ["07:30-11:30", "13:00-16:30"]

[hours.ramadan]
sunday = ["20:15-23:45"]
periods = [[2027-02-08, 2027-03-09], [2026-02-19, 2026-03-20]]

[holidays]
categories = ["public"]
off = [2026-10-12, "2026-12-31"]
worked = [2026-03-24]
"""


def read(text):
    return tables.read(tomllib.loads(text), WITA, "office.toml: ")


def test_an_office_that_says_nothing_has_every_civil_servants_hours():
    assert read("") == Calendar(WITA)
    assert read("[hours.ramadan]\nmonday = []\n[hours]\nmonday = ['08:00-12:00']").ramadan == ((),) * 7


def test_all_is_read():
    calendar = read(ALL)
    assert calendar.zone == WITA
    assert calendar.week == (((0, 1440),), (), (), (), ((450, 690), (780, 990)), (), ())
    assert calendar.ramadan == ((), (), (), (), (), (), ((1215, 1425),))
    assert calendar.ramadans == ((date(2026, 2, 19), date(2026, 3, 20)), (date(2027, 2, 8), date(2027, 3, 9)))
    assert calendar.categories == ("public",)
    assert calendar.off == {date(2026, 10, 12), date(2026, 12, 31)}
    assert calendar.worked == {date(2026, 3, 24)}


def test_hours_without_ramadan_have_none():
    assert read("[hours]\nmonday = ['08:00-12:00']").ramadan is None


def test_holidays_alone_leave_the_hours():
    assert read("[holidays]\noff = [2026-10-12]").week == OFFICE_WEEK


def test_the_shipped_office_has_the_usual_hours():
    shipped = config.read_office(config.shipped("bpmn") / "office.toml").calendar
    assert (shipped.week, shipped.ramadan) == (OFFICE_WEEK, RAMADAN_WEEK)
    assert shipped.ramadans[0] == (date(2026, 2, 19), date(2026, 3, 20))


SPANS = st.lists(st.integers(0, 1440), max_size=6, unique=True).map(
    lambda edges: tuple(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False))
)
WEEKS = st.tuples(*[SPANS] * 7)
DATES = st.frozensets(st.dates(), max_size=5)


@given(
    st.builds(
        Calendar,
        st.just(WITA),
        WEEKS.filter(any),
        st.none() | WEEKS,
        st.just(()),
        st.sampled_from([(), ("public",), ("government",), ("public", "government")]),
        DATES,
    )
)
def test_what_is_written_reads_the_same(calendar):
    assert tables.read(tables.written(calendar), WITA) == calendar


def test_decided_months_are_written_too():
    calendar = read(ALL)
    written = tables.written(calendar)
    assert tables.read(written, WITA) == calendar
    assert written["holidays"] == {
        "categories": ["public"],
        "off": ["2026-10-12", "2026-12-31"],
        "worked": ["2026-03-24"],
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hours = 8", "office.toml: hours"),
        ("[hours]", "hours is not valid: no day"),
        ("[hours]\nmonday = []", "no day of the week has hours"),
        ("[hours]\nsenin = ['07:30-12:00']", "hours.senin"),
        (f"[hours]\n{'x' * 1000} = 1", "hours.xxx"),
        ("[hours]\nmonday = '07:30-12:00'", "hours.monday"),
        ("[hours]\nmonday = [7.5]", "hours.monday"),
        ("[hours]\nmonday = ['7:30-12:00']", "hours.monday"),
        ("[hours]\nmonday = ['٠٧:٣٠-١٢:٠٠']", "hours.monday"),
        ("[hours]\nmonday = ['07:30-12:00\\n']", "hours.monday"),
        ('[hours]\nmonday = ["07:30-12:00\\n"]', "hours.monday"),
        ("[hours]\nmonday = ['07:60-12:00']", "hours.monday"),
        ("[hours]\nmonday = ['07:30-24:01']", "hours.monday"),
        ("[hours]\nmonday = ['12:00-07:30']", '"12:00-07:30" must end after'),
        ("[hours]\nmonday = ['07:30-07:30']", '"07:30-07:30" must end after'),
        ("[hours]\nmonday = ['13:00-16:00', '07:30-12:00']", '"07:30-12:00" must end after'),
        ("[hours]\nmonday = ['07:30-12:30', '12:00-16:00']", '"12:00-16:00" must end after'),
        (f"[hours]\nmonday = {['07:30-12:00'] * 9}", "more than 8"),
        ("[hours]\nmonday = ['08:00-09:00']\nramadan = 3", "hours.ramadan"),
        ("[hours]\nmonday = ['08:00-09:00']\n[hours.ramadan]\nmonday = ['x']", "hours.ramadan.monday"),
        ("[hours]\nmonday = ['08:00-09:00']\n[hours.ramadan]\ndays = 30", "hours.ramadan.days"),
        *(
            (f"[hours]\nmonday = ['08:00-09:00']\n[hours.ramadan]\nperiods = {periods}", "hours.ramadan.periods")
            for periods in (
                "3",
                "[3]",
                "[[]]",
                "[[2026-02-19]]",
                "[[2026-03-20, 2026-02-19]]",
                "[[2026-02-19, 2026-03-21]]",
            )
        ),
        ("holidays = []", "office.toml: holidays"),
        ("[holidays]\ncuti = []", "holidays.cuti"),
        ("[holidays]\ncategories = 'public'", "holidays.categories"),
        ("[holidays]\ncategories = ['armed_forces']", "holidays.categories"),
        ("[holidays]\ncategories = [['public']]", "holidays.categories"),
        ("[holidays]\noff = 2026-10-12", "holidays.off"),
        ("[holidays]\noff = ['12 Oktober 2026']", "holidays.off"),
        ("[holidays]\noff = [2026-10-12T08:00:00]", "holidays.off"),
        ("[holidays]\nworked = [true]", "holidays.worked"),
        ("[holidays]\noff = [2026-10-12]\nworked = [2026-10-12]", "holidays.worked"),
        (f"[holidays]\noff = [{'2026-10-12,' * 1001}]", "more than 1000"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, place):
    with pytest.raises(errors.ConfigurationError) as caught:
        read(text)
    assert "office.toml: h" in str(caught.value)
    assert place in str(caught.value)
    assert len(str(caught.value)) < 250


TEXTS = st.text("0123456789:-T ", max_size=12) | st.sampled_from(["07:30-12:00", "2026-03-20", "public", ""])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.dates() | st.datetimes()
PLAIN |= st.lists(PLAIN | st.lists(PLAIN, max_size=3), max_size=4) | st.dictionaries(TEXTS, PLAIN, max_size=2)
HOURS = st.dictionaries(st.sampled_from([*tables.WEEKDAYS, "ramadan"]), PLAIN, max_size=4)
HOLIDAYS = st.dictionaries(st.sampled_from(["categories", "off", "worked"]), PLAIN, max_size=3)


@given(st.fixed_dictionaries({}, optional={"hours": PLAIN | HOURS, "holidays": PLAIN | HOLIDAYS}))
def test_whatever_stands_there_is_read_or_refused(data):
    try:
        calendar = tables.read(data, WITA)
    except errors.ConfigurationError:
        return
    assert tables.read(tables.written(calendar), WITA) == calendar
