"""Random block-structured processes: a tree of blocks, written as BPMN, and smaller trees of the same kind for shrinking.

A tree is a block: ``(kind, variant, children)`` with nested blocks as children. Conditions read only variables that people
set, scripts write only variables that no condition reads, and every loop holds a user task: so the result does not depend
on the order in which parallel branches run, which BPMN leaves open.
"""

import random
from collections.abc import Iterator

ITEMS = ["Ani", "Budi", "Cici"]
LEAVES = ("user", "script", "each", "stdloop", "user")
BLOCKS = (
    ("sequence", 2), ("sequence", 3), ("xor", 2), ("xor", 3), ("and", 2), ("and", 3), ("or", 2), ("or", 3), ("loop", 1),
    ("sub", 1), ("eachsub", 1), ("error", 2), ("escalation", 2), ("terminate", 2), ("errorsub", 2), ("escalationsub", 2),
    ("signal", 2), ("implicit", 2), ("twice", 1), ("call", 1), ("emptybranch", 1), ("link", 1),
)  # fmt: skip
# what waits for the clock or for a message besides
WAITING_LEAVES = (*LEAVES, "catch", "receive")
WAITING_BLOCKS = (
    *BLOCKS,
    ("timer", 2),
    ("timer", 2),
    ("message", 2),
    ("choice", 2),
    ("messagesub", 2),
    ("timersub", 2),
)

Block = tuple[str, int, tuple]


def grow(rng: random.Random, budget: int, leaves=LEAVES, blocks=BLOCKS) -> Block:
    """Make a random block of about so many leaves."""
    variant = rng.randrange(8)
    if budget <= 1:
        return (rng.choice(leaves), variant, ())
    kind, number = rng.choice(blocks)
    parts = [max(1, budget // number + rng.randrange(-1, 2)) for _ in range(number)]
    return (kind, variant, tuple(grow(rng, min(part, budget - 1), leaves, blocks) for part in parts))


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
    """Writes a tree as BPMN; the blocks are in :mod:`tests.execution.blocks`.

    ``booleans`` are the variables that decide, ``numbers`` those that scripts read, ``messages`` what is waited for.
    """

    def __init__(self, tree: Block) -> None:
        self.count = 0
        self.booleans: list[str] = []
        self.numbers: list[str] = []
        self.messages: list[str] = []
        self.processes: list[str] = []
        self.body: list[str] = []
        self.xml = self._definitions(tree)

    def _definitions(self, tree: Block) -> str:
        main = f'<bpmn:process id="main" isExecutable="true"><bpmn:dataObject id="xs" name="xs"/>{self._level(tree)}</bpmn:process>'
        messages = "".join(f'<bpmn:message id="{name}" name="{name}"/>' for name in self.messages)
        return (
            '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
            ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
            f' id="d" targetNamespace="urn:lajur">{main}{"".join(self.processes)}'
            '<bpmn:error id="Gagal" name="GAGAL" errorCode="GAGAL"/>'
            '<bpmn:escalation id="Naik" name="NAIK" escalationCode="NAIK"/>'
            '<bpmn:signal id="Sinyal" name="SINYAL"/>'
            f"{messages}</bpmn:definitions>"
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

    def message(self) -> str:
        self.messages.append(self.id("Pesan"))
        return self.messages[-1]

    def received(self) -> str:
        return f'<bpmn:messageEventDefinition messageRef="{self.message()}"/>'

    def timed(self, repeated: int = 0) -> str:
        """Write a timer; no two fire at one time, for then their order would matter."""
        self.count += 1
        seconds = 600 + 37 * self.count
        kind, text = ("Cycle", f"R{repeated}/PT{seconds}S") if repeated else ("Duration", f"PT{seconds}S")
        return f"<bpmn:timerEventDefinition><bpmn:time{kind}>{text}</bpmn:time{kind}></bpmn:timerEventDefinition>"

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
