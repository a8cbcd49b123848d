"""check, deploy and sop: files in, findings, versions and tables out."""

import json
import re
import sqlite3

import pytest

from engine.bench import samples
from tests.cli.conftest import put

SOP = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="x">
  <bpmn:process id="surat" name="Surat" isExecutable="true">
    <bpmn:extensionElements><camunda:properties>
      <camunda:property name="sop.nama" value="Pelayanan Surat" />
      <camunda:property name="sop.nomor" value="800/1" />
      <camunda:property name="sop.dasar_hukum" value="UU 17/2003; PP 56/2005" />
    </camunda:properties></bpmn:extensionElements>
    <bpmn:laneSet id="lanes"><bpmn:lane id="l" name="Juru Tulis">
      <bpmn:flowNodeRef>a</bpmn:flowNodeRef><bpmn:flowNodeRef>s</bpmn:flowNodeRef>
      <bpmn:flowNodeRef>b</bpmn:flowNodeRef><bpmn:flowNodeRef>e</bpmn:flowNodeRef>
      <bpmn:flowNodeRef>c</bpmn:flowNodeRef>
    </bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="b" name="Kirim"><bpmn:extensionElements><camunda:properties>
      <camunda:property name="sop.no" value="10" />
      <camunda:property name="sop.kegiatan" value="Mengirim surat" />
    </camunda:properties></bpmn:extensionElements></bpmn:userTask>
    <bpmn:userTask id="a" name="Terima"><bpmn:extensionElements><camunda:properties>
      <camunda:property name="sop.no" value="2" />
      <camunda:property name="sop.kegiatan" value="Menerima surat" />
      <camunda:property name="sop.kelengkapan" value="Surat; Buku agenda" />
      <camunda:property name="sop.waktu" value="5 Menit" />
      <camunda:property name="sop.output" value="Surat tercatat" />
      <camunda:property name="sop.keterangan" value="Setiap hari" />
    </camunda:properties></bpmn:extensionElements></bpmn:userTask>
    <bpmn:userTask id="c" name="Tanpa nomor" />
    <bpmn:endEvent id="e" />
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a" />
    <bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="c" />
    <bpmn:sequenceFlow id="f3" sourceRef="c" targetRef="b" />
    <bpmn:sequenceFlow id="f4" sourceRef="b" targetRef="e" />
  </bpmn:process>
</bpmn:definitions>
"""


def test_good_files_have_no_findings(lajur):
    result = lajur("check", "bpmn", "forms")
    assert result.stdout == ""
    assert "2 files, 0 errors" in result.stderr


def test_findings_tell_file_line_and_way_out(lajur, office_folder):
    (office_folder / "forms" / "loop.form").unlink()
    result = lajur("check", "bpmn/loop3.bpmn", code=1)
    assert "bpmn/loop3.bpmn:" in result.stdout
    assert "unknown-form" in result.stdout


def test_findings_as_json(lajur_json, office_folder):
    (office_folder / "bpmn" / "broken.bpmn").write_text("<no")
    rows = lajur_json("check", "bpmn", "--json", code=1)
    assert {row["file"] for row in rows} == {"bpmn/broken.bpmn"}
    assert {"severity", "code", "message", "element", "line", "hint"} <= rows[0].keys()


def test_a_broken_form_is_an_error(lajur, office_folder):
    (office_folder / "forms" / "loop.form").write_text("{")
    assert "form-unreadable" in lajur("check", "forms", code=1).stdout


def test_two_files_of_one_name_are_refused(lajur, office_folder):
    (office_folder / "copy").mkdir()
    (office_folder / "copy" / "loop3.bpmn").write_text("<no")
    assert "have one name" in lajur("check", "bpmn", "copy", code=2).stderr


def test_other_files_are_refused(lajur, office_folder):
    (office_folder / "notes.txt").write_text("x")
    assert "notes.txt" in lajur("check", "notes.txt", code=2).stderr


def test_a_path_that_does_not_exist_is_wrong_usage(lajur):
    lajur("check", "nowhere.bpmn", code=2)


def test_deploying_makes_versions_and_twice_changes_nothing(lajur, office_folder):
    lajur("db", "upgrade")
    first = lajur("deploy", "bpmn", "forms").stdout
    assert "new        loop3 1" in first
    assert "new        form loop" in first
    assert "unchanged  loop3 1" in lajur("deploy", "bpmn", "forms").stdout
    put(office_folder, {"loop3.bpmn": samples.loop(4)["loop4.bpmn"].replace(b"loop4", b"loop3")})
    assert "new        loop3 2" in lajur("deploy", "bpmn").stdout


def test_a_refused_deployment_stores_nothing(lajur, office_folder):
    lajur("db", "upgrade")
    (office_folder / "bpmn" / "broken.bpmn").write_text("<no")
    result = lajur("deploy", "bpmn", "forms", code=1)
    assert "bpmn/broken.bpmn" in result.stderr
    assert "Traceback" not in result.stderr
    connection = sqlite3.connect(office_folder / "var" / "lajur.db")
    assert connection.execute("SELECT count(*) FROM definitions").fetchone() == (0,)
    connection.close()


def test_a_sop_is_printed_in_the_order_of_its_numbers(lajur_json, office_folder):
    put(office_folder, {"surat.bpmn": SOP.encode()})
    document = lajur_json("sop", "surat", "--json")
    assert document["key"] == "surat"
    assert document["identity"]["nama"] == "Pelayanan Surat"
    assert document["identity"]["dasar_hukum"] == ["UU 17/2003", "PP 56/2005"]
    assert document["rows"][0] == {
        "no": "2",
        "kegiatan": "Menerima surat",
        "pelaksana": "Juru Tulis",
        "kelengkapan": ["Surat", "Buku agenda"],
        "waktu": "5 Menit",
        "output": ["Surat tercatat"],
        "keterangan": "Setiap hari",
    }
    assert [row["no"] for row in document["rows"]] == ["2", "10"]


def test_tasks_of_one_number_are_one_line(lajur_json, office_folder):
    put(office_folder, {"surat.bpmn": SOP.replace('value="10"', 'value="2"').encode()})
    (row,) = lajur_json("sop", "surat", "--json")["rows"]
    assert row["kegiatan"] == "Mengirim surat / Menerima surat"
    assert row["pelaksana"] == "Juru Tulis"


def test_a_sop_is_a_table_on_the_terminal(lajur, office_folder):
    put(office_folder, {"surat.bpmn": SOP.encode()})
    text = lajur("sop", "bpmn/surat.bpmn").stdout
    assert "Nomor SOP                : 800/1" in text
    assert re.search(r"^No +\| Kegiatan +\| Pelaksana", text, re.MULTILINE)
    assert "- Buku agenda" in text


@pytest.mark.parametrize("name", ["nothing", "nothing.bpmn", "../office", "bpmn/office.toml"])
def test_an_unknown_sop_is_said(lajur, name):
    assert "does not exist" in lajur("sop", name, code=2).stderr


def test_an_unreadable_sop_is_said(lajur, office_folder):
    (office_folder / "bpmn" / "broken.bpmn").write_text("<no")
    result = lajur("sop", "broken", code=2)
    assert result.stderr.startswith("lajur: The diagram cannot be read")


def test_the_json_of_check_is_a_list_even_when_all_is_well(lajur):
    assert json.loads(lajur("check", "bpmn", "--json").stdout) == []
