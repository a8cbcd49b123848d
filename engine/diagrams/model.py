"""What a process is: plain frozen data read from BPMN 2.0, without XML and without an engine.

Everything that comes from the file keeps its ``line`` (1-based; 0 where the file gives none), so that a finding can point
at it. Expressions stay text; :mod:`engine.expressions` judges them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

EventKind = Literal[
    "message",
    "signal",
    "timer",
    "error",
    "escalation",
    "terminate",
    "link",
    "conditional",
    "compensate",
    "cancel",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One event definition of an event node (BPMN 2.0.2, 10.5).

    ``name`` is what events are matched by: the message's, signal's or link's name, the error's or escalation's code
    (``None`` catches every one). ``ref`` is the id the diagram referred to, for findings. ``text`` is a timer's or a
    condition's expression, ``timer`` says which kind of timer it is.
    """

    kind: EventKind
    name: str | None = None
    ref: str | None = None
    timer: Literal["date", "duration", "cycle"] | None = None
    text: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """multiInstanceLoopCharacteristics (BPMN 2.0.2, 10.3.8); expressions are FEEL.

    ``collection`` (an expression, often only a variable's name) with ``element`` (the name each instance sees its item
    by), or ``cardinality``. ``output_collection`` collects ``output_element`` of each instance, in the items' order.
    """

    sequential: bool = False
    collection: str | None = None
    element: str | None = None
    cardinality: str | None = None
    completion: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """standardLoopCharacteristics: repeat while ``condition`` is true, at most ``maximum`` times."""

    condition: str | None = None
    test_before: bool = False
    maximum: int | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Mapped:
    """One value handed over a border: ``target`` = ``source`` (FEEL).

    Of a call activity (``camunda:in``, ``camunda:out``), or of what has ``camunda:inputOutput``. ``source`` and ``target`` are
    both ``"*"`` for ``variables="all"``.
    """

    source: str
    target: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Implementation:
    """How a foreign diagram wants a task done by a machine: ``how`` is the attribute or element that says so.

    ``class``, ``expression``, ``delegateExpression``, ``external`` (text: the topic; of a service task that is its connector), ``connector``, ``resource`` (of a
    script), ``decisionRef``, ``implementation`` (BPMN's own), ... Nothing here is ever run; checking refuses it by name.
    """

    how: str
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader met and the model has no place for; checking makes a finding of it.

    ``code`` names what it is (``duplicate-id``, ``dangling-ref``, ``misplaced``, ``foreign-extension``, ...), ``element``
    the id of the element that it is about, ``place`` what the message needs to know.
    """

    code: str
    element: str | None = None
    line: int = 0
    place: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; ``condition`` is its FEEL text, ``None`` where it has none."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str | None = None
    language: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane with the ids of the nodes that it names itself; ``parent`` is the id of the lane around it."""

    id: str
    name: str
    nodes: tuple[str, ...] = ()
    parent: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """What a process or a sub-process holds. ``data`` are the names of the data objects it declares (its scope)."""

    nodes: Mapping[str, "Node"] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    lanes: tuple[Lane, ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node. ``kind`` is BPMN's element name (``userTask``, ``exclusiveGateway``, ``boundaryEvent``, ...).

    ``lane`` is the innermost lane's name; a node in a sub-process has the lane of the sub-process unless it has its own;
    ``None`` where there is none or it has no name. A name's white space is folded. ``inputs`` and ``outputs`` are what a call
    activity hands to its process and back, a service task to its ``topic`` (the connector's name) and back; of what sends a
    message the inputs are its payload, and ``receiver`` names the party outside (a closed pool) that it is for. ``retry`` is text as in ``R5/PT10M``; ``binding`` says which version is called.
    ``incoming`` and ``outgoing`` are flow ids in the diagram's order (``bpmn:outgoing`` decides where it is written,
    else document order); they are always complete. ``properties`` are the ``camunda:property`` pairs, among them ``sop.*``.
    """

    id: str
    kind: str
    name: str = ""
    line: int = 0
    lane: str | None = None
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    form_key: str | None = None
    candidate_groups: tuple[str, ...] = ()
    due_date: str | None = None
    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    default: str | None = None
    events: tuple[Event, ...] = ()
    attached_to: str | None = None
    interrupting: bool = True
    parallel_multiple: bool = False
    multi: MultiInstance | None = None
    loop: StandardLoop | None = None
    script: str | None = None
    script_language: str | None = None
    called: str | None = None
    binding: Literal["start", "latest"] = "start"
    topic: str | None = None
    receiver: str | None = None
    retry: str | None = None
    inputs: tuple[Mapped, ...] = ()
    outputs: tuple[Mapped, ...] = ()
    body: Body | None = None
    triggered_by_event: bool = False
    instantiate: bool = False
    for_compensation: bool = False
    implementations: tuple[Implementation, ...] = ()


@dataclass(frozen=True, slots=True)
class Process:
    """One ``bpmn:process``; ``properties`` hold the SOP's identity block (``sop.nama``, ``sop.nomor``, ...)."""

    id: str
    body: Body
    name: str = ""
    executable: bool = True
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    def nodes(self) -> Iterator[Node]:
        """Every node of the process, those of sub-processes included, without recursion."""
        todo = [self.body]
        while todo:
            for node in todo.pop().nodes.values():
                yield node
                if node.body is not None:
                    todo.append(node.body)


@dataclass(frozen=True, slots=True)
class Diagram:
    """One BPMN file. ``main`` is the process that the file is deployed for (the first executable one, else the first)."""

    processes: Mapping[str, Process]
    main: str
    has_layout: bool = False
    exporter: str = ""
    notices: tuple[Notice, ...] = ()

    @property
    def process(self) -> Process:
        """The main process."""
        return self.processes[self.main]
