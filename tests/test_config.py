"""Settings come from the environment and the office from its file; what is wrong there is said with its place."""

import stat
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine import config, endpoints, errors
from engine.calendar.worktime import Calendar

OFFICE = """
name = "Dinas Komunikasi dan Informatika"
zone = "Asia/Makassar"

[groups.kadis]
name = "Kepala Dinas"
lanes = ["KADIS", "Kakan"]

[groups.umum]
name = "Bagian Umum"
"""


@pytest.fixture
def office_file(tmp_path):
    def write(text: str | bytes) -> Path:
        path = tmp_path / "office.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_settings_need_no_environment():
    settings = config.Settings.from_environment({})
    assert settings == config.Settings()
    assert settings.database == "sqlite:///var/lajur.db"
    assert settings.bpmn.name == "bpmn"


def test_settings_are_read_with_their_types():
    settings = config.Settings.from_environment(
        {
            "LAJUR_DATABASE": "postgresql+psycopg://localhost/kantor",
            "LAJUR_SECRET_KEY": "rahasia",
            "LAJUR_BPMN": "/srv/bpmn",
            "LAJUR_COOKIE_SECURE": "Yes",
            "LAJUR_SESSION_HOURS": "8",
            "LAJUR_LOCALE": "en",
            "LAJUR_FORMS": "  ",
            "OTHER": "x",
        }
    )
    assert settings.database == "postgresql+psycopg://localhost/kantor"
    assert settings.bpmn == Path("/srv/bpmn")
    assert settings.cookie_secure is True
    assert settings.session_hours == 8
    assert settings.locale == "en"
    assert settings.forms == config.Settings().forms


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LAJUR_COOKIE_SECURE", "perhaps"),
        ("LAJUR_SESSION_HOURS", "eight"),
        ("LAJUR_SESSION_HOURS", "0"),
        ("LAJUR_MAX_REQUEST_BYTES", "-1"),
        ("LAJUR_LOCALE", "fr"),
        ("LAJUR_CONNECTOR_SECONDS", "0"),
        ("LAJUR_CONNECTOR_SECONDS", "half"),
        ("LAJUR_SMTP", "mail.go.id"),
        ("LAJUR_HTTP_HOSTS", "https://api.go.id"),
        ("LAJUR_WORKER", "perhaps"),
        ("LAJUR_METRICS_TOKEN", "short"),
    ],
)
def test_a_bad_setting_is_named(name, text):
    with pytest.raises(errors.ConfigurationError) as caught:
        config.Settings.from_environment({name: text})
    assert name in str(caught.value)


def test_secrets_are_not_shown():
    settings = config.Settings(secret_key="rahasia", metrics_token="rahasia sekali ini")
    assert "rahasia" not in repr(settings)


@pytest.mark.parametrize(
    ("database", "text", "here"),
    [
        ("sqlite:///var/lajur.db", "", True),
        ("sqlite:///var/lajur.db", "auto", True),
        ("sqlite:///var/lajur.db", "0", False),
        ("postgresql://localhost/kantor", "", False),
        ("postgresql+psycopg://localhost/kantor", "Auto", False),
        ("postgresql://localhost/kantor", "1", True),
    ],
)
def test_a_server_works_itself_where_nobody_else_does(database, text, here):
    settings = config.Settings.from_environment({"LAJUR_DATABASE": database, "LAJUR_WORKER": text})
    assert settings.has_worker is here


def test_whom_connectors_reach_is_read_from_the_environment():
    settings = config.Settings.from_environment(
        {
            "LAJUR_SMTP": "smtps://lajur:rahasia@mail.go.id",
            "LAJUR_MAIL_FROM": "lajur@boalemo.go.id",
            "LAJUR_HTTP_HOSTS": "api.go.id",
            "LAJUR_CONNECTOR_SECONDS": "5",
        }
    )
    assert settings.mail_server.host == "mail.go.id"
    assert settings.allowed_hosts == (endpoints.AllowedHost("api.go.id"),)
    assert settings.connector_seconds == 5


def test_unless_it_is_set_connectors_reach_nobody():
    assert config.Settings().mail_server is None
    assert config.Settings().allowed_hosts == ()


def test_the_mail_server_s_password_is_not_shown():
    settings = config.Settings(smtp="smtps://lajur:rahasia@mail.go.id", mail_from="lajur@boalemo.go.id")
    assert "rahasia" not in repr(settings) + repr(settings.mail_server)


