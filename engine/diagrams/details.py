"""What a flow node holds besides its flows: events, repetition, mappings, Camunda's extensions.

Used by :mod:`engine.diagrams.reading` only. Functions take the element and the file's :class:`Index`, and leave what has
no place in the model as a :class:`engine.diagrams.model.Notice` there.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from engine.diagrams import markup, model

B = f"{{{markup.BPMN}}}"
C = f"{{{markup.CAMUNDA}}}"
FEEL = ("feel", "http://www.omg.org/spec/dmn/20180521/feel/", "https://www.omg.org/spec/dmn/20191111/feel/")

_EVENTS: dict[str, model.EventKind] = {
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "timerEventDefinition": "timer",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
    "linkEventDefinition": "link",
    "conditionalEventDefinition": "conditional",
    "compensateEventDefinition": "compensate",
    "cancelEventDefinition": "cancel",
}
# element in the file, attribute that refers to it, attributes that give the name events are matched by
_NAMED = {
    "message": ("messageRef", ("name",)),
    "signal": ("signalRef", ("name",)),
    "error": ("errorRef", ("errorCode", "name")),
    "escalation": ("escalationRef", ("escalationCode", "name")),
}
_MACHINES = ("class", "expression", "delegateExpression", "decisionRef", "resource")
# tasks that BPMN lets a machine do, and the values by which tools say "no one in particular"
_MACHINE_TASKS = ("serviceTask", "sendTask", "receiveTask", "businessRuleTask")
_NOTHING = ("unspecified", "webservice")
# Camunda's attributes: those that are read, and those that say nothing about what the process does
_PEOPLE = ("formKey", "formRef", "candidateGroups", "candidateUsers", "assignee", "dueDate")
_READ = (*_MACHINES, *_PEOPLE, "collection", "elementVariable", "topic", "type")
_JOBS = ("async", "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "taskPriority", "initiator")
_BINDINGS = ("formRefBinding", "formRefVersion", "decisionRefBinding", "decisionRefVersion", "calledElementBinding")
_VERSIONS = ("calledElementVersion", "versionTag", "historyTimeToLive", "isStartableInTasklist", "diagramRelationId")
_TEMPLATES = ("modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon", "resultVariable", "mapDecisionResult")
_KNOWN_ATTRIBUTES = frozenset((*_READ, *_JOBS, *_BINDINGS, *_VERSIONS, *_TEMPLATES, "followUpDate", "formHandlerClass"))
_TIMERS: tuple[tuple[str, Literal["date", "duration", "cycle"]], ...] = (
    ("timeDate", "date"),
    ("timeDuration", "duration"),
    ("timeCycle", "cycle"),
)
_DIGITS = 9  # of a loopMaximum: more rounds than any engine could count
# namespaces that say how a diagram looks or which tool drew it, not what it does
_PLAIN_SPACES = (
    markup.XSI,
    "http://www.w3.org/XML/1998/namespace",
    "http://camunda.org/schema/modeler/1.0",
    "http://bpmn.io/schema/bpmn/biocolor/1.0",
    "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
)


@dataclass(slots=True)
class Index:
    """What the file names: elements by id (the first of each id), and the notices so far."""

    elements: dict[str, etree._Element] = field(default_factory=dict)
    notices: list[model.Notice] = field(default_factory=list)
    receivers: dict[str, str] = field(default_factory=dict)
    """Who gets a node's message where that is a closed pool (a participant without a process), by name."""

    def notice(self, code: str, element: etree._Element, owner: str | None, **place: str) -> None:
        """Remember what checking must tell; ``owner`` is the id of the node or flow that it concerns."""
        self.notices.append(model.Notice(code, owner, markup.line(element), place))

    def resolve(self, reference: str | None) -> str:
        """Give the id that a reference means: white space off, and a QName's prefix where the id has none."""
        name = (reference or "").strip()
        if name not in self.elements and ":" in name and (tail := name.rpartition(":")[2]) in self.elements:
            return tail
        return name


def text(element: etree._Element | None) -> str:
    """Give all text in the element, CDATA included, without white space around it; "" for none."""
    return "" if element is None else "".join(element.itertext()).strip()


def name(element: etree._Element) -> str:
    """Give the element's name with its white space folded: modelers break lines in names to fit the shape."""
    return " ".join((element.get("name") or "").split())


