"""Random block-structured processes: a tree of blocks, written as BPMN, and smaller trees of the same kind for shrinking.

A tree is a block: ``(kind, variant, children)`` with nested blocks as children. Conditions read only variables that people
set, scripts write only variables that no condition reads, and every loop holds a user task: so the result does not depend
on the order in which parallel branches run, which BPMN leaves open.
"""

import itertools
import random
from collections.abc import Iterator

ITEMS = ["Ani", "Budi", "Cici"]
LEAVES = ("user", "script", "each", "stdloop", "user")
BLOCKS = (
    ("sequence", 2), ("sequence", 3), ("xor", 2), ("xor", 3), ("and", 2), ("and", 3), ("or", 2), ("or", 3), ("loop", 1),
    ("sub", 1), ("eachsub", 1), ("error", 2), ("escalation", 2), ("terminate", 2), ("errorsub", 2), ("escalationsub", 2),
    ("signal", 2), ("implicit", 2), ("twice", 1), ("call", 1), ("emptybranch", 1), ("link", 1),
)  # fmt: skip

Block = tuple[str, int, tuple]


def grow(rng: random.Random, budget: int) -> Block:
    """Make a random block of about so many leaves."""
    variant = rng.randrange(8)
    if budget <= 1:
        return (rng.choice(LEAVES), variant, ())
    kind, number = rng.choice(BLOCKS)
    parts = [max(1, budget // number + rng.randrange(-1, 2)) for _ in range(number)]
    return (kind, variant, tuple(grow(rng, min(part, budget - 1)) for part in parts))


def smaller(block: Block) -> Iterator[Block]:
    """Give simpler blocks: a child in the place of the whole, or the same with one child made smaller."""
    kind, variant, children = block
    yield from children
    if children:
        yield ("user", 0, ())
    for number, child in enumerate(children):
        for less in smaller(child):
            yield (kind, variant, (*children[:number], less, *children[number + 1 :]))
    if variant:
        yield (kind, 0, children)


class Writer:
    """Writes a tree as BPMN. ``booleans`` are the variables that decide, ``numbers`` those that scripts read."""

    def __init__(self, tree: Block) -> None:
        self.count = 0
        self.booleans: list[str] = []
        self.numbers: list[str] = []
        self.items: list[str] = []
        self.processes: list[str] = []
        self.body: list[str] = []
        self.xml = self._definitions(tree)

    def _definitions(self, tree: Block) -> str:
        main = f'<bpmn:process id="main" isExecutable="true"><bpmn:dataObject id="xs" name="xs"/>{self._level(tree)}</bpmn:process>'
        return (
            '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
            f' id="d" targetNamespace="urn:lajur">{main}{"".join(self.processes)}'
            '<bpmn:error id="Gagal" name="GAGAL" errorCode="GAGAL"/>'
            '<bpmn:escalation id="Naik" name="NAIK" escalationCode="NAIK"/>'
            '<bpmn:signal id="Sinyal" name="SINYAL"/></bpmn:definitions>'
        )

    # writing -------------------------------------------------------------------------------------------------------

    def id(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def put(self, tag: str, ident: str, inside: str = "", **attributes: str) -> str:
        written = "".join(f' {name.replace("_", ":")}="{value}"' for name, value in attributes.items())
        self.body.append(f'<bpmn:{tag} id="{ident}"{written}>{inside}</bpmn:{tag}>')
        return ident

    def flow(self, source: str, target: str, condition: str = "") -> str:
        ident = self.id("f")
        inside = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
        return self.put("sequenceFlow", ident, inside if condition else "", sourceRef=source, targetRef=target)

    def boolean(self) -> str:
        self.booleans.append(self.id("c"))
        return self.booleans[-1]

    def user(self) -> str:
        return self.put("userTask", self.id("U"))

    def end(self, event: str = "") -> str:
        return self.put("endEvent", self.id("E"), event)

    def level(self, write) -> str:
        outer, self.body = self.body, []
        write()
        inside, self.body = "".join(self.body), outer
        return inside

    def _level(self, tree: Block) -> str:
        return self.level(lambda: self.line(tree))

    def line(self, tree: Block, *, finish: str | None = None, start: str = "") -> None:
        """Write start, block and end."""
        first, last = self.block(tree)
        self.flow(self.put("startEvent", self.id("S"), start), first)
        self.flow(last, finish or self.end())

    def block(self, block: Block) -> tuple[str, str]:
        """Write a block; give its first and last node."""
        kind, variant, children = block
        return getattr(self, f"_{kind}")(variant, *children)

    def split(self, gateway: str, branches, *, conditions: bool, joining: str | None = None) -> tuple[str, str]:
        fork, join = self.id("G"), self.put(joining or gateway, self.id("J"))
        default = ""
        for number, branch in enumerate(branches):
            condition = self.boolean() if conditions and number < len(branches) - 1 else ""
            first, last = self.block(branch) if branch is not None else (join, None)
            flow = self.flow(fork, first, f"{condition} = true" if condition else "")
            default = flow if conditions and not condition else default
            if last is not None:
                self.flow(last, join)
        self.put(gateway, fork, **({"default": default} if default else {}))
        return fork, join

    # leaves --------------------------------------------------------------------------------------------------------

    def _user(self, variant):
        ident = self.user()
        return ident, ident

    def _script(self, variant):
        name = self.id("n")
        self.numbers.append(name)
        ident = self.put(
            "scriptTask", self.id("T"), f"<bpmn:script>s{name} = {name} + {variant}</bpmn:script>", scriptFormat="feel"
        )
        return ident, ident

    def _repeated(self, tag, ident, inside, variant, *, output):
        item = self.id("x")
        self.items.append(item)
        parts = "<bpmn:loopDataInputRef>xs</bpmn:loopDataInputRef>"
        if output and variant & 4:
            self.put("dataObject", f"{ident}ys", name=f"{ident}ys")
            parts += f"<bpmn:loopDataOutputRef>{ident}ys</bpmn:loopDataOutputRef>"
        parts += f'<bpmn:inputDataItem id="{item}" name="{item}"/>'
        if output and variant & 4:
            parts += f'<bpmn:outputDataItem id="y{ident}" name="y{ident}"/>'
        if variant & 2:
            parts += f"<bpmn:completionCondition>{self.boolean()}</bpmn:completionCondition>"
        sequential = str(bool(variant & 1)).lower()
        loop = f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">{parts}</bpmn:multiInstanceLoopCharacteristics>'
        self.put(tag, ident, inside + loop)
        return ident, ident

    def _each(self, variant):
        return self._repeated("userTask", self.id("U"), "", variant, output=True)

    def _stdloop(self, variant):
        condition = f"<bpmn:loopCondition>{self.boolean()} = true</bpmn:loopCondition>"
        before = str(bool(variant & 1)).lower()
        loop = f'<bpmn:standardLoopCharacteristics loopMaximum="{1 + variant // 2}" testBefore="{before}">{condition}</bpmn:standardLoopCharacteristics>'
        ident = self.put("userTask", self.id("U"), loop)
        return ident, ident

    # blocks --------------------------------------------------------------------------------------------------------

    def _sequence(self, variant, *children):
        ends = [self.block(child) for child in children]
        for (_, last), (first, _) in itertools.pairwise(ends):
            self.flow(last, first)
        return ends[0][0], ends[-1][1]

    def _xor(self, variant, *children):
        return self.split(
            "exclusiveGateway", children, conditions=True, joining="inclusiveGateway" if variant == 7 else None
        )

    def _and(self, variant, *children):
        return self.split(
            "parallelGateway", children, conditions=False, joining="inclusiveGateway" if variant == 7 else None
        )

    def _or(self, variant, *children):
        return self.split("inclusiveGateway", children, conditions=True)

    def _emptybranch(self, variant, child):
        gateway = ("exclusiveGateway", "inclusiveGateway", "parallelGateway")[variant % 3]
        return self.split(gateway, (child, None), conditions=gateway != "parallelGateway")

    def _loop(self, variant, child):
        merge, again = self.put("exclusiveGateway", self.id("M")), self.id("G")
        first, last = self.block(child)
        task = self.user()
        self.flow(merge, first)
        self.flow(last, task)
        self.flow(task, again)
        self.flow(again, merge, f"{self.boolean()} = true")
        default = self.flow(
            again, out := self.user() if variant & 1 else self.put("intermediateThrowEvent", self.id("I"))
        )
        self.put("exclusiveGateway", again, default=default)
        return merge, out

    def _implicit(self, variant, *children):
        """Flows leaving a task: all of them, or the true ones."""
        task, join = self.user(), self.put("inclusiveGateway", self.id("J"))
        for number, child in enumerate(children):
            first, last = self.block(child)
            self.flow(task, first, f"{self.boolean()} = true" if variant & 1 and number else "")
            self.flow(last, join)
        return task, join

    def _twice(self, variant, child):
        """Two tokens through one task, gathered again by a sub-process around them."""
        ident = self.id("P")

        def write():
            fork, end = self.put("parallelGateway", self.id("G")), self.end()
            task = self.user()
            self.flow(self.put("startEvent", self.id("S")), fork)
            self.flow(fork, task)
            self.flow(fork, task)
            self.flow(task, end)

        self.put("subProcess", ident, self.level(write))
        first, last = self.block(child)
        self.flow(ident, first)
        return ident, last

    def _sub(self, variant, child):
        ident = self.id("P")

        def write():
            if variant & 1:
                name = self.id("d")
                self.numbers.append(name)
                self.put("dataObject", name, name=name)
            self.line(child)

        self.put("subProcess", ident, self.level(write))
        return ident, ident

    def _eachsub(self, variant, child):
        return self._repeated("subProcess", self.id("P"), self._level(child), variant, output=False)

    def decision(self, event: str) -> str:
        """Write a task after which the event is thrown, or not; a person comes first so that it races with nothing."""
        task, gateway = self.user(), self.id("G")
        self.flow(task, gateway)
        self.flow(gateway, self.end(event), f"{self.boolean()} = true")
        self.put("exclusiveGateway", gateway, default=self.flow(gateway, self.end()))
        return task

    def _failing(self, child, event):
        """Write a level that may end by the event instead of at its end."""
        return self.level(lambda: self.line(child, finish=self.decision(event)))

    def _caught(self, ident, inside, event, handler, *, quiet, ends):
        join = self.put("exclusiveGateway", self.id("J"))
        self.put("subProcess", ident, inside)
        boundary = self.put(
            "boundaryEvent", self.id("B"), event, attachedToRef=ident, cancelActivity=str(not quiet).lower()
        )
        first, last = self.block(handler)
        self.flow(boundary, first)
        self.flow(last, self.end() if ends else join)
        self.flow(ident, join)
        return ident, join

    def _error(self, variant, child, handler):
        inside = self._failing(child, '<bpmn:errorEventDefinition errorRef="Gagal"/>')
        if variant & 1:  # through a level that does not catch it
            middle, wrapped = self.id("P"), inside

            def write():
                self.flow(self.put("startEvent", self.id("S")), self.put("subProcess", middle, wrapped))
                self.flow(middle, self.end())

            inside = self.level(write)
        every = "<bpmn:errorEventDefinition/>" if variant & 2 else '<bpmn:errorEventDefinition errorRef="Gagal"/>'
        return self._caught(self.id("P"), inside, every, handler, quiet=False, ends=False)

    def _escalation(self, variant, child, handler):
        event = '<bpmn:escalationEventDefinition escalationRef="Naik"/>'
        quiet = bool(variant & 1)
        return self._caught(self.id("P"), self._failing(child, event), event, handler, quiet=quiet, ends=quiet)

    def _terminate(self, variant, child, other):
        """Parallel branches, one of which may terminate the level."""
        ident = self.id("P")

        def write():
            fork = self.put("parallelGateway", self.id("G"))
            self.flow(self.put("startEvent", self.id("S")), fork)
            first, last = self.block(child)
            self.flow(fork, first)
            self.flow(last, self.decision("<bpmn:terminateEventDefinition/>"))
            first, last = self.block(other)
            self.flow(fork, first)
            self.flow(last, self.end())

        self.put("subProcess", ident, self.level(write))
        return ident, ident

    def _event_sub_process(self, child, handler, event, *, quiet):
        ident = self.id("P")

        def write():
            self.line(child, finish=self.decision(event))

            def handle():
                first, last = self.block(handler)
                self.flow(self.put("startEvent", self.id("S"), event, isInterrupting=str(not quiet).lower()), first)
                self.flow(last, self.end())

            self.put("subProcess", self.id("P"), self.level(handle), triggeredByEvent="true")

        self.put("subProcess", ident, self.level(write))
        return ident, ident

    def _errorsub(self, variant, child, handler):
        return self._event_sub_process(child, handler, '<bpmn:errorEventDefinition errorRef="Gagal"/>', quiet=False)

    def _escalationsub(self, variant, child, handler):
        event = '<bpmn:escalationEventDefinition escalationRef="Naik"/>'
        return self._event_sub_process(child, handler, event, quiet=bool(variant & 1))

    def _signal(self, variant, child, handler):
        """A task with a signal boundary event beside a branch that throws the signal."""
        event, quiet = '<bpmn:signalEventDefinition signalRef="Sinyal"/>', bool(variant & 1)
        fork, join = self.put("parallelGateway", self.id("G")), self.put("parallelGateway", self.id("J"))
        merge, task = self.put("exclusiveGateway", self.id("J")), self.user()
        boundary = self.put(
            "boundaryEvent", self.id("B"), event, attachedToRef=task, cancelActivity=str(not quiet).lower()
        )
        first, last = self.block(handler)
        self.flow(boundary, first)
        self.flow(last, self.end() if quiet else merge)
        self.flow(fork, task)
        self.flow(task, merge)
        self.flow(merge, join)
        first, last = self.block(child)
        self.flow(fork, first)
        before, throw = self.user(), self.put("intermediateThrowEvent", self.id("I"), event)
        self.flow(last, before)
        self.flow(before, throw)
        self.flow(throw, join)
        return fork, join

    def _call(self, variant, child):
        process, ident = self.id("proses"), self.id("K")
        name = self.id("v")
        mapping = ""
        if variant & 1:
            mapping = f'<bpmn:extensionElements><camunda:in source="xs" target="xs"/><camunda:out source="r{name}" target="{name}"/></bpmn:extensionElements>'
        if variant & 2:
            mapping = '<bpmn:extensionElements><camunda:in variables="all"/></bpmn:extensionElements>'

        def write():
            if not mapping:  # nothing comes in: the items are made here
                ((first, last),) = [self.block(child)]
                script = self.put(
                    "scriptTask", self.id("T"), '<bpmn:script>xs = ["Ani", "Budi"]</bpmn:script>', scriptFormat="feel"
                )
                self.flow(self.put("startEvent", self.id("S")), script)
                self.flow(script, first)
                self.flow(last, self.end())
            else:
                self.line(child)

        self.processes.append(f'<bpmn:process id="{process}" isExecutable="true">{self.level(write)}</bpmn:process>')
        before = self.user()  # a person comes first: what is handed over races with nothing
        self.flow(before, self.put("callActivity", ident, mapping, calledElement=process))
        return before, ident

    def _link(self, variant, child):
        first, last = self.block(child)
        name = self.id("L")
        event = f'<bpmn:linkEventDefinition name="{name}"/>'
        self.flow(last, self.put("intermediateThrowEvent", self.id("I"), event))
        return first, self.put("intermediateCatchEvent", self.id("I"), event)