def test_a_secret_key_is_made_once_and_kept(tmp_path):
    settings = config.Settings(var=tmp_path / "var")
    first = config.secret_key(settings)
    assert len(first) == 64
    assert config.secret_key(settings) == first
    assert [path.name for path in settings.var.iterdir()] == ["secret-key"]
    if sys.platform != "win32":
        assert stat.S_IMODE((settings.var / "secret-key").stat().st_mode) == 0o600


def test_a_given_secret_key_is_used(tmp_path):
    assert config.secret_key(config.Settings(secret_key="rahasia", var=tmp_path)) == "rahasia"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "var").write_text("a file is in the way")
    with pytest.raises(errors.ConfigurationError, match="LAJUR_VAR"):
        config.secret_key(config.Settings(var=tmp_path / "var"))


def test_an_office_is_read(office_file):
    office = config.read_office(office_file(OFFICE))
    assert office.name == "Dinas Komunikasi dan Informatika"
    assert office.zone == ZoneInfo("Asia/Makassar")
    assert [group.key for group in office.groups] == ["kadis", "umum"]
    assert office.group("kadis") == config.Group("kadis", "Kepala Dinas", ("KADIS", "Kakan"))
    assert office.group("nobody") is None


def test_an_office_works_in_the_usual_hours_of_its_zone_unless_it_says_so(office_file):
    assert config.read_office(office_file(OFFICE)).calendar == Calendar(ZoneInfo("Asia/Makassar"))
    hours = '[hours]\nmonday = ["08:00-12:00"]\n[holidays]\noff = [2026-10-12]\n'
    calendar = config.read_office(office_file(OFFICE + hours)).calendar
    assert calendar.hours(date(2026, 10, 5)) == ((480, 720),)
    assert calendar.hours(date(2026, 10, 12)) == calendar.hours(date(2026, 10, 6)) == ()


@pytest.mark.parametrize("lane", ["KADIS", "kadis", "Kepala Dinas", "kepala\n  dinas ", "KAKAN"])
def test_a_lane_means_its_group_however_it_is_written(office_file, lane):
    assert config.read_office(office_file(OFFICE)).group_of(lane) == "kadis"


def test_a_strange_lane_means_no_group(office_file):
    assert config.read_office(office_file(OFFICE)).group_of("Kepala") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name = ", "office.toml"),
        (b"name = '\xff'", "office.toml"),
        ("zone = 'Asia/Makassar'", "name"),
        ("name = 'x'", "zone"),
        ("name = 'x'\nzone = 8", "zone"),
        ("name = 'x'\nzone = 'Asia/Nowhere'", "Asia/Nowhere"),
        ("name = 'x'\nzone = '../../etc/passwd'", "zone"),
        ("name = 'x'\nzone = 'UTC'\ngroups = 3", "groups"),
        ("name = 'x'\nzone = 'UTC'\n[hours]\nmonday = ['8-12']", "office.toml: hours.monday"),
        ("name = 'x'\nzone = 'UTC'\n[holidays]\noff = ['today']", "office.toml: holidays.off"),
        ("name = 'x'\nzone = 'UTC'\n[holidays]\noff = [2026-02-30]", "office.toml"),
        ("name = 'x'\nzone = 'UTC'\n[groups]\nkadis = 3", "groups.kadis"),
        ("name = 'x'\nzone = 'UTC'\n[groups.kadis]\nlanes = []", "groups.kadis.name"),
        ("name = 'x'\nzone = 'UTC'\n[groups.kadis]\nname = 'K'\nlanes = 'K'", "groups.kadis.lanes"),
        ("name = 'x'\nzone = 'UTC'\n[groups.kadis]\nname = 'K'\nlanes = ['  ']", "groups.kadis.lanes"),
        ("name = 'x'\nzone = 'UTC'\n[groups.a]\nname = 'K'\n[groups.b]\nname = 'k'", "two groups"),
    ],
)
def test_what_is_wrong_with_an_office_is_said(office_file, text, place):
    with pytest.raises(errors.ConfigurationError) as caught:
        config.read_office(office_file(text))
    assert place in str(caught.value)


def test_a_missing_office_is_said(tmp_path):
    with pytest.raises(errors.ConfigurationError, match=r"office\.toml"):
        config.read_office(tmp_path / "office.toml")


def test_the_folders_of_this_copy_are_found():
    assert config.shipped("migrations").parent == Path(config.__file__).parent.parent
