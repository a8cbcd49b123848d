"""The modeler's pages: analysts only, the check as the deployment judges, and a version for every change."""

import html
import json
import re

import pytest

from engine import connectors
from engine.diagrams import markup
from tests.webui import browsing

LETTER = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="http://lajur">
  <bpmn:collaboration id="c"><bpmn:participant id="Pool" name="Surat tugas" processRef="surat-tugas"/></bpmn:collaboration>
  <bpmn:process id="surat-tugas" name="Surat tugas" isExecutable="true">
    <bpmn:laneSet id="ls"><bpmn:lane id="Lane" name="Staf">
      <bpmn:flowNodeRef>Mulai</bpmn:flowNodeRef><bpmn:flowNodeRef>Ketik</bpmn:flowNodeRef>
      <bpmn:flowNodeRef>Selesai</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="Mulai"/>
    <bpmn:userTask id="Ketik" name="Ketik surat tugas"/>
    <bpmn:endEvent id="Selesai"/>
    <bpmn:sequenceFlow id="f1" sourceRef="Mulai" targetRef="Ketik"/>
    <bpmn:sequenceFlow id="f2" sourceRef="Ketik" targetRef="Selesai">CONDITION</bpmn:sequenceFlow>
  </bpmn:process>
</bpmn:definitions>
"""
GOOD = LETTER.replace("CONDITION", "")
BAD = LETTER.replace("CONDITION", "<bpmn:conditionExpression>${import os}</bpmn:conditionExpression>")


def send(person, path, source, **headers):
    return person.client.post(
        path, data=source, headers={"Content-Type": "application/xml", "X-CSRFToken": person.token, **headers}
    )


@pytest.fixture
def anton(app):
    return browsing.enter(app, "anton")


def test_an_analyst_deploys_a_new_sop_and_then_its_next_version(anton):
    first = send(anton, "/modeler/surat-tugas/deploy", GOOD)
    assert (first.status_code, first.json["version"], first.json["created"]) == (200, 1, True)

    again = send(anton, "/modeler/surat-tugas/deploy", GOOD)
    assert (again.json["version"], again.json["created"]) == (1, False)

    changed = send(anton, "/modeler/surat-tugas/deploy", GOOD.replace("Ketik surat tugas", "Ketik dan paraf"))
    assert (changed.json["version"], changed.json["created"]) == (2, True)

    page = anton.get("/modeler/").get_data(as_text=True)
    assert "/modeler/surat-tugas?version=1" in page
    assert anton.get("/modeler/surat-tugas?version=1").status_code == 200
    assert anton.get("/modeler/surat-tugas?version=3").status_code == 404


def test_a_diagram_with_errors_is_refused_with_its_findings_and_nothing_is_stored(anton):
    answer = send(anton, "/modeler/surat-tugas/deploy", BAD)

    assert answer.status_code == 422
    worst = answer.json["findings"][0]
    assert (worst["severity"], worst["element"]) == ("error", "f2")
    assert worst["message"]
    assert worst["hint"]
    assert anton.get("/modeler/surat-tugas").status_code == 404


def test_the_advice_inside_a_finding_speaks_the_reader_s_language(anton):
    wrong = LETTER.replace("CONDITION", "<bpmn:conditionExpression>keputusan == 3</bpmn:conditionExpression>")
    worst = send(anton, "/modeler/surat-tugas/check", wrong).json["findings"][0]
    assert 'FEEL tidak mengenal "=="; tulis: =' in worst["message"] + worst["hint"]


def test_the_check_says_what_the_deployment_would_and_stores_nothing(anton):
    checked = send(anton, "/modeler/surat-tugas/check", BAD).json["findings"]
    refused = send(anton, "/modeler/surat-tugas/deploy", BAD).json["findings"]
    assert checked == refused

    assert all(each["severity"] != "error" for each in send(anton, "/modeler/surat-tugas/check", GOOD).json["findings"])
    assert anton.get("/modeler/surat-tugas").status_code == 404


@pytest.mark.parametrize(
    "source",
    [b"", b"not xml at all", b"<html/>", b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>', b"<a>" * 5000, b"\xff\xfe\x00"],
)
def test_what_is_no_diagram_is_answered_with_a_finding_that_says_why_never_a_defect(anton, source):
    for path in ("/modeler/surat-tugas/check", "/modeler/surat-tugas/deploy"):
        answer = send(anton, path, source, Accept="application/json")
        assert answer.status_code == (200 if path.endswith("check") else 422)
        worst = answer.json["findings"][0]
        assert (worst["severity"], worst["code"]) == ("error", "unreadable")
        assert worst["message"].startswith("Diagram tidak dapat dibaca: ")


def test_the_key_of_the_address_is_the_key_of_the_diagram(anton):
    answer = send(anton, "/modeler/surat-lain/deploy", GOOD)
    assert answer.status_code == 422
    assert send(anton, "/modeler/..%2Fsecret/deploy", GOOD).status_code == 404
    assert send(anton, "/modeler/Surat/deploy", GOOD).status_code == 404


@pytest.mark.parametrize("who", ["rahmat", "sri", "tamu"])
def test_who_is_no_analyst_sees_no_modeler(app, who):
    person = browsing.enter(app, who)
    for path in ("/modeler/", "/modeler/new?key=surat-tugas", "/modeler/surat-tugas"):
        assert person.get(path).status_code == 403
    for path in ("/modeler/surat-tugas/check", "/modeler/surat-tugas/deploy"):
        assert send(person, path, GOOD).status_code == 403


def test_a_diagram_without_the_page_s_token_is_refused(anton):
    assert send(anton, "/modeler/surat-tugas/deploy", GOOD, **{"X-CSRFToken": "forged"}).status_code == 400


def test_a_new_sop_needs_a_key_that_can_be_a_file_s_name(anton):
    assert 'data-key="surat-tugas"' in anton.get("/modeler/new?key=surat-tugas").get_data(as_text=True)
    for key in ("", "Surat Tugas", "../x", "a" * 61, "1surat"):
        answer = anton.get("/modeler/new", query_string={"key": key})
        assert (answer.status_code, answer.location) == (303, "/modeler/")
    send(anton, "/modeler/surat-tugas/deploy", GOOD)
    assert anton.get("/modeler/new?key=surat-tugas").location == "/modeler/surat-tugas"


def test_the_policy_of_the_page_allows_the_library_s_one_style_and_no_script(anton):
    policy = anton.get("/modeler/new?key=surat-tugas").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in policy
    assert "style-src-attr 'unsafe-hashes' 'sha256-" in policy


def test_the_largest_diagram_that_is_read_can_be_sent(site):
    """What the command line deploys, the modeler must be able to send back."""
    anton = browsing.enter(site, "anton")
    padding = "<!--" + "x" * (markup.MAX_BYTES - len(GOOD) - 7) + "-->"
    answer = send(anton, "/modeler/surat-tugas/check", GOOD + padding)
    assert answer.status_code == 200
    assert all(each["code"] != "unreadable" for each in answer.json["findings"])


def test_the_modeler_offers_the_connectors_with_their_inputs_as_declared(anton):
    page = anton.get("/modeler/new?key=surat-tugas").get_data(as_text=True)
    offered = json.loads(html.unescape(re.search('data-connectors="([^"]+)"', page)[1]))

    assert offered["mail"]["inputs"]["to"] is True
    for name, connector in connectors.registry().items():
        assert list(offered[name]["inputs"].items()) == list(connector.inputs.items())
        assert offered[name]["outputs"] == list(connector.outputs)
