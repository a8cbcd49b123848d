import re
from uuid import uuid4

import pytest
from lxml.html import fragment_fromstring

from engine.cli import tables
from engine.diagrams import reading
from engine.people import access
from engine.runtime import definitions, deployments
from tests.cast import NOW
from tests.diagrams_made import linear, task
from tests.runtime.conftest import LETTER
from tests.webui.browsing import enter


@pytest.fixture
def letter(cabin):
    with cabin.database.read() as session:
        return definitions.latest(session, "surat")


def test_everybody_may_read_the_sops(cabin, letter):
    tamu = enter(cabin.app, "tamu")
    page = tamu.get("/definitions").text
    assert "Surat Masuk" in page
    assert "Edaran" in page
    page = tamu.get(f"/definitions/{letter.id}").text
    assert "Buka di modeler" not in page


def _table(page):
    table = fragment_fromstring(re.search(r"<table.*?</table>", page, re.DOTALL)[0])
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table.iter("tr")], table


def test_the_table_is_the_one_of_the_command_line(cabin, letter):
    page = enter(cabin.app, "anton").get(f"/definitions/{letter.id}").text
    assert "Buka di modeler" in page
    (titles, *rows), _ = _table(page)
    assert titles == ["No.", "Kegiatan", "Pelaksana", "Kelengkapan", "Waktu", "Output", "Keterangan"]
    printed = tables.document(reading.read(LETTER["surat.bpmn"]).process)["rows"]
    assert [row[0] for row in rows] == [f"Langkah {line['no']}" for line in printed]
    assert [row[1:3] for row in rows] == [[line["kegiatan"], line["pelaksana"]] for line in printed]
    assert [row[4] for row in rows] == [line["waktu"] or "–" for line in printed]


def test_the_table_says_everything_to_a_screen_reader(cabin, letter):
    _, table = _table(enter(cabin.app, "anton").get(f"/definitions/{letter.id}").text)
    assert table.find("caption").text_content() == "Langkah dan mutu baku Surat Masuk"
    assert {cell.get("scope") for cell in table.find("thead").iter("th")} == {"col"}
    for row in table.find("tbody"):
        assert row[0].get("scope") == "row"
        assert [cell.get("role") for cell in row] == ["rowheader"] + ["cell"] * 6
        assert row[2].text_content().strip()
        assert all(cell.get("data-label") for cell in row)


def test_steps_of_one_number_are_one_line_with_all_who_do_them(cabin, office):
    source = linear(
        "dua", task("a", no="1", kegiatan="Mengetik"), task("b", "Kasi Persandian", no="1", kegiatan="Mengetik")
    )
    with cabin.database.begin() as session:
        made = deployments.deploy(session, {"dua.bpmn": source}, actor=access.SYSTEM, now=NOW, office=office).created[0]
    (_, row), table = _table(enter(cabin.app, "tamu").get(f"/definitions/{made.id}").text)
    assert row[:3] == ["Langkah 1", "Mengetik", "Staf / Kasi Persandian"]
    assert table.find("tbody")[0].get("data-elements") == "a b"


def _superseded(cabin, office, by):
    """Deploy a circular that another SOP came in the place of; what it is drawn as need not be able to run."""
    source = linear("lama", task("a", "Pengadministrasi Umum"), name="Surat Lama")
    more = f'<camunda:property name="sop.digantikan_oleh" value="{by}"/>'.encode()
    source = source.replace(
        b'isExecutable="true">',
        b'isExecutable="false"><bpmn:extensionElements><camunda:properties>'
        + more
        + b"</camunda:properties></bpmn:extensionElements>",
    )
    with cabin.database.begin() as session:
        deployments.deploy(session, {"lama.bpmn": source}, actor=access.SYSTEM, now=NOW, office=office)
        return definitions.latest(session, "lama")


def test_what_was_superseded_says_so_and_cannot_be_started(cabin, office, letter):
    old = _superseded(cabin, office, "surat")
    rahmat = enter(cabin.app, "rahmat")
    page = " ".join(rahmat.get(f"/definitions/{old.id}").text.split())
    assert ">DICABUT<" in page
    assert f'Dicabut, digantikan oleh <a href="/definitions/{letter.id}">Surat Masuk</a>.' in page
    page = " ".join(rahmat.get("/definitions").text.split())
    assert page.count("DICABUT") == 1
    assert f'digantikan oleh <a href="/definitions/{letter.id}">Surat Masuk</a>' in page
    assert "Surat Lama" not in rahmat.get("/start").text
    assert rahmat.get("/start/lama").status_code == 404
    assert rahmat.post("/start/lama").status_code == 404
    assert "DICABUT" not in rahmat.get(f"/definitions/{letter.id}").text


def test_a_successor_that_is_not_there_is_named_by_its_key(cabin, office):
    old = _superseded(cabin, office, "belum-ada")
    rahmat = enter(cabin.app, "rahmat")
    assert "Dicabut, digantikan oleh belum-ada." in rahmat.get(f"/definitions/{old.id}").text
    assert "DICABUT" in rahmat.get("/definitions").text


def test_what_was_withdrawn_says_so(cabin, letter):
    with cabin.database.begin() as session:
        deployments.retire(session, letter.id, actor=access.SYSTEM, now=NOW)
    page = enter(cabin.app, "rahmat").get(f"/definitions/{letter.id}").text
    assert "SOP ini sudah dicabut." in page


def test_the_diagram_is_sent_as_it_was_deployed(cabin, letter):
    answer = enter(cabin.app, "rahmat").get(f"/definitions/{letter.id}/diagram.bpmn")
    assert answer.mimetype == "application/xml"
    assert answer.data == LETTER["surat.bpmn"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="surat-1.bpmn"'


@pytest.mark.parametrize("ending", ["", "/diagram.bpmn"])
def test_what_is_not_there_is_not_found(cabin, ending):
    assert enter(cabin.app, "rahmat").get(f"/definitions/{uuid4()}{ending}").status_code == 404
