"""Working time in Boalemo: its hours, its Fridays, Ramadan, and Idul Fitri 2026."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import thread_time
from zoneinfo import ZoneInfo

import pytest

from engine.calendar import indonesia, worktime
from engine.calendar.worktime import OFFICE_WEEK, RAMADAN_WEEK, Calendar

WITA = ZoneInfo("Asia/Makassar")
BOALEMO = Calendar(WITA)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def at(text: str) -> datetime:
    """A moment as a clock in Boalemo shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


# Boalemo -------------------------------------------------------------------------------------------------------------


def week_of(calendar, monday):
    days = [monday + each * DAY for each in range(7)]
    return sum(end - begin for day in days for begin, end in calendar.hours(day)) / 60


def test_a_week_has_37_hours_and_a_half_and_in_ramadan_32_and_a_half():
    assert week_of(BOALEMO, date(2026, 4, 6)) == 37.5
    assert week_of(BOALEMO, date(2026, 3, 2)) == 32.5
    assert (BOALEMO.day, BOALEMO.days_a_week) == (timedelta(hours=7.5), 5)


@pytest.mark.parametrize(
    ("start", "work", "end"),
    [
        ("2026-04-09 08:30", 5 * MINUTE, "2026-04-09 08:35"),
        ("2026-04-09 11:58", 5 * MINUTE, "2026-04-09 13:03"),  # the break
        ("2026-04-09 12:20", 5 * MINUTE, "2026-04-09 13:05"),
        ("2026-04-09 06:00", 5 * MINUTE, "2026-04-09 07:35"),
        ("2026-04-09 15:58", 5 * MINUTE, "2026-04-10 07:33"),
        ("2026-04-09 21:00", 5 * MINUTE, "2026-04-10 07:35"),
        ("2026-04-10 11:00", HOUR, "2026-04-10 13:30"),  # Friday
        ("2026-04-10 16:00", HOUR, "2026-04-13 08:00"),
        ("2026-04-11 10:00", HOUR, "2026-04-13 08:30"),  # Saturday
        ("2026-04-06 07:30", 37.5 * HOUR, "2026-04-10 16:30"),
        ("2026-04-06 07:30", 37.5 * HOUR + MICROSECOND, "2026-04-13 07:30:00.000001"),
        ("2026-04-02 15:30", HOUR, "2026-04-06 08:00"),  # Wafat Yesus Kristus
        ("2025-12-31 15:30", HOUR, "2026-01-02 08:00"),  # New Year
        ("2026-03-02 07:45", HOUR, "2026-03-02 09:00"),  # Ramadan
        ("2026-03-02 11:30", HOUR, "2026-03-02 13:00"),
        ("2026-03-06 11:15", HOUR, "2026-03-06 13:15"),
        ("2026-02-18 15:30", HOUR, "2026-02-19 08:30"),  # on its eve
        ("2026-03-17 14:00", 2 * HOUR, "2026-03-25 08:30"),  # Nyepi, Idul Fitri and their cuti bersama
    ],
)
def test_work_runs_in_the_office_hours_of_boalemo(start, work, end):
    assert BOALEMO.add(at(start), work) == at(end)
    assert BOALEMO.elapsed(at(start), at(end)) == work


