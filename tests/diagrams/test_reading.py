import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import errors
from engine.diagrams import model, reading
from tests.diagrams.drawing import END, START, bpmn, lane, lanes, letter, properties, read, task, way


def only(content, roots="") -> model.Node:
    """The one interesting node of a process: the second."""
    return list(read(content, roots).process.nodes())[1]


def test_a_letter_from_camunda_modeler():
    node = only(
        letter(
            task(
                "catat",
                "Mencatat\n  surat",
                "<bpmn:documentation>Pakai buku agenda</bpmn:documentation>"
                + properties(sop_no="1", sop_kelengkapan="Surat; Pulpen"),
                'camunda:formKey="agenda" camunda:candidateGroups="staf, umum" camunda:dueDate="P2D"',
            )
        )
    )
    assert (node.kind, node.name, node.documentation) == ("userTask", "Mencatat surat", "Pakai buku agenda")
    assert node.properties == {"sop.no": "1", "sop.kelengkapan": "Surat; Pulpen"}
    assert (node.form_key, node.candidate_groups, node.due_date) == ("agenda", ("staf", "umum"), "P2D")
    assert (node.incoming, node.outgoing) == (("mulai_catat",), ("catat_selesai",))


def test_the_main_process_is_the_first_executable_one():
    roots = '<bpmn:process id="sanapati" isExecutable="true"/>'
    assert reading.read(bpmn("", roots, attributes="")).main == "sanapati"
    assert reading.read(bpmn("", roots)).main == "surat-masuk"
    assert reading.read(bpmn("", attributes="")).process.executable is False


def test_a_file_without_a_process_is_unreadable():
    with pytest.raises(errors.DiagramUnreadable, match="no process"):
        reading.read(bpmn("").replace(b"bpmn:process", b"bpmn:category"))


# Flows ---------------------------------------------------------------------------------------------------------------


def test_outgoing_flows_have_the_order_that_the_node_writes():
    def refs(*names):
        return "".join(f"<bpmn:outgoing>{name}</bpmn:outgoing>" for name in names)

    flows = way("x", "a") + way("x", "b") + way("x", "c")
    nodes = "".join(map(task, "abc"))
    written = read(f'<bpmn:exclusiveGateway id="x">{refs("x_c", "x_a")}</bpmn:exclusiveGateway>{nodes}{flows}')
    assert written.process.body.nodes["x"].outgoing == ("x_c", "x_a", "x_b")
    unwritten = read(f'<bpmn:exclusiveGateway id="x"/>{nodes}{flows}')
    assert unwritten.process.body.nodes["x"].outgoing == ("x_a", "x_b", "x_c")
    stray = read(f'<bpmn:exclusiveGateway id="x">{refs("lain")}</bpmn:exclusiveGateway>{nodes}{flows}')
    assert [notice.code for notice in stray.notices] == ["stray-flow-ref"]


def test_qualified_references_are_understood():
    diagram = read(START + task("catat") + '<bpmn:sequenceFlow id="f" sourceRef="tns:mulai" targetRef="catat"/>')
    assert diagram.process.body.flows["f"].source == "mulai"


def test_conditions_and_their_language():
    content = (
        START + '<bpmn:sequenceFlow id="f" sourceRef="mulai" targetRef="mulai">'
        '<bpmn:conditionExpression language="groovy"> <![CDATA[jumlah < 5]]> </bpmn:conditionExpression></bpmn:sequenceFlow>'
    )
    diagram = read(content)
    flow = diagram.process.body.flows["f"]
    assert (flow.condition, flow.language) == ("jumlah < 5", "groovy")
    assert diagram.notices[0].code == "foreign-language"
    assert read(content.replace("groovy", "FEEL")).notices == ()


# Lanes ---------------------------------------------------------------------------------------------------------------


def test_the_innermost_lane_counts():
    inner = lane("l1", "SEKRETARIS", "catat")
    content = lanes(lane("l0", "Sekretariat", "catat", "arsip", inner=inner)) + task("catat") + task("arsip")
    body = read(content).process.body
    assert {key: node.lane for key, node in body.nodes.items()} == {"catat": "SEKRETARIS", "arsip": "Sekretariat"}
    assert [(each.id, each.parent) for each in body.lanes] == [("l0", None), ("l1", "l0")]


def test_sub_processes_hand_their_lane_down():
    inner = '<bpmn:subProcess id="dalam">' + task("telaah") + "</bpmn:subProcess>"
    content = (
        lanes(lane("l", "KADIS", "luar")) + f'<bpmn:subProcess id="luar">{inner}</bpmn:subProcess>' + task("lepas")
    )
    found = {node.id: node.lane for node in read(content).process.nodes()}
    assert found == {"luar": "KADIS", "dalam": "KADIS", "telaah": "KADIS", "lepas": None}


