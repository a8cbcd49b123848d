"""What the check accepts, the engine compiles; what preparing leaves is accepted or broken, never unreadable."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagrams import checking, preparing, reading
from engine.execution import specs
from tests.diagrams.drawing import bpmn

ROOTS = (
    '<bpmn:message id="m" name="Balasan"/><bpmn:signal id="s" name="Tutup"/><bpmn:error id="e" errorCode="TOLAK"/>'
    '<bpmn:escalation id="k" escalationCode="LAMBAT"/>'
)
KINDS = st.sampled_from(
    (*sorted(reading.NODE_KINDS.difference(reading.RARE)), *["startEvent", "userTask", "exclusiveGateway"] * 4)
)
PARTS = st.sampled_from(
    [
        "",
        "",
        "",
        '<bpmn:messageEventDefinition messageRef="m"/>',
        '<bpmn:signalEventDefinition signalRef="s"/>',
        '<bpmn:errorEventDefinition errorRef="e"/>',
        '<bpmn:escalationEventDefinition escalationRef="k"/>',
        "<bpmn:terminateEventDefinition/>",
        "<bpmn:cancelEventDefinition/>",
        "<bpmn:compensateEventDefinition/>",
        '<bpmn:linkEventDefinition name="A"/>',
        "<bpmn:timerEventDefinition/>",
        "<bpmn:messageEventDefinition/>",
        "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>",
        "<bpmn:timerEventDefinition><bpmn:timeDuration>2 hari</bpmn:timeDuration></bpmn:timerEventDefinition>",
        "<bpmn:conditionalEventDefinition><bpmn:condition>a</bpmn:condition></bpmn:conditionalEventDefinition>",
        "<bpmn:script>nomor = 1</bpmn:script>",
        "<bpmn:script>import os</bpmn:script>",
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="penerima"/>',
        "<bpmn:multiInstanceLoopCharacteristics/>",
        "<bpmn:standardLoopCharacteristics/>",
        '<bpmn:standardLoopCharacteristics loopMaximum="2"/>',
        "<bpmn:timerEventDefinition><bpmn:timeCycle>0 8 * * 1-5</bpmn:timeCycle></bpmn:timerEventDefinition>",
        '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="a">b + 1</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>',
        '<bpmn:extensionElements><camunda:inputOutput><camunda:outputParameter name="a">b +</camunda:outputParameter></camunda:inputOutput></bpmn:extensionElements>',
        '<bpmn:extensionElements><camunda:properties><camunda:property name="message.key" value="nomor"/></camunda:properties></bpmn:extensionElements><bpmn:messageEventDefinition messageRef="m"/>',
        "<bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>",
    ]
)
MARKS = st.sampled_from(
    [
        "",
        "",
        "",
        'attachedToRef="n0"',
        'attachedToRef="n1"',
        'cancelActivity="false"',
        'triggeredByEvent="true"',
        'messageRef="m"',
        'calledElement="surat-masuk"',
        'calledElement="lain"',
        'default="f0"',
        'isForCompensation="true"',
        'isInterrupting="false"',
        'parallelMultiple="true"',
        'instantiate="true"',
        'camunda:class="x"',
        'camunda:type="external" camunda:topic="surel"',
        'camunda:dueDate="P1D"',
        'camunda:dueDate="2026-11-22 08:00"',
    ]
)
CONDITIONS = st.sampled_from(["", "", "a = 1", "${a == 1}", "a ==", '"ya"'])
END_OF_FLOW = st.integers(0, 8)


@st.composite
def contents(draw, depth=0, prefix="n"):
    text = ""
    count = draw(st.integers(0, 6))
    for number in range(count):
        kind, mark, part = draw(KINDS), draw(MARKS), draw(PARTS)
        inner = (
            draw(contents(depth + 1, f"{prefix}{number}_"))
            if kind in ("subProcess", "transaction") and depth < 2
            else ""
        )
        text += f'<bpmn:{kind} id="{prefix}{number}" {mark}>{part}{inner}</bpmn:{kind}>'
    for number in range(draw(st.integers(0, 7))):
        condition = draw(CONDITIONS)
        inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        ends = f'sourceRef="{prefix}{draw(END_OF_FLOW)}" targetRef="{prefix}{draw(END_OF_FLOW)}"'
        flow = f"f{number}" if not depth else f"{prefix}f{number}"
        text += f'<bpmn:sequenceFlow id="{flow}" {ends}>{inner}</bpmn:sequenceFlow>'
    return text


def errors_of(source):
    diagram = reading.read(source)
    return diagram, {each.code for each in checking.check(diagram, processes=()) if each.severity == "error"}


@settings(max_examples=200, deadline=None)
@given(contents())
def test_what_is_accepted_compiles(content):
    diagram, wrong = errors_of(bpmn(content, ROOTS))
    if not wrong:
        specs.compile(diagram)


# where a flow hangs in the air, its condition is nobody's
UNCONNECTED = {"dangling-source", "dangling-target", "flow-crosses", "not-executable"}
# what preparing leaves to the analyst: it is broken, not foreign
BROKEN = {
    "dangling-source",
    "no-list",
    "bad-script",
    "boundary-incoming",
    "boundary-unattached",
    "cancels-nothing",
    "cannot-be-called",
    "dangling-target",
    "dangling-ref",
    "duplicate-id",
    "end-outgoing",
    "event-gateway-target",
    "event-subprocess-flow",
    "feeds-itself",
    "flow-crosses",
    "foreign-implementation",
    "idle-condition",
    "illegal-event",
    "link-flow",
    "link-twice",
    "never-boolean",
    "no-interrupt",
    "no-start",
    "not-executable",
    "repeats-nothing",
    "several-event-starts",
    "start-incoming",
    "two-repetitions",
    "unknown-element",
}


@settings(max_examples=200, deadline=None)
@given(contents())
def test_preparing_leaves_only_what_is_broken(content):
    prepared = preparing.prepare(bpmn(content, ROOTS, attributes=""))
    diagram, wrong = errors_of(prepared.source)
    assert wrong <= BROKEN or wrong & UNCONNECTED
    if not wrong:
        specs.compile(diagram)
