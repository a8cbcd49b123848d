from sqlalchemy import text

from tests.webui.browsing import somebody


def test_a_running_house_is_alive_and_ready(app):
    person = somebody(app)
    assert (person.get("/healthz").status_code, person.get("/healthz").text) == (200, "alive\n")
    assert (person.get("/readyz").status_code, person.get("/readyz").text) == (200, "ready\n")


def test_an_older_schema_is_alive_but_not_ready(app, db):
    with db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    person = somebody(app)
    assert person.get("/healthz").status_code == 200
    answer = person.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready\n")


def test_health_sets_no_cookie(site):
    assert "Set-Cookie" not in somebody(site).get("/healthz").headers
