import pytest

from engine.diagrams import checking, reading
from tests.diagrams.drawing import bpmn, codes, lane, lanes, letter, properties, read, task, way

MESSAGE = '<bpmn:message id="m" name="Balasan"/>'
BALASAN = '<bpmn:messageEventDefinition messageRef="m"/>'


def event(kind, definition="", attributes=""):
    return f'<bpmn:{kind} id="x" {attributes}>{definition}</bpmn:{kind}>'


def on_the_way(kind, definition="", attributes=""):
    return letter(event(kind, definition, attributes), "x")


def beside(definition, attributes=""):
    return letter() + event("boundaryEvent", definition, f'attachedToRef="catat" {attributes}') + way("x", "selesai")


def inside(tag, start, attributes=""):
    inner = f'<bpmn:startEvent id="m2">{start}</bpmn:startEvent><bpmn:endEvent id="s2"/>' + way("m2", "s2")
    return f'<bpmn:{tag} id="x" {attributes}>{inner}</bpmn:{tag}>'


def work(kind, attributes="", content=""):
    return letter(f'<bpmn:{kind} id="x" {attributes}>{content}</bpmn:{kind}>', "x")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (work("complexGateway"), "unsupported"),
        (work("adHocSubProcess", content='<bpmn:startEvent id="m2"/>'), "unsupported"),
        (work("userTask", 'isForCompensation="true"'), "unsupported"),
        (work("receiveTask", 'instantiate="true" messageRef="m"'), "instantiates"),
        (on_the_way("intermediateCatchEvent"), "no-event"),
        (on_the_way("intermediateCatchEvent", BALASAN + "<bpmn:signalEventDefinition/>"), "several-events"),
        (on_the_way("intermediateCatchEvent", BALASAN, 'parallelMultiple="true"'), "several-events"),
        (on_the_way("intermediateCatchEvent", "<bpmn:errorEventDefinition/>"), "illegal-event"),
        (on_the_way("intermediateThrowEvent", "<bpmn:terminateEventDefinition/>"), "illegal-event"),
        (on_the_way("intermediateThrowEvent", "<bpmn:compensateEventDefinition/>"), "unsupported-event"),
        (on_the_way("intermediateCatchEvent", "<bpmn:conditionalEventDefinition/>"), "unsupported-event"),
        (on_the_way("intermediateCatchEvent", "<bpmn:messageEventDefinition/>"), "nameless-event"),
        (beside("<bpmn:cancelEventDefinition/>"), "cancels-nothing"),
        (beside("<bpmn:errorEventDefinition/>", 'cancelActivity="false"'), "no-interrupt"),
        (beside('<bpmn:errorEventDefinition errorRef="hilang"/>'), "dangling-ref"),
        (letter(inside("subProcess", BALASAN), "x"), "illegal-event"),
        (letter() + inside("subProcess", "", 'triggeredByEvent="true"').replace('id="m2"', 'id="m2"'), "no-event"),
        (letter() + '<bpmn:subProcess id="x" triggeredByEvent="true"/>', "several-event-starts"),
        (letter(inside("subProcess", BALASAN, 'triggeredByEvent="true"'), "x"), "event-subprocess-flow"),
        (work("receiveTask"), "nameless-event"),
        (work("sendTask"), "sends-nothing"),
        (work("serviceTask"), "no-machine"),
        (work("serviceTask", 'camunda:class="java.lang.Runtime"'), "foreign-implementation"),
        (work("serviceTask", 'implementation="os.system"'), "foreign-implementation"),
        (work("serviceTask", 'camunda:type="external"'), "no-machine"),
        (work("serviceTask", 'camunda:topic="surel"'), "no-machine"),
        (work("serviceTask", 'camunda:type="mail" camunda:topic="surel"'), "foreign-implementation"),
        (work("serviceTask", 'camunda:type="external" camunda:topic="surel" camunda:class="x"'), "foreign-implementation"),
        (work("sendTask", 'camunda:type="external" camunda:topic="surel" messageRef="m"'), "foreign-implementation"),
        (work("businessRuleTask", 'camunda:type="external" camunda:topic="surel"'), "no-machine"),
        (work("businessRuleTask", 'camunda:decisionRef="../x"'), "foreign-implementation"),
        (work("scriptTask", 'camunda:resource="x.py"'), "foreign-implementation"),
        (work("callActivity"), "no-called"),
        (work("userTask", content="<bpmn:multiInstanceLoopCharacteristics/>"), "no-repetition"),
        (work("userTask", content="<bpmn:standardLoopCharacteristics/>"), "no-repetition"),
        (work("userTask", content='<bpmn:standardLoopCharacteristics loopMaximum="banyak"/>'), "bad-number"),
        (work("userTask", content='<bpmn:standardLoopCharacteristics loopMaximum="2"/><bpmn:multiInstanceLoopCharacteristics camunda:collection="p"/>'), "two-repetitions"),
        (work("userTask", content='<bpmn:multiInstanceLoopCharacteristics camunda:collection="p"><bpmn:outputDataItem id="o"/></bpmn:multiInstanceLoopCharacteristics>'), "one-of-two-outputs"),
        (work("userTask", content='<bpmn:multiInstanceLoopCharacteristics behavior="One" camunda:collection="p"/>'), "multi-behavior"),
        (work("userTask", content='<bpmn:extensionElements><camunda:taskListener class="x"/></bpmn:extensionElements>'), "acting-extension"),
        (work("userTask", content="<bpmn:extensionElements><camunda:inputOutput/></bpmn:extensionElements>"), "acting-extension"),
    ],
)  # fmt: skip
def test_is_refused(content, code):
    found = codes(content, MESSAGE)
    assert (code, "x") in found or (code, "m2") in found


