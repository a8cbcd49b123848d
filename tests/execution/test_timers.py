import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from engine.execution.elements.timers import Due, Duration
from tests.execution.drawing import NOON, Case, draw

MAKASSAR = ZoneInfo("Asia/Makassar")
CATCH = "    start S -> C\n    catch-timer C: {} -> A\n    user A"
NAG = "    start S -> A\n    user A -> E\n    timer? T on A: {} -> R\n    user R -> E\n    end E"


def timed(kind, text):
    """Give a timer that the drawing has no word for."""
    return {"events": (model.Event("timer", timer=kind, text=text),)}


def due(text, variables=None, now=NOON):
    (timer,) = Case(CATCH.format(text), variables, now=now).timers.values()
    return timer.due


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("PT1H", timedelta(hours=1)),
        ("PT90M", timedelta(minutes=90)),
        ("PT0.5S", timedelta(seconds=0.5)),
        ("P2D", timedelta(days=2)),
        ("P1W", timedelta(weeks=1)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("P1M", timedelta(days=30)),
        ("P1Y", timedelta(days=365)),
        ("PT0S", timedelta(0)),
    ],
)
def test_durations(text, after):
    assert due(text) == NOON + after


def test_a_month_after_the_last_day_is_the_last_day():
    january = datetime(2026, 1, 31, 9, tzinfo=MAKASSAR)
    assert Duration.read("P1M").after(january) == datetime(2026, 2, 28, 9, tzinfo=MAKASSAR)
    assert Duration.read("P13M").after(january) == datetime(2027, 2, 28, 9, tzinfo=MAKASSAR)


def test_days_go_by_the_calendar_and_hours_by_the_clock():
    amsterdam = ZoneInfo("Europe/Amsterdam")
    evening = datetime(2026, 3, 28, 12, tzinfo=amsterdam)  # the clock goes forward in the night
    assert Duration.read("P1D").after(evening).astimezone(UTC) - evening.astimezone(UTC) == timedelta(hours=23)
    assert Duration.read("PT24H").after(evening).astimezone(UTC) - evening.astimezone(UTC) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-12-01T08:00:00Z", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("2026-12-01T08:00:00+08:00", datetime(2026, 12, 1, 0, tzinfo=UTC)),
        ("2026-12-01T08:00:00", datetime(2026, 12, 1, 8, tzinfo=MAKASSAR)),
        ("2026-12-01", datetime(2026, 12, 1, tzinfo=MAKASSAR)),
    ],
)
def test_dates_without_a_zone_are_in_that_of_now(text, at):
    assert due(text, now=NOON.astimezone(MAKASSAR)) == at


@pytest.mark.parametrize(
    ("kind", "text", "value", "at"),
    [
        ("duration", "lama", "PT2H", NOON + timedelta(hours=2)),
        ("duration", "duration(lama)", "PT2H", NOON + timedelta(hours=2)),
        ("duration", "lama", timedelta(days=100_000), NOON + timedelta(days=100_000)),
        ("date", "batas", datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        ("date", 'date("2026-12-01")', None, datetime(2026, 12, 1, tzinfo=UTC)),
        ("date", 'now() + duration("PT1H")', None, NOON + timedelta(hours=1)),
        ("cycle", '"R3/PT" + string(n) + "M"', 10, NOON + timedelta(minutes=10)),
    ],
)
def test_expressions_tell_times(kind, text, value, at):
    event = model.Event("timer", timer=kind, text=text)
    case = Case(
        "    start S -> C\n    catch C -> A\n    user A",
        {"lama": value, "batas": value, "n": value},
        C={"events": (event,)},
    )
    assert next(iter(case.timers.values())).due == at


@pytest.mark.parametrize(
    "text", ["null", "tidak_ada", "1", '"besok"', '"P"', '"PT"', '"1H"', '"P1H"', '"-PT1H"', "[1]", '"P9999999D"']
)
@pytest.mark.parametrize("kind", ["duration", "date", "cycle"])
def test_an_expression_that_tells_no_time_is_an_error_that_names_the_element(kind, text):
    spec = specs.compile(
        draw("    start S -> C\n    catch C", C={"events": (model.Event("timer", timer=kind, text=text),)})
    )
    with pytest.raises(errors.TimerRefused) as refused:
        steps.start(spec, {}, now=NOON)
    assert refused.value.place["element"] == "C"


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59-23:00",
        "12026-01-01",
        "2026-13-01",
        "P999999Y",
        "PT999999999H",
        "R3/PT0S",
        "R3/PT0.9S",
        "R/P0D",
        "R3/2026-01-01",
    ],
)
def test_times_that_no_clock_reaches_are_errors(text):
    with pytest.raises((errors.TimerRefused, errors.NotExecutable)) as refused:
        due(text)
    assert refused.value.place["element"] == "C"


@pytest.mark.parametrize("text", ["", "   ", "__import__('os').system('id')", "PT1H; PT2H"])
def test_what_is_no_time_does_not_compile(text):
    with pytest.raises(errors.NotExecutable):
        specs.compile(
            draw("    start S -> C\n    catch C", C={"events": (model.Event("timer", timer="duration", text=text),)})
        )