def expression(index: Index, element: etree._Element | None, owner: str) -> str | None:
    """Give the text of an expression; one in another language than FEEL is noticed. ``None`` where it is not written."""
    if element is None:
        return None
    language = (element.get("language") or "").strip()
    if language and language.lower() not in FEEL:
        index.notice("foreign-language", element, owner, language=language)
    if (resource := element.get(f"{C}resource")) is not None:
        index.notice("expression-resource", element, owner, resource=resource)
    return text(element) or None


def events(index: Index, element: etree._Element, owner: str) -> tuple[model.Event, ...]:
    """Give the event definitions of an event node, those that it refers to included."""
    found = []
    for child in element:
        definition: etree._Element | None = child
        if child.tag == f"{B}eventDefinitionRef":
            definition = index.elements.get(index.resolve(child.text))
            if definition is None:
                index.notice("dangling-ref", child, owner, ref=text(child), kind="event definition")
                continue
        if definition is None or not isinstance(definition.tag, str) or not definition.tag.endswith("EventDefinition"):
            continue
        kind = _EVENTS.get(etree.QName(definition).localname)
        if kind is None:
            index.notice("unknown-event", child, owner, kind=etree.QName(definition).localname)
        else:
            found.append(_event(index, definition, kind, owner, name(element)))
    return tuple(found)


def referred(index: Index, element: etree._Element, kind: str, owner: str) -> tuple[str | None, str | None]:
    """Give name and id of the message, signal, error or escalation that the element refers to (both ``None``: none)."""
    attribute, naming = _NAMED[kind]
    written = element.get(attribute)
    if written is None or not written.strip():
        return None, None
    ref = index.resolve(written)
    target = index.elements.get(ref)
    if target is None or target.tag != f"{B}{kind}":
        index.notice("dangling-ref", element, owner, ref=ref, kind=kind)
        return None, ref
    for each in naming:
        if value := (target.get(each) or "").strip():
            return value, ref
    return ref, ref  # a nameless definition is still one of its own


def _event(index: Index, element: etree._Element, kind: model.EventKind, owner: str, owner_name: str) -> model.Event:
    at = markup.line(element)
    if kind in _NAMED:
        label, ref = referred(index, element, kind, owner)
        return model.Event(kind, label, ref, line=at)
    if kind == "timer":
        return _timer(index, element, owner)
    if kind == "link":
        return model.Event("link", name(element) or owner_name or None, line=at)
    if kind == "conditional":
        return model.Event(kind, text=expression(index, element.find(f"{B}condition"), owner), line=at)
    if kind == "compensate":
        return model.Event(kind, ref=index.resolve(element.get("activityRef")) or None, line=at)
    return model.Event(kind, line=at)


def _timer(index: Index, element: etree._Element, owner: str) -> model.Event:
    found = [
        model.Event("timer", timer=kind, text=expression(index, child, owner), line=markup.line(child))
        for tag, kind in _TIMERS
        for child in element.findall(f"{B}{tag}")
    ]
    if len(found) > 1:
        index.notice("several-times", element, owner)
    return found[0] if found else model.Event("timer", line=markup.line(element))


def multi_instance(index: Index, node: etree._Element, owner: str) -> model.MultiInstance | None:
    """Read multiInstanceLoopCharacteristics, in Camunda's form or the standard's (BPMN 2.0.2, 10.3.8)."""
    loop = node.find(f"{B}multiInstanceLoopCharacteristics")
    if loop is None:
        return None
    if (behavior := loop.get("behavior", "All")) != "All" or loop.find(f"{B}complexBehaviorDefinition") is not None:
        index.notice("multi-behavior", loop, owner, behavior=behavior)
    collection = (loop.get(f"{C}collection") or "").strip() or None
    element = (loop.get(f"{C}elementVariable") or "").strip() or None
    if collection is None and (source := loop.find(f"{B}loopDataInputRef")) is not None:
        collection = _data_name(index, node, source, owner, "dataInputAssociation")
    if element is None and (item := loop.find(f"{B}inputDataItem")) is not None:
        element = (item.get("name") or item.get("id") or "").strip() or None
    out, produced = loop.find(f"{B}loopDataOutputRef"), loop.find(f"{B}outputDataItem")
    return model.MultiInstance(
        sequential=loop.get("isSequential", "false").strip() in ("true", "1"),
        collection=collection,
        element=element,
        cardinality=expression(index, loop.find(f"{B}loopCardinality"), owner),
        completion=expression(index, loop.find(f"{B}completionCondition"), owner),
        output_collection=None if out is None else _data_name(index, node, out, owner, "dataOutputAssociation"),
        output_element=None if produced is None else (produced.get("name") or produced.get("id") or "").strip() or None,
        line=markup.line(loop),
    )


