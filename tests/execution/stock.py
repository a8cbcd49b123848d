"""SpiffWorkflow as it comes from the package index, on the drawings of these tests: what the engine does not do."""

from xml.sax.saxutils import quoteattr

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from engine.diagrams import model
from tests.execution.drawing import draw

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
READY = TaskState.READY

TWO_TASKS = """
    start S -> A
    user A -> B
    user B -> E
    end E
"""
JOIN_IN_LOOP = """
    start S -> M
    xor M -> F
    and F -> A, B
    user A -> J
    user B -> J
    and J -> C
    user C -> X
    xor X -> M [ulang], E*
    end E
"""


class Stock:
    """The library's own parser, engine and serializer."""

    def __init__(self, text, variables=None, process="proses", **details):
        self.spec, self.inner = parse(xml(draw(text, **details)), process)
        self.workflow = BpmnWorkflow(self.spec, self.inner)
        self.workflow.task_tree.data.update(variables or {})
        self.workflow.do_engine_steps()

    def ready(self):
        return [task for task in self.workflow.get_tasks(state=READY) if task.task_spec.manual]

    @property
    def open(self) -> str:
        return " ".join(sorted(task.task_spec.name for task in self.ready()))

    def complete(self, *nodes, **values):
        for node in nodes:
            task = next(task for task in self.ready() if task.task_spec.name == node)
            task.data.update(values)
            task.run()
            self.workflow.do_engine_steps()

    def stored(self) -> str:
        return BpmnWorkflowSerializer().serialize_json(self.workflow)


def parse(source: bytes, process="proses"):
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(source))
    return parser.get_spec(process), parser.get_subprocess_specs(process)


def xml(diagram: model.Diagram) -> bytes:
    """Write a drawing as BPMN."""
    names: dict[tuple[str, str], str] = {}
    processes = "".join(
        f'<process id="{ident}" isExecutable="true">{_body(process.body, names)}</process>'
        for ident, process in diagram.processes.items()
    )
    roots = "".join(f'<{kind} id="{ident}" name="{name}"/>' for (kind, name), ident in names.items())
    return f'<definitions xmlns="{BPMN}" id="d" targetNamespace="urn:x">{roots}{processes}</definitions>'.encode()


def _body(body: model.Body, names) -> str:
    written = "".join(_node(node, names) for node in body.nodes.values())
    for flow in body.flows.values():
        condition = f"<conditionExpression>{flow.condition}</conditionExpression>" if flow.condition else ""
        ends = f'sourceRef="{flow.source}" targetRef="{flow.target}"'
        written += f'<sequenceFlow id="{flow.id}" {ends}>{condition}</sequenceFlow>'
    return written


def _node(node: model.Node, names) -> str:
    attributes = {"id": node.id, "name": node.name, "default": node.default, "attachedToRef": node.attached_to}
    attributes |= {"triggeredByEvent": "true"} if node.triggered_by_event else {}
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)
    inside = _body(node.body, names) if node.body else f"<script>{node.script}</script>" if node.script else ""
    for event in node.events:
        definition = f"{event.kind}EventDefinition"
        if event.kind == "timer":
            tag = f"time{event.timer.title()}"
            inside += f"<{definition}><{tag}>{event.text}</{tag}></{definition}>"
        elif event.kind == "link":
            inside += f'<{definition} name="{event.name}"/>'
        elif event.name:
            ref = names.setdefault((event.kind, event.name), f"{event.kind}_{event.name}")
            inside += f'<{definition} {event.kind}Ref="{ref}"/>'
        elif event.ref:
            inside += f'<{definition} {event.kind}Ref="{event.ref}"/>'
        else:
            inside += f"<{definition}/>"
    return f"<{node.kind}{written}>{inside}</{node.kind}>"