# repeating


def fires(case, times):
    return [case.fire("T") and case.open for _ in range(times)]


def test_a_cycle_fires_as_often_as_it_says():
    case = Case(NAG.format("R2/PT10M"))
    assert fires(case, 2) == ["A R", "A R R"]
    assert case.timers == {}
    case.complete("A", "R", "R")
    assert case.status == "completed"


def test_a_cycle_without_a_number_fires_until_the_task_is_done():
    case = Case(NAG.format("R/PT10M"))
    assert fires(case, 5)[-1] == "A R R R R R"
    case.complete("A")
    assert case.timers == {}


def test_a_cycle_is_due_in_even_steps_however_late_it_fires():
    case = Case(NAG.format("R/PT10M"))
    case.now = NOON + timedelta(minutes=14)
    case.fire("T")
    (timer,) = case.timers.values()
    assert timer.due == NOON + timedelta(minutes=20)


def test_what_was_missed_is_not_made_up_for():
    case = Case(NAG.format("R1000000/2026-01-01T00:00:00Z/PT1M"))
    case.fire("T")
    (timer,) = case.timers.values()
    assert timer.due == NOON + timedelta(minutes=1)
    assert len(case.tasks) == 2
    case = Case(NAG.format("R3/2000-01-01T00:00:00Z/PT1M"))
    case.fire("T")
    assert case.timers == {}


def test_a_huge_number_of_repetitions_costs_nothing():
    case = Case(NAG.format("R999999999999/PT1S"))
    fires(case, 3)
    assert len(case.state) < 400


def test_a_cycle_at_a_catch_event_fires_once():
    case = Case(CATCH.format("R3/PT10M"))
    case.fire("C")
    assert (case.open, case.timers) == ("A", {})


def test_each_token_has_its_own_timer():
    case = Case(NAG.replace("start S -> A", "start S -> A, A").format("PT10M"))
    assert len(case.timers) == 2
    first, second = case.timers
    case.take(steps.fire(case.spec, case.state, first, now=NOON))
    assert list(case.timers) == [second]


def test_a_timer_that_is_not_set_cannot_fire():
    case = Case(NAG.format("PT10M"))
    token = next(iter(case.timers))
    for number in (case.token("A"), 999):
        with pytest.raises(errors.TokenGone):
            steps.fire(case.spec, case.state, number, now=NOON)
    case.fire("T")
    with pytest.raises(errors.TokenGone):
        steps.fire(case.spec, case.state, token, now=NOON)


def test_a_timer_may_start_an_event_sub_process_again_and_again():
    case = Case("    start S -> A\n    user A\n    events V\n      timer? T: R2/P1D -> H\n      user H")
    assert fires(case, 2) == ["A H", "A H H"]
    assert case.timers == {}


def test_a_cron_expression_repeats_a_boundary_timer():
    case = Case(NAG.format("R/PT1H"), now=NOON.astimezone(MAKASSAR), T=timed("cycle", "0 8 * * 1-5"))
    assert fires(case, 3) == ["A R", "A R R", "A R R R"]
    (timer,) = case.timers.values()
    assert timer.due == datetime(2026, 11, 26, 8, tzinfo=MAKASSAR)


def test_and_starts_an_event_sub_process():
    text = "    start S -> A\n    user A\n    events V\n      timer? T: PT1H -> H\n      user H"
    case = Case(text, T=timed("cycle", "@daily"))
    assert fires(case, 2) == ["A H", "A H H"]


def test_an_expression_may_give_a_cron_expression():
    event = timed("cycle", "jadwal")
    case = Case(NAG.format("PT1H"), {"jadwal": "30 7 * * *"}, T=event)
    (timer,) = case.timers.values()
    assert timer.due == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0 8 31 2 *", "0 0 */31 * 1#2", "61 * * * *", "@reboot"])
def test_a_cron_expression_that_never_comes_is_an_error(text):
    for shown, variables in ((text, {}), ("jadwal", {"jadwal": text})):
        with pytest.raises(errors.TimerRefused) as refused:
            Case(NAG.format("PT1H"), variables, T=timed("cycle", shown))
        assert refused.value.place["element"] == "T"


def test_a_months_last_day_stays_its_last_day():
    case = Case(NAG.format("R4/2026-12-31T09:00:00Z/P1M"))
    days = []
    while case.timers:
        days += [timer.due.date().isoformat() for timer in case.timers.values()]
        case.fire("T")
    assert days == ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]


def test_a_repetition_goes_by_the_calendar_of_the_zone_after_it_was_stored():
    amsterdam = ZoneInfo("Europe/Amsterdam")
    case = Case(NAG.format("R/2026-03-28T08:00/P1D"), now=datetime(2026, 3, 27, 12, tzinfo=amsterdam))
    for day, hour in ((28, 7), (29, 6), (30, 6)):  # in UTC
        (timer,) = case.timers.values()
        assert timer.due.astimezone(UTC) == datetime(2026, 3, day, hour, tzinfo=UTC)
        case.now = timer.due.astimezone(amsterdam)
        case.take(steps.fire(case.spec, case.state, timer.token, now=case.now))


