"""Rules about single elements: what the engine can run. What it cannot is refused by name, never ignored."""

from collections.abc import Iterator, Mapping

from engine.diagrams import model
from engine.diagrams.checking.findings import Finding, Rule, Rules, label
from engine.diagrams.checking.scopes import ACTIVITIES, Scope

_CATCHING: tuple[model.EventKind, ...] = ("message", "timer", "signal", "conditional")
# where each kind of event may stand (BPMN 2.0.2, tables 10.84, 10.86, 10.89, 10.92)
_LEGAL: Mapping[str, tuple[model.EventKind, ...]] = {
    "startEvent": _CATCHING,
    "event sub-process": (*_CATCHING, "error", "escalation", "compensate"),
    "embedded sub-process": (),
    "intermediateCatchEvent": (*_CATCHING, "link"),
    "intermediateThrowEvent": ("message", "signal", "escalation", "link", "compensate"),
    "boundaryEvent": (*_CATCHING, "error", "escalation", "cancel", "compensate"),
    "endEvent": ("message", "signal", "error", "escalation", "terminate", "cancel", "compensate"),
}
_NOT_RUN: tuple[model.EventKind, ...] = ("compensate", "conditional")
_CHOREOGRAPHIES = ("choreographyTask", "subChoreography", "callChoreography")
_NO_KIND = frozenset((*_CHOREOGRAPHIES, "complexGateway", "adHocSubProcess", "event", "implicitThrowEvent"))
# Camunda's extensions that would run code or move data: ignoring one would run another process than the one drawn
_ACTING = frozenset(("executionListener", "taskListener", "script", "connector", "inputOutput", "field", "out", "in"))

found = Rules(
    {
        "unsupported": Rule(
            "error",
            "{node} is a {kind}, which the engine cannot run.",
            "Draw it with tasks, gateways and sub-processes.",
        ),
        "unsupported-event": Rule(
            "error", "{node} has a {kind} event, which the engine cannot run.", "Draw what should happen as tasks."
        ),
        "several-events": Rule(
            "error", "{node} waits for several events at once.", "Draw one event each, behind an event-based gateway."
        ),
        "illegal-event": Rule(
            "error", "{node} cannot have a {kind} event: not allowed at this place.", "Choose another kind of event."
        ),
        "no-event": Rule("error", "{node} says not which event it is about.", "Choose its event in the properties."),
        "several-event-starts": Rule(
            "error",
            "The event sub-process {node} needs exactly one start event.",
            "Draw one start event with an event.",
        ),
        "cancels-nothing": Rule(
            "error",
            "{node} cancels a transaction, but belongs to none.",
            "Make the sub-process a transaction, or use an error.",
        ),
        "no-interrupt": Rule(
            "error", "{node} must interrupt: an error always does.", "Make the event an interrupting one."
        ),
        "nameless-event": Rule(
            "error", "{node} waits for a {kind} without saying which.", "Choose or create the {kind} in its properties."
        ),
        "sends-nothing": Rule(
            "warning", "{node} names no {kind}, so nothing is sent.", "Choose or create the {kind} in its properties."
        ),
        "foreign-implementation": Rule(
            "error",
            "{node} asks for {how}{text}; a diagram can never run code or files.",
            "Delete it; compute with a script task of FEEL assignments.",
        ),
        "no-repetition": Rule(
            "error", "{node} repeats without saying how often.", "Give a collection, a number, or a loop condition."
        ),
        "repeats-nothing": Rule(
            "error", "{node} is repeated, but only tasks and sub-processes can be.", "Take its repetition off."
        ),
        "two-repetitions": Rule("error", "{node} is both a loop and a multi-instance.", "Keep one of the two."),
        "one-of-two-outputs": Rule(
            "error", "{node} collects its results only half.", "Give both the output collection and the output element."
        ),
        "instantiates": Rule(
            "error",
            "{node} would start a case by itself, which the engine cannot do.",
            "Begin with a message start event.",
        ),
        "no-called": Rule("error", "{node} does not say which process it calls.", "Choose the called process."),
    }
)


