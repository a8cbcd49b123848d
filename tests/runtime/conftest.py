"""A deployed letter: Rahmat or Nurdin notes it, the Kasi judges it and may send it back, Staf files it."""

from types import SimpleNamespace

import pytest

from engine.people import access
from engine.runtime import deployments, instances, tasks
from engine.runtime import inbox as inbox_
from tests.cast import NOW
from tests.diagrams_made import diagram, flow, form, node, task, textfield

_CHOICE = (
    '{"type": "select", "id": "f_keputusan", "key": "keputusan", "label": "Keputusan", "validate": {"required": true}, '
    '"values": [{"value": "setuju", "label": "Setuju"}, {"value": "kembalikan", "label": "Kembalikan"}]}'
)
LETTER = {
    "surat.bpmn": diagram(
        "surat",
        [
            node("startEvent", "mulai", "Pengadministrasi Umum"),
            task("catat", "Pengadministrasi Umum", name="Catat surat", form="catat", no="1", waktu="5 menit"),
            task("periksa", "Kasi Persandian", name="Periksa surat", form="periksa", no="2", waktu="2 hari kerja"),
            node("exclusiveGateway", "putusan", "Kasi Persandian", default="putusan_arsip"),
            task("arsip", "Staf", name="Arsipkan surat", no="3", waktu="sesuai kebutuhan"),
            node("endEvent", "selesai", "Staf"),
        ],
        [
            flow("mulai", "catat"),
            flow("catat", "periksa"),
            flow("periksa", "putusan"),
            flow("putusan", "catat", 'keputusan = "kembalikan"'),
            flow("putusan", "arsip"),
            flow("arsip", "selesai"),
        ],
        name="Surat Masuk",
    ),
    "catat.form": form("catat", textfield("nomor"), textfield("perihal", required=False)),
    "periksa.form": form("periksa", _CHOICE),
}


def _parallel():
    """Two tasks at once, one per item of a list, then one more."""
    loop = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="penerima" camunda:elementVariable="tujuan"/>'
    return diagram(
        "edaran",
        [
            node("startEvent", "mulai", "Pengadministrasi Umum"),
            task("daftar", "Pengadministrasi Umum", form="daftar"),
            task("kirim", "Staf", name="Kirim surat", inside=loop),
            node("endEvent", "selesai", "Staf"),
        ],
        [flow("mulai", "daftar"), flow("daftar", "kirim"), flow("kirim", "selesai")],
        name="Edaran",
    )


_LIST = (
    '{"type": "dynamiclist", "id": "f_penerima", "path": "penerima", "label": "Penerima", "components": '
    '[{"type": "textfield", "id": "f_nama", "key": "nama", "label": "Nama"}]}'
)
CIRCULAR = {"edaran.bpmn": _parallel(), "daftar.form": form("daftar", _LIST)}


@pytest.fixture
def house(db, cast, office):
    """Everything deployed, and short ways to act: ``house.start("rahmat")``, ``house.complete("rahmat", task, ...)``."""
    with db.begin() as session:
        deployments.deploy(session, {**LETTER, **CIRCULAR}, actor=access.SYSTEM, now=NOW, office=office)
        actors = {name: cast.actor(session, name) for name in cast.ids}

    def start(who="rahmat", key="surat", **given):
        with db.begin() as session:
            return instances.start(session, key, actor=actors[who], now=NOW, **given)

    def inbox(who, scope="groups", **given):
        with db.read() as session:
            return inbox_.search(session, actor=actors[who], scope=scope, **given).items

    def complete(who, task_id, answers=None, now=NOW, **given):
        with db.begin() as session:
            return tasks.complete(session, task_id, answers or {}, actor=actors[who], now=now, **given)

    def act(verb, who, task_id, now=NOW):
        with db.begin() as session:
            return verb(session, task_id, actor=actors[who], now=now)

    def view(who, instance_id):
        with db.read() as session:
            return instances.get(session, instance_id, actor=actors[who])

    def events(instance_id):
        with db.read() as session:
            return instances.history(session, instance_id, actor=access.SYSTEM).items

    return SimpleNamespace(
        actors=actors, start=start, inbox=inbox, complete=complete, act=act, view=view, events=events
    )
