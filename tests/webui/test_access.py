"""Who reaches what: every endpoint by every role. What is not in the table is refused by :func:`security.guard`."""

from contextlib import suppress

import pytest

from engine import errors
from engine.people import access, groups
from engine.runtime import definitions, deployments, filters, instances, waits
from engine.store import keys, models
from tests.cast import NOW
from tests.diagrams_made import diagram, flow, node, task
from tests.webui.browsing import enter, somebody

# Somebody whose task it is, of another group, of no group, and by role.
PEOPLE = {"owner": "rahmat", "other": "sitti", "nobody": "tamu", "analyst": "anton", "manager": "sri", "admin": "dewi"}
OK = {200, 303, 422}
#                                                owner other nobod analy manag admin
MATRIX = {
    ("GET", "/"):                               [1,    1,    1,    1,    1,    1],
    ("POST", "/filters"):                       [1,    1,    1,    1,    1,    1],
    ("POST", "/filters/{filter}"):              [1,    0,    0,    0,    0,    0],
    ("POST", "/filters/{filter}/remove"):       [1,    0,    0,    0,    0,    0],
    ("GET", "/tasks/{task}"):                   [1,    0,    0,    0,    1,    1],
    ("POST", "/tasks/{task}/form"):             [1,    0,    0,    0,    1,    1],
    ("POST", "/tasks/{task}/claim"):            [1,    0,    0,    0,    0,    0],
    ("POST", "/tasks/{task}/release"):          [1,    0,    0,    0,    1,    0],
    ("POST", "/tasks/{task}"):                  [1,    0,    0,    0,    0,    0],
    ("POST", "/tasks/{task}/draft"):            [1,    0,    0,    0,    0,    0],
    ("POST", "/tasks/{task}/draft/discard"):    [1,    1,    1,    1,    1,    1],  # of one's own: there is none
    ("GET", "/tasks/{task}/hand-over"):         [0,    0,    0,    0,    1,    1],  # to delegate it, one must have it
    ("POST", "/tasks/{task}/assign"):           [0,    0,    0,    0,    1,    1],
    ("POST", "/tasks/{task}/delegate"):         [0,    0,    0,    0,    0,    0],
    ("POST", "/tasks/{task}/hand-back"):        [0,    0,    0,    0,    0,    0],
    ("POST", "/tasks/{task}/follow-up"):        [0,    0,    0,    0,    1,    1],
    ("POST", "/tasks/{task}/priority"):         [0,    0,    0,    0,    1,    1],
    ("POST", "/tasks/{task}/nudge"):            [1,    0,    0,    0,    1,    1],
    ("POST", "/tasks/{task}/unclaim"):          [1,    0,    0,    0,    1,    1],  # which then is told that it is too late
    ("POST", "/tasks/bulk"):                    [1,    1,    1,    1,    1,    1],  # nothing ticked: each task is asked for itself
    ("POST", "/tasks/bulk/form"):               [0,    0,    0,    0,    0,    0],
    ("POST", "/tasks/bulk/complete"):           [0,    0,    0,    0,    0,    0],
    ("POST", "/instances/{case}/comments"):     [1,    0,    0,    1,    1,    1],
    ("GET", "/start"):                          [1,    1,    1,    1,    1,    1],
    ("GET", "/start/{key}"):                    [1,    0,    0,    1,    1,    1],
    ("POST", "/start/{key}/form"):              [1,    0,    0,    1,    1,    1],
    ("POST", "/start/{key}"):                   [1,    0,    0,    1,    1,    1],
    ("GET", "/instances"):                      [1,    1,    1,    1,    1,    1],
    ("GET", "/instances/{case}"):               [1,    0,    0,    1,    1,    1],
    ("GET", "/instances/{case}/suspend"):       [0,    0,    0,    0,    1,    1],
    ("POST", "/instances/{case}/suspend"):      [0,    0,    0,    0,    1,    1],
    ("POST", "/instances/{case}/resume"):       [0,    0,    0,    0,    1,    1],
    ("GET", "/instances/{case}/cancel"):        [0,    0,    0,    0,    1,    1],
    ("POST", "/instances/{case}/cancel"):       [0,    0,    0,    0,    1,    1],
    ("POST", "/instances/{case}/jobs/{job}/retry"): [0, 0, 0,      1,    1,    1],
    ("POST", "/instances/{case}/waits/{wait}"): [1,    0,    0,    0,    1,    1],
    ("GET", "/jobs"):                           [0,    0,    0,    1,    1,    1],
    ("POST", "/jobs/{job}/retry"):              [0,    0,    0,    1,    1,    1],
    ("GET", "/definitions"):                    [1,    1,    1,    1,    1,    1],
    ("GET", "/definitions/{definition}"):       [1,    1,    1,    1,    1,    1],
    ("GET", "/definitions/{definition}/diagram.bpmn"): [1, 1, 1,   1,    1,    1],
    ("GET", "/modeler/"):                       [0,    0,    0,    1,    0,    1],
    ("GET", "/modeler/new"):                    [0,    0,    0,    1,    0,    1],
    ("GET", "/modeler/{key}"):                  [0,    0,    0,    1,    0,    1],
    ("POST", "/modeler/{key}/check"):           [0,    0,    0,    1,    0,    1],
    ("POST", "/modeler/{key}/deploy"):          [0,    0,    0,    1,    0,    1],
    ("POST", "/api/messages/{name}"):           [0,    0,    0,    0,    0,    0],  # by token: test_api
    ("POST", "/api/signals/{name}"):            [0,    0,    0,    0,    0,    0],
    ("POST", "/logout"):                        [1,    1,    1,    1,    1,    1],
    ("POST", "/language"):                      [1,    1,    1,    1,    1,    1],
    ("GET", "/healthz"):                        [1,    1,    1,    1,    1,    1],
    ("GET", "/readyz"):                         [1,    1,    1,    1,    1,    1],
    ("GET", "/metrics"):                        [0,    0,    0,    0,    0,    0],  # for who has the token of the settings
    ("GET", "/login"):                          [1,    1,    1,    1,    1,    1],
    ("POST", "/login"):                         [1,    1,    1,    1,    1,    1],
    ("GET", "/static/{filename}"):              [1,    1,    1,    1,    1,    1],
    ("GET", "/favicon.ico"):                    [1,    1,    1,    1,    1,    1],
}  # fmt: skip
_NAMES = {
    "task_id": "task",
    "filter_id": "filter",
    "definition_id": "definition",
    "instance_id": "case",
    "job_id": "job",
    "wait_id": "wait",
}


