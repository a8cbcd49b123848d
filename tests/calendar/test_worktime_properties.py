"""What holds of working time in any office: with any hours, in zones whose clocks change, for any moment."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given
from hypothesis import strategies as st

from engine.calendar.worktime import OFFICE_WEEK, RAMADAN_WEEK, Calendar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
ZONES = [
    ZoneInfo(name)
    for name in ("Asia/Makassar", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
]
ALWAYS = (((0, 1440),),) * 7
NIGHTS = (((0, 150), (1350, 1440)),) * 7
"""Every night from 22:30 to 02:30: over whatever clocks do at night."""
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin, 02:00 becomes 03:00
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin, 03:00 becomes 02:00
    datetime(2018, 11, 4, 3, tzinfo=UTC),  # São Paulo, a midnight that does not exist
    datetime(2018, 2, 18, 2, tzinfo=UTC),  # São Paulo, a midnight that comes twice
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia, a day that does not exist
    datetime(2026, 12, 31, 16, tzinfo=UTC),  # a new year in Boalemo
    datetime(2026, 3, 20, 7, tzinfo=UTC),  # Ramadan ends
]


@st.composite
def weeks(draw):
    def spans():
        edges = draw(st.lists(st.integers(0, 96), max_size=6, unique=True).map(sorted))
        return tuple((begin * 15, end * 15) for begin, end in zip(edges[::2], edges[1::2], strict=False))

    week = tuple(spans() for _ in range(7))
    assume(any(week))
    return week


CALENDARS = st.builds(
    Calendar,
    st.sampled_from(ZONES),
    st.one_of(st.sampled_from([OFFICE_WEEK, NIGHTS, ALWAYS]), weeks()),
    st.one_of(st.none(), st.just(RAMADAN_WEEK)),
    categories=st.sampled_from([(), ("public",), ("public", "government")]),
    off=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
)
MOMENTS = st.one_of(
    st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.sampled_from(ZONES)),  # noqa: DTZ001
    st.builds(
        lambda change, seconds, zone: (change + timedelta(seconds=seconds)).astimezone(zone),
        st.sampled_from(CHANGES),
        st.integers(-200_000, 200_000),
        st.sampled_from(ZONES),
    ),
)
WORK = st.timedeltas(timedelta(0), timedelta(days=60))


def worked(calendar, moment):
    """Whether anybody works in the microsecond after a moment, from first principles."""
    local = moment.astimezone(calendar.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    minutes = (local.replace(tzinfo=None) - midnight) / MINUTE
    return any(begin <= minutes < end for begin, end in calendar.hours(local.date()))


def is_inside(calendar, moment):
    return worked(calendar, moment) or worked(calendar, moment - MICROSECOND)


@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(days=-60), timedelta(days=60)))
def test_what_is_added_has_elapsed(calendar, start, work):
    end = calendar.add(start, work)
    assert end.utcoffset() == timedelta(0)
    assert calendar.elapsed(start, end) == work
    assert calendar.elapsed(end, start) == -work
    assert (end > start, end < start) == (work > timedelta(0), work < timedelta(0))


@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(days=-60), timedelta(days=60)).filter(bool))
def test_work_ends_while_it_is_worked_and_not_a_moment_too_late(calendar, start, work):
    end = calendar.add(start, work)
    assert is_inside(calendar, end)
    nearer = end - MICROSECOND if work > timedelta(0) else end + MICROSECOND
    assert abs(calendar.elapsed(start, nearer)) < abs(work)


@given(CALENDARS, MOMENTS, MOMENTS, WORK, WORK)
def test_a_later_start_and_more_work_end_no_earlier(calendar, one, other, less, more):
    first, second = sorted([one.astimezone(UTC), other.astimezone(UTC)])
    less, more = sorted([less, more])
    assert calendar.add(first, more) <= calendar.add(second, more)
    assert calendar.add(first, less) <= calendar.add(first, more)
    assert calendar.add(first, -more) <= calendar.add(second, -more)


@given(CALENDARS, MOMENTS, WORK, WORK)
def test_work_can_be_added_in_parts(calendar, start, one, other):
    assert calendar.add(calendar.add(start, one), other) == calendar.add(start, one + other)
    assert calendar.add(calendar.add(start, -one), -other) == calendar.add(start, -one - other)


@given(CALENDARS, st.lists(MOMENTS, min_size=3, max_size=3))
def test_elapsed_time_adds_up(calendar, moments):
    one, two, three = moments
    assert calendar.elapsed(one, two) + calendar.elapsed(two, three) == calendar.elapsed(one, three)
    assert calendar.elapsed(one, one) == timedelta(0)


@given(CALENDARS, MOMENTS, st.sampled_from(ZONES), WORK, st.integers(-40, 40))
def test_the_zone_in_which_a_moment_is_told_does_not_matter(calendar, start, zone, work, days):
    told = start.astimezone(zone)
    assert calendar.add(told, work) == calendar.add(start, work)
    assert calendar.add_days(told, days) == calendar.add_days(start, days)
    assert calendar.next_working(told) == calendar.next_working(start)
    assert calendar.elapsed(told, start) == timedelta(0)


@given(CALENDARS, MOMENTS, st.integers(0, 2 * 1440))
@example(Calendar(ZONES[1], ALWAYS, None), CHANGES[0] - HOUR, 1440)
@example(Calendar(ZONES[1], NIGHTS, None), CHANGES[1] - 3 * HOUR, 300)
@example(Calendar(ZONES[2], NIGHTS, None), CHANGES[2] - 3 * HOUR, 300)
@example(Calendar(ZONES[2], NIGHTS, None), CHANGES[3] - 3 * HOUR, 300)
@example(Calendar(ZONES[4], ALWAYS, None), CHANGES[5] - 3 * HOUR, 1440)
def test_it_agrees_with_counting_minutes(calendar, start, minutes):
    start = start.astimezone(UTC).replace(second=0, microsecond=0)
    counted = [start + each * MINUTE for each in range(minutes) if worked(calendar, start + each * MINUTE)]
    assert calendar.elapsed(start, start + minutes * MINUTE) == len(counted) * MINUTE
    if counted:
        assert calendar.add(start, len(counted) * MINUTE) == counted[-1] + MINUTE
        assert calendar.add(start + minutes * MINUTE, -len(counted) * MINUTE) == counted[0]
        assert calendar.next_working(start) == counted[0] or is_inside(calendar, start)


@given(CALENDARS, MOMENTS)
def test_the_next_working_moment_is_the_first(calendar, moment):
    moment = moment.astimezone(UTC)  # no moment of an hour that comes twice equals one told in another zone (PEP 495)
    found = calendar.next_working(moment)
    assert found >= moment
    assert not worked(calendar, moment) or found == moment
    assert is_inside(calendar, found)
    assert calendar.elapsed(moment, found) == timedelta(0)


# Days ----------------------------------------------------------------------------------------------------------------

DAYTIME = st.builds(
    Calendar,
    st.sampled_from([zone for zone in ZONES if zone.key != "Pacific/Apia"]),  # where a Friday was left out
    st.just(OFFICE_WEEK),
    st.sampled_from([None, RAMADAN_WEEK]),
    off=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
)
ALIKE = (*(OFFICE_WEEK[0],) * 5, (), ())


@given(st.sampled_from(ZONES), MOMENTS, st.integers(-300, 300))
def test_where_all_days_are_alike_a_day_is_a_days_work(zone, start, days):
    calendar = Calendar(zone, ALIKE, None)
    assert calendar.elapsed(start, calendar.add_days(start, days)) == days * calendar.day


@given(DAYTIME, MOMENTS, st.integers(-300, 300).filter(bool))
def test_a_day_ends_in_working_hours(calendar, start, days):
    assert is_inside(calendar, calendar.add_days(start, days))


@given(DAYTIME, MOMENTS, st.integers(1, 300))
def test_so_many_days_lie_between(calendar, start, days):
    def day_of(moment):
        return moment.astimezone(calendar.zone).date()

    first, last = day_of(calendar.next_working(start)), day_of(calendar.add_days(start, days))
    between = sum(calendar.is_working_day(first + each * DAY) for each in range((last - first).days))
    assert between in {days, days - 1}  # the latter for the whole of days, from an opening to a closing


@given(DAYTIME, st.lists(MOMENTS, min_size=2, max_size=4), st.integers(-300, 300))
def test_days_from_a_later_start_end_no_earlier(calendar, starts, days):
    ends = [calendar.add_days(start, days) for start in sorted(start.astimezone(UTC) for start in starts)]
    assert all(one <= other for one, other in pairwise(ends))


@given(DAYTIME, MOMENTS, st.integers(-300, 300), st.integers(0, 20))
def test_more_days_end_no_earlier(calendar, start, days, more):
    assert calendar.add_days(start, days) <= calendar.add_days(start, days + more)
