import pytest

from engine.diagrams import checking
from tests.diagrams.drawing import END, START, codes, letter, properties, read, task, way

MESSAGE = '<bpmn:message id="m" name="Balasan"/>'
BALASAN = '<bpmn:messageEventDefinition messageRef="m"/>'
CONNECTORS = {"surel": {"kepada": True, "isi": True, "tembusan": False}, "catat": {}}


def extensions(content):
    return f"<bpmn:extensionElements>{content}</bpmn:extensionElements>"


def given(**inputs):
    return "".join(
        f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>' for name, text in inputs.items()
    )


def taken(**outputs):
    return given(**outputs).replace("inputParameter", "outputParameter")


def exchange(parameters):
    return f"<camunda:inputOutput>{parameters}</camunda:inputOutput>"


def service(content="", topic="surel"):
    return letter(
        f'<bpmn:serviceTask id="x" camunda:type="external" camunda:topic="{topic}">{content}</bpmn:serviceTask>', "x"
    )


def sending(kind, content, definition=BALASAN):
    return letter(f'<bpmn:{kind} id="x">{content}{definition}</bpmn:{kind}>', "x")


def send_task(content):
    return letter(f'<bpmn:sendTask id="x" messageRef="m">{content}</bpmn:sendTask>', "x")


# Connectors ----------------------------------------------------------------------------------------------------------


def test_a_connector_gets_what_it_takes():
    content = service(
        extensions(exchange(given(kepada='"staf@boalemo.go.id"', isi="nomor") + taken(terkirim="status")))
    )
    assert codes(content, connectors=CONNECTORS) == codes(content) == set()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (service(topic="faks"), "unknown-connector"),
        (service(topic=" "), "no-machine"),
        (service(), "missing-input"),
        (service(extensions(exchange(given(kepada="a")))), "missing-input"),
        (service(extensions(exchange(given(kepada="a", isi="b", lampiran="c")))), "unknown-input"),
        (service(extensions(exchange(given(apa="1"))), "catat"), "unknown-input"),
        (service(extensions(exchange(given(kepada="a", isi="b") + given(isi="c")))), "given-twice"),
    ],
)
def test_a_connector_is_there_and_given_what_it_needs(content, code):
    assert (code, "x") in codes(content, connectors=CONNECTORS)


def test_who_knows_no_connectors_judges_none():
    assert codes(service(topic="faks")) == set()
    assert codes(service(topic="faks"), connectors={}) == {("unknown-connector", "x")}


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (given(isi="a &gt;"), "bad-expression"),
        (given(isi="${execution.id}"), "foreign-expression"),
        (given(isi="__class__"), "reserved-name"),
        (given(isi=""), "half-mapping"),
        ("<camunda:inputParameter>nomor</camunda:inputParameter>", "half-mapping"),
        (taken(hasil="a &gt;"), "bad-expression"),
        (taken(if_="status").replace("if_", "if"), "bad-name"),
        (taken(__class__="status"), "bad-name"),
        ('<camunda:inputParameter name="isi"><camunda:script scriptFormat="groovy">1</camunda:script></camunda:inputParameter>', "acting-extension"),
        ('<camunda:inputParameter name="isi"><camunda:list><camunda:value>1</camunda:value></camunda:list></camunda:inputParameter>', "acting-extension"),
        ('<camunda:inputParameter name="isi">1<camunda:map/></camunda:inputParameter>', "acting-extension"),
        ('<camunda:inputParameter name="isi"><zeebe:apa/></camunda:inputParameter>', "acting-extension"),
        ('<camunda:outputParameter name="isi"><camunda:script/></camunda:outputParameter>', "acting-extension"),
    ],
)  # fmt: skip
def test_what_is_given_and_taken_is_feel(parameters, code):
    assert (code, "x") in codes(service(extensions(exchange(parameters))))


def test_camundas_own_connectors_are_still_refused():
    inside = f"<camunda:connector>{exchange(given(url='1'))}<camunda:connectorId>http</camunda:connectorId></camunda:connector>"
    assert codes(service(extensions(inside))) == {("acting-extension", "x")}


@pytest.mark.parametrize("text", ["R5/PT10M", " R1/PT1S "])
def test_a_retry_can_be_read(text):
    retry = f"<camunda:failedJobRetryTimeCycle>{text}</camunda:failedJobRetryTimeCycle>"
    content = service(extensions(retry))
    assert codes(content) == codes(content, severity="warning") == set()


