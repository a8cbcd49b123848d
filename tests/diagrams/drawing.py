"""Small diagrams of the office, written as their process's content."""

from itertools import pairwise

from engine.diagrams import checking, markup, model, reading

SPACES = (
    f'xmlns:bpmn="{markup.BPMN}" xmlns:camunda="{markup.CAMUNDA}" xmlns:xsi="{markup.XSI}" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
)


def bpmn(content: str, roots: str = "", key: str = "surat-masuk", attributes: str = 'isExecutable="true"') -> bytes:
    """A file with one process; ``roots`` are messages, errors and further processes."""
    text = f'<bpmn:process id="{key}" {attributes}>{content}</bpmn:process>'
    return f"<bpmn:definitions {SPACES}>{text}{roots}</bpmn:definitions>".encode()


def way(*nodes: str, condition: str = "") -> str:
    """Flows from each node to the next, called a_b."""
    text = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return "".join(
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{text}</bpmn:sequenceFlow>'
        for source, target in pairwise(nodes)
    )


def task(key: str, name: str = "", content: str = "", attributes: str = "") -> str:
    """A user task."""
    return f'<bpmn:userTask id="{key}" name="{name or key}" {attributes}>{content}</bpmn:userTask>'


def properties(**values: str) -> str:
    """Camunda's properties; sop_no is sop.no."""
    pairs = "".join(
        f'<camunda:property name="{name.replace("_", ".", 1)}" value="{value}"/>' for name, value in values.items()
    )
    return f"<bpmn:extensionElements><camunda:properties>{pairs}</camunda:properties></bpmn:extensionElements>"


def lane(key: str, name: str, *nodes: str, inner: str = "") -> str:
    """A lane; ``inner`` are the lanes within."""
    children = f"<bpmn:childLaneSet>{inner}</bpmn:childLaneSet>" if inner else ""
    references = "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in nodes)
    return f'<bpmn:lane id="{key}" name="{name}">{references}{children}</bpmn:lane>'


def lanes(*found: str) -> str:
    """A lane set."""
    return f'<bpmn:laneSet id="jalur">{"".join(found)}</bpmn:laneSet>'


START = '<bpmn:startEvent id="mulai"/>'
END = '<bpmn:endEvent id="selesai"/>'


def letter(middle: str = task("catat", "Mencatat surat"), between: str = "catat") -> str:
    """The shortest process: a start, one step, an end."""
    return START + middle + END + way("mulai", between, "selesai")


def read(content: str, roots: str = "") -> model.Diagram:
    return reading.read(bpmn(content, roots))


def codes(content: str, roots: str = "", severity: str = "error", **context: object) -> set[tuple[str, str | None]]:
    """What the check finds of one severity: (code, element)."""
    findings = checking.check(read(content, roots), **context)
    return {(each.code, each.element) for each in findings if each.severity == severity}
