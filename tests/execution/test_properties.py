"""Random processes behave the same however their state is kept, and as an independent simulator of BPMN says they must."""

import importlib
import random
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from engine import errors
from engine.diagrams import reading
from engine.execution import specs, state
from engine.execution.instances import Instance
from engine.execution.mended import READY
from engine.execution.variables import visible
from tests.execution import processes
from tests.shared import shared

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROCESSES = 300
STEPS = 40


class InMemory:
    """One living instance, whose finished tokens are kept and which is never written down."""

    def __init__(self, writer: processes.Writer, variables: dict) -> None:
        self.spec = specs.compile(reading.read(writer.xml.encode()))
        self.instance = Instance(self.spec.main, NOON)
        for name, value in variables.items():
            self.instance.task_tree.write(name, value)
        self.instance.begin(self.spec.main.starts)
        self.instance.settle()

    def tasks(self) -> list[tuple[str, int, dict]]:
        found = [
            (token.task_spec.node, token.id, visible(token.scopes()))
            for level in self.instance.levels()
            for token in level.alive.values()
            if token.state == READY
        ]
        return sorted(found, key=lambda task: task[1])

    def complete(self, number: int, values: dict) -> None:
        token = self.instance.token(number)
        for name, value in values.items():
            token.write(name, value)
        token.run()
        self.instance.settle()

    def status(self) -> str:
        return "completed" if self.instance.completed else "active"

    def variables(self) -> dict:
        return visible(self.instance.task_tree.scopes())

    def events(self) -> list:
        return self.instance.events


class Stored(InMemory):
    """The same, written and read again at every step, with or without its finished tokens."""

    prune = True

    def __init__(self, writer: processes.Writer, variables: dict) -> None:
        super().__init__(writer, variables)
        self.past: list = []
        self.store()

    def store(self) -> None:
        self.past += self.instance.events
        self.state = state.dump(self.instance, prune=self.prune)
        self.instance = state.load(self.spec.main, self.state, NOON)
        self.instance.wake_all()

    def complete(self, number: int, values: dict) -> None:
        self.instance = state.load(self.spec.main, self.state, NOON)  # what the step does not need stays asleep
        super().complete(number, values)
        self.store()

    def events(self) -> list:
        return self.past


class Unpruned(Stored):
    prune = False


class Simulated:
    """The independent simulator of the conformance material."""

    def __init__(self, writer: processes.Writer, variables: dict, simulate) -> None:
        self.run = simulate.Run(ET.fromstring(writer.xml), "main", variables)

    def tasks(self) -> list[tuple[str, int, dict]]:
        return [(act.node.id, act.n, self.run.view(act.scope, act.local)) for act in self.run.open()]

    def complete(self, number: int, values: dict) -> None:
        act = next(act for act in self.run.open() if act.n == number)
        self.run.write(act.scope, values, act.local)
        self.run.guard(lambda: self.run.complete_act(act))

    def status(self) -> str:
        return self.run.state

    def variables(self) -> dict:
        return self.run.vars


def trace(writer: processes.Writer, seed: int, make: Callable, *, events: bool) -> Iterator[object]:
    """Play with choices from the seed, and yield what can be seen after each step."""
    rng = random.Random(seed)
    variables = {"xs": list(processes.ITEMS)}
    variables |= {name: rng.random() < 0.5 for name in writer.booleans} | {
        name: rng.randrange(9) for name in writer.numbers
    }
    try:
        engine = make(writer, variables)
        for _ in range(STEPS):
            tasks = sorted(_seen(writer, task) for task in engine.tasks())
            yield engine.status(), [task[:2] for task in tasks], _known(engine.variables())
            if events:
                yield list(engine.events()), [task[2] for task in tasks]
            if engine.status() != "active" or not tasks:
                return
            values = {name: rng.random() < 0.4 for name in writer.booleans if rng.random() < 0.4}
            values |= {name: rng.randrange(9) for name in writer.numbers if rng.random() < 0.2}
            task = tasks[rng.randrange(len(tasks))]
            if f"y{task[0]}" in task[3]:
                values[f"y{task[0]}"] = rng.randrange(9)
            engine.complete(task[2], values)
    except errors.ExecutionError as error:
        yield "error", error.place.get("node")
    except RecursionError:
        raise
    else:
        return


def _seen(writer: processes.Writer, task: tuple[str, int, dict]) -> tuple:
    node, number, seen = task
    return node, repr(sorted(_known(seen).items())), number, seen


def _known(variables: dict) -> dict:
    """Leave out what only one side counts, and nulls that one side does not write down."""
    return {name: value for name, value in variables.items() if name != "loopCounter" and value is not None}


def differs(tree: processes.Block, seed: int, makers: list[tuple[Callable, bool]]) -> str | None:
    """Give the first difference between the first maker and the others, None where all agree."""
    writer = processes.Writer(tree)
    for make, events in makers[1:]:
        wanted = list(trace(writer, seed, makers[0][0], events=events))
        found = list(trace(writer, seed, make, events=events))
        if wanted[-1][0] == found[-1][0] == "error":
            wanted, found = wanted[:-1], found[:-1]
        if wanted != found:
            number = next((n for n, (a, b) in enumerate(zip(wanted, found, strict=False)) if a != b), len(found))
            return f"{make}: step {number}: {wanted[number : number + 1]} is not {found[number : number + 1]}"
    return None


def check(makers: list[tuple[Callable, bool]], first: int, number: int) -> None:
    for seed in range(first, first + number):
        rng = random.Random(seed)
        tree = processes.grow(rng, rng.randrange(2, 14))
        if differs(tree, seed, makers) is None:
            continue
        shrinking = True
        while shrinking:
            shrinking = False
            for less in processes.smaller(tree):
                if differs(less, seed, makers) is not None:
                    tree, shrinking = less, True
                    break
        pytest.fail(f"seed {seed}: {tree}\n{differs(tree, seed, makers)}\n{processes.Writer(tree).xml}")


@pytest.mark.parametrize("first", range(0, PROCESSES, 50))
def test_the_same_however_the_state_is_kept(first):
    check([(InMemory, True), (Stored, True), (Unpruned, True)], first, 50)


@pytest.fixture(scope="module")
def simulate():
    folder = str(shared("conformance/bpmn-semantics"))
    sys.path.insert(0, folder)
    yield importlib.import_module("simulate")
    sys.path.remove(folder)


@pytest.mark.parametrize("first", range(0, PROCESSES, 50))
def test_the_same_as_the_independent_simulator(simulate, first):
    check([(Stored, False), (lambda writer, variables: Simulated(writer, variables, simulate), False)], first, 50)