@pytest.mark.parametrize(
    ("end", "work", "start"),
    [
        ("2026-04-13 08:00", HOUR, "2026-04-10 16:00"),
        ("2026-04-13 07:30", HOUR, "2026-04-10 15:30"),
        ("2026-04-12 10:00", HOUR, "2026-04-10 15:30"),
        ("2026-01-02 08:00", HOUR, "2025-12-31 15:30"),
        ("2026-04-10 16:30", 37.5 * HOUR, "2026-04-06 07:30"),
    ],
)
def test_work_is_counted_back(end, work, start):
    assert BOALEMO.add(at(end), -work) == at(start)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-04-06 10:00", 1, "2026-04-07 10:00"),
        ("2026-04-06 10:00", 5, "2026-04-13 10:00"),
        ("2026-04-06 10:00", 0, "2026-04-06 10:00"),
        ("2026-04-10 10:00", 1, "2026-04-13 10:00"),
        ("2026-04-09 11:45", 1, "2026-04-10 13:00"),  # in Friday's break
        ("2026-04-10 16:20", 1, "2026-04-13 16:00"),  # after Monday's hours
        ("2026-04-06 07:30", 1, "2026-04-06 16:00"),  # the whole of a day
        ("2026-04-06 07:30", 5, "2026-04-10 16:30"),
        ("2026-04-06 19:00", 1, "2026-04-07 16:00"),
        ("2026-04-11 09:00", 2, "2026-04-14 16:00"),
        ("2026-04-06 12:30", 1, "2026-04-07 13:00"),  # from the end of the break
        ("2026-02-18 07:45", 1, "2026-02-19 08:00"),  # Ramadan begins
        ("2026-03-17 10:00", 1, "2026-03-25 10:00"),
        ("2025-12-30 10:00", 2, "2026-01-02 10:00"),
        ("2026-04-13 10:00", -1, "2026-04-10 10:00"),
        ("2026-04-13 12:30", -1, "2026-04-10 11:30"),
        ("2026-04-12 10:00", -1, "2026-04-10 07:30"),
        ("2026-04-10 16:30", -5, "2026-04-06 07:30"),
        ("2026-04-10 16:20", -1, "2026-04-09 16:00"),
        ("2026-02-19 14:00", -1, "2026-02-18 14:00"),
        ("2026-02-20 08:00", -1, "2026-02-19 08:00"),
        ("2026-02-25 07:30", -2, "2026-02-23 08:00"),
        ("2026-01-02 10:00", -2, "2025-12-30 10:00"),
    ],
)
def test_days_are_working_days_to_the_same_time(start, days, end):
    assert BOALEMO.add_days(at(start), days) == at(end)


def test_a_time_before_the_hours_of_the_day_means_its_opening():
    early = replace(BOALEMO, ramadan=(((10 * 60, 12 * 60),), *RAMADAN_WEEK[1:]))
    assert early.add_days(at("2026-02-20 08:15"), 1) == at("2026-02-23 10:00")
    assert early.add_days(at("2026-02-24 08:15"), -1) == at("2026-02-23 10:00")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-04-10", True),
        ("2026-04-11", False),
        ("2026-03-17", True),
        ("2026-03-18", False),  # cuti bersama Nyepi
        ("2026-03-20", False),  # cuti bersama Idul Fitri
        ("2026-03-24", False),
        ("2026-03-25", True),
        ("2026-08-17", False),
    ],
)
def test_working_days(day, works):
    assert BOALEMO.is_working_day(date.fromisoformat(day)) is works


def test_an_office_may_keep_fewer_holidays():
    open_ = replace(BOALEMO, categories=("public",))
    assert open_.is_working_day(date(2026, 3, 24))
    assert not open_.is_working_day(date(2026, 3, 19))
    assert replace(BOALEMO, categories=()).is_working_day(date(2026, 8, 17))


def test_days_off_and_days_worked_after_all():
    local = replace(BOALEMO, off=frozenset({date(2026, 10, 12)}), worked=frozenset({date(2026, 3, 24)}))
    assert local.add_days(at("2026-10-09 10:00"), 1) == at("2026-10-13 10:00")
    assert local.add_days(at("2026-03-17 10:00"), 1) == at("2026-03-24 10:00")


def test_a_saturday_that_is_worked_has_a_mondays_hours():
    weekend = replace(BOALEMO, worked=frozenset({date(2026, 4, 11), date(2026, 2, 21)}))
    assert weekend.hours(date(2026, 4, 11)) == OFFICE_WEEK[0]
    assert weekend.hours(date(2026, 2, 21)) == RAMADAN_WEEK[0]
    assert weekend.hours(date(2026, 4, 12)) == ()


def test_ramadan_can_be_like_any_month():
    same = replace(BOALEMO, ramadan=None)
    assert same.add(at("2026-03-02 07:30"), HOUR) == at("2026-03-02 08:30")