def test_a_sub_process_may_have_lanes_of_its_own():
    inner = lanes(lane("l2", "STAF", "catat")) + task("catat") + task("telaah")
    content = lanes(lane("l", "KADIS", "luar")) + f'<bpmn:subProcess id="luar">{inner}</bpmn:subProcess>'
    found = {node.id: node.lane for node in read(content).process.nodes()}
    assert found == {"luar": "KADIS", "catat": "STAF", "telaah": "KADIS"}


def test_a_nameless_lane_is_nobodys():
    assert only(lanes(lane("l", " ", "catat")) + letter()).lane is None


PEOPLE = ["KADIS", "SEKRETARIS", "KASI PERSANDIAN", "OPERATOR TRANSMISI SANDI", "STAF"]


@settings(deadline=None)
@given(st.permutations(PEOPLE), st.randoms(use_true_random=False))
def test_the_order_of_lanes_and_their_references_does_not_matter(order, random):
    steps = {name: [f"{name[:3]}{n}".replace(" ", "") for n in range(3)] for name in PEOPLE}
    content = "".join(task(step) for name in PEOPLE for step in steps[name])
    found = lanes(*(lane(f"l{name[:6].strip()}", name, *random.sample(steps[name], 3)) for name in order))
    nodes = read(found + content).process.body.nodes
    assert all(nodes[step].lane == name for name in PEOPLE for step in steps[name])


# Events --------------------------------------------------------------------------------------------------------------

ROOTS = (
    '<bpmn:message id="m" name="Surat balasan"/><bpmn:signal id="s" name="Kantor tutup"/>'
    '<bpmn:error id="e" name="Ditolak" errorCode="TOLAK"/><bpmn:escalation id="k" escalationCode="LAMBAT"/>'
)


@pytest.mark.parametrize(
    ("definition", "event"),
    [
        ('<bpmn:messageEventDefinition messageRef="m"/>', ("message", "Surat balasan", "m")),
        ('<bpmn:signalEventDefinition signalRef="s"/>', ("signal", "Kantor tutup", "s")),
        ('<bpmn:errorEventDefinition errorRef="e"/>', ("error", "TOLAK", "e")),
        ("<bpmn:errorEventDefinition/>", ("error", None, None)),
        ('<bpmn:escalationEventDefinition escalationRef="k"/>', ("escalation", "LAMBAT", "k")),
        ('<bpmn:messageEventDefinition messageRef="hilang"/>', ("message", None, "hilang")),
        ('<bpmn:linkEventDefinition name="A"/>', ("link", "A", None)),
        ("<bpmn:linkEventDefinition/>", ("link", "Lanjut", None)),
        ("<bpmn:terminateEventDefinition/>", ("terminate", None, None)),
    ],
)
def test_events_are_known_by_what_they_match(definition, event):
    node = only(
        letter(f'<bpmn:intermediateCatchEvent id="x" name="Lanjut">{definition}</bpmn:intermediateCatchEvent>', "x"),
        ROOTS,
    )
    assert [(each.kind, each.name, each.ref) for each in node.events] == [event]


@pytest.mark.parametrize(("tag", "kind"), [("timeDate", "date"), ("timeDuration", "duration"), ("timeCycle", "cycle")])
def test_timers(tag, kind):
    timer = f"<bpmn:timerEventDefinition><bpmn:{tag}> PT1H </bpmn:{tag}></bpmn:timerEventDefinition>"
    node = only(letter(f'<bpmn:intermediateCatchEvent id="x">{timer}</bpmn:intermediateCatchEvent>', "x"))
    assert (node.events[0].timer, node.events[0].text) == (kind, "PT1H")


def test_event_definitions_may_stand_beside_the_process():
    roots = '<bpmn:timerEventDefinition id="t"><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>'
    content = '<bpmn:intermediateCatchEvent id="x"><bpmn:eventDefinitionRef>t</bpmn:eventDefinitionRef></bpmn:intermediateCatchEvent>'
    assert only(letter(content, "x"), roots).events[0].text == "P1D"


def test_boundary_events_and_event_sub_processes():
    content = (
        task("catat") + '<bpmn:boundaryEvent id="b" attachedToRef="catat" cancelActivity="false"/>'
        '<bpmn:subProcess id="v" triggeredByEvent="true"><bpmn:startEvent id="w" isInterrupting="false"/></bpmn:subProcess>'
    )
    nodes = {node.id: node for node in read(content).process.nodes()}
    assert (nodes["b"].attached_to, nodes["b"].interrupting) == ("catat", False)
    assert (nodes["v"].triggered_by_event, nodes["w"].interrupting) == (True, False)


