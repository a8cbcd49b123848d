"""Signing in and out."""

import flask
import flask_login
from werkzeug.wrappers import Response

from engine import config
from engine.people import users
from webui import redirects, sessions, work
from webui.words import gettext as _

blueprint = flask.Blueprint("auth", __name__)
_LONGEST = 1024


@blueprint.get("/login")
def login() -> Response | str:
    """Show the sign-in page."""
    target = redirects.local(flask.request.args.get("next")) or "/"
    if flask_login.current_user.is_authenticated:
        return flask.redirect(target, 303)
    return flask.render_template("login.html", target=target, username="", problem="")


@blueprint.post("/login")
def sign_in() -> Response | tuple[str, int]:
    """Sign a person in, in a new session; the answer to a wrong name is the one to a wrong password."""
    form = flask.request.form
    username, password = form.get("username", "").strip(), form.get("password", "")
    target = redirects.back()
    user = None
    if username and password and max(len(username), len(password)) <= _LONGEST:
        with work.place().database.read() as session:
            user = users.authenticate(session, username, password, work.now())
    if user is None:
        problem = _("User name or password is wrong.")
        return flask.render_template("login.html", target=target, username=username[:100], problem=problem), 422
    if user.outdated:
        with work.place().database.begin() as session:
            users.renew(session, user.id, password)
    sessions.begin(user)
    if user.locale in config.LOCALES:
        flask.session["locale"] = user.locale
    return flask.redirect(target, 303)


@blueprint.post("/logout")
def logout() -> Response:
    """Sign out, here and wherever else: no cookie kept from before is good any more."""
    with work.writing() as (session, actor):
        if actor.user_id is not None:
            users.end_sign_ins(session, actor.user_id)
    sessions.end()
    return flask.redirect(flask.url_for("auth.login"), 303)
