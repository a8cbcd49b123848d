"""Foreign events made ones that the engine runs: they get the message, time or code that they lack."""

from lxml import etree

from engine.diagrams import markup, model
from engine.diagrams.checking import timers
from engine.diagrams.checking.findings import Rule, Rules, label
from engine.diagrams.checking.scopes import Scope, scopes
from engine.diagrams.details import FEEL
from engine.diagrams.preparing import translating
from engine.diagrams.preparing.drafts import B, C, Draft
from engine.expressions import inspection

rules = Rules(
    {
        "event-named": Rule(
            "warning", "{node} named no {kind}; it has the new {kind} “{name}” now.", "Choose the right {kind}."
        ),
        "event-to-message": Rule(
            "warning",
            "The {kind} event of {node} became the message “{name}”: the engine cannot watch for it.",
            "Let somebody send the message, or draw a task.",
        ),
        "event-dropped": Rule(
            "warning",
            "The {kind} of {node} was taken off: the engine cannot run it.",
            "Draw what should happen as tasks.",
        ),
        "timer-to-task": Rule(
            "warning",
            "The timer {node} had no time that can be read; it became a task that a person ends.",
            "Set its time.",
        ),
        "event-to-task": Rule(
            "warning", "{node} did not say what it waits for; it became a task that a person ends.", "Choose its event."
        ),
        "timer-set": Rule(
            "warning", "The timer of {node} had no time that can be read; it waits one day now.", "Set its time."
        ),
        "start-plain": Rule(
            "warning",
            "The start event {node} had a {kind} that cannot start it here; it is a plain start now.",
            "Set it anew.",
        ),
        "several-to-one": Rule(
            "warning", "{node} waited for several events; only the first is left.", "Draw one event each."
        ),
        "link-to-end": Rule("warning", "The link {node} had no target; it is an end event now.", "Draw its target."),
        "language-dropped": Rule(
            "warning",
            "{element} was said to be {language}; it is read as FEEL.",
            "Check that it means the same: {text}",
        ),
        "translated": Rule(
            "warning", "An expression of {element} was translated: {old} is {new} now.", "Check that it means the same."
        ),
    }
)


def prepare(draft: Draft) -> None:
    """Go through all events of the processes that will run."""
    for process in list(draft.executed()):
        for scope in scopes(process):
            for node in scope.body.nodes.values():
                if node.kind.endswith("Event"):
                    _prepare(draft, scope, node, draft.elements[node.id])
                elif node.kind in ("receiveTask", "sendTask") and not any(each.name for each in node.events):
                    _name(draft, node, draft.elements[node.id], draft.elements[node.id], "message")


def _prepare(draft: Draft, scope: Scope, node: model.Node, element: etree._Element) -> None:
    inner = node.kind == "startEvent" and scope.owner is not None
    triggered = inner and scope.owner is not None and scope.owner.triggered_by_event
    if len(node.events) > 1 or node.parallel_multiple:
        _keep_first(draft, node, element)
    if not node.events:
        _eventless(draft, node, element, starts=triggered)
    elif inner and not triggered:
        _drop(draft, node, element, "start-plain", node.events[0].kind)
    elif node.events[0].kind == "link":
        _link(draft, scope, node, element)
    else:
        _event(draft, scope, node, element)


def expressions(draft: Draft) -> None:
    """Take languages off what reads as FEEL anyway, and translate plain comparisons."""
    for each in draft.root.iter(f"{B}*"):
        written = (each.text or "").strip()
        language = (each.get("language") or "").strip()
        owner = _owner(each)
        if written and _holds_expression(each) and (new := translating.feel(written)) is not None:
            draft.changed(rules, "translated", owner, each, old=written[:80], new=new[:80])
            each.text = written = new
        if language and language.lower() not in FEEL:
            if written and inspection.inspect(written).errors and not timers.is_meant(written):
                continue  # conditions become a person's choice; the check refuses the rest
            if written:
                draft.changed(rules, "language-dropped", owner, each, language=language, text=written[:80])
            del each.attrib["language"]
    for each in draft.root.iter(f"{B}multiInstanceLoopCharacteristics"):
        written = each.get(f"{C}collection") or ""
        if (new := translating.feel(written)) is not None:
            draft.changed(rules, "translated", _owner(each), each, old=written[:80], new=new[:80])
            each.set(f"{C}collection", new)


def _holds_expression(element: etree._Element) -> bool:
    tag = str(element.tag)
    return tag.endswith(("Expression", "Condition", "Cardinality", "condition")) or "}time" in tag


def _owner(element: etree._Element) -> str:
    at: etree._Element | None = element
    while at is not None:
        if str(at.tag)[len(B) :] in ("sequenceFlow", "process") or str(at.tag).endswith(("Event", "Task", "Process")):
            return at.get("id", "")
        at = at.getparent()
    return ""


def _definition(element: etree._Element) -> etree._Element:
    for child in element:
        if str(child.tag).endswith("EventDefinition"):
            return child
        if child.tag == f"{B}eventDefinitionRef":
            return child
    return element


