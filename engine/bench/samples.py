"""The processes that are measured, made here: straight lines of user tasks, and a loop of one."""

import itertools
import json
from collections.abc import Sequence
from html import escape

OFFICE = ("clerk", "reviewer", "finance")
"""The groups, which are the lanes too; tasks of a line go round them."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="http://bpmn.io/schema/bpmn"'
)


def line(length: int, groups: Sequence[str] = OFFICE, key: str = "") -> dict[str, bytes]:
    """Give the files of ``linearLENGTH``, or of another ``key``: so many user tasks one after the other, round the ``groups``.

    Each of them writes one variable.
    """
    key = key or f"linear{length}"
    tasks = [f"task{number:03}" for number in range(1, length + 1)]
    nodes = ["begin", *tasks, "finish"]
    flows = [(f"flow{number:03}", *pair) for number, pair in enumerate(itertools.pairwise(nodes))]
    lanes = {group: [node for i, node in enumerate(nodes) if groups[i % len(groups)] == group] for group in groups}
    body = [
        *_lanes(lanes),
        _node("startEvent", "begin", outgoing=[flows[0][0]]),
        *(
            _node("userTask", task, f"Step {i + 1}", [flows[i][0]], [flows[i + 1][0]], form=f"line-{i + 1:03}")
            for i, task in enumerate(tasks)
        ),
        _node("endEvent", "finish", incoming=[flows[-1][0]]),
        *(_flow(*flow) for flow in flows),
    ]
    forms = {
        f"line-{number:03}.form": _form(f"line-{number:03}", {"type": "textfield", "key": f"f{number}"})
        for number in range(1, length + 1)
    }
    return {f"{key}.bpmn": _file(key, body), **forms}


def loop(rounds: int) -> dict[str, bytes]:
    """Give the files of ``loopROUNDS``: a review that is repeated until its number is ROUNDS."""
    body = [
        *_lanes({OFFICE[0]: ["begin", "review", "enough", "finish"]}),
        _node("startEvent", "begin", outgoing=["f0"]),
        _node("userTask", "review", "Review", ["f0", "again"], ["f1"], form="loop"),
        _node("exclusiveGateway", "enough", "", ["f1"], ["done", "again"], more=' default="again"'),
        _node("endEvent", "finish", incoming=["done"]),
        _flow("f0", "begin", "review"),
        _flow("f1", "review", "enough"),
        _flow("done", "enough", "finish", f"n >= {rounds}"),
        _flow("again", "enough", "review"),
    ]
    return {
        f"loop{rounds}.bpmn": _file(f"loop{rounds}", body),
        "loop.form": _form("loop", {"type": "number", "key": "n"}),
    }


def timed() -> dict[str, bytes]:
    """Give the file of ``timed``: a case waits for its time, then somebody has a task."""
    time = "<bpmn:timerEventDefinition><bpmn:timeDate>date and time(pukul)</bpmn:timeDate></bpmn:timerEventDefinition>"
    wait = _node("intermediateCatchEvent", "wait", "", ["f0"], ["f1"]).replace(
        "</bpmn:intermediateCatchEvent>", f"{time}</bpmn:intermediateCatchEvent>"
    )
    body = [
        *_lanes({OFFICE[0]: ["begin", "wait", "review", "finish"]}),
        _node("startEvent", "begin", outgoing=["f0"]),
        wait,
        _node("userTask", "review", "Review", ["f1"], ["f2"]),
        _node("endEvent", "finish", incoming=["f2"]),
        _flow("f0", "begin", "wait"),
        _flow("f1", "wait", "review"),
        _flow("f2", "review", "finish"),
    ]
    return {"timed.bpmn": _file("timed", body)}


def _file(key: str, body: list[str]) -> bytes:
    inner = "\n    ".join(body)
    return (
        f'{_HEAD} id="file-{key}">\n'
        f'  <bpmn:collaboration id="pool-{key}"><bpmn:participant id="participant" name="{key}"'
        f' processRef="{key}" /></bpmn:collaboration>\n'
        f'  <bpmn:process id="{key}" name="{key}" isExecutable="true">\n    {inner}\n  </bpmn:process>\n'
        "</bpmn:definitions>\n"
    ).encode()


def _lanes(lanes: dict[str, list[str]]) -> list[str]:
    each = [
        f'<bpmn:lane id="lane-{name}" name="{name}">'
        + "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in nodes)
        + "</bpmn:lane>"
        for name, nodes in lanes.items()
    ]
    return ['<bpmn:laneSet id="lanes">', *each, "</bpmn:laneSet>"]


def _node(
    kind: str,
    node: str,
    name: str = "",
    incoming: list[str] | None = None,
    outgoing: list[str] | None = None,
    *,
    form: str = "",
    more: str = "",
) -> str:
    named = f' name="{escape(name)}"' if name else ""
    asked = f' camunda:formKey="{form}"' if form else ""
    ways = "".join(f"<bpmn:incoming>{flow}</bpmn:incoming>" for flow in incoming or ()) + "".join(
        f"<bpmn:outgoing>{flow}</bpmn:outgoing>" for flow in outgoing or ()
    )
    return f'<bpmn:{kind} id="{node}"{named}{asked}{more}>{ways}</bpmn:{kind}>'


def _flow(flow: str, source: str, target: str, condition: str = "") -> str:
    inner = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}</bpmn:conditionExpression>'
        if condition
        else ""
    )
    return f'<bpmn:sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def _form(key: str, component: dict[str, str]) -> bytes:
    components = [{"id": f"field-{component['key']}", "label": component["key"], **component}]
    return json.dumps({"type": "default", "id": key, "schemaVersion": 19, "components": components}).encode()
