"""People who use the web application as a browser does."""

import re
from dataclasses import dataclass

import flask.testing

from tests import cast

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass
class Person:
    """Somebody with a browser: keeps cookies, and sends the token of the last page with each form."""

    client: flask.testing.FlaskClient
    token: str = ""

    def get(self, path, **options):
        return self._read(self.client.get(path, **options))

    def post(self, path, data=None, **options):
        return self._read(self.client.post(path, data={"csrf_token": self.token, **(data or {})}, **options))

    def _read(self, answer):
        if found := _TOKEN.search(answer.get_data(as_text=True)) if answer.mimetype == "text/html" else None:
            self.token = found[1]
        return answer

    def sign_in(self, username, password=cast.PASSWORD, **fields):
        self.get("/login")
        return self.post("/login", {"username": username, "password": password, **fields})


def somebody(app):
    """Give a person who has not signed in."""
    return Person(app.test_client())


def enter(app, username):
    """Give a person who has signed in."""
    person = somebody(app)
    assert person.sign_in(username).status_code == 303
    person.get("/")
    return person
