import json

import pytest

from engine.diagrams import checking, markup, preparing, reading
from engine.diagrams.checking import Finding
from tests.diagrams.drawing import END, START, bpmn, lane, lanes, letter, task, way

XOR = '<bpmn:exclusiveGateway id="x" name="Lengkap?" {}/>'


def prepared(content, roots="", attributes='isExecutable="true"', **context):
    """The prepared diagram with its changes as (code, element); nothing is left to refuse."""
    result = preparing.prepare(bpmn(content, roots, attributes=attributes), **context)
    diagram = reading.read(result.source)
    refused = [each for each in checking.check(diagram) if each.severity == "error"]
    assert not refused, [str(each) for each in refused]
    assert all(each.severity == "warning" and each.message and each.hint for each in result.findings)
    assert preparing.prepare(result.source, **context).findings == (), "a prepared diagram needs no preparing"
    return diagram, [(each.code, each.element) for each in result.findings], result


def test_our_own_diagrams_stay_byte_for_byte():
    source = bpmn(letter() + lanes(lane("l", "STAF", "catat")))
    assert preparing.prepare(source) == preparing.Prepared(source, (), {})


def test_processes_become_executable():
    diagram, changes, _ = prepared(letter(), attributes="")
    assert changes == [("made-executable", "surat-masuk")]
    assert diagram.process.executable


def test_black_boxes_stay_out():
    pool = '<bpmn:process id="warga"/><bpmn:collaboration id="k"><bpmn:participant id="p" name="Warga"/></bpmn:collaboration>'
    diagram, changes, _ = prepared(letter(), pool, attributes="")
    assert changes == [("made-executable", "surat-masuk")]
    assert diagram.processes["warga"].executable is False


def test_a_start_is_added_where_it_is_missing():
    diagram, changes, _ = prepared(task("a") + task("b") + END + way("a", "selesai") + way("b", "selesai"))
    assert changes == [("start-added", "surat-masuk")]
    start = next(node for node in diagram.process.body.nodes.values() if node.kind == "startEvent")
    assert {diagram.process.body.flows[flow].target for flow in start.outgoing} == {"a", "b"}


def test_added_nodes_are_in_the_lane_of_their_neighbour():
    diagram, _, _ = prepared(lanes(lane("l", "KADIS", "a")) + task("a"))
    assert {node.lane for node in diagram.process.body.nodes.values()} == {"KADIS"}


def test_an_end_is_added_behind_a_gateway():
    content = START + XOR.format("") + task("a") + way("mulai", "a", "x")
    diagram, changes, _ = prepared(content)
    assert changes == [("end-added", "x")]
    assert [node.kind for node in diagram.process.body.nodes.values()].count("endEvent") == 1


# Choices -------------------------------------------------------------------------------------------------------------


def choice(*conditions, gateway=XOR, default=""):
    flows = "".join(way("x", f"t{n}", condition=text) for n, text in enumerate(conditions))
    tasks = "".join(task(f"t{n}", f"Tahap {n}") + way(f"t{n}", "selesai") for n in range(len(conditions)))
    return START + gateway.format(default) + way("mulai", "x") + flows + tasks + END


@pytest.mark.parametrize("condition", ["", "execution.getVariable('x') > 1", "${dao.count() > 1}"])
def test_a_person_chooses_where_no_condition_can_be_read(condition):
    diagram, changes, result = prepared(choice(condition, ""))
    assert changes == [("choice-added", "x")]
    body = diagram.process.body
    asked = body.nodes["choose_x"]
    assert (asked.name, asked.kind, asked.form_key) == ("Lengkap?", "userTask", "pilih-x")
    assert body.flows["x_t0"].condition == 'pilihan_x = "x_t0"'
    assert (body.flows["x_t1"].condition, body.nodes["x"].default) == (None, "x_t1")
    assert body.flows[body.nodes["mulai"].outgoing[0]].target == "choose_x"
    field = json.loads(result.forms["pilih-x"])["components"][0]
    assert (field["type"], field["key"]) == ("radio", "pilihan_x")
    assert field["values"] == [{"label": "Tahap 0", "value": "x_t0"}, {"label": "Tahap 1", "value": "x_t1"}]


def test_several_may_be_chosen_at_an_inclusive_gateway():
    diagram, _, result = prepared(choice("", "", gateway='<bpmn:inclusiveGateway id="x" {}/>'))
    assert diagram.process.body.flows["x_t0"].condition == 'list contains(pilihan_x, "x_t0")'
    assert json.loads(result.forms["pilih-x"])["components"][0]["type"] == "checklist"