def _keep_first(draft: Draft, node: model.Node, element: etree._Element) -> None:
    found = [each for each in element if str(each.tag).endswith(("EventDefinition", "}eventDefinitionRef"))]
    for each in found[1:]:
        element.remove(each)
    element.attrib.pop("parallelMultiple", None)
    draft.changed(rules, "several-to-one", node.id, element, node=label(node))


def _drop(draft: Draft, node: model.Node, element: etree._Element, code: str, kind: str) -> None:
    element.remove(_definition(element))
    draft.changed(rules, code, node.id, element, node=label(node), kind=kind)


def _event(draft: Draft, scope: Scope, node: model.Node, element: etree._Element) -> None:
    event = node.events[0]
    lacks = event.kind in ("message", "signal") or (event.kind in ("error", "escalation") and event.ref)
    if lacks and not event.name:
        _name(draft, node, element, _definition(element), event.kind)
    elif event.kind == "conditional" or (
        event.kind == "compensate" and node.kind not in ("intermediateThrowEvent", "endEvent")
    ):
        _replace(element, "message")
        name = _name(draft, node, element, _definition(element), "message", tell=False)
        draft.changed(rules, "event-to-message", node.id, element, node=label(node), kind=event.kind, name=name)
    elif event.kind == "compensate":
        _drop(draft, node, element, "event-dropped", event.kind)
    elif event.kind == "timer" and not _readable(event):
        _time(draft, scope, node, element)


def _eventless(draft: Draft, node: model.Node, element: etree._Element, *, starts: bool) -> None:
    """Mend an event that says not what it is about; ``starts``: it starts an event sub-process."""
    if node.kind == "intermediateCatchEvent":
        draft.turn(element, "userTask")
        draft.changed(rules, "event-to-task", node.id, element, node=label(node))
    elif node.kind == "boundaryEvent" or starts:
        name = _refer(draft, etree.SubElement(element, f"{B}messageEventDefinition"), "message", node.name or node.id)
        draft.changed(rules, "event-named", node.id, element, node=label(node), kind="event", name=name)


def _readable(event: model.Event) -> bool:
    if not event.text or not event.timer:
        return False
    text = timers.literal(event.text) or event.text
    if {"date": timers.is_date, "duration": timers.is_duration, "cycle": timers.is_cycle}[event.timer](text):
        return True
    return not timers.is_meant(text) and not text[0].isdigit() and not inspection.inspect(text).errors


def _time(draft: Draft, scope: Scope, node: model.Node, element: etree._Element) -> None:
    sources = [scope.body.nodes.get(scope.body.flows[each].source) for each in node.incoming]
    chosen = any(source and source.kind == "eventBasedGateway" for source in sources)  # and must stay an event
    if node.kind == "startEvent" and scope.owner is None:
        _drop(draft, node, element, "start-plain", "timer")
    elif node.kind == "intermediateCatchEvent" and not chosen:
        draft.turn(element, "userTask")
        draft.changed(rules, "timer-to-task", node.id, element, node=label(node))
    else:
        definition = _definition(element)
        for child in list(definition):
            definition.remove(child)
        duration = etree.SubElement(definition, f"{B}timeDuration")
        duration.set(
            f"{{{markup.XSI}}}type",
            f"{definition.prefix}:tFormalExpression" if definition.prefix else "tFormalExpression",
        )
        duration.text = "P1D"
        draft.changed(rules, "timer-set", node.id, element, node=label(node))


def _link(draft: Draft, scope: Scope, node: model.Node, element: etree._Element) -> None:
    name = node.events[0].name
    targets = [
        each
        for each in scope.body.nodes.values()
        if each.kind == "intermediateCatchEvent"
        and any(event.kind == "link" and event.name == name for event in each.events)
    ]
    if node.kind == "intermediateThrowEvent" and not targets:
        draft.turn(element, "endEvent")
        draft.changed(rules, "link-to-end", node.id, element, node=label(node))
    elif name:
        _definition(element).set("name", name)


def _replace(element: etree._Element, kind: str) -> None:
    old = _definition(element)
    new = etree.Element(f"{B}{kind}EventDefinition")
    new.tail = old.tail
    element.replace(old, new)


def _name(
    draft: Draft, node: model.Node, element: etree._Element, holder: etree._Element, kind: str, *, tell: bool = True
) -> str:
    """Give an event the message, signal or code that it lacks, by its own name."""
    name = _refer(draft, holder, kind, node.name or node.id)
    if tell:
        draft.changed(rules, "event-named", node.id, element, node=label(node), kind=kind, name=name)
    return name


def _refer(draft: Draft, holder: etree._Element, kind: str, name: str) -> str:
    found = next((each for each in draft.root.iterfind(f"{B}{kind}") if each.get("name") == name), None)
    if found is None:
        found = etree.Element(f"{B}{kind}", id=draft.name(f"{kind}_{name}"), name=name)
        if kind in ("error", "escalation"):
            found.set(f"{kind}Code", name)
        process = draft.root.find(f"{B}process")
        assert process is not None  # noqa: S101 - the reader refuses files without one
        process.addprevious(found)
    elif found.get("id") is None:
        found.set("id", draft.name(f"{kind}_{name}"))
    holder.set(f"{kind}Ref", found.get("id", ""))
    return name
