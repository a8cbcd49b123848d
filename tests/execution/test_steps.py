import itertools
from datetime import timedelta

import pytest

from engine import errors
from engine.diagrams import model
from engine.execution import specs, steps
from tests.execution.drawing import NOON, Case, draw

TWO = "    start S -> A\n    user A -> B\n    user B -> E\n    end E"


def test_a_step_tells_all_that_follows_from_it():
    case = Case(
        "    start S -> A\n    user A -> F\n    and F -> B, C\n    user B\n    catch-timer C: PT1H\n    message M on B: BATAL",
        {"x": 1},
    )
    step = case.complete("A", x=2, y=3)
    assert [(closed.node, closed.how) for closed in step.closed] == [("A", "completed")]
    assert [task.node for task in step.opened] == ["B"]
    assert [(timer.node, timer.due) for timer in step.timers] == [("C", NOON + timedelta(hours=1))]
    assert [(waits.node, waits.kind, waits.name) for waits in step.subscriptions] == [("M", "message", "BATAL")]
    assert step.changes == (steps.Change("x", 0, 1, 2), steps.Change("y", 0, None, 3))
    assert [(event.kind, event.element) for event in step.events] == [
        ("left", "A"),
        ("taken", "A_F"),
        ("entered", "F"),
        ("left", "F"),
        ("taken", "F_B"),
        ("taken", "F_C"),
        ("entered", "B"),
        ("entered", "C"),
    ]
    assert step.status == "active"
    step = case.complete("B")
    assert step.ended
    assert case.subscriptions == {}


def test_the_variables_of_the_start_are_changes_too():
    assert Case(TWO, {"x": 1}).steps[0].changes == (steps.Change("x", 0, None, 1),)


def test_a_variable_written_often_is_one_change():
    case = Case("    start S -> T\n    script T: n = n + 1 -> X\n    xor X -> T [n < 500], E*\n    end E", {"n": 0})
    assert case.steps[0].changes == (steps.Change("n", 0, None, 500),)
    case = Case(TWO, {"n": 0})
    assert case.complete("A", n=0).changes == (steps.Change("n", 0, 0, 0),)


def test_a_change_names_its_scope():
    case = Case(
        TWO, A={"multi": model.MultiInstance(collection="[1]", element="p", output_collection="h", output_element="j")}
    )
    token = case.token("A")
    changes = case.complete("A", j=5).changes
    assert steps.Change("j", token, None, 5) in changes
    assert steps.Change("h", 0, None, [5]) in changes


def test_tokens_are_numbered_in_order_of_opening_and_never_again():
    case = Case("    start S -> F\n    and F -> A, B\n    user A -> A\n    user B")
    seen = [task.token for task in case.steps[0].opened]
    for _ in range(5):
        seen += [task.token for task in case.complete("A").opened]
    assert all(before < after for before, after in itertools.pairwise(seen))


def test_a_task_is_completed_once():
    case = Case(TWO)
    token, before = case.token("A"), case.state
    case.complete("A")
    for number in (token, 0, -1, 999):
        with pytest.raises(errors.TokenGone):
            steps.complete(case.spec, case.state, number, {}, now=NOON)
    assert steps.complete(case.spec, before, token, {}, now=NOON).state == case.state


def test_only_tasks_are_completed():
    case = Case("    start S -> P\n    sub P\n      start Ps -> J, J\n      catch-timer J: PT1H")
    for at in steps.describe(case.spec, case.state).tokens:
        with pytest.raises(errors.TokenGone):
            steps.complete(case.spec, case.state, at.token, {}, now=NOON)


def test_a_completed_instance_stays_readable_and_moves_no_more():
    case = Case(TWO, {"x": 1})
    case.complete("A", "B", y=2)
    assert steps.describe(case.spec, case.state) == steps.Snapshot("completed", (), {"x": 1, "y": 2})
    assert case.variables == {"x": 1, "y": 2}
    with pytest.raises(errors.NobodyWaits):
        case.send("message", "M")
    assert case.send("signal", "S").status == "completed"


def test_where_an_instance_stands():
    case = Case(
        "    start S -> P\n    sub P\n      start Ps -> F\n      and F -> A, J, C\n      user A -> J\n      and J\n      catch-signal C: SIAP\n    timer T on P: PT1H",
        {"x": 1},
    )
    snapshot = steps.describe(case.spec, case.state)
    assert [(at.node, at.status) for at in snapshot.tokens] == [
        ("P", "inside"),
        ("T", "timer"),
        ("A", "task"),
        ("J", "join"),
        ("C", "signal"),
    ]
    assert snapshot.variables == {"x": 1}


def test_what_can_be_seen():
    case = Case(TWO, {"x": 1})
    assert steps.visible(case.spec, case.state, None) == {"x": 1}
    assert case.sees("A") == {"x": 1}
    with pytest.raises(errors.TokenGone):
        steps.visible(case.spec, case.state, 99)


@pytest.mark.parametrize(
    "text",
    [
        "    start S -> X\n    xor X -> Y\n    xor Y -> X",
        "    start S -> T\n    script T: n = 1 -> T",
        "    start S -> M\n    xor M -> F\n    and F -> M, M",
        "    start S -> P\n    sub P -> P\n      start Ps",
        "    start S -> P\n    sub P\n      start Ps -> Z\n      end-error Z: LAGI\n    error B on P: LAGI -> P",
        "    start S -> L\n    throw-link L: x\n    catch-link M: x -> L",
    ],
)
def test_what_would_never_end_is_stopped(text):
    spec = specs.compile(draw(text))
    with pytest.raises(errors.StepLimit):
        steps.start(spec, {}, now=NOON)


def test_many_slow_expressions_are_stopped(monkeypatch):
    monkeypatch.setattr("engine.execution.instances.MAXIMUM_SECONDS", 0.2)
    text = "    start S -> T\n    script T: n = count(for i in 1..20000 return i * i) -> T"
    with pytest.raises(errors.StepTooLong):
        steps.start(specs.compile(draw(text)), {}, now=NOON)


def test_a_step_is_pure():
    case = Case(TWO)
    token, before = case.token("A"), case.state
    values = {"x": [1]}
    first = steps.complete(case.spec, before, token, values, now=NOON)
    assert steps.complete(case.spec, before, token, values, now=NOON) == first
    assert values == {"x": [1]}
    assert case.state == before
