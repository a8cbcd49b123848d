import flask
import flask_login
import pytest
from sqlalchemy import update

from engine.store import models
from tests import cast
from tests.webui.browsing import enter, somebody


def test_signing_in_opens_the_inbox(app):
    person = somebody(app)
    answer = person.sign_in("sitti")
    assert (answer.status_code, answer.location) == (303, "/")
    assert person.get("/").status_code == 200


def test_signing_in_goes_where_one_wanted(site):
    person = somebody(site)
    assert person.get("/instances?q=a").location == "/login?next=/instances?q%3Da"
    assert person.sign_in("sitti", next="/instances?q=a").location == "/instances?q=a"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leaves_the_site(site, target):
    assert somebody(site).sign_in("sitti", next=target).location == "/"
    page = somebody(site).get("/login", query_string={"next": target}).text
    assert '<input type="hidden" name="next" value="/">' in page
    assert 'href="https://evil' not in page


def test_a_wrong_name_and_a_wrong_password_look_alike(site):
    def refused(username, password):
        person = somebody(site)
        answer = person.sign_in(username, password)
        return answer.status_code, answer.text.replace(username, "").replace(person.token, "")

    assert refused("sitti", "wrong") == refused("nobod", "wrong")
    assert refused("sitti", "wrong")[0] == 422


@pytest.mark.parametrize(
    ("username", "password"), [("admin", "admin"), ("admin", "password"), ("system", ""), ("dewi", "dewi")]
)
def test_there_is_no_account_that_everybody_knows(site, username, password):
    assert somebody(site).sign_in(username, password).status_code == 422


def test_a_password_too_long_to_be_one_is_refused_at_once(site):
    assert somebody(site).sign_in("sitti", "x" * 100_000).status_code == 422


def test_the_session_is_a_new_one_after_signing_in(site):
    person = somebody(site)
    person.get("/login")
    before, token = _cookie(person), person.token
    person.sign_in("sitti")
    assert _cookie(person) != before
    person.get("/")
    person.token = token
    assert person.post("/logout").status_code == 400


def test_the_cookie_is_for_this_site_and_no_script(site):
    answer = somebody(site).sign_in("sitti")
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_signing_out_ends_the_session(site):
    person = enter(site, "sitti")
    assert person.post("/logout").location == "/login"
    assert person.get("/").location.startswith("/login")


def test_a_cookie_kept_from_before_signing_out_is_dead(site):
    person = enter(site, "sitti")
    kept = _cookie(person)
    person.post("/logout")
    person.client.set_cookie("lajur", kept)
    assert person.get("/").location.startswith("/login")


def test_signing_out_needs_a_form(site):
    assert enter(site, "sitti").get("/logout").status_code == 405


@pytest.mark.parametrize(("moves", "ends"), [([119], False), ([121], True), ([100] * 7, False), ([100] * 8, True)])
def test_a_session_ends_by_idleness_and_by_age(site, clock, moves, ends):
    person = enter(site, "sitti")
    for minutes in moves:
        clock.advance(minutes=minutes)
        answer = person.get("/")
    assert (answer.status_code == 303) == ends


def test_a_person_who_left_is_signed_out(site, clock):
    person = enter(site, "sitti")
    with site.extensions["lajur"].database.begin() as session:
        session.execute(update(models.users).where(models.users.c.username == "sitti").values(active=False))
    assert person.get("/").location.startswith("/login")


def test_a_phone_that_changes_its_address_stays_signed_in(site):
    person = enter(site, "sitti")
    moved = {"X-Forwarded-For": "10.1.2.3", "User-Agent": "another version"}
    answer = person.get("/", headers=moved, environ_overrides={"REMOTE_ADDR": "10.9.8.7"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_nobody_is_remembered_beyond_the_session(site):
    """Even a remember-cookie of the right key, which nothing here makes, opens nothing."""
    person = enter(site, "sitti")
    with person.client.session_transaction() as session, site.app_context():
        remembered = flask_login.encode_cookie(session["_user_id"])
    assert not person.client.get_cookie("remember_token")
    other = somebody(site)
    other.client.set_cookie("remember_token", remembered)
    assert other.get("/").location == "/login?next=/"
    assert other.get("/").location == "/login?next=/"


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x",
        "." * 50,
        "eyJ1c2VyIjoiMSJ9.AAAA.BBBB",
        "\x80\x04pickle",
        "a" * 3000,
        "eyJhbGciOiJub25lIn0.eyJ1c2VyIjoxfQ.",
    ],
)
def test_a_forged_cookie_is_nobody(site, cookie):
    client = site.test_client()
    client.set_cookie("lajur", cookie)
    assert client.get("/").location == "/login?next=/"


def test_a_cookie_of_another_key_is_nobody(site, settings):
    other = flask.Flask("other")
    other.secret_key = "another key" * 5
    with other.test_request_context():
        seen = int(cast.NOW.timestamp())
        flask.session.update(_user_id="0" * 31 + "1.0", since=seen, seen=seen)
        forged = other.session_interface.get_signing_serializer(other).dumps(dict(flask.session))
    client = site.test_client()
    client.set_cookie("lajur", forged)
    assert client.get("/").location == "/login?next=/"


def _cookie(person):
    return person.client.get_cookie("lajur").value


def test_what_was_typed_survives_the_end_of_the_session(site, clock):
    person = enter(site, "sitti")
    clock.advance(hours=13)
    answer = person.post("/tasks/0198f000-0000-7000-8000-000000000000", {"f.perihal": "Undangan <rapat>"})
    assert answer.status_code == 401
    assert "Undangan &lt;rapat&gt;" in answer.text
    assert cast.PASSWORD not in answer.text
