import pytest

from engine.people import access
from engine.runtime import deployments
from tests.cast import NOW
from tests.diagrams_made import diagram, flow, form, node, task, textfield
from tests.runtime.conftest import LETTER
from tests.webui.browsing import enter


def test_who_does_the_first_step_may_start(house):
    rahmat = enter(house.app, "rahmat")
    assert "Surat Masuk" in rahmat.get("/start").text
    answer = rahmat.post("/start/surat", {"business_key": "005/12/2026"})
    (opened,) = house.inbox("rahmat")
    assert (answer.status_code, answer.location) == (303, f"/tasks/{opened.id}")
    assert opened.business_key == "005/12/2026"


def test_others_may_not_and_are_not_told_that_it_is_there(house):
    sitti = enter(house.app, "sitti")
    assert "Tidak ada SOP yang dimulai dari jabatan Anda" in sitti.get("/start").text
    assert sitti.get("/start/surat").status_code == 404
    assert sitti.post("/start/surat").status_code == 404
    assert sitti.post("/start/tidak-ada").status_code == 404
    assert house.inbox("rahmat") == ()


def test_who_starts_for_others_goes_to_the_case(cabin):
    answer = enter(cabin.app, "sri").post("/start/surat")
    assert answer.location.startswith("/instances/")


def test_a_business_key_too_long_is_refused_and_kept(cabin):
    answer = enter(cabin.app, "rahmat").post("/start/surat", {"business_key": "x" * 300})
    assert answer.status_code == 422
    assert "x" * 200 in answer.text
    assert "Nomor berkas terdiri atas 1 sampai 200 karakter" in answer.text


def test_variables_cannot_be_slipped_in_where_no_form_asks(cabin):
    enter(cabin.app, "rahmat").post("/start/surat", {"f.keputusan": "setuju", "keputusan": "setuju"})
    (row,) = cabin.inbox("rahmat")
    assert "setuju" not in enter(cabin.app, "rahmat").get(f"/instances/{row.instance_id}").text


@pytest.fixture
def asked(cabin, office):
    """A process whose start event has a form."""
    files = {
        "mohon.bpmn": diagram(
            "mohon",
            [
                node("startEvent", "mulai", "Pengadministrasi Umum", **{"camunda:formKey": "permohonan"}),
                task("proses", "Pengadministrasi Umum"),
                node("endEvent", "selesai", "Staf"),
            ],
            [flow("mulai", "proses"), flow("proses", "selesai")],
            name="Permohonan",
        ),
        "permohonan.form": form("permohonan", textfield("pemohon")),
    }
    with cabin.database.begin() as session:
        deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=office)
    return cabin


def test_the_start_events_form_is_asked(asked):
    rahmat = enter(asked.app, "rahmat")
    assert 'name="f.pemohon"' in rahmat.get("/start/mohon").text
    answer = rahmat.post("/start/mohon", {"f.pemohon": "", "business_key": "M-1"})
    assert answer.status_code == 422
    assert 'value="M-1"' in answer.text
    again = rahmat.post("/start/mohon/form", {"f.pemohon": "Dinas", "business_key": "M-1"})
    assert 'value="Dinas"' in again.text
    assert 'value="M-1"' in again.text
    assert rahmat.post("/start/mohon", {"f.pemohon": "Dinas", "business_key": "M-1"}).status_code == 303
    (row,) = asked.inbox("rahmat")
    assert row.business_key == "M-1"


def test_an_sop_is_called_what_it_is_whatever_its_head_prints(cabin, office):
    """Three heads of the booklet print the name of another SOP."""
    head = (
        b'<bpmn:extensionElements><camunda:properties><camunda:property name="sop.nama" value="Surat Keluar"/>'
        b"</camunda:properties></bpmn:extensionElements><bpmn:laneSet"
    )
    karpeg = LETTER["surat.bpmn"].replace(b'"surat"', b'"karpeg"').replace(b"Surat Masuk", b"Karpeg")
    with cabin.database.begin() as session:
        files = {"karpeg.bpmn": karpeg.replace(b"<bpmn:laneSet", head, 1)}
        done = deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=office)
    rahmat = enter(cabin.app, "rahmat")
    for path in ("/start", "/start/karpeg", f"/definitions/{done.created[0].id}"):
        page = rahmat.get(path).text
        assert ">Karpeg<" in page
        assert ("Surat Keluar" in page) == path.startswith("/definitions")
