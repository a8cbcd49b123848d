import threading
from dataclasses import replace

import pytest
from sqlalchemy import exc, func, select, text

from engine import errors
from engine.people import access, groups
from engine.runtime import definitions, deployments, inbox, instances, tasks
from engine.store import keys, models
from tests.cast import NOW
from tests.diagrams_made import diagram, flow, form, linear, node, task, textfield

LETTER = linear("surat", task("catat", "Pengadministrasi Umum", form="catat"), task("periksa", "Kasi"))
NOTE = form("catat", textfield("nomor"))
FILES = {"surat.bpmn": LETTER, "catat.form": NOTE}


@pytest.fixture
def deploy(db, office):
    def deployed(files, actor=access.SYSTEM):
        with db.begin() as session:
            return deployments.deploy(session, files, actor=actor, now=NOW, office=office)

    return deployed


def count(db, table):
    with db.read() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_deployment_makes_a_first_version(db, deploy, cast):
    with db.read() as session:
        anton = cast.actor(session, "anton")
    done = deploy(FILES, anton)
    assert [str(each) for each in done.created] == ["surat 1"]
    assert (done.unchanged, done.forms) == ((), ("catat",))
    with db.read() as session:
        definition = deployments.latest(session, "surat")
        assert definition == deployments.get(session, definition.id) == done.created[0]
        assert (definition.deployed_at, definition.deployed_by) == (NOW, "Anton Mokodompit")
        assert deployments.source(session, definition.id) == LETTER
        assert deployments.forms_of(session, definition.id)["catat"].names == {"nomor"}
        assert deployments.list_latest(session) == (definition,)


def test_deploying_again_changes_nothing(db, deploy):
    deploy(FILES)
    done = deploy(FILES)
    assert (done.created, done.forms) == ((), ())
    assert [str(each) for each in done.unchanged] == ["surat 1"]
    assert count(db, models.deployments) == count(db, models.definitions) == count(db, models.forms) == 1


def test_a_change_makes_a_version_and_the_old_one_stays(db, deploy):
    deploy(FILES)
    deploy({**FILES, "surat.bpmn": LETTER.replace(b"periksa", b"telaah")})
    back = deploy(FILES)  # as it was, and yet a new version
    assert [str(each) for each in back.created] == ["surat 3"]
    with db.read() as session:
        found = deployments.versions(session, "surat")
        assert [each.version for each in found] == [3, 2, 1]
        assert deployments.source(session, found[2].id) == LETTER
        assert b"telaah" in deployments.source(session, found[1].id)


def test_a_changed_form_gives_those_that_use_it_a_new_version(db, deploy):
    other = linear("lain", task("kerja", "Kasi"))
    deploy({**FILES, "lain.bpmn": other})
    done = deploy({"catat.form": form("catat", textfield("nomor"), textfield("asal"))})
    assert [str(each) for each in done.created] == ["surat 2"]
    assert done.forms == ("catat",)
    with db.read() as session:
        old, new = (definitions.load(session, each.id) for each in reversed(deployments.versions(session, "surat")))
        assert (old.forms["catat"].names, new.forms["catat"].names) == ({"nomor"}, {"nomor", "asal"})


def properties(version):
    """The property that says which version is called."""
    written = f'<camunda:property name="call.version" value="{version}"/>'
    return (
        f"<bpmn:extensionElements><camunda:properties>{written}</camunda:properties></bpmn:extensionElements>"
        if version
        else ""
    )


def calling(key, called, version=None):
    nodes = [
        node("startEvent", "mulai"),
        task("awal"),
        node("callActivity", "panggil", inside=properties(version), calledElement=called),
        node("endEvent", "selesai"),
    ]
    return diagram(key, nodes, [flow("mulai", "awal"), flow("awal", "panggil"), flow("panggil", "selesai")])


def test_what_is_called_at_its_newest_version_is_not_frozen(db, deploy):
    child = linear("a", task("kerja", "Staf"))
    done = deploy({"surat.bpmn": calling("surat", "a", "latest"), "a.bpmn": child})
    with db.read() as session:
        loaded = definitions.load(session, next(each.id for each in done.created if each.key == "surat"))
    assert (loaded.called, loaded.spec.calls) == ({}, frozenset())
    again = deploy({"a.bpmn": child.replace(b"kerja", b"tugas")})
    assert [str(each) for each in again.created] == ["a 2"]


