import pytest
from flask import Response
from werkzeug.exceptions import Unauthorized

from engine import errors
from tests.webui.browsing import enter, somebody
from webui import errors as error_pages


def _all(kind):
    for each in kind.__subclasses__():
        yield each
        yield from _all(each)


@pytest.fixture
def broken(site):
    """An application with a page that raises what it is told to."""
    by_name = {each.__name__: each for each in _all(errors.LajurError)}

    @site.get("/raise/<name>")
    def fail(name):
        raise by_name[name](reason="alasan") if name in by_name else ZeroDivisionError("secret detail")

    @site.post("/raise/<name>")
    def fail_again(name):
        return fail(name)

    @site.get("/signed-out")
    def gone():
        raise Unauthorized

    site.config["PROPAGATE_EXCEPTIONS"] = False
    return site


@pytest.mark.parametrize("kind", sorted(_all(errors.LajurError), key=lambda each: each.__name__))
def test_every_error_of_the_engine_has_a_status(kind):
    expected = next(status for each, status in error_pages.STATUS if issubclass(kind, each))
    assert error_pages.status_of(kind()) == expected
    assert expected in {401, 403, 404, 409, 413, 422, 500, 503}


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("TaskClosed", 409),
        ("TaskForbidden", 404),
        ("RoleNeeded", 403),
        ("FormInvalid", 422),
        ("DatabaseBusy", 503),
        ("DatabaseGone", 503),
        ("SchemaOutdated", 503),
        ("NoFlowTaken", 409),
        ("Defect", 500),
    ],
)
def test_an_error_is_a_page_a_fragment_or_json(broken, name, status):
    person = enter(broken, "sitti")
    page = person.get(f"/raise/{name}")
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert "<main" in page.text
    assert "Traceback" not in page.text
    assert "secret detail" not in page.text
    fragment = person.get(f"/raise/{name}", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Retarget"]) == (status, "#flashes")
    assert "<main" not in fragment.text
    told = person.get(f"/raise/{name}", headers={"Accept": "application/json"})
    assert (told.status_code, told.json["status"]) == (status, status)


def test_where_the_database_is_stays_in_the_log(broken, caplog):
    page = enter(broken, "sitti").get("/raise/DatabaseGone").text
    assert "alasan" not in page
    assert "alasan" in caplog.text


def test_a_case_that_cannot_go_on_is_the_diagram_s_fault_not_the_reader_s(broken):
    person = enter(broken, "sitti")
    for name in ("NoFlowTaken", "StepLimit", "ExpressionLimit"):
        page = person.get(f"/raise/{name}").text
        assert "Berkas tidak dapat dilanjutkan dari sini" in page
        assert "analis proses" in page


def test_a_defect_has_a_number_that_finds_it_in_the_log(broken, caplog):
    page = enter(broken, "sitti").get("/raise/Defect").text
    number = page.split("Nomor: ")[1][:8]
    assert number in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_busy_database_says_when_to_come_again(broken):
    assert enter(broken, "sitti").get("/raise/DatabaseBusy").headers["Retry-After"] == "2"


def test_what_was_typed_is_shown_but_no_secret(broken):
    typed = {"f.perihal": "Rapat <b>", "f.kosong": " ", "password": "rahasia-sekali", "seen": "3"}
    page = enter(broken, "sitti").post("/raise/TaskClosed", typed).text
    assert "Rapat &lt;b&gt;" in page
    assert "rahasia-sekali" not in page
    assert "Kosong" not in page


def test_htmx_is_sent_to_sign_in_when_the_session_is_over(broken):
    answer = somebody(broken).get("/instances", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login?next=/instances")
    assert somebody(broken).get("/instances", headers={"Accept": "application/json"}).status_code == 401
    assert enter(broken, "sitti").get("/signed-out").location == "/login?next=/signed-out"


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/nowhere", "get", 404), ("/logout", "get", 405), ("/tasks/x", "get", 404)]
)
def test_errors_of_the_web_are_pages_too(site, path, method, status):
    answer = getattr(enter(site, "sitti"), method)(path)
    assert isinstance(answer, Response)
    assert answer.status_code == status
    assert "<main" in answer.text
    if status == 405:
        assert answer.headers["Allow"] == "POST"


def test_a_locked_database_is_told_clearly(site, monkeypatch):
    rahmat = enter(site, "rahmat")
    database = site.extensions["lajur"].database
    monkeypatch.setattr(database, "_busy_seconds", 0.05)
    with database.begin():
        answer = rahmat.post("/logout")
    assert answer.status_code == 503
    assert "Basis data sedang sibuk" in answer.text


def test_a_database_that_is_gone_is_told_clearly(site, sqlite_url):
    import pathlib  # noqa: PLC0415

    rahmat = enter(site, "rahmat")
    place = site.extensions["lajur"]
    place.database.close()
    path = pathlib.Path(sqlite_url.removeprefix("sqlite:///"))
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    path.mkdir()
    answer = rahmat.get("/")
    assert answer.status_code == 503
    assert "administrator" in answer.text
