"""Reading a BPMN 2.0 file: hardened XML in, the plain data of :mod:`engine.diagrams.model` out.

Reads plain BPMN 2.0.2, what our modeler saves and what Camunda Modeler 7 saves. Nothing is judged here: what a diagram
says wrongly (a flow to nowhere, an id used twice) is read as far as it goes, with a notice for checking. Nothing recurses.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.diagrams import details, markup, model
from engine.diagrams.details import B, C, Index

MAX_NODES = 10_000  # of one process
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
TASKS = ("task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask")
BODIES = ("subProcess", "transaction", "adHocSubProcess")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
RARE = ("implicitThrowEvent", "event", "choreographyTask", "subChoreography", "callChoreography")
NODE_KINDS = frozenset((*EVENTS, *TASKS, *BODIES, *GATEWAYS, *RARE, "callActivity"))
# children of a process or sub-process that hold no flow: read elsewhere, or without meaning for a run
_DATA = ("dataStoreReference", "ioSpecification", "dataInputAssociation", "dataOutputAssociation", "ioBinding")
_DETAILS = ("laneSet", "incoming", "outgoing", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
_PEOPLE = ("performer", "potentialOwner", "humanPerformer", "resourceRole", "supports", "supportedInterfaceRef")
_ARTIFACTS = ("documentation", "extensionElements", "textAnnotation", "association", "group", "auditing", "monitoring")
_QUIET = frozenset((*_DATA, *_DETAILS, *_PEOPLE, *_ARTIFACTS, "completionCondition", "correlationSubscription"))


@dataclass(slots=True)
class _Scope:
    """A process or sub-process while it is read: its flow nodes' elements, flows and lanes, and the lane around it."""

    element: etree._Element
    lane: str | None
    nodes: dict[str, etree._Element] = field(default_factory=dict)
    flows: dict[str, model.Flow] = field(default_factory=dict)
    lanes: tuple[model.Lane, ...] = ()
    lane_of: dict[str, str | None] = field(default_factory=dict)
    data: tuple[str, ...] = ()


def read(source: bytes) -> model.Diagram:
    """Read a BPMN file of at most 5 MB.

    Raises :class:`engine.errors.DiagramUnreadable` (``reason``, ``line``) for anything that is no BPMN file with a process.
    """
    return read_tree(markup.parse(source))


def read_tree(root: etree._Element) -> model.Diagram:
    """Read a parsed ``bpmn:definitions``; see :func:`read`."""
    index = _index(root)
    index.receivers = _receivers(index, root)
    processes: dict[str, model.Process] = {}
    for element in root.iterfind(f"{B}process"):
        process = _process(index, element)
        processes.setdefault(process.id, process)
    if not processes:
        raise markup.unreadable("no-process", markup.line(root))
    main = next((each.id for each in processes.values() if each.executable), next(iter(processes)))
    _notice_rest(index, root)
    exporter = " ".join(each for each in (root.get("exporter"), root.get("exporterVersion")) if each)
    has_layout = next(root.iter(f"{{{markup.BPMNDI}}}BPMNShape"), None) is not None
    return model.Diagram(processes, main, has_layout, exporter, tuple(index.notices))


def _index(root: etree._Element) -> Index:
    """Find every BPMN element that has an id; extension elements and the layout have ids of their own."""
    index = Index()
    for element in root.iter(f"{B}*"):
        if (written := element.get("id")) is not None:
            key = written.strip()
            if key in index.elements:
                index.notice("duplicate-id", element, key, first=str(markup.line(index.elements[key])))
            else:
                index.elements[key] = element
    return index


def _receivers(index: Index, root: etree._Element) -> dict[str, str]:
    """Find the message flows that end at a party whose process is not shown (BPMN 2.0.2, 9.3: a black box pool)."""
    closed = {
        each.get("id", "").strip(): details.name(each)
        for each in root.iterfind(f"{B}collaboration/{B}participant")
        if not index.resolve(each.get("processRef"))
    }
    flows = [
        (index.resolve(each.get("sourceRef")), index.resolve(each.get("targetRef")))
        for each in root.iterfind(f"{B}collaboration/{B}messageFlow")
    ]
    return {source: closed[target] or target for source, target in flows if source and target in closed}