def test_a_decided_ramadan_takes_the_place_of_the_reckoned_one():
    decided = replace(BOALEMO, ramadans=((date(2026, 2, 23), date(2026, 3, 20)),))
    assert decided.hours(date(2026, 2, 19)) == OFFICE_WEEK[3]
    assert decided.hours(date(2026, 2, 23)) == RAMADAN_WEEK[0]
    assert decided.hours(date(2027, 2, 8)) == RAMADAN_WEEK[0]  # nothing was decided about the next one


def test_every_year_has_a_ramadan_until_the_day_before_idul_fitri():
    for year in range(2020, 2060):
        months = indonesia.ramadans(year)
        assert months
        for first, last in months:
            assert (last - first).days == 29
            assert last + DAY in indonesia.days_off((last + DAY).year, ("public",))
    # Two Idul Fitri in one year, and months across the turn of it
    assert indonesia.ramadans(2030)[1] == indonesia.ramadans(2031)[0] == (date(2030, 12, 26), date(2031, 1, 24))
    assert BOALEMO.hours(date(2030, 12, 31)) == BOALEMO.hours(date(2031, 1, 2)) == RAMADAN_WEEK[1]


def test_the_next_working_moment():
    assert BOALEMO.next_working(at("2026-04-10 11:10")) == at("2026-04-10 11:10")
    assert BOALEMO.next_working(at("2026-04-10 11:40")) == at("2026-04-10 13:00")
    assert BOALEMO.next_working(at("2026-04-10 16:30")) == at("2026-04-10 16:30")  # is still in time
    assert BOALEMO.next_working(at("2026-04-10 16:31")) == at("2026-04-13 07:30")


def test_a_year_without_any_work_is_passed_over():
    days = (date(2027, 1, 1) + each * DAY for each in range(365))
    closed = replace(BOALEMO, off=frozenset(days))
    assert closed.add(at("2026-12-31 15:00"), 2 * HOUR) == at("2028-01-03 08:30")
    assert closed.add(at("2028-01-03 08:30"), -2 * HOUR) == at("2026-12-31 15:00")
    assert closed.add_days(at("2026-12-31 15:00"), 1) == at("2028-01-03 15:00")
    assert closed.add_days(at("2028-01-03 15:00"), -1) == at("2026-12-31 15:00")
    assert closed.next_working(at("2027-05-03 10:00")) == at("2028-01-03 07:30")
    assert closed.add_days(at("2027-05-03 10:00"), -1) == at("2026-12-31 07:30")
    assert closed.elapsed(at("2026-12-31 15:00"), at("2028-01-03 08:30")) == 2 * HOUR


def test_impossible_questions_are_refused():
    with pytest.raises(ValueError, match="without hours"):
        Calendar(WITA, week=((),) * 7)
    with pytest.raises(TypeError):
        BOALEMO.add(datetime(2026, 3, 2, 8, 30), HOUR)  # noqa: DTZ001  # naive on purpose
    with pytest.raises(OverflowError):
        BOALEMO.add(datetime(9998, 12, 30, tzinfo=UTC), 3000 * HOUR)
    with pytest.raises(OverflowError):
        BOALEMO.add_days(datetime(2, 1, 3, tzinfo=UTC), -3)


def test_equal_calendars_are_equal_whatever_they_were_asked():
    asked = Calendar(WITA)
    asked.add(at("2026-03-02 08:30"), HOUR)
    assert asked == Calendar(WITA)
    assert hash(asked) == hash(Calendar(WITA))
    assert asked != replace(asked, off=frozenset({date(2026, 10, 12)}))


def test_many_years_do_not_fill_the_memory():
    calendar = replace(BOALEMO, categories=(), ramadan=None)
    years = calendar.elapsed(datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
    assert 300 * 1950 < years / HOUR < 300 * 1960
    assert len(calendar._years) <= worktime._MOST_YEARS


def test_it_answers_fast_however_far_the_answer_is():
    BOALEMO.add(at("2026-03-02 08:30"), 5000 * HOUR)
    began = thread_time()
    for _ in range(1000):
        BOALEMO.add(at("2026-03-02 08:30"), 5 * MINUTE)
        BOALEMO.add(at("2026-03-02 08:30"), 5000 * HOUR)
        BOALEMO.add_days(at("2026-03-02 08:30"), 2)
    assert thread_time() - began < 0.6  # 200 µs each; a twentieth of that is usual