def test_a_receive_task_waits_for_its_message():
    node = only(letter('<bpmn:receiveTask id="x" messageRef="m"/>', "x"), ROOTS)
    assert node.events[0].name == "Surat balasan"


# Repetition and data -------------------------------------------------------------------------------------------------


def repeated(characteristics, around=""):
    return only(letter(task("kirim", content=around + characteristics), "kirim")).multi


def test_multi_instance_as_camunda_writes_it():
    multi = repeated(
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="penerima" camunda:elementVariable="p">'
        "<bpmn:completionCondition>ditolak = true</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>"
    )
    assert multi == model.MultiInstance(True, "penerima", "p", None, "ditolak = true", line=1)


def test_multi_instance_as_the_standard_writes_it():
    content = (
        '<bpmn:dataObject id="d" name="penerima"/><bpmn:dataObjectReference id="dr" dataObjectRef="d"/>'
        '<bpmn:dataObject id="h"/><bpmn:dataObjectReference id="hasil" dataObjectRef="h"/>'
    ) + letter(
        task(
            "kirim",
            content='<bpmn:ioSpecification><bpmn:dataInput id="masuk"/></bpmn:ioSpecification>'
            '<bpmn:dataInputAssociation id="da"><bpmn:sourceRef>dr</bpmn:sourceRef><bpmn:targetRef>masuk</bpmn:targetRef>'
            "</bpmn:dataInputAssociation><bpmn:multiInstanceLoopCharacteristics>"
            "<bpmn:loopDataInputRef>masuk</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>hasil</bpmn:loopDataOutputRef>"
            '<bpmn:inputDataItem id="p" name="penerima_ini"/><bpmn:outputDataItem id="paraf"/>'
            "</bpmn:multiInstanceLoopCharacteristics>",
        ),
        "kirim",
    )
    diagram = read(content)
    multi = diagram.process.body.nodes["kirim"].multi
    assert (multi.collection, multi.element) == ("penerima", "penerima_ini")
    assert (multi.output_collection, multi.output_element) == ("hasil", "paraf")
    assert diagram.process.body.data == ("penerima", "h", "hasil")


def test_standard_loops():
    loop = '<bpmn:standardLoopCharacteristics testBefore="true" loopMaximum="3"><bpmn:loopCondition>kurang</bpmn:loopCondition></bpmn:standardLoopCharacteristics>'
    node = only(letter(task("periksa", content=loop), "periksa"))
    assert node.loop == model.StandardLoop("kurang", True, 3, line=1)


