"""The language: Bahasa Indonesia unless a person chose English; catalogues are read from their ``.po`` once a process."""

import functools
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import flask
import flask_babel
from babel import support
from babel.messages import mofile, pofile
from werkzeug.wrappers import Response

from engine import config, errors
from engine.expressions import messages
from webui import words, work
from webui.redirects import back

TRANSLATIONS = Path(__file__).parent / "translations"
NAMES = {"id": "Bahasa Indonesia", "en": "English"}
blueprint = flask.Blueprint("i18n", __name__)


class Catalogues(flask_babel.Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """The catalogues without compiled files: a checkout never shows yesterday's words."""

    def get_translations(self) -> support.NullTranslations:
        """Give the catalogue of the request's language."""
        locale = words.locale()
        return catalogue(locale.language) if locale else support.NullTranslations()


@functools.cache
def catalogue(language: str) -> support.NullTranslations:
    """Read the catalogue of a language; English is what the message ids say."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return support.NullTranslations()
    with path.open("rb") as file:
        messages = pofile.read_po(file, locale=language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, messages)
    compiled.seek(0)
    return support.Translations(compiled)


def install(app: flask.Flask) -> None:
    """Set up Flask-Babel, the language menu and the route that changes it."""
    babel = flask_babel.Babel(app, locale_selector=chosen, timezone_selector=lambda: str(work.place().office.zone))
    babel.domain_instance = Catalogues()
    app.register_blueprint(blueprint)
    app.jinja_env.globals["languages"] = NAMES


def chosen() -> str:
    """Give the language of the request: what the person chose, else the installation's."""
    locale = flask.session.get("locale")
    return locale if locale in config.LOCALES else work.place().settings.locale


@blueprint.post("/language")
def choose() -> Response:
    """Keep the language and go back to the page."""
    locale = flask.request.form.get("locale", "")
    if locale in config.LOCALES:
        flask.session["locale"] = locale
    return flask.redirect(back(), 303)


def message(error: errors.LajurError) -> str:
    """Give an engine error's message in the request's language."""
    return filled(type(error).template(), error.place)


def told(error: Mapping[str, Any]) -> str:
    """Give an error that was stored (:func:`engine.jobs.incidents.describe`) in the request's language."""
    return filled(error["template"], error["place"]) or str(error["message"])


def filled(template: str, place: Mapping[str, object]) -> str:
    """Translate a message id and fill its places; their words, and the sentences in them, are translated where known."""
    if not template:
        return ""
    return words.gettext(template).format_map(_Shown({name: _word(value) for name, value in place.items()}))


def _word(value: object) -> object:
    if isinstance(value, messages.Sentence):
        return filled(value.template, value.place)
    if isinstance(value, Mapping):
        return told(value)
    return words.gettext(value) if isinstance(value, str) and value else value


class _Shown(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