def _process(index: Index, element: etree._Element) -> model.Process:
    scopes = [_Scope(element, None)]
    count = 0
    for scope in scopes:  # grows while it runs: sub-processes are appended when their parents are opened
        _open(index, scope)
        count += len(scope.nodes)
        if count > MAX_NODES:
            raise markup.unreadable("too-many-steps", markup.line(element), limit=MAX_NODES)
        for node_id, node in scope.nodes.items():
            if etree.QName(node).localname in BODIES:
                scopes.append(_Scope(node, scope.lane_of.get(node_id, scope.lane)))
    bodies: dict[etree._Element, model.Body] = {}
    for scope in reversed(scopes):  # inner ones first
        bodies[scope.element] = _close(index, scope, bodies)
    process_id = _identify(index, element)
    return model.Process(
        id=process_id,
        body=bodies[element],
        name=details.name(element),
        executable=_flag(element, "isExecutable"),
        documentation=_documentation(element),
        properties=details.properties(index, element, process_id),
        line=markup.line(element),
    )


def _open(index: Index, scope: _Scope) -> None:
    """Find what the scope holds, before any node is read: lanes must be known to the nodes, flows to both their ends."""
    data = []
    for child in scope.element:
        if not isinstance(child.tag, str) or not child.tag.startswith(B):
            continue
        kind = child.tag[len(B) :]
        if kind in NODE_KINDS:
            scope.nodes.setdefault(_identify(index, child), child)
        elif kind == "sequenceFlow":
            flow = _flow(index, child)
            scope.flows.setdefault(flow.id, flow)
        elif kind in ("dataObject", "dataObjectReference", "property"):
            data.append(details.data_name(index, child))
        elif kind not in _QUIET:
            index.notice("unknown-element", child, (child.get("id") or "").strip() or None, kind=kind)
    scope.data = tuple(dict.fromkeys(each for each in data if each))
    scope.lanes, scope.lane_of = _lanes(index, scope.element)


def _close(index: Index, scope: _Scope, bodies: dict[etree._Element, model.Body]) -> model.Body:
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for flow in scope.flows.values():
        outgoing.setdefault(flow.source, []).append(flow.id)
        incoming.setdefault(flow.target, []).append(flow.id)
    nodes = {
        node_id: _node(
            index,
            element,
            node_id,
            lane=scope.lane_of.get(node_id, scope.lane) or None,
            incoming=_ordered(index, element, "incoming", incoming.get(node_id, ()), node_id),
            outgoing=_ordered(index, element, "outgoing", outgoing.get(node_id, ()), node_id),
            body=bodies.get(element),
        )
        for node_id, element in scope.nodes.items()
    }
    return model.Body(nodes, scope.flows, scope.lanes, scope.data)


def _identify(index: Index, element: etree._Element) -> str:
    if found := (element.get("id") or "").strip():
        return found
    made = f"{etree.QName(element).localname}@{markup.line(element)}"
    index.notice("missing-id", element, made, kind=etree.QName(element).localname)
    element.set("id", made)  # the second look at the same element finds it
    return made


def _ordered(
    index: Index, element: etree._Element, tag: str, actual: list[str] | tuple[str, ...], owner: str
) -> tuple[str, ...]:
    """Put flows into the order that the node writes; those that it does not mention follow in document order."""
    known = set(actual)
    written = dict.fromkeys(index.resolve(child.text) for child in element.iterfind(f"{B}{tag}"))
    for each in written:
        if each not in known:
            index.notice("stray-flow-ref", element, owner, ref=each, direction=tag)
    return tuple(dict.fromkeys([*(each for each in written if each in known), *actual]))


def _flow(index: Index, element: etree._Element) -> model.Flow:
    flow_id = _identify(index, element)
    condition = element.find(f"{B}conditionExpression")
    language = None if condition is None else (condition.get("language") or "").strip() or None
    return model.Flow(
        id=flow_id,
        source=index.resolve(element.get("sourceRef")),
        target=index.resolve(element.get("targetRef")),
        name=details.name(element),
        condition=details.expression(index, condition, flow_id),
        language=language,
        line=markup.line(element),
    )


def _lanes(index: Index, element: etree._Element) -> tuple[tuple[model.Lane, ...], dict[str, str | None]]:
    """Read the lanes of a scope, outer ones first, and the name of each node's innermost lane (10.8)."""
    lanes: list[model.Lane] = []
    depth_of: dict[str, int] = {}
    lane_of: dict[str, str | None] = {}
    todo: list[tuple[etree._Element, str | None, int]] = [
        (lane, None, 0) for lane_set in element.iterfind(f"{B}laneSet") for lane in _lanes_in(index, lane_set)
    ]
    for found, parent, depth in todo:  # grows while it runs
        lane = model.Lane(
            id=_identify(index, found),
            name=details.name(found),
            nodes=tuple(dict.fromkeys(index.resolve(each.text) for each in found.iterfind(f"{B}flowNodeRef"))),
            parent=parent,
            line=markup.line(found),
        )
        lanes.append(lane)
        for node_id in lane.nodes:
            if node_id not in index.elements:
                index.notice("dangling-lane-ref", found, lane.id, ref=node_id)
            elif depth_of.get(node_id) == depth:
                index.notice("two-lanes", found, node_id, lane=lane.id)
            elif depth > depth_of.get(node_id, -1):  # outer lanes come first
                depth_of[node_id] = depth
                lane_of[node_id] = lane.name or None
        inner = [child for each in found.iterfind(f"{B}childLaneSet") for child in _lanes_in(index, each)]
        todo += [(child, lane.id, depth + 1) for child in inner]
    return tuple(lanes), lane_of