@pytest.mark.parametrize(
    ("conditions", "default"),
    [(("a = 1", "a = 2"), ""), (("a = 1", ""), 'default="x_t1"'), (("a = 1", "a = 2", ""), 'default="x_t2"')],
)
def test_nobody_is_asked_where_conditions_can_be_read(conditions, default):
    assert prepared(choice(*conditions, default=default))[1] == []


def test_the_one_flow_without_a_condition_is_the_default():
    diagram, changes, _ = prepared(choice("", "a = 1"))
    assert changes == [("default-set", "x")]
    assert diagram.process.body.nodes["x"].default == "x_t0"


def test_comparisons_are_translated():
    diagram, changes, result = prepared(choice("${status == 'lengkap'}", "", default='default="x_t1"'))
    assert changes == [("translated", "x_t0")]
    assert diagram.process.body.flows["x_t0"].condition == 'status = "lengkap"'
    assert "${status == 'lengkap'} is status = \"lengkap\" now" in result.findings[0].message


def test_a_language_is_dropped_where_the_text_reads_as_feel():
    content = choice("a = 1", "", default='default="x_t1"').replace(
        "<bpmn:conditionExpression>", '<bpmn:conditionExpression language="http://www.w3.org/1999/XPath">'
    )
    assert prepared(content)[1] == [("language-dropped", "x_t0")]


# Tasks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "element",
    [
        '<bpmn:serviceTask id="x" camunda:class="java.lang.Runtime"/>',
        '<bpmn:businessRuleTask id="x" camunda:decisionRef="aturan"/>',
        '<bpmn:sendTask id="x" camunda:type="external" camunda:topic="surel"/>',
        '<bpmn:scriptTask id="x" scriptFormat="groovy"><bpmn:script>nomor = 1</bpmn:script></bpmn:scriptTask>',
        '<bpmn:callActivity id="x" calledElement="lain"/>',
        '<bpmn:callActivity id="x"/>',
        '<bpmn:subProcess id="x"/>',
        '<bpmn:adHocSubProcess id="x"/>',
    ],
)
def test_a_person_does_what_nothing_here_can(element):
    diagram, changes, _ = prepared(letter(element, "x"))
    ((code, changed),) = changes
    assert (code.endswith("to-user-task"), changed) == (True, "x")
    assert diagram.process.body.nodes["x"].kind == "userTask"
    assert diagram.process.body.nodes["x"].implementations == ()


def test_known_processes_and_feel_scripts_stay():
    call = letter('<bpmn:callActivity id="x" calledElement="sanapati"/>', "x")
    assert prepared(call, processes=["sanapati"])[1] == []
    script = letter('<bpmn:scriptTask id="x"><bpmn:script>nomor = 1</bpmn:script></bpmn:scriptTask>', "x")
    assert prepared(script)[1] == []


@pytest.mark.parametrize(
    ("content", "change"),
    [
        (task("x", content="<bpmn:multiInstanceLoopCharacteristics/>"), "once"),
        (task("x", content="<bpmn:standardLoopCharacteristics/>"), "once"),
        (task("x", attributes='isForCompensation="true"'), "no-compensation"),
        ('<bpmn:receiveTask id="x" messageRef="m" instantiate="true"/>', "no-instantiation"),
        ('<bpmn:complexGateway id="x"/>', "to-inclusive"),
        ('<bpmn:adHocSubProcess id="x"><bpmn:startEvent id="m2"/></bpmn:adHocSubProcess>', "to-subprocess"),
        (
            task("x", content="<bpmn:extensionElements><camunda:inputOutput/></bpmn:extensionElements>"),
            "extension-dropped",
        ),
        (task("x", attributes='camunda:formKey="camunda-forms:deployment:a/agenda.form"'), "form-renamed"),
        (task("x", attributes='camunda:formKey="embedded:app:x.html"'), "attribute-dropped"),
        (task("x", attributes='camunda:assignee="${x}"'), "attribute-dropped"),
    ],
)
def test_is_changed(content, change):
    assert prepared(letter(content, "x"), '<bpmn:message id="m" name="M"/>')[1] == [(change, "x")]


