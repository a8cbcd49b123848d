"""Whom connectors may reach is read strictly: what could be understood in two ways is no host and no mail server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import endpoints, errors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" , ", []),
        ("api.go.id", [("api.go.id", None)]),
        ("API.go.id., 10.1.2.3:8080", [("api.go.id", None), ("10.1.2.3", 8080)]),
        (".boalemo.go.id", [(".boalemo.go.id", None)]),
        (".boalemo.go.id:8443", [(".boalemo.go.id", 8443)]),
        ("[fd00:0::1]:81,[::1],fd00::2", [("fd00::1", 81), ("::1", None), ("fd00::2", None)]),
        ("xn--bcher-kva.example", [("xn--bcher-kva.example", None)]),
    ],
)
def test_allowed_hosts_are_read(text, expected):
    assert [(host.name, host.port) for host in endpoints.allowed_hosts(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "*.go.id",
        "https://api.go.id",
        "api.go.id/path",
        "api.go.id:0",
        "api.go.id:65536",
        "api.go.id:http",
        "api.go.id:",
        "user@api.go.id",
        "api..go.id",
        "api go id",
        "bücher.example",
        "ａpi.go.id",
        ".",
        "..go.id",
        "[::1",
        "[::1]:x",
        "fe80::1%eth0",
        "1:2:3",
        "a" * 64,
        "a." * 130 + "id",
    ],
)
def test_what_is_no_host_is_not_allowed(text):
    with pytest.raises(errors.ConfigurationError, match="LAJUR_HTTP_HOSTS"):
        endpoints.allowed_hosts(f"api.go.id,{text}")


@given(st.text(max_size=80))
def test_a_host_has_one_form(text):
    try:
        host = endpoints.hostname(text)
    except ValueError:
        return
    assert host.isascii()
    assert endpoints.hostname(host) == endpoints.hostname(host.upper()) == host


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smtp://mail.go.id", ("mail.go.id", 25, "none", "", "")),
        ("smtp://mail.go.id?starttls", ("mail.go.id", 587, "starttls", "", "")),
        ("smtps://mail.go.id/", ("mail.go.id", 465, "tls", "", "")),
        ("smtp://MAIL.go.id:2525", ("mail.go.id", 2525, "none", "", "")),
        ("smtps://lajur%40go.id:ra%3Ahasia@mail.go.id", ("mail.go.id", 465, "tls", "lajur@go.id", "ra:hasia")),
        ("smtp://lajur:x@[::1]:26", ("::1", 26, "none", "lajur", "x")),
        ("smtp://lajur:x@10.1.2.3?starttls", ("10.1.2.3", 587, "starttls", "lajur", "x")),
    ],
)
def test_a_mail_server_is_read(text, expected):
    server = endpoints.mail_server(text, "lajur@boalemo.go.id")
    assert (server.host, server.port, server.security, server.username, server.password) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lajur@Boalemo.go.id", ""),
        ("Diskominfo Boalemo <lajur@boalemo.go.id>", "Diskominfo Boalemo"),
        ('"Diskominfo, Boalemo" <lajur@boalemo.go.id>', "Diskominfo, Boalemo"),
    ],
)
def test_a_sender_is_read(text, name):
    server = endpoints.mail_server("smtp://localhost", text)
    assert (server.sender_name, server.sender) == (name, "lajur@boalemo.go.id")


@pytest.mark.parametrize(
    "text",
    [
        "mail.go.id",
        "mail.go.id:25",
        "http://lajur:rahasia@mail.go.id",
        "smtp://",
        "smtp://lajur:rahasia@",
        "smtp://mail.go.id:x",
        "smtp://mail.go.id:0",
        "smtp://mail.go.id:70000",
        "smtp://lajur:rahasia@mail.go.id/inbox?starttls",
        "smtp://lajur:rahasia@mail.go.id?tls",
        "smtps://lajur:rahasia@mail.go.id?starttls",
        "smtp://lajur:rahasia@mail.go.id",
        "smtps://lajur:rahasia%C3%A9@mail.go.id",
        "smtps://lajur:rahasia@[::1",
    ],
)
def test_a_mail_server_that_cannot_be_read_is_told_without_its_password(text):
    with pytest.raises(errors.ConfigurationError, match="LAJUR_SMTP") as caught:
        endpoints.mail_server(text, "lajur@boalemo.go.id")
    assert "rahasia" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "Diskominfo", "lajur@", "a@b.id, c@d.id", "Diskominfo <lajur>", "<a@b.id> c@d.id", "x\n@boalemo.go.id"]
)
def test_mail_needs_a_sender(text):
    with pytest.raises(errors.ConfigurationError, match="LAJUR_MAIL_FROM"):
        endpoints.mail_server("smtp://localhost", text)