def _data_name(
    index: Index, node: etree._Element, reference: etree._Element, owner: str, association: str
) -> str | None:
    """Give the variable that a data reference means, through the task's own association where it points inside."""
    ref = index.resolve(reference.text)
    target = index.elements.get(ref)
    if target is None:
        index.notice("dangling-ref", reference, owner, ref=ref, kind="data")
        return None
    if target.tag in (f"{B}dataInput", f"{B}dataOutput"):
        inner, outer = (
            ("targetRef", "sourceRef") if association == "dataInputAssociation" else ("sourceRef", "targetRef")
        )
        for each in node.findall(f"{B}{association}"):
            if index.resolve(each.findtext(f"{B}{inner}")) == ref:
                if (change := each.find(f"{B}transformation")) is not None:
                    return expression(index, change, owner)
                outside = index.elements.get(index.resolve(each.findtext(f"{B}{outer}")))
                return None if outside is None else data_name(index, outside)
    return data_name(index, target)


def data_name(index: Index, element: etree._Element) -> str:
    """Give a data element's variable: its name, else that of the object it refers to, else its id."""
    if label := name(element):
        return label
    target = index.elements.get(index.resolve(element.get("dataObjectRef")))
    return (target is not None and name(target)) or (element.get("id") or "").strip()


def standard_loop(index: Index, node: etree._Element, owner: str) -> model.StandardLoop | None:
    """Read standardLoopCharacteristics."""
    loop = node.find(f"{B}standardLoopCharacteristics")
    if loop is None:
        return None
    written = (loop.get("loopMaximum") or "").strip()
    maximum = int(written) if written.isascii() and written.isdigit() and len(written) <= _DIGITS else None
    if written and maximum is None:
        index.notice("bad-number", loop, owner, attribute="loopMaximum", value=written[:40])
    return model.StandardLoop(
        condition=expression(index, loop.find(f"{B}loopCondition"), owner),
        test_before=loop.get("testBefore", "false").strip() in ("true", "1"),
        maximum=maximum,
        line=markup.line(loop),
    )


def properties(index: Index, element: etree._Element, owner: str) -> dict[str, str]:
    """Give the ``camunda:property`` pairs of a node or process."""
    found: dict[str, str] = {}
    for each in element.iterfind(f"{B}extensionElements/{C}properties/{C}property"):
        key = (each.get("name") or "").strip()
        if key in found:
            index.notice("duplicate-property", each, owner, property=key)
        elif key:
            found[key] = (each.get("value") or "").strip()
    return found


def exchanges(node: etree._Element) -> bool:
    """Say whether values go from here to a connector or into a message, so that ``camunda:inputOutput`` means something."""
    kind = str(node.tag)[len(B) :]
    throws = kind in ("intermediateThrowEvent", "endEvent")
    return kind in ("serviceTask", "sendTask") or (throws and node.find(f"{B}messageEventDefinition") is not None)


def mappings(index: Index, node: etree._Element, owner: str, tag: Literal["in", "out"]) -> tuple[model.Mapped, ...]:
    """Read what goes in or comes out: ``camunda:in`` and ``camunda:out``, or the parameters of ``camunda:inputOutput``."""
    if exchanges(node):
        return _parameters(index, node, owner, tag)
    found = []
    for each in node.iterfind(f"{B}extensionElements/{C}{tag}"):
        at = markup.line(each)
        if each.get("variables") == "all":
            found.append(model.Mapped("*", "*", at))
        elif each.get("businessKey") is None:  # a called process always has its caller's key
            source = (each.get("sourceExpression") or each.get("source") or "").strip()
            target = (each.get("target") or "").strip()
            if source and target:
                found.append(model.Mapped(source, target, at))
            else:
                index.notice("half-mapping", each, owner, mapping=f"camunda:{tag}")
    return tuple(found)


