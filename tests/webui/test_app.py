from dataclasses import replace

import pytest

from engine import errors
from webui import app as app_


@pytest.mark.parametrize("key", ["dev", "x" * 31])
def test_a_weak_key_is_refused(settings, office, key):
    with pytest.raises(errors.ConfigurationError, match="LAJUR_SECRET_KEY"):
        app_.create_app(replace(settings, secret_key=key), office=office)


def test_an_empty_key_is_made_and_kept(settings, office, db):
    bare = replace(settings, secret_key="")
    first, second = (app_.create_app(bare, office=office, database=db) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) == 64


def test_a_database_without_schema_is_refused(settings, office):
    with pytest.raises(errors.SchemaOutdated):
        app_.create_app(settings, office=office)


def test_the_server_finds_one_application(monkeypatch, sqlite_url, tmp_path):
    monkeypatch.setenv("LAJUR_DATABASE", sqlite_url)
    monkeypatch.setenv("LAJUR_VAR", str(tmp_path))
    monkeypatch.setenv("LAJUR_WORKER", "0")
    try:
        assert app_.wsgi is app_.wsgi
        assert app_.wsgi.test_client().get("/healthz").status_code == 200
    finally:
        app_.wsgi.extensions["lajur"].database.close()
        del app_.__dict__["wsgi"]
    with pytest.raises(AttributeError):
        _ = app_.nothing
