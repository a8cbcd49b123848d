import pytest

from engine import errors
from tests.webui.browsing import enter, somebody
from webui import i18n


def test_bahasa_indonesia_is_what_one_sees_first(site):
    page = somebody(site).get("/login", headers={"Accept-Language": "en"}).text
    assert '<html lang="id">' in page
    assert "Kata sandi" in page


def test_english_by_choice_stays_through_sign_in_and_out(site):
    person = somebody(site)
    person.get("/login?next=/start")
    answer = person.post("/language", {"locale": "en", "next": "/login?next=/start"})
    assert (answer.status_code, answer.location) == (303, "/login?next=/start")
    assert '<html lang="en">' in person.get("/login").text
    person.sign_in("sitti")
    assert "My tasks" in person.get("/").text
    person.post("/logout")
    assert "Password" in person.get("/login").text
    person.post("/language", {"locale": "id", "next": "/login"})
    assert "Kata sandi" in person.get("/login").text


@pytest.mark.parametrize("locale", ["", "fr", "../../etc", "id_ID.utf8", "x" * 5000])
def test_a_language_that_is_none_changes_nothing(site, locale):
    person = enter(site, "sitti")
    person.post("/language", {"locale": locale, "next": "https://evil.example/"})
    assert '<html lang="id">' in person.get("/").text


def test_going_back_never_leaves_the_site(site):
    person = enter(site, "sitti")
    assert person.post("/language", {"locale": "en", "next": "//evil.example"}).location == "/"
    headers = {"Referer": "https://evil.example/", "HX-Current-URL": "https://evil.example/"}
    assert person.post("/language", {"locale": "en"}, headers=headers).location == "/"


def test_the_engines_errors_speak_both_languages(site):
    with site.test_request_context("/"):
        assert i18n.message(errors.TaskTaken(assignee="Sitti")) == "Tugas ini sudah diambil oleh Sitti."
        assert i18n.message(errors.TaskTaken()) == "Tugas ini sudah diambil oleh ?."
        assert "{x}" in i18n.message(errors.TaskTaken(assignee="{x} %(y)s"))


def test_a_catalogue_that_is_not_there_says_what_the_program_says():
    assert i18n.catalogue("xx").gettext("Tasks") == "Tasks"
