"""Small diagrams for tests, written as text so that a test shows what it runs."""

from itertools import pairwise
from xml.sax.saxutils import quoteattr

_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="http://lajur.example">'
)


def task(ident, lane="Staf", *, name=None, form=None, inside="", **properties):
    """A user task; ``properties`` are ``sop.*`` without the prefix."""
    pairs = "".join(
        f'<camunda:property name="sop.{key}" value={quoteattr(value)}/>' for key, value in properties.items()
    )
    key = f" camunda:formKey={quoteattr(form)}" if form else ""
    body = f"<bpmn:extensionElements><camunda:properties>{pairs}</camunda:properties></bpmn:extensionElements>{inside}"
    return (
        lane,
        ident,
        f"<bpmn:userTask id={quoteattr(ident)} name={quoteattr(name or ident)}{key}>{body}</bpmn:userTask>",
    )


def node(kind, ident, lane="Staf", inside="", **attributes):
    """Any other element."""
    more = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return lane, ident, f"<bpmn:{kind} id={quoteattr(ident)}{more}>{inside}</bpmn:{kind}>"


def flow(source, target, condition=None, ident=None):
    """A sequence flow."""
    ident = ident or f"{source}_{target}"
    inside = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
        if condition
        else ""
    )
    return f'<bpmn:sequenceFlow id="{ident}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'


def diagram(key, nodes, flows, *, name=None, before=""):
    """A file with one process; the nodes' lanes are drawn in the order they first come."""
    lanes = {}
    for lane, ident, _ in nodes:
        lanes.setdefault(lane, []).append(ident)
    drawn = "".join(
        f'<bpmn:lane id="lane_{number}" name={quoteattr(lane)}>'
        + "".join(f"<bpmn:flowNodeRef>{ident}</bpmn:flowNodeRef>" for ident in idents)
        + "</bpmn:lane>"
        for number, (lane, idents) in enumerate(lanes.items())
    )
    return (
        f'{_HEAD}{before}<bpmn:process id={quoteattr(key)} name={quoteattr(name or key)} isExecutable="true">'
        f'<bpmn:laneSet id="lanes">{drawn}</bpmn:laneSet>'
        + "".join(xml for _, _, xml in nodes)
        + "".join(flows)
        + "</bpmn:process></bpmn:definitions>"
    ).encode()


def linear(key, *tasks, name=None):
    """Tasks one after the other, between a start and an end."""
    nodes = [node("startEvent", "mulai", tasks[0][0]), *tasks, node("endEvent", "selesai", tasks[-1][0])]
    idents = [ident for _, ident, _ in nodes]
    return diagram(key, nodes, [flow(a, b) for a, b in pairwise(idents)], name=name)


def form(key, *fields):
    """A form of components, given as JSON texts."""
    return f'{{"id": "{key}", "type": "default", "schemaVersion": 19, "components": [{", ".join(fields)}]}}'.encode()


def textfield(name, **validate):
    """A text field that is required unless said otherwise."""
    rules = ", ".join(f'"{rule}": {str(value).lower()}' for rule, value in {"required": True, **validate}.items())
    return f'{{"type": "textfield", "id": "f_{name}", "key": "{name}", "label": "{name}", "validate": {{{rules}}}}}'


# What waits and what is sent ------------------------------------------------------------------------------------------


def timer(kind, text):
    """The definition of a timer: ``timeDate``, ``timeDuration`` or ``timeCycle``."""
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def told(kind, ref):
    """The definition of an event: a ``message``, ``signal`` or ``error``, declared by :func:`declared`."""
    return f'<bpmn:{kind}EventDefinition {kind}Ref="{ref}"/>'


def declared(kind, *names):
    """Messages or signals, each with its name for an id; for ``before`` of a diagram."""
    return "".join(f'<bpmn:{kind} id="{name}" name="{name}"/>' for name in names)


def service(ident, topic, inputs=(), outputs=(), retry=None, lane="Staf"):
    """A service task; ``inputs`` and ``outputs`` are pairs of names and FEEL."""
    mapped = "".join(
        f'<camunda:{way}Parameter name="{name}">{feel}</camunda:{way}Parameter>'
        for way, pairs in (("input", dict(inputs)), ("output", dict(outputs)))
        for name, feel in pairs.items()
    )
    again = f"<camunda:failedJobRetryTimeCycle>{retry}</camunda:failedJobRetryTimeCycle>" if retry else ""
    more = (
        f"<bpmn:extensionElements>{again}<camunda:inputOutput>{mapped}</camunda:inputOutput></bpmn:extensionElements>"
    )
    return node("serviceTask", ident, lane, more, **{"camunda:type": "external", "camunda:topic": topic})
