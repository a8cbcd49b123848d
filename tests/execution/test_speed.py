"""What a step costs (read the state, complete a task, write the state), with ten times the room for a busy machine."""

import statistics
import time

import pytest

from engine.diagrams import model
from engine.execution import specs, steps
from tests.execution.drawing import NOON, Case, draw


def linear(number) -> str:
    return "    start S -> T0\n" + "".join(f"    user T{n} -> T{n + 1}\n" for n in range(number)) + f"    end T{number}"


def milliseconds(case, rounds, **values) -> list[float]:
    """Complete the task that is open longest, so many times."""
    taken = []
    for _ in range(rounds):
        token = min(case.tasks)
        begun = time.thread_time()
        step = steps.complete(case.spec, case.state, token, values, now=NOON)
        taken.append((time.thread_time() - begun) * 1000)
        case.take(step)
    return taken


@pytest.mark.parametrize("number", [10, 100, 5000])
def test_a_step_does_not_cost_more_in_a_larger_process(number):
    taken = [statistics.median(milliseconds(Case(linear(number)), 9, x=1)) for _ in range(20)]
    assert statistics.median(taken) < 0.5


def test_a_step_does_not_cost_more_after_a_long_history():
    case = Case("    start S -> A\n    user A -> X\n    xor X -> E [n >= 2000], A*\n    end E", {"n": 0})
    taken = milliseconds(case, 1500)
    assert statistics.median(taken[-200:]) < 0.5
    assert statistics.median(taken[-200:]) < 3 * statistics.median(taken[50:250])


def test_a_thousand_instances_open_and_complete_quickly():
    items = [{"nama": f"Orang {number}"} for number in range(1000)]
    spec = specs.compile(
        draw("    start S -> A\n    user A", A={"multi": model.MultiInstance(collection="xs", element="x")})
    )
    begun = time.thread_time()
    steps.start(spec, {"xs": items}, now=NOON)
    assert time.thread_time() - begun < 0.5
    case = Case(
        "    start S -> A\n    user A", {"xs": items}, A={"multi": model.MultiInstance(collection="xs", element="x")}
    )
    assert statistics.median(milliseconds(case, 50)) < 10


def test_five_thousand_nodes_compile_quickly():
    diagram = draw(linear(5000))
    begun = time.thread_time()
    specs.compile(diagram)
    assert time.thread_time() - begun < 2