def test_a_collection_of_zeebe_is_taken_over():
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="= penerima" inputElement="p"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    diagram, changes, _ = prepared(letter(task("x", content=loop), "x"))
    assert changes == [("collection-taken", "x")]
    assert diagram.process.body.nodes["x"].multi.collection == "penerima"


# Events --------------------------------------------------------------------------------------------------------------


def catch(definition):
    return letter(f'<bpmn:intermediateCatchEvent id="x" name="Balasan">{definition}</bpmn:intermediateCatchEvent>', "x")


def test_a_nameless_message_gets_the_events_name():
    diagram, changes, _ = prepared(catch("<bpmn:messageEventDefinition/>"))
    assert changes == [("event-named", "x")]
    assert diagram.process.body.nodes["x"].events[0].name == "Balasan"
    assert prepared(catch('<bpmn:signalEventDefinition signalRef="hilang"/>'))[1] == [("event-named", "x")]
    assert prepared(letter('<bpmn:receiveTask id="x"/>', "x"))[1] == [("event-named", "x")]


def test_a_timer_without_a_time():
    wait = "<bpmn:timerEventDefinition><bpmn:timeDate/></bpmn:timerEventDefinition>"
    assert prepared(catch(wait))[1] == [("timer-to-task", "x")]
    boundary = (
        letter() + f'<bpmn:boundaryEvent id="x" attachedToRef="catat">{wait}</bpmn:boundaryEvent>' + way("x", "selesai")
    )
    diagram, changes, _ = prepared(boundary)
    assert changes == [("timer-set", "x")]
    assert diagram.process.body.nodes["x"].events[0].text == "P1D"
    assert prepared(letter().replace(START, f'<bpmn:startEvent id="mulai">{wait}</bpmn:startEvent>'))[1] == [
        ("start-plain", "mulai")
    ]
    good = "<bpmn:timerEventDefinition><bpmn:timeDuration>P2D</bpmn:timeDuration></bpmn:timerEventDefinition>"
    assert prepared(catch(good))[1] == []


@pytest.mark.parametrize(
    ("content", "change"),
    [
        (catch("<bpmn:conditionalEventDefinition><bpmn:condition>a</bpmn:condition></bpmn:conditionalEventDefinition>"), "event-to-message"),
        (catch(""), "event-to-task"),
        (catch('<bpmn:messageEventDefinition messageRef="m"/><bpmn:timerEventDefinition/>'), "several-to-one"),
        (letter('<bpmn:intermediateThrowEvent id="x"><bpmn:compensateEventDefinition/></bpmn:intermediateThrowEvent>', "x"), "event-dropped"),
        (START + task("a") + '<bpmn:intermediateThrowEvent id="x" name="A"><bpmn:linkEventDefinition/></bpmn:intermediateThrowEvent>' + way("mulai", "a", "x"), "link-to-end"),
        (letter() + '<bpmn:boundaryEvent id="x" attachedToRef="catat"/>' + way("x", "selesai"), "event-named"),
    ],
)  # fmt: skip
def test_events_that_are_changed(content, change):
    assert prepared(content, '<bpmn:message id="m" name="M"/>')[1] == [(change, "x")]


def test_a_sub_process_starts_plainly():
    inner = (
        '<bpmn:startEvent id="y"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
        + task("c")
        + way("y", "c")
    )
    content = letter(f'<bpmn:subProcess id="x">{inner}</bpmn:subProcess>', "x")
    assert prepared(content, '<bpmn:message id="m" name="M"/>')[1] == [("start-plain", "y")]


# What stays ----------------------------------------------------------------------------------------------------------


def test_what_is_broken_is_not_guessed_at():
    source = bpmn(letter() + way("catat", "hilang"), attributes="")
    result = preparing.prepare(source)
    codes = {each.code for each in checking.check(reading.read(result.source)) if each.severity == "error"}
    assert codes == {"dangling-target"}


def test_the_rest_of_the_file_stays():
    extra = letter(task("catat", content='<bpmn:extensionElements><zeebe:userTask x="1"/></bpmn:extensionElements>'))
    result = preparing.prepare(bpmn(extra, attributes=""))
    assert b'<zeebe:userTask x="1"/>' in result.source
    assert markup.parse(result.source).tag.endswith("definitions")


def test_every_rule_can_be_told():
    assert all(isinstance(each, Finding) for each in preparing.prepare(bpmn(letter(), attributes="")).findings)
    assert not set(preparing.RULES) & set(checking.RULES)