@pytest.mark.parametrize("text", ["", "R0/PT1M", "R3/P1M", "PT10M,PT20M", "${coba}"])
def test_a_retry_that_cannot_be_read_is_refused(text):
    retry = f"<camunda:failedJobRetryTimeCycle>{text}</camunda:failedJobRetryTimeCycle>"
    assert codes(service(extensions(retry))) == {("bad-retry", "x")}


def test_a_retry_of_what_no_connector_does_means_nothing():
    retry = extensions("<camunda:failedJobRetryTimeCycle>R5/PT1M</camunda:failedJobRetryTimeCycle>")
    assert ("camunda-extension", "catat") in codes(letter(task("catat", content=retry)), severity="warning")


# Variables -----------------------------------------------------------------------------------------------------------


def supplied(content, roots=""):
    found = codes(content, roots, severity="warning", forms={})
    return {(code, element) for code, element in found if code == "nobody-supplies"}


def test_what_a_connector_is_given_must_be_supplied():
    assert supplied(service(extensions(exchange(given(isi="nomor"))))) == {("nobody-supplies", "x")}


def test_what_a_connector_gives_is_read_by_its_own_names_and_supplied():
    outputs = extensions(exchange(taken(terkirim="status = 200")))
    call = f'<bpmn:serviceTask id="x" camunda:type="external" camunda:topic="surel">{outputs}</bpmn:serviceTask>'
    gateway = '<bpmn:exclusiveGateway id="g" default="g_selesai"/>' + task("b")
    ways = way("mulai", "x", "g", "selesai") + way("g", "b", condition="terkirim") + way("b", "selesai")
    assert supplied(START + call + gateway + END + ways) == set()


# Messages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        send_task(extensions(exchange(given(nomor="17", isi='"a"')))),
        sending("intermediateThrowEvent", extensions(exchange(given(nomor="17")))),
        letter().replace(
            '<bpmn:endEvent id="selesai"/>',
            f'<bpmn:endEvent id="selesai">{extensions(exchange(given(nomor="17")))}{BALASAN}</bpmn:endEvent>',
        ),
        send_task(properties(message_key="17")),
        sending("intermediateCatchEvent", properties(message_key="1 + 1")),
    ],
)
def test_a_message_has_a_payload_and_a_key(content):
    assert codes(content, MESSAGE) == codes(content, MESSAGE, severity="warning") - {("no-lane", "catat")} == set()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (send_task(extensions(exchange(given(nomor="a +")))), "bad-expression"),
        (send_task(extensions(exchange(given(nomor="1") + given(nomor="2")))), "given-twice"),
        (send_task(extensions(exchange(given(tanggal_="1").replace("tanggal_", "date and time")))), "bad-name"),
        (send_task(extensions(exchange(taken(nomor="1")))), "acting-extension"),
        (send_task(properties(message_key="a +")), "bad-expression"),
        (sending("intermediateCatchEvent", properties(message_key="")), "bad-expression"),
        (sending("intermediateCatchEvent", extensions(exchange(given(nomor="1")))), "acting-extension"),
        (sending("intermediateThrowEvent", extensions(exchange(given(nomor="1"))), ""), "acting-extension"),
    ],
)
def test_a_payload_and_a_key_are_feel_of_what_sends(content, code):
    assert (code, "x") in codes(content, MESSAGE)


@pytest.mark.parametrize("kind", ["userTask", "scriptTask", "callActivity", "subProcess"])
def test_other_elements_exchange_nothing(kind):
    content = letter(f'<bpmn:{kind} id="x">{extensions(exchange(given(isi="1")))}</bpmn:{kind}>', "x")
    assert ("acting-extension", "x") in codes(content)


def test_a_key_where_no_message_is_means_nothing():
    assert ("idle-message-key", "catat") in codes(
        letter(task("catat", content=properties(message_key="nomor"))), severity="warning"
    )


def test_a_case_knows_its_own_key_and_a_message_that_starts_one_brings_it():
    waits = sending("intermediateCatchEvent", properties(message_key="nomor"))
    told = checking.check(read(waits, MESSAGE), forms={})
    assert [each.element for each in told if each.code == "nobody-supplies"] == ["x"]
    begins = letter().replace(
        '<bpmn:startEvent id="mulai"/>',
        f'<bpmn:startEvent id="mulai">{properties(message_key="nomor")}{BALASAN}</bpmn:startEvent>',
    )
    assert not [each for each in checking.check(read(begins, MESSAGE), forms={}) if each.code == "nobody-supplies"]