ZONES = [UTC, *map(ZoneInfo, ("Asia/Makassar", "Europe/Amsterdam", "Asia/Beirut", "Pacific/Apia"))]
STEPS = ["PT1S", "PT90M", "P1D", "P1W", "P1M", "P1Y", "P1M2DT3H"]


@given(
    st.sampled_from(STEPS),
    st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1), timezones=st.sampled_from(ZONES)),  # noqa: DTZ001 the zone is drawn
    st.lists(st.timedeltas(timedelta(0), timedelta(days=700)), min_size=1, max_size=6),
)
def test_the_firings_of_a_repetition_increase_whenever_they_happen(every, start, delays):
    assume(
        start.astimezone(UTC).astimezone(start.tzinfo).replace(tzinfo=None) == start.replace(tzinfo=None)
    )  # the clock showed it
    step = Duration.read(every)
    due = Due(start, None, every, start)
    for delay in delays:
        now = (due.at.astimezone(UTC) + delay).astimezone(start.tzinfo)
        before, due = due, Due.unpack(due.pack()).following(now)
        assert due.at.astimezone(UTC) > max(before.at.astimezone(UTC), now.astimezone(UTC))
        assert due.at.tzinfo is start.tzinfo
        number = step.fits(start, now)
        assert due.at == step.after(start, number)
        assert step.after(start, number - 1).astimezone(UTC) <= now.astimezone(UTC)


def test_a_million_missed_seconds_are_counted_at_once():
    due = Due(NOON, 1_000_000, "PT1S", NOON)
    begun = time.process_time()
    for _ in range(1000):
        due = due.following(due.at + timedelta(seconds=900))
    assert time.process_time() - begun < 1
    assert due.left == 1_000_000 - 1000 * 901


def test_states_of_before_know_no_start():
    assert Due.unpack([NOON.isoformat(), 3, "P1D"]).following(NOON) == Due(NOON + timedelta(days=1), 2, "P1D")


def test_the_calendar_ends():
    last = datetime(9998, 12, 31, tzinfo=UTC)
    assert Due(last, None, "P2Y", last).following(last) is None
    assert Due(last, None, "PT999999999H", last).following(last) is None


# until when a task is to be done


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("P2D", NOON + timedelta(days=2)),
        ("2026-12-01", datetime(2026, 12, 1, tzinfo=MAKASSAR)),
        ("2026-12-01T08:00", datetime(2026, 12, 1, 8, tzinfo=MAKASSAR)),
        ("2026-12-01 08:00", datetime(2026, 12, 1, 8, tzinfo=MAKASSAR)),
        ("2026-12-01T08:00:00Z", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ('@"P2D"', NOON + timedelta(days=2)),
        ("batas", datetime(2026, 12, 24, tzinfo=MAKASSAR)),
        ('batas + duration("P1D")', datetime(2026, 12, 25, tzinfo=MAKASSAR)),
        ('duration("P1Y")', datetime(2027, 11, 22, 20, tzinfo=MAKASSAR)),
        ('now() + duration("PT1H")', NOON + timedelta(hours=1)),
        ("tidak_ada", None),
    ],
)
def test_a_task_is_due(text, due):
    case = Case(
        "    start S -> A\n    user A",
        {"batas": date(2026, 12, 24)},
        now=NOON.astimezone(MAKASSAR),
        A={"due_date": text},
    )
    (task,) = case.tasks.values()
    assert task.due == due
    assert task.due is None or task.due.tzinfo is not None


@pytest.mark.parametrize("text", ["17", "[1]", '"besok"', '"P"', '"P9999999D"', "2026-13-01", "P9999999Y", "true"])
def test_a_due_date_that_is_none_is_an_error_that_names_the_task(text):
    spec = specs.compile(draw("    start S -> A\n    user A", A={"due_date": text}))
    with pytest.raises(errors.TimerRefused) as refused:
        steps.start(spec, {}, now=NOON)
    assert refused.value.place["element"] == "A"


def test_each_item_may_have_its_own():
    node = {"multi": model.MultiInstance(collection="[1, 2]", element="n"), "due_date": '"P" + string(n) + "D"'}
    case = Case("    start S -> A\n    user A", A=node)
    assert [task.due for task in case.tasks.values()] == [NOON + timedelta(days=1), NOON + timedelta(days=2)]


def test_due_is_kept_as_it_is():
    for each in (Due(NOON), Due(NOON, None, "PT1H"), Due(NOON.astimezone(MAKASSAR), 3, "P1M", NOON)):
        assert Due.unpack(each.pack()) == each
    for damaged in (None, [], [1], ["x"], [NOON.isoformat(), "x", 1]):
        with pytest.raises(ValueError, match=r"."):
            Due.unpack(damaged)