def _lanes_in(index: Index, lane_set: etree._Element) -> Iterator[etree._Element]:
    for child in lane_set:
        if child.tag == f"{B}lane":
            yield child
        elif isinstance(child.tag, str) and child.tag.startswith(B) and child.tag[len(B) :] in NODE_KINDS:
            index.notice("misplaced", child, child.get("id"), kind=child.tag[len(B) :])


def _node(
    index: Index,
    element: etree._Element,
    node_id: str,
    *,
    lane: str | None,
    incoming: tuple[str, ...],
    outgoing: tuple[str, ...],
    body: model.Body | None,
) -> model.Node:
    kind = etree.QName(element).localname
    events = details.events(index, element, node_id) if kind.endswith("Event") else ()
    if kind in ("sendTask", "receiveTask"):
        message, ref = details.referred(index, element, "message", node_id)
        events = (model.Event("message", message, ref, line=markup.line(element)),) if ref else ()
    script = element.find(f"{B}script")
    form_key = element.get(f"{C}formKey", element.get(f"{C}formRef"))
    properties = details.properties(index, element, node_id)
    return model.Node(
        id=node_id,
        kind=kind,
        name=details.name(element),
        line=markup.line(element),
        lane=lane,
        documentation=_documentation(element),
        properties=properties,
        form_key=None if form_key is None else form_key.strip(),
        candidate_groups=_list(element.get(f"{C}candidateGroups")),
        candidate_users=_list(element.get(f"{C}candidateUsers")),
        assignee=(element.get(f"{C}assignee") or "").strip() or None,
        due_date=(element.get(f"{C}dueDate") or "").strip() or None,
        incoming=incoming,
        outgoing=outgoing,
        default=index.resolve(element.get("default")) or None,
        events=events,
        attached_to=index.resolve(element.get("attachedToRef")) or None,
        interrupting=_flag(element, "cancelActivity" if kind == "boundaryEvent" else "isInterrupting", default=True),
        parallel_multiple=kind in CATCHING and _flag(element, "parallelMultiple"),
        multi=details.multi_instance(index, element, node_id),
        loop=details.standard_loop(index, element, node_id),
        script=None if script is None else details.text(script),
        script_language=(element.get("scriptFormat") or "").strip() or None,
        called=(element.get("calledElement") or "").strip() or None,
        binding="latest" if properties.get("call.version") == "latest" else "start",
        topic=details.topic(element),
        receiver=index.receivers.get(node_id),
        retry=details.retry(element),
        inputs=details.mappings(index, element, node_id, "in"),
        outputs=details.mappings(index, element, node_id, "out"),
        body=body,
        triggered_by_event=_flag(element, "triggeredByEvent"),
        instantiate=kind in ("receiveTask", "eventBasedGateway") and _flag(element, "instantiate"),
        for_compensation=kind in (*TASKS, *BODIES, "callActivity") and _flag(element, "isForCompensation"),
        implementations=details.implementations(element),
    )


def _notice_rest(index: Index, root: etree._Element) -> None:
    """Notice what stands beside the processes: wishes of the file as a whole."""
    details.extensions(index, root)
    language = (root.get("expressionLanguage") or "").strip()
    if language and language.lower() not in details.FEEL and "XPath" not in language:  # XPath: the schema's default
        index.notice("foreign-default-language", root, None, language=language)
    for each in root.iterfind(f"{B}correlationProperty"):
        index.notice("correlation", each, each.get("id"))
    for each in root.iterfind(f"{B}import"):
        index.notice("import", each, None, location=each.get("location") or "")


def _documentation(element: etree._Element) -> str:
    return "\n\n".join(details.text(each) for each in element.iterfind(f"{B}documentation") if each.text)


def _flag(element: etree._Element, attribute: str, *, default: bool = False) -> bool:
    written = element.get(attribute)
    return default if written is None else written.strip() in ("true", "1")


def _list(written: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (written or "").split(",") if each.strip())