@pytest.mark.parametrize(
    "content",
    [
        on_the_way("intermediateCatchEvent", BALASAN),
        on_the_way("intermediateThrowEvent", BALASAN),
        on_the_way("intermediateThrowEvent"),
        beside(BALASAN, 'cancelActivity="false"'),
        beside("<bpmn:errorEventDefinition/>"),
        letter(inside("subProcess", ""), "x"),
        letter() + inside("subProcess", BALASAN, 'triggeredByEvent="true"'),
        work("receiveTask", 'messageRef="m"'),
        work("sendTask", 'messageRef="m"'),
        work("manualTask"),
        work("task", 'implementation="##WebService"'),
        work("userTask", content='<bpmn:standardLoopCharacteristics loopMaximum="2"/>'),
    ],
)
def test_is_run(content):
    assert codes(content, MESSAGE) == set()


def test_a_transaction_may_be_cancelled():
    inner = '<bpmn:startEvent id="m2"/><bpmn:endEvent id="batal"><bpmn:cancelEventDefinition/></bpmn:endEvent>' + way(
        "m2", "batal"
    )
    boundary = '<bpmn:boundaryEvent id="b" attachedToRef="x"><bpmn:cancelEventDefinition/></bpmn:boundaryEvent>' + way(
        "b", "selesai"
    )
    assert codes(letter(f'<bpmn:transaction id="x">{inner}</bpmn:transaction>', "x") + boundary) == set()
    assert ("cancels-nothing", "batal") in codes(letter(f'<bpmn:subProcess id="x">{inner}</bpmn:subProcess>', "x"))


def test_extensions_of_other_tools_are_summed_up():
    ours = task("a", attributes='zeebe:a="1" zeebe:b="2"') + task("b", attributes='zeebe:a="1"')
    found = [each for each in checking.check(read(letter() + ours)) if each.code == "foreign-extension"]
    assert len(found) == 1
    assert found[0].message.startswith("The diagram has 3 extensions of http://camunda.org/schema/zeebe/1.0 (a, b)")


def test_imports_and_correlations_are_not_followed():
    roots = '<bpmn:import importType="x" location="http://contoh/x.xsd"/><bpmn:correlationProperty id="kp"/>'
    assert {("import", None), ("correlation", "kp")} <= codes(letter(), roots, severity="warning")


TWICE = "<bpmn:timerEventDefinition><bpmn:timeDate/><bpmn:timeCycle/></bpmn:timerEventDefinition>"


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (letter() + task("catat"), ("error", "duplicate-id", "catat")),
        (letter() + "<bpmn:userTask/>", ("error", "missing-id", "userTask@1")),
        (lanes(task("nyasar")) + letter(), ("error", "misplaced", "nyasar")),
        (letter() + '<bpmn:lorem id="x"/>', ("error", "unknown-element", "x")),
        (on_the_way("intermediateCatchEvent", "<bpmn:loremEventDefinition/>"), ("error", "unknown-event", "x")),
        (on_the_way("intermediateCatchEvent", TWICE), ("error", "several-times", "x")),
        (letter() + '<bpmn:sequenceFlow id="x" sourceRef="catat" targetRef="selesai"><bpmn:conditionExpression camunda:resource="a.py"/></bpmn:sequenceFlow>', ("error", "expression-resource", "x")),
        (work("callActivity", 'calledElement="lain"', '<bpmn:extensionElements><camunda:in source="a"/></bpmn:extensionElements>'), ("error", "half-mapping", "x")),
        (lanes(lane("l", "STAF", "hilang")) + letter(), ("warning", "dangling-lane-ref", "l")),
        (letter(task("catat", content="<bpmn:outgoing>lain</bpmn:outgoing>")), ("warning", "stray-flow-ref", "catat")),
        (letter(task("catat", attributes='camunda:priority="5"')), ("warning", "camunda-extension", "catat")),
        (letter(task("catat", content=properties(a_b="1").replace("</camunda:properties>", '<camunda:property name="a.b"/></camunda:properties>'))), ("warning", "duplicate-property", "catat")),
    ],
)  # fmt: skip
def test_what_the_reader_noticed_is_told(content, finding):
    assert finding in {(each.severity, each.code, each.element) for each in checking.check(read(content))}


def test_another_default_language_is_told_of():
    source = bpmn(letter()).replace(
        b"<bpmn:definitions ", b'<bpmn:definitions expressionLanguage="http://groovy.codehaus.org/" '
    )
    assert "foreign-default-language" in {each.code for each in checking.check(reading.read(source))}
    xpath = source.replace(b"http://groovy.codehaus.org/", b"http://www.w3.org/1999/XPath")
    assert "foreign-default-language" not in {each.code for each in checking.check(reading.read(xpath))}


def test_every_rule_has_texts_that_can_be_filled():
    for code, rule in checking.RULES.items():
        assert rule.template.endswith((".", "}", ")")), code
        assert rule.hint.endswith((".", "}", ")")) or ": " in rule.hint, code
        assert code == code.lower()