def test_service_tasks_are_judged_by_the_connectors_that_are_known(db, office):
    service = node("serviceTask", "kirim", **{"camunda:type": "external", "camunda:topic": "surel"})
    files = {"surat.bpmn": linear("surat", task("catat", "Staf"), service)}

    def judged(connectors):
        with db.read() as session:
            found = deployments.check(session, files, office, connectors=connectors)
        return [(each.code, each.element) for each in found["surat.bpmn"] if each.severity == "error"]

    assert judged({"surel": {}}) == []
    assert judged(None) == [("unknown-connector", "kirim")]  # the registry has none of this name
    assert judged({"surel": {"kepada": True}}) == [("missing-input", "kirim")]
    with db.begin() as session, pytest.raises(errors.DiagramRefused):
        deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=office, connectors={})


def test_a_called_process_is_frozen_with_its_caller(db, deploy):
    deploy({"induk.bpmn": calling("induk", "anak"), "anak.bpmn": linear("anak", task("kerja", "Kasi"))})
    done = deploy({"anak.bpmn": linear("anak", task("telaah", "Kasi"))})
    assert sorted(map(str, done.created)) == ["anak 2", "induk 2"]
    with db.read() as session:
        old, new = (definitions.load(session, each.id) for each in reversed(deployments.versions(session, "induk")))
        assert ("kerja" in old.nodes, "kerja" in new.nodes) == (True, False)
    assert deploy({"induk.bpmn": calling("induk", "anak")}).created == ()


def test_processes_may_call_each_other(db, deploy):
    done = deploy({"a.bpmn": calling("a", "b"), "b.bpmn": calling("b", "a")})
    assert sorted(map(str, done.created)) == ["a 1", "b 1"]
    with db.read() as session:
        assert set(definitions.load(session, done.created[0].id).called) == {"a", "b"}


# Refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "bad", "code"),
    [
        ({"surat.bpmn": b"<a"}, "surat.bpmn", "unreadable"),
        ({"catat.form": b"{"}, "catat.form", "form-unreadable"),
        ({"surat.bpmn": LETTER}, "surat.bpmn", "unknown-form"),
        ({"lain.bpmn": LETTER, "catat.form": NOTE}, "lain.bpmn", "key-not-file-name"),
        ({"surat.bpmn": linear("surat", task("a", "Juru Kunci"))}, "surat.bpmn", "lane-without-group"),
        ({"surat.bpmn": calling("surat", "tiada")}, "surat.bpmn", "unknown-called"),
    ],
    ids=lambda value: value if isinstance(value, str) and "-" in value else "",
)
def test_a_diagram_with_errors_is_refused_and_nothing_is_stored(db, deploy, files, bad, code):
    good = {"baik.bpmn": linear("baik", task("kerja", "Kasi"))}
    with pytest.raises(errors.DiagramRefused, match="cannot be deployed") as refused:
        deploy({**good, **files})
    findings = refused.value.place["files"][bad]
    assert code in [finding.code for finding in findings]
    assert refused.value.findings
    assert count(db, models.deployments) == count(db, models.definitions) == count(db, models.forms) == 0


def test_what_uses_a_new_form_is_judged_anew(db, deploy, office):
    deploy(FILES)
    smaller = replace(office, groups=tuple(each for each in office.groups if each.key != "kasie"))
    files = {"catat.form": form("catat", textfield("asal"))}
    with pytest.raises(errors.DiagramRefused) as refused, db.begin() as session:
        deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=smaller)
    assert refused.value.place["name"] == "surat.bpmn"
    with db.read() as session:
        assert deployments.latest(session, "surat").version == 1
        assert groups.office(session) == office  # nor was the office changed


@pytest.mark.parametrize(("groups_", "code"), [("umum,kadis", "several-groups"), ("tiada", "unknown-group")])
def test_candidate_groups_are_one_of_the_offices(deploy, groups_, code):
    lane, ident, xml = task("a", "Kasi")
    bad = linear(
        "surat", (lane, ident, xml.replace("<bpmn:userTask ", f'<bpmn:userTask camunda:candidateGroups="{groups_}" '))
    )
    with pytest.raises(errors.DiagramRefused) as refused:
        deploy({"surat.bpmn": bad})
    finding = next(each for each in refused.value.findings if each.code == code)
    assert finding.element == "a"
    assert finding.hint


def test_other_files_are_refused(deploy):
    with pytest.raises(errors.InputError, match="is neither a diagram"):
        deploy({"readme.txt": b""})


def test_only_analysts_deploy(db, deploy, cast):
    with db.read() as session:
        sitti = cast.actor(session, "sitti")
    with pytest.raises(errors.RoleNeeded, match="analyst"):
        deploy(FILES, sitti)
    assert count(db, models.definitions) == 0


def test_checking_stores_nothing(db, office):
    with db.read() as session:
        assert deployments.check(session, FILES, office)["catat.form"] == ()
        found = deployments.check(session, {"surat.bpmn": LETTER}, office)
    assert "unknown-form" in [finding.code for finding in found["surat.bpmn"]]
    assert count(db, models.definitions) == 0


