import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import cron

MAKASSAR = ZoneInfo("Asia/Makassar")
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=MAKASSAR)
ZONES = [UTC, *map(ZoneInfo, ("Asia/Makassar", "Europe/Amsterdam", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia"))]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("0 8 * * 1-5", datetime(2026, 11, 23, 8, tzinfo=MAKASSAR)),
        ("30 7 1 * *", datetime(2026, 12, 1, 7, 30, tzinfo=MAKASSAR)),
        ("*/15 * * * *", datetime(2026, 11, 22, 12, 15, tzinfo=MAKASSAR)),
        ("0 9 * * MON", datetime(2026, 11, 23, 9, tzinfo=MAKASSAR)),
        ("0 0 L * *", datetime(2026, 11, 30, tzinfo=MAKASSAR)),
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=MAKASSAR)),
        ("@hourly", datetime(2026, 11, 22, 13, tzinfo=MAKASSAR)),
        ("@daily", datetime(2026, 11, 23, tzinfo=MAKASSAR)),
        ("@weekly", datetime(2026, 11, 29, tzinfo=MAKASSAR)),
        ("@monthly", datetime(2026, 12, 1, tzinfo=MAKASSAR)),
        ("@yearly", datetime(2027, 1, 1, tzinfo=MAKASSAR)),
    ],
)
def test_what_comes_next_goes_by_the_clock_of_the_zone(text, at):
    assert cron.is_meant(text)
    found = cron.following(text, SUNDAY)
    assert found == at
    assert found.tzinfo is MAKASSAR


@pytest.mark.parametrize(
    "text",
    ["@reboot", "@midnight", "0 8 * *", "0 0 8 * * *", "60 8 * * *", "0 8 31 2 *", "0 8 * * 9", "0 8 * * senin", "",
     "0 8 * * \u0661", "*/0 8 * * *", "0 8 * * " + "1," * 100 + "1", "9" * 5000 + " 8 * * *"],
)  # fmt: skip
def test_what_is_no_cron_expression_is_refused(text):
    with pytest.raises(ValueError, match="no cron expression"):
        cron.following(text, SUNDAY)


@pytest.mark.parametrize("text", ["0 0 */31 * 1#2", "* * */31 * 1#2", "0 0 */30 2 MON#5"])
@pytest.mark.parametrize("zone", [UTC, MAKASSAR], ids=str)
def test_what_never_comes_is_found_out_quickly(text, zone):
    begun = time.process_time()
    assert cron.following(text, SUNDAY.astimezone(zone)) is None
    assert time.process_time() - begun < 0.5


def test_the_calendar_ends():
    assert cron.following("@yearly", datetime(9999, 6, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "text", ["P1D", "R3/PT1H", 'duration("P1D")', '@"P1D"', "batas", "a * b - c", "2026-11-22", ""]
)
def test_other_times_are_not_taken_for_cron(text):
    assert not cron.is_meant(text)


def test_the_day_on_which_the_clocks_change_has_each_time_once():
    amsterdam = ZoneInfo("Europe/Amsterdam")
    forward = cron.following("30 2 * * *", datetime(2026, 3, 28, 12, tzinfo=amsterdam))
    assert forward == datetime(2026, 3, 29, 3, tzinfo=amsterdam)  # there is no 02:30
    first = cron.following("30 2 * * *", datetime(2026, 10, 24, 12, tzinfo=amsterdam))
    assert first.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second_time_around = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=amsterdam)
    assert cron.following("30 2 * * *", second_time_around).date() == datetime(2026, 10, 26, tzinfo=UTC).date()


NUMBERS = [(0, 59), (0, 23), (1, 28), (1, 12), (0, 7)]


@st.composite
def expressions(draw):
    fields = []
    for lowest, highest in NUMBERS:
        kind = draw(st.sampled_from(["*", "*", "one", "list", "range", "step"]))
        numbers = sorted(draw(st.lists(st.integers(lowest, highest), min_size=1, max_size=3)))
        fields.append(
            {
                "*": "*",
                "one": str(numbers[0]),
                "list": ",".join(map(str, numbers)),
                "range": f"{numbers[0]}-{numbers[-1]}",
                "step": f"*/{draw(st.integers(1, highest))}",
            }[kind]
        )
    return " ".join(fields)


@given(
    expressions(),
    st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1), timezones=st.sampled_from(ZONES)),  # noqa: DTZ001 the zone is drawn
)
def test_following_times_increase_and_lie_in_the_zone(text, begin):
    times = [begin]
    while len(times) < 6 and (found := cron.following(text, times[-1])) is not None:
        assert found.tzinfo is begin.tzinfo
        assert found == found.astimezone(UTC).astimezone(found.tzinfo)  # a time that clocks show
        times.append(found)
    for before, after in pairwise(each.astimezone(UTC) for each in times):
        assert before < after
    for before, after in pairwise(each.astimezone(UTC) for each in times[1:]):
        assert after - before >= timedelta(minutes=1)


@given(st.text(alphabet="0123456789*,-/#LW@ MONFRIJAN", max_size=60))
def test_any_text_is_a_time_or_refused(text):
    try:
        found = cron.following(text, SUNDAY)
    except ValueError:
        return
    assert found is None or found > SUNDAY