def test_call_activities_hand_values_over():
    content = (
        '<bpmn:callActivity id="panggil" calledElement="sanapati"><bpmn:extensionElements>'
        '<camunda:in source="surat" target="naskah"/><camunda:in sourceExpression="jumlah + 1" target="n"/>'
        '<camunda:in businessKey="x"/><camunda:out variables="all"/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )
    node = only(letter(content, "panggil"))
    assert node.called == "sanapati"
    assert [(each.source, each.target) for each in node.inputs] == [("surat", "naskah"), ("jumlah + 1", "n")]
    assert [(each.source, each.target) for each in node.outputs] == [("*", "*")]


def test_call_activities_choose_the_version_that_they_call():
    def call(version):
        return only(
            letter(f'<bpmn:callActivity id="panggil" calledElement="sanapati">{version}</bpmn:callActivity>', "panggil")
        )

    assert [
        call(each).binding for each in ("", properties(call_version="start"), properties(call_version="latest"))
    ] == [
        "start",
        "start",
        "latest",
    ]


def test_service_tasks_name_their_connector():
    content = (
        '<bpmn:serviceTask id="kirim" camunda:type="external" camunda:topic=" mail "><bpmn:extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="to">"a" + b</camunda:inputParameter>'
        '<camunda:outputParameter name="hasil">status</camunda:outputParameter></camunda:inputOutput>'
        "<camunda:failedJobRetryTimeCycle>R5/PT10M</camunda:failedJobRetryTimeCycle>"
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )
    node = only(letter(content, "kirim"))
    assert (node.topic, node.retry, node.implementations) == ("mail", "R5/PT10M", ())
    assert node.inputs == (model.Mapped('"a" + b', "to", 1),)
    assert node.outputs == (model.Mapped("status", "hasil", 1),)
    assert read(letter(content, "kirim")).notices == ()


def test_what_sends_a_message_has_a_payload():
    inside = '<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="n">1</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>'
    throw = (
        f'<bpmn:intermediateThrowEvent id="kabari">{inside}<bpmn:messageEventDefinition/></bpmn:intermediateThrowEvent>'
    )
    assert only(letter(throw, "kabari")).inputs == (model.Mapped("1", "n", 1),)
    send = f'<bpmn:sendTask id="kabari">{inside}</bpmn:sendTask>'
    assert only(letter(send, "kabari")).inputs == (model.Mapped("1", "n", 1),)
    signal = throw.replace("message", "signal")
    assert only(letter(signal, "kabari")).inputs == ()


# What has no place in the model --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "notice"),
    [
        (task("a") + task("a"), ("duplicate-id", "a")),
        ("<bpmn:userTask/>", ("missing-id", "userTask@1")),
        (lanes(lane("l", "KADIS", "hilang")), ("dangling-lane-ref", "l")),
        (lanes(lane("l", "KADIS", "a"), lane("m", "STAF", "a")) + task("a"), ("two-lanes", "a")),
        (lanes(task("nyasar")), ("misplaced", "nyasar")),
        ('<bpmn:lorem id="x"/>', ("unknown-element", "x")),
        (task("a", attributes='camunda:priority="5"'), ("camunda-extension", "a")),
        (task("a", attributes='zeebe:x="5"'), ("foreign-extension", "a")),
        (task("a", content="<bpmn:extensionElements><zeebe:ioMapping/></bpmn:extensionElements>"), ("foreign-extension", "a")),
        (task("a", content=properties(sop_no="1").replace("<camunda:properties>", '<camunda:properties><camunda:property name="sop.no"/>')), ("duplicate-property", "a")),
    ],
)  # fmt: skip
def test_is_noticed(content, notice):
    assert notice in [(each.code, each.element) for each in read(content).notices]


def test_camunda_housekeeping_is_not_worth_a_word():
    assert read(task("a", attributes='camunda:asyncBefore="true" camunda:formRefBinding="latest"')).notices == ()


def test_a_duplicate_id_keeps_the_first():
    diagram = read(task("a", "Pertama") + task("a", "Kedua"))
    assert diagram.process.body.nodes["a"].name == "Pertama"


def test_five_thousand_nodes_take_well_under_a_second():
    names = [f"langkah{n}" for n in range(5000)]
    source = bpmn(START + "".join(map(task, names)) + END + way("mulai", *names, "selesai"))
    begin = time.thread_time()
    diagram = reading.read(source)
    assert time.thread_time() - begin < 0.9
    assert len(diagram.process.body.nodes) == 5002


KINDS = ["userTask", "scriptTask", "exclusiveGateway", "parallelGateway", "endEvent"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_every_flow_is_at_both_its_ends(drawn):
    nodes = "".join(f'<bpmn:{kind} id="n{n}"/>' for n, (kind, _, _) in enumerate(drawn))
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="n{a}" targetRef="n{b}"/>' for n, (_, a, b) in enumerate(drawn)
    )
    body = read(flows + nodes).process.body
    for flow, node in itertools.product(body.flows.values(), body.nodes.values()):
        assert (flow.id in node.outgoing) == (flow.source == node.id)
        assert (flow.id in node.incoming) == (flow.target == node.id)


# Parties outside -----------------------------------------------------------------------------------------------------


def mailed(parties, flows, key="kirim"):
    send = (
        f'<bpmn:intermediateThrowEvent id="{key}"><bpmn:messageEventDefinition id="m"/></bpmn:intermediateThrowEvent>'
    )
    pools = "".join(f'<bpmn:participant id="{pool}" {rest}/>' for pool, rest in parties.items())
    sent = "".join(f'<bpmn:messageFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(flows))
    return only(letter(send, key), f'<bpmn:collaboration id="k">{pools}{sent}</bpmn:collaboration>')


def test_a_message_to_a_closed_pool_is_for_a_party_outside():
    assert mailed({"bkd": 'name="BKD"'}, [("kirim", "bkd")]).receiver == "BKD"
    assert mailed({"bkd": ""}, [("kirim", "bkd")]).receiver == "bkd"


def test_other_messages_stay_in_the_office():
    ours = {"kami": 'name="Kami" processRef="surat-masuk"', "bkd": 'name="BKD"'}
    assert mailed(ours, [("bkd", "kirim")]).receiver is None  # it comes from there
    assert mailed(ours, [("kirim", "kami")]).receiver is None
    assert mailed(ours, [("kirim", "tidak-ada"), ("", "bkd")]).receiver is None
