from uuid import uuid4

import pytest

from engine.runtime import definitions
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


def test_the_table_has_a_column_for_each_pelaksana(cabin, letter):
    page = enter(cabin.app, "anton").get(f"/definitions/{letter.id}").text
    assert "Buka di modeler" in page
    for words in (
        "Pengadministrasi Umum",
        "Kasi Persandian",
        "Staf",
        "2 hari kerja",
        "sesuai kebutuhan",
        "Kelengkapan",
    ):
        assert words in page
    assert page.count('class="l-sign"') == 3


def test_the_diagram_is_sent_as_it_was_deployed(cabin, letter):
    answer = enter(cabin.app, "rahmat").get(f"/definitions/{letter.id}/diagram.bpmn")
    assert answer.mimetype == "application/xml"
    assert answer.data == LETTER["surat.bpmn"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="surat-1.bpmn"'


@pytest.mark.parametrize("ending", ["", "/diagram.bpmn"])
def test_what_is_not_there_is_not_found(cabin, ending):
    assert enter(cabin.app, "rahmat").get(f"/definitions/{uuid4()}{ending}").status_code == 404