def _parameters(index: Index, node: etree._Element, owner: str, tag: Literal["in", "out"]) -> tuple[model.Mapped, ...]:
    found = []
    for each in node.iterfind(f"{B}extensionElements/{C}inputOutput/{C}{tag}putParameter"):
        parameter = f"{tag}putParameter"
        label, source = (each.get("name") or "").strip(), text(each)
        if tag == "out" and node.tag != f"{B}serviceTask":  # nothing comes back from a message
            index.notice("acting-extension", each, owner, name=parameter)
        elif len(each):
            index.notice("acting-extension", each, owner, name=etree.QName(each[0]).localname)
        elif label and source:
            found.append(model.Mapped(source, label, markup.line(each)))
        else:
            index.notice("half-mapping", each, owner, mapping=f"camunda:{parameter}")
    return tuple(found)


def topic(node: etree._Element) -> str | None:
    """Give the name of the connector that a service task asks for (``camunda:type="external"``)."""
    external = node.tag == f"{B}serviceTask" and node.get(f"{C}type") == "external"
    return (node.get(f"{C}topic") or "").strip() or None if external else None


def retry(node: etree._Element) -> str | None:
    """Give the text that says how a service task's connector is tried again; ``None`` where it is not written."""
    written = node.find(f"{B}extensionElements/{C}failedJobRetryTimeCycle")
    return None if written is None or node.tag != f"{B}serviceTask" else text(written)


def implementations(node: etree._Element) -> tuple[model.Implementation, ...]:
    """Give every way in which the node asks to be done by a machine, other than by a connector."""
    at = markup.line(node)
    found = [model.Implementation(how, value, at) for how in _MACHINES if (value := node.get(f"{C}{how}")) is not None]
    if (kind := node.get(f"{C}type")) is not None and topic(node) is None:
        found.append(model.Implementation(kind, node.get(f"{C}topic", ""), at))
    value = (node.get("implementation") or "").strip()
    if value and str(node.tag)[len(B) :] in _MACHINE_TASKS and value.lstrip("#").lower() not in _NOTHING:
        found.append(model.Implementation("implementation", value, at))
    if (operation := node.get("operationRef")) is not None:
        found.append(model.Implementation("operationRef", operation, at))
    return tuple(found)


def extensions(index: Index, root: etree._Element) -> None:
    """Notice every extension element and attribute that is not read, so that nothing is ignored in silence."""
    for element in root.iter(f"{B}*"):
        for key in element.attrib:
            _extension(index, element, str(key), _KNOWN_ATTRIBUTES)
        if element.tag == f"{B}extensionElements" and (around := element.getparent()) is not None:
            read = _read_in(around)
            for child in element:
                _extension(index, child, str(child.tag), read)
                if child.tag == f"{C}inputOutput" and "inputOutput" in read:
                    for parameter in child:
                        _extension(index, parameter, str(parameter.tag), ("inputParameter", "outputParameter"))


def _read_in(around: etree._Element) -> tuple[str, ...]:
    """Give Camunda's extension elements that are read in an element."""
    found: tuple[str, ...] = ("properties",)
    if around.tag == f"{B}callActivity":
        found += ("in", "out")
    if around.tag == f"{B}serviceTask":
        found += ("failedJobRetryTimeCycle",)
    return (*found, "inputOutput") if exchanges(around) else found


def _extension(index: Index, at: etree._Element, key: str, read: Collection[str]) -> None:
    space, _, local = key[1:].rpartition("}") if key[0] == "{" else ("", "", key)
    if space == markup.CAMUNDA:
        if local not in read:
            index.notice("camunda-extension", at, _owner(at), name=local)
    elif space not in _PLAIN_SPACES and (space or at.tag == key):
        index.notice("foreign-extension", at, _owner(at), namespace=space, name=local)


def _owner(element: etree._Element) -> str | None:
    """Give the id of the nearest element around that a person sees in the diagram."""
    at: etree._Element | None = element
    while at is not None:
        tag = str(at.tag)
        if tag.startswith(B) and (found := at.get("id")) and not tag.endswith(("Definition", "Specification")):
            return found.strip()
        at = at.getparent()
    return None
