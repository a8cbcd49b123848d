"""Random processes behave the same however their state is kept, and as an independent simulator of BPMN says they must."""

import importlib
import random
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from engine import errors
from engine.diagrams import reading
from engine.execution import specs, state
from engine.execution.elements import events
from engine.execution.elements.timers import Due
from engine.execution.instances import Instance
from engine.execution.mended import READY
from engine.execution.variables import visible
from tests.execution import processes
from tests.execution.blocks import Blocks
from tests.shared import shared

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROCESSES = 300
STEPS = 40


class InMemory:
    """One living instance, whose finished tokens are kept and which is never written down."""

    def __init__(self, writer: processes.Writer, variables: dict) -> None:
        self.now = NOON
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

    def send(self, name: str) -> bool:
        """Deliver a message if one token waits for it."""
        found = events.waiting(self.instance, "message", name)
        if len(found) == 1:
            found[0].task_spec.fire(found[0])
            self.instance.settle()
        return len(found) == 1

    def advance(self, seconds: int) -> None:
        """Let the clock go on; what falls due fires in turn."""
        until = self.now + timedelta(seconds=seconds)
        while due := sorted((at, number) for at, number in self.timers() if at <= until):
            self.now, number = due[0]
            self.fire(number)
        self.now = self.instance.now = until

    def timers(self) -> list[tuple[datetime, int]]:
        return [
            (Due.unpack(token.memory.values["due"]).at, token.id)
            for level in self.instance.levels()
            for token in (*level.alive.values(), *level.listening.values())
            if token.memory is not None and "due" in token.memory.values
        ]

    def fire(self, number: int) -> None:
        self.instance.now = self.now
        token = self.instance.token(number)
        token.task_spec.fire(token)
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
        self.instance = state.load(self.spec.main, self.state, self.now)
        self.instance.wake_all()

    def restore(self) -> None:
        self.instance = state.load(self.spec.main, self.state, self.now)  # what the step does not need stays asleep

    def complete(self, number: int, values: dict) -> None:
        self.restore()
        super().complete(number, values)
        self.store()

    def send(self, name: str) -> bool:
        self.restore()
        sent = super().send(name)
        self.store()
        return sent

    def fire(self, number: int) -> None:
        self.restore()
        super().fire(number)
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

    def send(self, name: str) -> bool:
        if len(list(self.run.catchers(("message", name)))) != 1:
            return False
        self.run.deliver(name, {})
        return True

    def advance(self, seconds: int) -> None:
        self.run.advance(f"PT{seconds}S")

    def status(self) -> str:
        return self.run.state

    def variables(self) -> dict:
        return self.run.vars


def trace(writer: processes.Writer, seed: int, make: Callable, *, noted: bool) -> Iterator[object]:
    """Play with choices from the seed, and yield what can be seen after each step."""
    rng = random.Random(seed)
    variables = {"xs": list(processes.ITEMS)}
    variables |= {name: rng.random() < 0.5 for name in writer.booleans} | {
        name: rng.randrange(9) for name in writer.numbers
    }
    waiting = bool(writer.messages) or "timerEvent" in writer.xml
    try:
        engine = make(writer, variables)
        for _ in range(STEPS):
            tasks = sorted(_seen(writer, task) for task in engine.tasks())
            yield engine.status(), [task[:2] for task in tasks], _known(engine.variables())
            if noted:
                yield list(engine.events()), [task[2] for task in tasks]
            if engine.status() != "active" or not (tasks or waiting):
                return
            _act(writer, rng, engine, tasks)
    except errors.ExecutionError as error:
        yield "error", error.place.get("node")


def _act(writer: processes.Writer, rng: random.Random, engine, tasks: list[tuple]) -> None:
    """Do one random thing: send a message, let time pass, or complete a task."""
    if (writer.messages or "timerEvent" in writer.xml) and (not tasks or rng.random() < 0.3):
        if not writer.messages or rng.random() < 0.5:
            engine.advance(rng.randrange(1, 4) * 301)
        else:
            engine.send(rng.choice(writer.messages))
    elif tasks:
        values = {name: rng.random() < 0.4 for name in writer.booleans if rng.random() < 0.4}
        values |= {name: rng.randrange(9) for name in writer.numbers if rng.random() < 0.2}
        task = tasks[rng.randrange(len(tasks))]
        if f"y{task[0]}" in task[3]:
            values[f"y{task[0]}"] = rng.randrange(9)
        engine.complete(task[2], values)


def _seen(writer: processes.Writer, task: tuple[str, int, dict]) -> tuple:
    node, number, seen = task
    return node, repr(sorted(_known(seen).items())), number, seen


def _known(variables: dict) -> dict:
    """Leave out what only one side counts, and nulls that one side does not write down."""
    return {name: value for name, value in variables.items() if name != "loopCounter" and value is not None}


def differs(tree: processes.Block, seed: int, makers: list[tuple[Callable, bool]]) -> str | None:
    """Give the first difference between the first maker and the others, None where all agree."""
    writer = Blocks(tree)
    for make, noted in makers[1:]:
        wanted = list(trace(writer, seed, makers[0][0], noted=noted))
        found = list(trace(writer, seed, make, noted=noted))
        if wanted[-1][0] == found[-1][0] == "error":
            wanted, found = wanted[:-1], found[:-1]
        if wanted != found:
            number = next((n for n, (a, b) in enumerate(zip(wanted, found, strict=False)) if a != b), len(found))
            return f"{make}: step {number}: {wanted[number : number + 1]} is not {found[number : number + 1]}"
    return None


def check(makers: list[tuple[Callable, bool]], first: int, number: int, *, waiting: bool) -> None:
    more = (processes.WAITING_LEAVES, processes.WAITING_BLOCKS) if waiting else ()
    for seed in range(first, first + number):
        rng = random.Random(seed)
        tree = processes.grow(rng, rng.randrange(2, 14), *more)
        if differs(tree, seed, makers) is None:
            continue
        shrinking = True
        while shrinking:
            shrinking = False
            for less in processes.smaller(tree):
                if differs(less, seed, makers) is not None:
                    tree, shrinking = less, True
                    break
        pytest.fail(f"seed {seed}: {tree}\n{differs(tree, seed, makers)}\n{Blocks(tree).xml}")


@pytest.mark.parametrize("waiting", [False, True], ids=["people", "people, clock and messages"])
@pytest.mark.parametrize("first", range(0, PROCESSES, 50))
def test_the_same_however_the_state_is_kept(first, waiting):
    check([(InMemory, True), (Stored, True), (Unpruned, True)], first, 50, waiting=waiting)


@pytest.fixture(scope="module")
def simulate():
    folder = str(shared("conformance/bpmn-semantics"))
    sys.path.insert(0, folder)
    yield importlib.import_module("simulate")
    sys.path.remove(folder)


@pytest.mark.parametrize("waiting", [False, True], ids=["people", "people, clock and messages"])
@pytest.mark.parametrize("first", range(0, PROCESSES, 50))
def test_the_same_as_the_independent_simulator(simulate, first, waiting):
    simulator = lambda writer, variables: Simulated(writer, variables, simulate)  # noqa: E731
    check([(Stored, False), (simulator, False)], first, 50, waiting=waiting)