@pytest.fixture
def places(cabin):
    case, task = cabin.begun()
    with cabin.database.begin() as session:
        source = definitions.source(session, case.definition_id)
        kept = filters.save(session, "Undangan", filters.Query(), actor=cabin.cast.actor(session, "rahmat"), now=NOW)
    return {
        "filter": kept,
        "task": task.id,
        "case": case.id,
        "job": keys.new(),
        "wait": keys.new(),
        "definition": case.definition_id,
        "key": "surat",
        "filename": "logo.svg",
        "name": "Balasan",
        "source": source,
    }


def test_the_table_has_every_endpoint(cabin):
    found = set()
    for rule in cabin.app.url_map.iter_rules():
        path = str(rule)
        for name in rule.arguments:
            for kind in ("uuid:", "path:", ""):
                path = path.replace(f"<{kind}{name}>", "{" + _NAMES.get(name, name) + "}")
        found |= {(method, path) for method in rule.methods - {"HEAD"}}
    assert found == set(MATRIX)


@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_each_role_reaches_what_the_table_says(cabin, places, method, path):
    address = path.format_map(places)
    for role, allowed in zip(PEOPLE, MATRIX[method, path], strict=True):
        person = enter(cabin.app, PEOPLE[role])
        if path.endswith("/release"):
            enter(cabin.app, "rahmat").post(address.replace("/release", "/claim"))
        if path.endswith(("/resume", "/retry")):
            _prepare(cabin, places, path)
        if path.endswith("{wait}"):
            address = _waiting(cabin)
        status = _ask(person, method, address, places).status_code
        assert (status in OK) == bool(allowed), (role, status)
        if not allowed:
            assert status in ({401} if path.startswith("/api/") else {403, 404, 409}), (role, status)


@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_whoever_did_not_sign_in_reaches_nothing(cabin, places, method, path):
    open_ = ("/healthz", "/readyz", "/login", "/static/{filename}", "/favicon.ico", "/language")
    before = cabin.inbox("rahmat")
    answer = _ask(somebody(cabin.app), method, path.format_map(places), places)
    if path == "/logout":
        assert answer.location == "/login"
    elif path == "/metrics":
        assert answer.status_code == 404
    elif path in open_:
        assert answer.status_code in {200, 303, 400, 422}
    else:
        assert answer.status_code == (303 if method == "GET" else 401)
        assert method == "POST" or answer.location.startswith("/login?next=")
    assert cabin.inbox("rahmat") == before


def test_a_lane_called_admin_makes_nobody_one(cabin):
    """Roles come from the users' rows only, never from groups or lanes."""
    for username in ("rahmat", "tamu"):
        assert enter(cabin.app, username).get("/modeler/").status_code == 403


def _prepare(cabin, places, path):
    """Make that there is something to resume or to retry."""
    with cabin.database.begin() as session:
        if path.endswith("/resume"):
            with suppress(errors.InstanceSuspended):
                instances.suspend(session, places["case"], actor=access.SYSTEM, now=NOW)
            return
        case = None if path.startswith("/jobs") else places["case"]
        told = {"message": "it failed", "template": "", "place": {}}
        row = {**waits.job("timer", NOW, instance=case), "id": places["job"], "status": "failed", "failed_at": NOW}
        session.execute(models.jobs.delete())
        session.execute(models.jobs.insert(), {**row, "error": told})


def _waiting(cabin):
    """Give the address where one says that what a new case waits for has happened, in the owner's lane."""
    wait = node(
        "intermediateCatchEvent", "tiba", "Pengadministrasi Umum", '<bpmn:messageEventDefinition messageRef="m"/>'
    )
    nodes = [node("startEvent", "mulai"), wait, task("baca"), node("endEvent", "selesai")]
    flows = [flow("mulai", "tiba"), flow("tiba", "baca"), flow("baca", "selesai")]
    source = diagram("tamu", nodes, flows, before='<bpmn:message id="m" name="Tamu tiba"/>')
    with cabin.database.begin() as session:
        office = groups.office(session)
        deployments.deploy(session, {"tamu.bpmn": source}, actor=access.SYSTEM, now=NOW, office=office)
        case = instances.start(session, "tamu", actor=access.SYSTEM, now=NOW)
        (found,) = instances.get(session, case.id, actor=access.SYSTEM).subscriptions
    return f"/instances/{case.id}/waits/{found.id}"


def _ask(person, method, address, places):
    if method == "GET":
        return person.get(f"{address}?key=baru" if address.endswith("/new") else address)
    if address.startswith("/modeler/"):
        headers = {"X-CSRFToken": person.token}
        return person.client.post(address, data=places["source"], content_type="application/xml", headers=headers)
    return person.post(address, {"f.nomor": "1", "username": "sitti", "password": "wrong"})