def check_node(scope: Scope, node: model.Node) -> Iterator[Finding]:
    """Check one node on its own."""
    if node.kind in _NO_KIND:
        yield found("unsupported", node.id, node.line, node=label(node), kind=node.kind)
    if node.for_compensation:
        yield found("unsupported", node.id, node.line, node=label(node), kind="isForCompensation")
    if node.instantiate:
        yield found("instantiates", node.id, node.line, node=label(node))
    if node.kind.endswith("Event"):
        yield from _event(scope, node)
    if node.kind in ("sendTask", "receiveTask"):
        yield from _message_task(node)
    for each in node.implementations:
        text = f" “{each.text[:60]}”" if each.text else ""
        yield found("foreign-implementation", node.id, each.line, node=label(node), how=each.how, text=text)
    if node.kind in ACTIVITIES:
        yield from _activity(node)
    elif node.multi or node.loop:
        yield found("repeats-nothing", node.id, node.line, node=label(node))


def _event(scope: Scope, node: model.Node) -> Iterator[Finding]:
    place = node.kind
    if node.kind == "startEvent" and scope.owner:
        place = "event sub-process" if scope.owner.triggered_by_event else "embedded sub-process"
    if len(node.events) > 1 or node.parallel_multiple:
        yield found("several-events", node.id, node.line, node=label(node))
    if not node.events and place in ("intermediateCatchEvent", "boundaryEvent", "event sub-process"):
        yield found("no-event", node.id, node.line, node=label(node))
    throws = node.kind in ("intermediateThrowEvent", "endEvent")
    for event in node.events:
        if event.kind not in _LEGAL.get(place, ()):
            yield found("illegal-event", node.id, node.line, node=label(node), kind=event.kind)
        elif event.kind in _NOT_RUN:
            yield found("unsupported-event", node.id, node.line, node=label(node), kind=event.kind)
        elif event.kind == "cancel" and not _in_transaction(scope, node):
            yield found("cancels-nothing", node.id, node.line, node=label(node))
        elif event.kind in ("message", "signal") and not event.name:
            code = "sends-nothing" if throws else "nameless-event"
            yield found(code, node.id, node.line, node=label(node), kind=event.kind)
        if event.kind == "error" and not node.interrupting:
            yield found("no-interrupt", node.id, node.line, node=label(node))


def _in_transaction(scope: Scope, node: model.Node) -> bool:
    host = scope.body.nodes.get(node.attached_to or "") if node.kind == "boundaryEvent" else scope.owner
    return host is not None and host.kind == "transaction"


def _message_task(node: model.Node) -> Iterator[Finding]:
    sends = node.kind == "sendTask"
    if node.implementations:
        return
    if not any(event.name for event in node.events):
        finding = found(
            "sends-nothing" if sends else "nameless-event", node.id, node.line, node=label(node), kind="message"
        )
        yield finding.weighed("error")  # of a task one expects that it does something


def _activity(node: model.Node) -> Iterator[Finding]:
    if node.kind == "callActivity" and not node.called:
        yield found("no-called", node.id, node.line, node=label(node))
    multi, loop = node.multi, node.loop
    if multi and loop:
        yield found("two-repetitions", node.id, loop.line, node=label(node))
    if (multi and not multi.collection and not multi.cardinality) or (
        loop and not loop.condition and loop.maximum is None
    ):
        yield found("no-repetition", node.id, node.line, node=label(node))
    if multi and bool(multi.output_collection) != bool(multi.output_element):
        yield found("one-of-two-outputs", node.id, multi.line, node=label(node))
    if node.triggered_by_event and node.body:
        starts = [each for each in node.body.nodes.values() if each.kind == "startEvent"]
        if len(starts) != 1:
            yield found("several-event-starts", node.id, node.line, node=label(node))


