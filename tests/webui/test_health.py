from dataclasses import replace

import pytest
from sqlalchemy import text

from engine.worker import Worker, beside
from tests.webui.browsing import enter, somebody
from webui import app as app_
from webui import workers

TOKEN = "a token that only this test knows"


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


@pytest.fixture
def measured(settings, office, db, clock):
    """The application with a token for its metrics."""
    return app_.create_app(replace(settings, metrics_token=TOKEN), office=office, database=db, clock=clock)


def test_metrics_are_for_who_has_the_token(measured):
    answer = somebody(measured).get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert 'lajur_jobs_due{kind="timer"} 0\n' in answer.text
    assert "lajur_worker" not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Token {TOKEN}", "Bearer \xe9\xff"],
)
def test_nobody_else_sees_them(measured, header):
    headers = {} if header is None else {"Authorization": header}
    answer = somebody(measured).get("/metrics", headers=headers)
    assert (answer.status_code, answer.text) == (401, "the token is missing or wrong\n")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="lajur"'
    assert "Set-Cookie" not in answer.headers


def test_who_is_signed_in_needs_the_token_too(measured):
    assert enter(measured, "dewi").get("/metrics").status_code == 401


def test_without_a_token_in_the_settings_there_are_none(site):
    answer = somebody(site).get("/metrics", headers={"Authorization": "Bearer "})
    assert (answer.status_code, answer.text) == (404, "not found\n")


def test_a_worker_of_its_own_is_measured_and_must_be_well(measured, settings, db):
    measured.extensions[workers.KEY] = found = Worker(db, settings)
    person = somebody(measured)
    with beside(found):
        assert person.get("/readyz").status_code == 200
        answer = person.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert "lajur_worker_healthy 1\n" in answer.text
        assert 'lajur_worker_jobs_total{kind="timer",outcome="done"} 0\n' in answer.text
    answer = person.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready\n")
    answer = person.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert "lajur_worker_healthy 0\n" in answer.text