def test_definitions_and_forms_cannot_be_changed(db, deploy):
    deploy(FILES)
    for statement in (
        "UPDATE definitions SET source = ''",
        "DELETE FROM definitions",
        "UPDATE forms SET version = 7",
        "DELETE FROM forms",
    ):
        with pytest.raises(exc.DBAPIError, match="cannot be changed"), db.begin() as session:
            session.execute(text(statement))


def test_unknown_ones_are_not_found(db):
    with db.read() as session:
        for ask in (deployments.latest, deployments.versions):
            with pytest.raises(errors.NotFound, match="Process tiada"):
                ask(session, "tiada")
        for ask in (deployments.get, deployments.source, deployments.spec_of):
            with pytest.raises(errors.NotFound, match="Definition"):
                ask(session, keys.new())


def test_two_at_once_make_two_versions_or_one(db, deploy):
    """The turn keeps version numbers apart; the same content twice is one version."""
    failed = []

    def run(files):
        try:
            deploy(files)
        except Exception as error:  # noqa: BLE001  # a thread's error must be seen
            failed.append(error)

    changed = {**FILES, "surat.bpmn": LETTER.replace(b"periksa", b"telaah")}
    threads = [threading.Thread(target=run, args=[files]) for files in (FILES, FILES, changed)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with db.read() as session:
        found = deployments.versions(session, "surat")
    assert [each.version for each in found] in ([2, 1], [3, 2, 1])


# Retiring ------------------------------------------------------------------------------------------------------------


def test_a_retired_definition_is_not_started_but_goes_on(db, deploy, cast):
    deploy(FILES)
    with db.begin() as session:
        rahmat, anton = cast.actor(session, "rahmat"), cast.actor(session, "anton")
        running = instances.start(session, "surat", actor=rahmat, now=NOW)
        definition = deployments.latest(session, "surat")
        with pytest.raises(errors.RoleNeeded):
            deployments.retire(session, definition.id, actor=rahmat, now=NOW)
        deployments.retire(session, definition.id, actor=anton, now=NOW)
        assert instances.startable(session, rahmat) == ()
        with pytest.raises(errors.DefinitionRetired, match="surat"):
            instances.start(session, "surat", actor=rahmat, now=NOW)
        with pytest.raises(errors.DefinitionRetired):
            deployments.retire(session, definition.id, actor=anton, now=NOW)
        work = inbox.search(session, actor=rahmat, scope="groups").items[0]
        assert tasks.complete(session, work.id, {"nomor": "1"}, actor=rahmat, now=NOW).instance_id == running.id
    assert [str(each) for each in deploy(FILES).created] == ["surat 2"]  # deployed again, it is in use again


SUCCESSOR = b"""<bpmn:extensionElements><camunda:properties>
<camunda:property name="sop.digantikan_oleh" value="surat-2018"/></camunda:properties></bpmn:extensionElements>"""


def superseded(source):
    return source.replace(b'isExecutable="true">', b'isExecutable="false">' + SUCCESSOR)


def test_what_another_sop_superseded_can_be_read_and_not_started(db, deploy, cast):
    done = deploy(
        {**FILES, "surat.bpmn": superseded(LETTER), "surat-2018.bpmn": LETTER.replace(b'"surat"', b'"surat-2018"')}
    )
    assert not [each for found in done.findings.values() for each in found if each.code == "not-executable"]
    with db.begin() as session:
        rahmat = cast.actor(session, "rahmat")
        assert deployments.latest(session, "surat").retired_at == NOW
        assert [each.key for each in instances.startable(session, rahmat)] == ["surat-2018"]
        with pytest.raises(errors.DefinitionRetired, match="surat"):
            instances.start(session, "surat", actor=rahmat, now=NOW)
    again = deploy({"surat.bpmn": superseded(LETTER)})
    assert (again.created, [str(each) for each in again.unchanged]) == ((), ["surat 1"])


def test_what_was_in_use_is_superseded_by_a_deployment_and_comes_back_by_another(db, deploy):
    deploy(FILES)
    assert [str(each) for each in deploy({"surat.bpmn": superseded(LETTER)}).created] == ["surat 2"]
    with db.read() as session:
        assert deployments.latest(session, "surat").retired_at == NOW
    deploy(FILES)
    with db.read() as session:
        assert deployments.latest(session, "surat").retired_at is None


def test_a_superseded_sop_starts_nothing_by_itself_and_cannot_be_called(db, deploy):
    hourly = b'<bpmn:timerEventDefinition id="w"><bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>'
    daily = LETTER.replace(b'<bpmn:startEvent id="mulai">', b'<bpmn:startEvent id="mulai">' + hourly)
    deploy({**FILES, "surat.bpmn": daily})
    assert count(db, models.jobs) == 1
    deploy({"surat.bpmn": superseded(daily)})
    assert count(db, models.jobs) == 0
    caller = linear("induk", ("Kasi", "panggil", '<bpmn:callActivity id="panggil" calledElement="surat"/>'))
    with pytest.raises(errors.DiagramRefused) as refused:
        deploy({"induk.bpmn": caller})
    assert {each.code for each in refused.value.findings} == {"unknown-called"}


def test_a_successor_that_is_not_there_is_warned_of(deploy):
    found = deploy({**FILES, "surat.bpmn": superseded(LETTER)}).findings["surat.bpmn"]
    assert ("warning", "unknown-successor") in {(each.severity, each.code) for each in found}


# What is kept in the process -----------------------------------------------------------------------------------------


def test_a_definition_is_compiled_once(db, deploy, statements):
    definition = deploy(FILES).created[0]
    with db.read() as session:
        first = definitions.load(session, definition.id)
        statements.clear()
        assert definitions.load(session, definition.id) is first
        assert deployments.spec_of(session, definition.id) is first.spec
    assert statements.sql == []


def test_only_so_many_are_kept(db, deploy, monkeypatch):
    monkeypatch.setattr(definitions, "_KEPT", 2)
    found = [deploy({"surat.bpmn": linear("surat", task(f"t{i}", "Kasi"))}).created[0] for i in range(4)]
    with db.read() as session:
        for definition in found:
            definitions.load(session, definition.id)
        assert len(definitions._loaded) == 2
        assert "t0" in definitions.load(session, found[0].id).nodes


def test_a_look_through_many_processes_asks_twice_and_pushes_nothing_out(db, deploy, statements, monkeypatch):
    monkeypatch.setattr(definitions, "_KEPT", 2)
    deploy({f"surat{number}.bpmn": linear(f"surat{number}", task("catat", "Staf")) for number in range(5)})
    deploy({f"surat{number}.bpmn": linear(f"surat{number}", task("periksa", "Staf")) for number in range(3)})
    with db.begin() as session:
        running = instances.start(session, "surat4", actor=access.SYSTEM, now=NOW)
        statements.clear()
        assert len(instances.startable(session, access.SYSTEM)) == 5
        assert len(statements.sql) <= 3  # the office, the definitions and what they begin with
        statements.clear()
        definitions.load(session, running.definition_id)
        assert statements.sql == []
        earlier = definitions.list_earlier(session)
        assert len(statements.sql) == 1
    assert list(earlier) == ["surat0", "surat1", "surat2"]
    assert {each.version for found in earlier.values() for each in found} == {1}


def test_every_lane_takes_part_empty_ones_too(db, deploy, cast):
    source = linear("surat", task("a", "Kasi")).replace(
        b"</bpmn:laneSet>", b'<bpmn:lane id="kosong" name="KADIS"/></bpmn:laneSet>'
    )
    lane, ident, xml = task("b", "Kasi")
    named = (lane, ident, xml.replace("<bpmn:userTask ", '<bpmn:userTask camunda:candidateGroups="staf" '))
    deploy({"surat.bpmn": source, "lain.bpmn": linear("lain", named)})
    with db.begin() as session:
        cases = {key: instances.start(session, key, actor=access.SYSTEM, now=NOW).id for key in ("surat", "lain")}
        kadis, fatma = cast.actor(session, "kadis"), cast.actor(session, "fatma")
        assert instances.get(session, cases["surat"], actor=kadis).instance.key == "surat"
        assert instances.get(session, cases["lain"], actor=fatma).instance.key == "lain"
        assert [each.node for each in inbox.search(session, actor=fatma, scope="groups").items] == ["b"]
        assert [each.key for each in instances.startable(session, fatma)] == ["lain"]


def test_who_starts_a_process_is_who_has_its_first_tasks(db, deploy):
    nodes = [
        node("startEvent", "mulai", "Sekretaris"),
        node("parallelGateway", "bagi", "Sekretaris"),
        task("satu", "Kasi"),
        task("dua", "Pengadministrasi Umum"),
        node("parallelGateway", "kumpul", "Sekretaris"),
        task("tiga", "KADIS"),
        node("endEvent", "selesai", "KADIS"),
    ]
    flows = [
        flow("mulai", "bagi"),
        flow("bagi", "satu"),
        flow("bagi", "dua"),
        flow("satu", "kumpul"),
        flow("dua", "kumpul"),
        flow("kumpul", "tiga"),
        flow("tiga", "selesai"),
    ]
    definition = deploy({"surat.bpmn": diagram("surat", nodes, flows)}).created[0]
    with db.read() as session:
        assert set(definitions.load(session, definition.id).starters) == {"Kasi", "Pengadministrasi Umum"}