noticed = Rules(
    {
        "duplicate-id": Rule(
            "error", "The id {element} is used again (first on line {first}).", "Give every element an id of its own."
        ),
        "missing-id": Rule("error", "A {kind} has no id.", "Open the diagram in a modeler and save it again."),
        "dangling-ref": Rule(
            "error",
            "{element} refers to the {kind} {ref}, which does not exist.",
            "Choose an existing {kind}, or create it.",
        ),
        "unknown-event": Rule(
            "error", "{element} has the unknown event {kind}.", "Choose one of BPMN's kinds of event."
        ),
        "unknown-element": Rule("error", "{kind} is no element of BPMN that can stand here.", "Delete it."),
        "misplaced": Rule(
            "error",
            "The {kind} {element} stands inside a lane set, where nothing runs it.",
            "Move it into the process.",
        ),
        "foreign-language": Rule(
            "error",
            "{element} is written in {language}; only FEEL is run.",
            "Write it in FEEL and delete the language.",
        ),
        "expression-resource": Rule(
            "error",
            "{element} takes its expression from the file “{resource}”.",
            "Write the expression into the diagram.",
        ),
        "several-times": Rule(
            "error", "The timer of {element} has several times.", "Keep a date, a duration or a cycle."
        ),
        "bad-number": Rule("error", "{attribute} of {element} is no number: {value}.", "Write a whole number."),
        "multi-behavior": Rule(
            "error",
            "{element} wants the multi-instance behaviour {behavior}, which the engine cannot run.",
            "Choose “All”.",
        ),
        "half-mapping": Rule("error", "{mapping} of {element} lacks its source or target.", "Give both."),
        "two-lanes": Rule("error", "{element} is in two lanes ({lane} is the second).", "Draw it in one lane."),
        "dangling-lane-ref": Rule(
            "warning", "The lane {element} lists {ref}, which does not exist.", "Save the diagram in a modeler once."
        ),
        "stray-flow-ref": Rule(
            "warning",
            "{element} lists the {direction} flow {ref}, which is not its own.",
            "Save the diagram in a modeler once.",
        ),
        "duplicate-property": Rule(
            "warning", "{element} has the property {property} twice; the first counts.", "Delete one of them."
        ),
        "acting-extension": Rule(
            "error",
            "{element} has Camunda's {name}, which would run code or move data and is not run here.",
            "Delete it; compute with a script task of FEEL assignments.",
        ),
        "camunda-extension": Rule(
            "warning", "{element} has Camunda's {name}, which means nothing here.", "Delete it if nobody else needs it."
        ),
        "foreign-extension": Rule(
            "warning",
            "The diagram has {count} extensions of {namespace} ({names}); they mean nothing here.",
            "They are kept in the file; check that nothing important is said only there.",
        ),
        "foreign-default-language": Rule(
            "warning", "The diagram says that its expressions are {language}; they are read as FEEL.", "Check them."
        ),
        "import": Rule(
            "warning", "The diagram imports {location}, which is not opened.", "Put what is needed into this file."
        ),
        "correlation": Rule(
            "warning",
            "The correlation property {element} is not used: messages find their case by name and business key.",
            "Delete it if nobody else needs it.",
        ),
    }
)


def check_notices(diagram: model.Diagram) -> Iterator[Finding]:
    """Turn what the reader noticed into findings, those about foreign extensions summed up by their namespace."""
    foreign: dict[str, list[model.Notice]] = {}
    for notice in diagram.notices:
        code = notice.code
        if code == "foreign-extension":
            foreign.setdefault(notice.place["namespace"], []).append(notice)
            continue
        if code == "camunda-extension" and notice.place["name"] in _ACTING:
            code = "acting-extension"
        yield noticed(code, notice.element, notice.line, **notice.place)
    for namespace, notices in foreign.items():
        names = ", ".join(sorted({each.place["name"] for each in notices})[:5])
        yield noticed(
            "foreign-extension", None, notices[0].line, count=len(notices), namespace=namespace or "–", names=names
        )
