"""Foreign activities made tasks for people, where nothing here could do them."""

import re
from collections.abc import Collection

from lxml import etree

from engine import errors
from engine.diagrams import model
from engine.diagrams.checking.findings import Rule, Rules, label
from engine.diagrams.checking.scopes import ACTIVITIES
from engine.diagrams.preparing import translating
from engine.diagrams.preparing.drafts import B, C, Draft
from engine.expressions import inspection

_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
_ACTING = ("executionListener", "taskListener", "script", "connector", "inputOutput", "field")
_FORM = re.compile(r"camunda-forms:(?:deployment|app|classpath):(?:.*/)?([A-Za-z0-9][\w.-]*?)(?:\.form)?")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

_WHOSE = "Put it into the lane of whoever does it."

rules = Rules(
    {
        "to-user-task": Rule("warning", "{node} was a {kind}; a person does it now.", _WHOSE),
        "script-to-user-task": Rule("warning", "{node} was a script that is no FEEL; a person does it now.", _WHOSE),
        "call-to-user-task": Rule(
            "warning", "{node} called “{called}”, which is not here; a person does it now.", _WHOSE
        ),
        "empty-to-user-task": Rule(
            "warning", "{node} was a sub-process without content; a person does it now.", _WHOSE
        ),
        "to-inclusive": Rule(
            "warning", "{node} was a complex gateway; it is an inclusive one now.", "Look at what it should wait for."
        ),
        "to-subprocess": Rule(
            "warning", "{node} was an ad-hoc sub-process; all its tasks are started at once now.", "Draw their order."
        ),
        "once": Rule(
            "warning", "{node} did not say how often it repeats; it is done once now.", "Give its collection."
        ),
        "collection-taken": Rule("warning", "The collection of {node} was taken over from Zeebe: {new}.", "Check it."),
        "no-compensation": Rule(
            "warning",
            "{node} was a compensation handler; the engine runs none, so nothing leads to it.",
            "Draw it into the flow.",
        ),
        "no-instantiation": Rule(
            "warning", "{node} started cases by itself; it does no more.", "Use a message start event."
        ),
        "extension-dropped": Rule(
            "warning", "Camunda's {name} of {element} was taken off: it is not run here.", "Draw it."
        ),
        "attribute-dropped": Rule(
            "warning", "{name} of {element} was taken off: {text}", "Use lanes and forms of this office."
        ),
        "form-renamed": Rule(
            "warning", "The form of {element} is “{new}” now; it was “{text}”.", "Bring the form along."
        ),
    }
)


def prepare(draft: Draft, processes: Collection[str]) -> None:
    """Go through all activities of the processes that will run; ``processes``: what a call activity may call besides."""
    diagram = draft.read()
    known = {*processes, *(each.id for each in diagram.processes.values() if each.executable)}
    for process in diagram.processes.values():
        for node in process.nodes() if process.executable else ():
            element = draft.elements[node.id]
            code = _unable(node, known)
            if code is not None:
                draft.turn(element, "userTask")
                place = {"node": label(node), "kind": node.kind, "called": node.called or ""}
                draft.changed(rules, code, node.id, element, **place)
            elif node.kind == "complexGateway":
                draft.turn(element, "inclusiveGateway")
                draft.changed(rules, "to-inclusive", node.id, element, node=label(node))
            elif node.kind == "adHocSubProcess":
                element.tag = f"{B}subProcess"
                draft.changed(rules, "to-subprocess", node.id, element, node=label(node))
            if node.kind in ACTIVITIES:
                _repetition(draft, node, element)
            _flags(draft, node, element)
            _attributes(draft, node, element)
            _extensions(draft, node, element)


def _unable(node: model.Node, known: Collection[str]) -> str | None:
    """Give the code of the change where a node must become a task for a person, ``None`` where it need not."""
    if node.kind in ("serviceTask", "businessRuleTask") or (node.kind == "sendTask" and node.implementations):
        return "to-user-task"
    if node.kind == "scriptTask" and not _is_feel(node):
        return "script-to-user-task"
    if node.kind == "callActivity" and node.called not in known:
        return "call-to-user-task"
    if node.body is not None and not node.body.nodes:
        return "empty-to-user-task"
    return None


def _is_feel(node: model.Node) -> bool:
    if (node.script_language or "feel").lower() != "feel" or not node.script or node.implementations:
        return False
    try:
        inspection.assignments(node.script)
    except errors.ExpressionError:
        return False
    return True


def _repetition(draft: Draft, node: model.Node, element: etree._Element) -> None:
    multi = element.find(f"{B}multiInstanceLoopCharacteristics")
    loop = element.find(f"{B}standardLoopCharacteristics")
    if multi is not None and node.multi and not node.multi.collection and not node.multi.cardinality:
        zeebe = multi.find(f"{B}extensionElements/{_ZEEBE}loopCharacteristics")
        collection = None if zeebe is None else translating.feel(zeebe.get("inputCollection", ""))
        if zeebe is not None and collection:
            multi.set(f"{C}collection", collection)
            if item := zeebe.get("inputElement"):
                multi.set(f"{C}elementVariable", item)
            draft.changed(rules, "collection-taken", node.id, multi, node=label(node), new=collection)
        else:
            element.remove(multi)
            draft.changed(rules, "once", node.id, element, node=label(node))
    if loop is not None and node.loop and not node.loop.condition and node.loop.maximum is None:
        element.remove(loop)
        draft.changed(rules, "once", node.id, element, node=label(node))


def _flags(draft: Draft, node: model.Node, element: etree._Element) -> None:
    if node.for_compensation:
        element.attrib.pop("isForCompensation", None)
        draft.changed(rules, "no-compensation", node.id, element, node=label(node))
    if node.instantiate:
        element.attrib.pop("instantiate", None)
        draft.changed(rules, "no-instantiation", node.id, element, node=label(node))


def _attributes(draft: Draft, node: model.Node, element: etree._Element) -> None:
    for name in ("formKey", "formRef"):
        key = element.get(f"{C}{name}")
        if key and (found := _FORM.fullmatch(key)):
            element.set(f"{C}{name}", found[1])
            draft.changed(rules, "form-renamed", node.id, element, new=found[1], text=key[:80])
        elif key is not None and not _PLAIN.fullmatch(key):
            del element.attrib[f"{C}{name}"]
            draft.changed(rules, "attribute-dropped", node.id, element, name=name, text=key[:80])
    for name in ("assignee", "candidateUsers", "candidateGroups", "dueDate", *_machines(node)):
        value = element.get(f"{C}{name}")
        if value is not None and ("{" in value or name in _machines(node)):
            del element.attrib[f"{C}{name}"]
            draft.changed(rules, "attribute-dropped", node.id, element, name=name, text=value[:80])


def _machines(node: model.Node) -> tuple[str, ...]:
    return tuple(each.how for each in node.implementations)


def _extensions(draft: Draft, node: model.Node, element: etree._Element) -> None:
    for container in element.findall(f"{B}extensionElements"):
        for child in list(container):
            name = str(child.tag).removeprefix(C)
            if name in _ACTING:
                container.remove(child)
                draft.changed(rules, "extension-dropped", node.id, child, name=name)
