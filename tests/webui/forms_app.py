"""The smallest application that shows one form: what a page of the product does with it, and nothing else."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import flask
import flask_babel
import jinja2
from flask_wtf import csrf

import webui
from engine.forms import definition, validation
from webui import forms

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("Asia/Makassar"))
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'"


def make(form, variables=None, *, locale="en", protected=False, assets=None, hidden=None):
    """Make the application: ``/`` shows and takes the form, ``/refresh`` draws it anew."""
    app = flask.Flask(
        "forms_app",
        template_folder=Path(webui.__file__).parent / "templates",
        static_folder=assets,
        static_url_path="/static",
    )
    app.secret_key = "x" * 40
    app.config.update(WTF_CSRF_ENABLED=protected, MAX_FORM_PARTS=5000)
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    flask_babel.Babel(app, default_locale=locale)
    csrf.CSRFProtect(app)
    variables = variables or {}
    scripts = sorted(path.name for path in Path(assets).glob("site-*.js")) if assets else []
    styles = sorted(path.name for path in Path(assets).glob("site-*.css")) if assets else []

    def page(submission, errors=None, *, readonly=False):
        drawn = forms.render(
            form, submission, errors, action="/", refresh_url="/refresh", variables=variables, now=NOW, readonly=readonly, hidden=hidden
        )  # fmt: skip
        head = "".join(f'<link rel="stylesheet" href="/static/{name}">' for name in styles)
        head += "".join(f'<script type="module" src="/static/{name}"></script>' for name in scripts)
        return (
            f'<!doctype html><html lang="{locale}"><head><title>Form</title><meta name="viewport" content="width=device-width">{head}'
            f'</head><body><main class="container py-4"><h1 class="h3">Coba</h1>{drawn}</main></body></html>'
        )

    @app.get("/")
    def show():
        return page(validation.initial(form, variables, now=NOW), readonly="readonly" in flask.request.args)

    @app.post("/")
    def send():
        submission = forms.submission(flask.request)
        if forms.list_action(flask.request):
            return page(submission)
        result = validation.validate(form, submission, variables=variables, today=NOW.date(), zone=NOW.tzinfo)
        return (page(submission, result.errors), 422) if result.errors else result.values

    @app.post("/refresh")
    def refresh():
        return page(forms.submission(flask.request))

    @app.after_request
    def harden(answer):
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    return app


def kitchen_sink():
    """Give the form that has one of everything."""
    return definition.read((Path(__file__).parent / "kitchen_sink.form").read_bytes())
