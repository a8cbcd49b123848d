"""How instances begin by themselves: messages, signals and timers of start events."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from tests.execution.drawing import NOON, draw

MAKASSAR = ZoneInfo("Asia/Makassar")
TIMED = "    timer S: PT1H -> A\n    user A"


def timed(kind, text, now=NOON):
    spec = specs.compile(draw(TIMED, S={"events": (model.Event("timer", timer=kind, text=text),)}))
    return steps.start_timers(spec, now=now)


def all_dues(timer, now=None, number=5):
    """Let a start timer fire, each time at ``now`` or exactly when it is due."""
    dues, plan = [timer.due], json.loads(json.dumps(timer.plan))
    while len(dues) < number and (found := steps.following_start(plan, now=now or dues[-1])) is not None:
        due, plan = found
        dues.append(due)
    return dues


def test_messages_and_signals_start_instances():
    text = "    message M: SURAT -> A\n    signal G: BUKA -> A\n    timer T: PT1H -> A\n    start S -> A\n    user A"
    spec = specs.compile(draw(text, M={"properties": {"message.key": "nomor"}}))
    assert steps.triggers(spec) == (
        steps.StartTrigger("M", "message", "SURAT", "nomor"),
        steps.StartTrigger("G", "signal", "BUKA"),
    )
    assert [timer.node for timer in steps.start_timers(spec, now=NOON)] == ["T"]


def test_what_waits_inside_starts_nothing():
    text = "    start S -> A\n    user A\n    events V\n      message M: SURAT -> B\n      user B\n    events W\n      timer T: PT1H -> C\n      user C"
    spec = specs.compile(draw(text))
    assert (steps.triggers(spec), steps.start_timers(spec, now=NOON)) == ((), ())


def test_a_timer_starts_an_instance():
    (timer,) = timed("duration", "PT1H")
    assert (timer.node, timer.due) == ("S", NOON + timedelta(hours=1))
    spec = specs.compile(draw(TIMED))
    step = steps.start(spec, {}, now=timer.due, event=steps.StartEvent("timer", timer.node))
    assert [task.node for task in step.opened] == ["A"]
    assert steps.following_start(timer.plan, now=timer.due) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "2026-11-22T11:59:59Z"),
        ("date", "2020-01-01"),
        ("cycle", "R3/2026-11-01T08:00:00Z/P1D"),
        ("cycle", "R0/PT1H"),
    ],
)
def test_what_is_past_starts_nothing(kind, text):
    assert timed(kind, text) == ()


def test_of_a_repetition_what_is_past_counts():
    (timer,) = timed("cycle", "R5/2026-11-20T08:00:00Z/P1D")
    assert all_dues(timer) == [datetime(2026, 11, day, 8, tzinfo=UTC) for day in (23, 24)]


def test_a_missed_start_runs_once():
    (timer,) = timed("cycle", "R/2026-11-22T13:00:00Z/PT1H")
    due, _ = steps.following_start(timer.plan, now=NOON + timedelta(days=3, minutes=5))
    assert due == NOON + timedelta(days=3, hours=1)


def test_working_days_at_eight_of_the_office():
    (timer,) = timed("cycle", "0 8 * * 1-5", now=NOON.astimezone(MAKASSAR))
    assert all_dues(timer, number=6) == [
        datetime(2026, 11, day, 8, tzinfo=MAKASSAR) for day in (23, 24, 25, 26, 27, 30)
    ]
    assert all(each.tzinfo is MAKASSAR for each in all_dues(timer))


def test_daily_by_the_calendar_of_the_office_in_winter_and_summer():
    amsterdam = ZoneInfo("Europe/Amsterdam")
    (timer,) = timed("cycle", "R/2026-01-01T08:00/P1D", now=datetime(2026, 3, 27, 12, tzinfo=amsterdam))
    found = all_dues(timer, number=4)
    assert [(each.day, each.hour) for each in (at.astimezone(amsterdam) for at in found)] == [
        (28, 8),
        (29, 8),
        (30, 8),
        (31, 8),
    ]


def test_feel_tells_the_time_without_variables():
    (timer,) = timed("date", 'now() + duration("P1D")')
    assert timer.due == NOON + timedelta(days=1)
    with pytest.raises(errors.TimerRefused) as refused:
        timed("date", "batas")
    assert refused.value.place["element"] == "S"


@pytest.mark.parametrize("plan", [[], [1], ["besok"], [NOON.isoformat(), None, "P"], [NOON.isoformat(), None, "besok"]])
def test_what_is_no_plan_is_refused(plan):
    with pytest.raises(errors.StateUnreadable):
        steps.following_start(plan, now=NOON)


def test_a_plan_costs_nothing_however_often_it_repeats():
    (timer,) = timed("cycle", "R1000000/PT1S")
    assert len(json.dumps(timer.plan)) < 120
    due, plan = steps.following_start(timer.plan, now=timer.due)
    assert due == NOON + timedelta(seconds=2)
    due, plan = steps.following_start(plan, now=NOON + timedelta(days=10, seconds=0.5))
    assert due == NOON + timedelta(days=10, seconds=1)
    assert steps.following_start(plan, now=NOON + timedelta(days=12)) is None
