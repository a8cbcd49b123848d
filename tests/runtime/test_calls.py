"""Called processes: the version of the deployment, or the newest when the call is made; either way one case, one transaction."""

import pytest
from sqlalchemy import select

from engine import errors
from engine.people import access
from engine.runtime import deployments, instances, tasks
from engine.store import history, models
from tests.cast import NOW
from tests.diagrams_made import diagram, flow, form, node, task, textfield

NEWEST = (
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="call.version" value="latest"/></camunda:properties>'
    '<camunda:in variables="all"/><camunda:out variables="all"/></bpmn:extensionElements>'
)
BOUND = NEWEST.replace("latest", "start")


def caller(inside):
    return diagram(
        "surat",
        [
            node("startEvent", "mulai"),
            task("catat"),
            node("callActivity", "periksa", "Staf", inside, calledElement="telaah"),
            task("arsip"),
            node("endEvent", "selesai"),
        ],
        [flow("mulai", "catat"), flow("catat", "periksa"), flow("periksa", "arsip"), flow("arsip", "selesai")],
    )


def called(step="telaah_isi", lane="Kasi Persandian", fields="nomor"):
    nodes = [node("startEvent", "awal", lane), task(step, lane, form=step), node("endEvent", "akhir", lane)]
    return {
        "telaah.bpmn": diagram("telaah", nodes, [flow("awal", step), flow(step, "akhir")]),
        f"{step}.form": form(step, textfield(fields)),
    }


@pytest.fixture
def deploy(db, office):
    def deploy(**files):
        with db.begin() as session:
            named = {name.replace("_bpmn", ".bpmn"): content for name, content in files.items()}
            return deployments.deploy(session, named, actor=access.SYSTEM, now=NOW, office=office)

    return deploy


@pytest.fixture
def case(db):
    def start():
        with db.begin() as session:
            return instances.start(session, "surat", actor=access.SYSTEM, now=NOW).id

    return start


def open_tasks(db, case):
    table = models.tasks
    with db.read() as session:
        return session.execute(select(table).where(table.c.instance_id == case, table.c.status == "open")).all()


def complete(db, case, **answers):
    [waiting] = open_tasks(db, case)
    with db.begin() as session:
        tasks.complete(session, waiting.id, answers, actor=access.SYSTEM, now=NOW)


def test_the_newest_is_the_one_when_the_call_is_made(db, deploy, case):
    deploy(surat_bpmn=caller(NEWEST), **called())
    running = case()
    done = deploy(**called("telaah_ulang", lane="KADIS"))
    assert [str(each) for each in done.created] == ["telaah 2"]  # the caller needs no new version
    complete(db, running)
    [waiting] = open_tasks(db, running)
    assert (waiting.node, waiting.lane, waiting.group_key) == ("telaah_ulang", "KADIS", "kadis")
    deploy(**called("telaah_lagi"))
    with pytest.raises(errors.FormInvalid):
        complete(db, running)
    complete(db, running, nomor="7")  # the form of the version that was called, deployed over meanwhile
    complete(db, running)
    with db.read() as session:
        view = instances.get(session, running, actor=access.SYSTEM)
        assert view.instance.status == "completed"
        assert view.variables["nomor"] == "7"
        assert history.verify(session).problems == ()


def test_the_bound_one_is_that_of_the_start(db, deploy, case):
    deploy(surat_bpmn=caller(BOUND), **called())
    running = case()
    done = deploy(**called("telaah_ulang"))
    assert sorted(map(str, done.created)) == ["surat 2", "telaah 2"]
    complete(db, running)
    assert [each.node for each in open_tasks(db, running)] == ["telaah_isi"]
    later = case()
    complete(db, later)
    assert [each.node for each in open_tasks(db, later)] == ["telaah_ulang"]


def test_who_works_in_it_sees_task_and_case(db, cast, deploy, case):
    deploy(surat_bpmn=caller(NEWEST), **called())
    running = case()
    deploy(**called("telaah_ulang", lane="KADIS"))  # whose lane the caller's deployment did not know
    complete(db, running)
    [waiting] = open_tasks(db, running)
    with db.read() as session:
        kadis, rahmat = cast.actor(session, "kadis"), cast.actor(session, "rahmat")
        assert tasks.get(session, waiting.id, actor=kadis).form.key == "telaah_ulang"
        assert instances.get(session, running, actor=kadis).instance.id == running
        with pytest.raises(errors.InstanceForbidden):
            instances.get(session, running, actor=rahmat)


def test_cancelling_the_case_withdraws_what_goes_on_inside(db, deploy, case):
    deploy(surat_bpmn=caller(NEWEST), **called())
    running = case()
    complete(db, running)
    with db.begin() as session:
        instances.cancel(session, running, actor=access.SYSTEM, now=NOW)
    assert open_tasks(db, running) == []


def test_a_process_that_was_withdrawn_cannot_be_called(db, deploy, case):
    deploy(surat_bpmn=caller(NEWEST), **called())
    running = case()
    with db.begin() as session:
        newest = deployments.latest(session, "telaah")
        deployments.retire(session, newest.id, actor=access.SYSTEM, now=NOW)
    with pytest.raises(errors.DefinitionRetired):
        complete(db, running)
    assert [each.node for each in open_tasks(db, running)] == ["catat"]
