"""Foreign flows made ones that can be followed: starts, ends, and a person's choice where no condition can be read."""

import json
import re

from lxml import etree

from engine.diagrams import markup, model
from engine.diagrams.checking.findings import Rule, Rules, label
from engine.diagrams.checking.scopes import ACTIVITIES, Scope, scopes
from engine.diagrams.details import FEEL
from engine.diagrams.preparing.drafts import B, C, Draft
from engine.expressions import inspection

rules = Rules(
    {
        "made-executable": Rule(
            "warning", "The process {element} was not executable; it is now.", "Check its id: it is the key."
        ),
        "start-added": Rule("warning", "{node} had no start event; {new} was added.", "Look at where it begins."),
        "end-added": Rule(
            "warning", "{node} led nowhere; the end event {new} was added.", "Look at what comes after it."
        ),
        "choice-added": Rule(
            "warning",
            "{node} has no condition that can be read; the new task {new} asks a person which way to go.",
            "Write conditions in FEEL instead, and delete the task.",
        ),
        "condition-dropped": Rule(
            "warning", "The condition of {element} cannot be read and was taken off: {text}", "Write it in FEEL."
        ),
        "default-set": Rule(
            "warning",
            "The flow {flow} of {node} has no condition; it is the default now.",
            "Check that it is meant so.",
        ),
        "default-dropped": Rule(
            "warning", "The default {flow} of {node} is none of its flows; it was taken off.", "Choose it."
        ),
    }
)


def make_executable(draft: Draft) -> None:
    """Mark the processes as executable where none is; those without a flow node (black boxes) stay as they are."""
    diagram = draft.read()
    if any(each.executable and each.body.nodes for each in diagram.processes.values()):
        return
    for element in draft.root.iterfind(f"{B}process"):
        process = diagram.processes[element.get("id", "").strip()]
        if process.body.nodes:
            element.set("isExecutable", "true")
            draft.changed(rules, "made-executable", process.id, element)


def add_ends_and_starts(draft: Draft) -> None:
    """Add what a scope lacks at its beginning, and ends behind gateways and events that lead nowhere."""
    for process in list(draft.executed()):
        for scope in scopes(process):
            if scope.body.nodes and not scope.starts and not (scope.owner and scope.owner.triggered_by_event):
                _start(draft, scope)
            for node in scope.body.nodes.values():
                loose = not scope.next[node.id] and node.kind not in ACTIVITIES
                if loose and node.kind not in ("endEvent", "startEvent") and not node.triggered_by_event:
                    end = draft.add_node(draft.elements[node.id], "endEvent", f"end_{node.id}", "")
                    draft.add_flow(draft.elements[node.id], end)
                    draft.changed(
                        rules, "end-added", node.id, draft.elements[node.id], node=label(node), new=end.get("id", "")
                    )


def _start(draft: Draft, scope: Scope) -> None:
    nodes = scope.body.nodes.values()
    able = [
        node for node in nodes if not node.attached_to and not node.triggered_by_event and not node.for_compensation
    ]
    first = [node for node in able if not node.incoming and not any(each.kind == "link" for each in node.events)]
    if not (first or able):
        return
    begin = (first or able)[0]
    start = draft.add_node(draft.elements[begin.id], "startEvent", f"start_{scope.id}", "")
    for node in first or able[:1]:
        draft.add_flow(start, draft.elements[node.id])
    name = label(scope.owner) if scope.owner else scope.id
    draft.changed(rules, "start-added", scope.id, scope.line, node=name, new=start.get("id", ""))


def add_choices(draft: Draft) -> None:
    """Let a person choose where a gateway cannot: conditions missing, or in a language that is not run."""
    for process in list(draft.executed()):
        for scope in scopes(process):
            for node in scope.body.nodes.values():
                flows = [scope.body.flows[each] for each in node.outgoing]
                if node.default and node.default not in node.outgoing:
                    del draft.elements[node.id].attrib["default"]
                    draft.changed(
                        rules, "default-dropped", node.id, draft.elements[node.id], node=label(node), flow=node.default
                    )
                _choose(draft, node, flows)


def _choose(draft: Draft, node: model.Node, flows: list[model.Flow]) -> None:
    unread = [flow for flow in flows if flow.condition and not _reads(flow)]
    bare = [flow for flow in flows if not flow.condition and flow.id != node.default]
    gateway = node.kind in ("exclusiveGateway", "inclusiveGateway")
    unclear = len(bare) == len(flows)
    if node.kind == "exclusiveGateway":  # the first open flow wins: what has no condition can only be the default
        unclear = len(bare) > (0 if node.default else 1)
    if gateway and len(flows) > 1 and (unread or unclear):
        _ask(draft, node, flows)
        return
    shadows = len(bare) == 1 and node.default is None
    if node.kind == "exclusiveGateway" and shadows and len(flows) > 1:
        draft.elements[node.id].set("default", bare[0].id)
        draft.changed(rules, "default-set", node.id, draft.elements[node.id], node=label(node), flow=bare[0].id)
    for flow in unread:
        element = draft.elements[flow.id]
        for condition in element.findall(f"{B}conditionExpression"):
            element.remove(condition)
        draft.changed(rules, "condition-dropped", flow.id, element, text=(flow.condition or "")[:80])


def _reads(flow: model.Flow) -> bool:
    foreign = flow.language is not None and flow.language.lower() not in FEEL
    return not foreign and not inspection.inspect(flow.condition or "").errors


def _ask(draft: Draft, node: model.Node, flows: list[model.Flow]) -> None:
    """Put a task before the gateway whose form offers the ways on; the last way is the default."""
    element = draft.elements[node.id]
    several = node.kind == "inclusiveGateway"
    variable = "pilihan_" + re.sub(r"\W", "_", node.id)
    task = draft.add_node(element, "userTask", f"choose_{node.id}", (node.name or "Pilih jalur")[:60])
    draft.move_flows(node.incoming, element, task, "targetRef")
    draft.add_flow(task, element)
    options = []
    for flow in flows:
        target = draft.elements.get(flow.target)
        options.append((flow.id, flow.name or (target is not None and target.get("name")) or flow.target))
    for flow, (value, _) in zip(flows, options, strict=True):
        each = draft.elements[flow.id]
        for old in each.findall(f"{B}conditionExpression"):
            each.remove(old)
        if flow is flows[-1]:
            element.set("default", flow.id)
            continue
        condition = etree.SubElement(each, f"{B}conditionExpression")
        prefix = f"{condition.prefix}:" if condition.prefix else ""
        condition.set(f"{{{markup.XSI}}}type", f"{prefix}tFormalExpression")
        condition.text = f'list contains({variable}, "{value}")' if several else f'{variable} = "{value}"'
    form = re.sub(r"[^A-Za-z0-9_.-]", "-", f"pilih-{node.id}")
    task.set(f"{C}formKey", form)
    draft.forms[form] = _form(form, variable, node.name, options, several=several)
    draft.changed(rules, "choice-added", node.id, element, node=label(node), new=task.get("id", ""))


def _form(key: str, variable: str, name: str, options: list[tuple[str, str]], *, several: bool) -> bytes:
    field = {
        "type": "checklist" if several else "radio",
        "key": variable,
        "label": name or "Jalur berikutnya",
        "values": [{"label": text, "value": value} for value, text in options],
        "validate": {"required": True},
    }
    return json.dumps({"type": "default", "id": key, "components": [field]}, ensure_ascii=False, indent=2).encode()
