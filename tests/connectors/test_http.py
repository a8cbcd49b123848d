"""A request goes to an allowed host and nowhere else, once for each job, and a bad host stops nobody for long."""

import json
import logging
from datetime import UTC, date, datetime, time, timedelta

import pytest

from engine import config, errors
from engine.connectors import http
from tests.connectors import servers


@pytest.fixture
def ask(key):
    """Call the connector."""

    def call(settings: config.Settings, url: str, **given: object):
        return http.call({"url": url, **given}, key=key, settings=settings)

    return call


def test_an_answer_becomes_values(web, allowing, ask):
    url = web.answer("/surat/12", body={"nomor": "000.8/12", "lampiran": [1, 2.5, None, True]}, ETag='"7"', X_Other="x")
    answer = ask(allowing(web.port), url)
    assert answer["status"] == 200
    assert answer["body"] == {"nomor": "000.8/12", "lampiran": [1, 2.5, None, True]}
    assert answer["headers"]["etag"] == '"7"'
    assert answer["headers"]["content-type"] == "application/json"
    assert "x-other" not in answer["headers"]
    assert set(answer) == set(http.outputs)
    assert web.asked[0].method == "GET"
    assert web.asked[0].headers["host"] == f"127.0.0.1:{web.port}"


def test_a_body_is_sent_as_json(web, allowing, ask):
    url = web.answer("/surat", 201, Location="/surat/13")
    body = {
        "nomor": 12,
        "tanggal": date(2026, 3, 2),
        "diterima": datetime(2026, 3, 2, 0, 30, tzinfo=UTC),
        "jam": time(8, 30),
        "waktu": timedelta(hours=2),
    }
    answer = ask(allowing(web.port), url, body=body)
    assert answer == {"status": 201, "headers": answer["headers"], "body": None}
    assert answer["headers"]["location"] == "/surat/13"
    (asked,) = web.asked
    assert asked.method == "POST"
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body) == {
        "nomor": 12,
        "tanggal": "2026-03-02",
        "diterima": "2026-03-02T00:30:00+00:00",
        "jam": "08:30:00",
        "waktu": "PT7200S",
    }


def test_a_text_is_sent_as_it_is(web, allowing, ask):
    url = web.answer("/surat")
    settings = allowing(web.port)
    ask(settings, url, method="put", body="Yth. Ibu “Sri”")
    ask(settings, url, body="<surat/>", headers={"Content-Type": "application/xml"})
    assert [asked.method for asked in web.asked] == ["PUT", "POST"]
    assert web.asked[0].body.decode() == "Yth. Ibu “Sri”"
    assert [asked.headers["content-type"] for asked in web.asked] == ["text/plain; charset=utf-8", "application/xml"]


def test_a_query_is_added_to_the_url(web, allowing, ask):
    url = web.answer("/cari")
    query = {"hal": "undangan & rapat", "tahun": 2026.0, "segera": True, "unit": ["umum", "it"], "sejak": date(2026, 3, 2), "x": None}  # fmt: skip
    ask(allowing(web.port), f"{url}?awal=1#bagian", query=query)
    assert web.asked[0].target == (
        "/cari?awal=1&hal=undangan+%26+rapat&tahun=2026&segera=true&unit=umum&unit=it&sejak=2026-03-02"
    )


def test_every_try_of_a_job_bears_one_key(web, allowing, key):
    url = web.answer("/surat")
    for job in (key, key, "another"):
        http.call({"url": url, "body": 1}, key=job, settings=allowing(web.port))
    assert [asked.headers["idempotency-key"] for asked in web.asked] == [key, key, "another"]


def test_who_calls_is_said_to_the_host_and_to_nobody_else(web, allowing, ask, caplog):
    caplog.set_level(logging.DEBUG)
    url = web.answer("/surat", 403)
    with pytest.raises(errors.HostRefuses) as caught:
        ask(allowing(web.port), f"{url}?token=rahasia1", headers={"Authorization": "Bearer rahasia2"}, body="rahasia3")
    assert web.asked[0].headers["authorization"] == "Bearer rahasia2"
    assert "rahasia" not in str(caught.value) + caplog.text


def test_no_proxy_of_the_environment_is_used(web, allowing, ask, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert ask(allowing(web.port), web.answer("/surat"))["status"] == 200


def test_a_certificate_is_asked_for(secure_web, allowing, ask, monkeypatch, request):
    secure_web.answer("/surat", body=7)
    settings = allowing(f"localhost:{secure_web.port}")
    url = f"https://localhost:{secure_web.port}/surat"
    with pytest.raises(errors.ConnectorFailed, match="certificate"):
        ask(settings, url)
    assert secure_web.asked == []
    request.getfixturevalue("trusted")
    assert ask(settings, url)["body"] == 7
    assert secure_web.asked[0].headers["host"] == f"localhost:{secure_web.port}"


# What an answer means ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_busy_host_is_asked_again(web, allowing, ask, status):
    with pytest.raises(errors.HostBusy, match=str(status)) as caught:
        ask(allowing(web.port), web.answer("/surat", status))
    assert not isinstance(caught.value, errors.ConnectorRefused)


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 409, 422, 451, 499])
def test_a_refusal_is_not_asked_again(web, allowing, ask, status):
    with pytest.raises(errors.HostRefuses, match=str(status)):
        ask(allowing(web.port), web.answer("/surat", status))


@pytest.mark.parametrize("status", [404, 409, 503, 302])
def test_a_status_that_the_diagram_provides_for_is_an_error_of_the_process(web, allowing, ask, status):
    with pytest.raises(errors.ConnectorSaid) as caught:
        ask(allowing(web.port), web.answer("/surat", status), errors={str(status): "tidak-ada", "418": "teko"})
    assert caught.value.place["code"] == "tidak-ada"
    assert str(status) in caught.value.place["message"]
    assert not isinstance(caught.value, errors.ConnectorFailed)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("http://evil.example/x", "evil.example"),
        ("//evil.example/x", "evil.example"),
        ("/lain", "127.0.0.1"),
        ("http://[/", "127.0.0.1"),
    ],
)
def test_a_redirect_is_named_and_not_followed(web, allowing, ask, location, target):
    with pytest.raises(errors.HostMoved) as caught:
        ask(allowing(web.port), web.answer("/surat", 302, Location=location))
    assert caught.value.place["target"] == target
    assert isinstance(caught.value, errors.ConnectorRefused)
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("kind", "body", "value"),
    [
        ("application/json", b' {"a": 1}', {"a": 1}),
        ("application/problem+json; charset=utf-8", b"[]", []),
        ("APPLICATION/JSON", b"\xef\xbb\xbf7", 7),
        ("application/json", b"", None),
        ("application/json", b"1e30", 1e30),
        ("text/html", b'{"a": 1}', '{"a": 1}'),
        ("text/plain", "Yth. “Sri”".encode(), "Yth. “Sri”"),
        ("text/plain; charset=ISO-8859-1", b"caf\xe9", "café"),
        ("text/plain; charset=unicode_escape", b"\\u0041", "\\u0041"),
        ("text/plain; charset=zlib_codec", b"\xff", "�"),
        ("", b"teks", "teks"),
        ("application/pdf", b"%PDF-1.7 \xff", None),
        ("image/png", b"\x89PNG", None),
    ],
)
def test_the_content_type_decides_what_a_body_is(web, allowing, ask, kind, body, value):
    url = web.answer("/surat", 200, body, **({"Content_Type": kind} if kind else {}))
    assert ask(allowing(web.port), url)["body"] == value


@pytest.mark.parametrize("body", [b"<html>", b"{", b'"\\ud800"', b"NaN", b"1e999", b"\xff", b"[" * 100_000])
def test_what_says_it_is_json_and_is_none_is_asked_again(web, allowing, ask, body):
    with pytest.raises(errors.ConnectorFailed, match="JSON") as caught:
        ask(allowing(web.port), web.answer("/surat", 200, body, Content_Type="application/json"))
    assert not isinstance(caught.value, errors.ConnectorRefused)


def test_deep_json_is_refused(web, allowing, ask):
    settings = allowing(web.port)
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        fine = opening * 50 + b"1" + closing * 50
        assert ask(settings, web.answer("/surat", 200, fine, Content_Type="application/json"))["status"] == 200
        deep = opening * 51 + b"1" + closing * 51
        with pytest.raises(errors.AnswerUnusable, match="deep"):
            ask(settings, web.answer("/surat", 200, deep, Content_Type="application/json"))


def test_an_answer_may_be_packed(web, allowing, ask):
    url = web.answer("/surat", 200, b"teks " * 1000, Content_Type="text/plain", Content_Encoding="gzip")
    assert ask(allowing(web.port), url)["body"] == "teks " * 1000


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_an_answer_may_have_a_million_bytes_and_no_more(web, allowing, ask, packing):
    named = {"Content_Type": "text/plain"} | ({"Content_Encoding": packing} if packing else {})
    settings = allowing(web.port)
    assert len(ask(settings, web.answer("/surat", 200, b"x" * 1_000_000, **named))["body"]) == 1_000_000
    with pytest.raises(errors.AnswerUnusable, match="larger"):
        ask(settings, web.answer("/surat", 200, b"x" * 1_000_001, **named))


def test_a_bomb_is_not_unpacked_to_its_end(web, allowing, ask, in_time):
    url = web.answer("/surat", 200, b"\0" * 200_000_000, Content_Encoding="gzip")
    with in_time(), pytest.raises(errors.AnswerUnusable, match="larger"):
        ask(allowing(web.port, seconds=1), url)


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd", "x-own"])
def test_an_answer_packed_otherwise_is_refused(web, allowing, ask, packing):
    with pytest.raises(errors.AnswerUnusable, match="packed"):
        ask(allowing(web.port), web.answer("/surat", 200, b"x", Content_Encoding=packing))


# Which hosts ---------------------------------------------------------------------------------------------------------


def test_no_host_may_be_called_unless_it_is_listed(web, ask):
    with pytest.raises(errors.HostNotAllowed, match="LAJUR_HTTP_HOSTS"):
        ask(config.Settings(), web.answer("/surat"))
    assert web.asked == []


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        ("127.0.0.1:{port}", "http://127.0.0.1:{port}/x"),
        ("localhost:{port}", "http://localhost:{port}/x"),
        ("LocalHost.:{port}", "HTTP://LOCALHOST:{port}/x"),
        ("localhost:{port}", "http://localhost.:{port}/x"),
        ("a.go.id, localhost:{port} ,", "http://localhost:{port}/x"),
    ],
)
def test_an_allowed_host_may_be_written_in_other_ways(web, ask, hosts, url):
    web.answer("/x")
    settings = config.Settings(http_hosts=hosts.format(port=web.port), connector_seconds=5)
    assert ask(settings, url.format(port=web.port))["status"] == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://allowed.evil/",
        "http://evil.allowed/",
        "http://notallowed/",
        "http://allowed:8081/",
        "http://allowed/",
        "https://allowed:81/",
        "http://allowed.sub.go.id.evil/",
        "http://sub.go.id:8080/",
        "http://xsub.go.id:8080/",
        "http://127.0.0.2/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::2]:8080/",
        "http://[::ffff:127.0.0.1]/",
        "http://allowed:0/",
        "http://evil/#@allowed:8080/",
        "http://evil/?@allowed:8080/",
        "http://evil:80/@allowed:8080",
    ],
)
def test_no_other_host_is_called(ask, url):
    settings = config.Settings(http_hosts="allowed:8080, .sub.go.id:8080, 127.0.0.1, [::1]:8080")
    with pytest.raises(errors.HostNotAllowed):
        ask(settings, url)


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        ("api.go.id", "https://api.go.id/"),
        ("api.go.id", "http://api.go.id/"),
        ("api.go.id:443", "https://api.go.id/"),
        ("api.go.id", "https://api.go.id:443/"),
        (".go.id", "https://a.b.go.id/"),
        ("[::1]:8080", "http://[0:0:0::1]:8080/"),
        ("::1", "http://[::1]/"),
        ("fd00::1", "https://[FD00::0:1]/"),
    ],
)
def test_names_and_ports_are_compared_as_what_they_mean(ask, monkeypatch, hosts, url):
    # Nothing but this machine can be reached in the tests; that it was tried is what counts.
    def unreachable(*_args, **_options):
        raise OSError("nothing is reached from here")

    monkeypatch.setattr("socket.getaddrinfo", unreachable)
    with pytest.raises(errors.ConnectorFailed, match="nothing is reached"):
        ask(config.Settings(http_hosts=hosts), url)


@pytest.mark.parametrize(
    "url",
    [
        "http://allowed@evil/",
        "http://allowed:8080@evil/",
        "http://evil@allowed/",
        "http://allowed\\@evil/",
        "http://evil\\.allowed/",
        "http://allowed%00.evil/",
        "http://%61llowed/",
        "http://ａllowed/",
        "http://allowed。evil/",
        "http://alloẃed/",
        "http://al lowed/",
        "http://allowed\r\n/",
        "http://allowed\t/",
        "http:///allowed",
        "http:allowed",
        "//allowed/",
        "allowed",
        "",
        " http://allowed/",
        "ftp://allowed/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://allowed:99999/",
        "http://allowed:x/",
        "http://[::1/",
        "http://[::1%25lo]/",
        "http://allowed:80:80/",
        "http://-allowed/",
        "http://allowed..evil/",
        "http://" + "a" * 64 + "/",
        "http://allowed/" + "x" * 2000,
        17,
        None,
    ],
)
def test_a_url_with_more_than_one_reading_has_none(ask, url):
    with pytest.raises(errors.ConnectorInputInvalid, match="url"):
        ask(config.Settings(http_hosts="allowed, evil, [::1]"), url)


# Inputs --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("method", "TRACE"),
        ("method", "GET / HTTP/1.1\r\nX: y"),
        ("method", 7),
        ("query", "a=b"),
        ("query", {"a": {"b": 1}}),
        ("query", {"a": "x" * 10_000}),
        ("query", {"a": 10**5000}),
        ("query", {str(number): 1 for number in range(51)}),
        ("headers", []),
        ("headers", {"X Y": "z"}),
        ("headers", {"X:": "z"}),
        ("headers", {"": "z"}),
        ("headers", {"X\r\nY": "z"}),
        ("headers", {"X": "z\r\nHost: evil"}),
        ("headers", {"X": "z\x00"}),
        ("headers", {"X": "é"}),
        ("headers", {"X": "y" * 4001}),
        ("headers", {"X": ["y"]}),
        ("headers", {"Host": "evil"}),
        ("headers", {"transfer-encoding": "chunked"}),
        ("headers", {"Content-Length": 0}),
        ("headers", {"Idempotency-Key": "mine"}),
        ("headers", {"X": "1", "x": "2"}),
        ("body", "x" * 1_000_001),
        ("body", {"a": object()}),
        ("body", [float("nan"), 10**30]),
        ("errors", {"200": "fine"}),
        ("errors", {"4xx": "bad"}),
        ("errors", {"404": 7}),
        ("errors", {"404": " "}),
        ("errors", "404"),
    ],
)
def test_an_input_that_is_not_valid_is_not_sent(web, allowing, ask, name, value):
    with pytest.raises(errors.ConnectorInputInvalid, match=name):
        ask(allowing(web.port), web.answer("/surat"), **{name: value})
    assert web.asked == []


def test_a_get_has_no_body(web, allowing, ask):
    with pytest.raises(errors.ConnectorInputInvalid, match="GET"):
        ask(allowing(web.port), web.answer("/surat"), method="GET", body="x")


def test_half_a_character_is_sent_as_a_question_mark(web, allowing, ask):
    ask(allowing(web.port), web.answer("/surat"), body="a\ud800", query={"q": "\ud800"})
    assert web.asked[0].body == b"a?"
    assert web.asked[0].target == "/surat?q=%3F"


# Bad servers ---------------------------------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.mark.parametrize(
    "behave",
    [
        servers.silent,
        servers.dripping(b""),
        servers.dripping(b"HTTP/1.1 200 "),
        servers.dripping(HEAD + b"X-Endless: "),
        servers.dripping(HEAD + b"Content-Length: 1000\r\n\r\n"),
        servers.dripping(HEAD + b"\r\n"),
        servers.dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n"),
        servers.endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    ],
    ids=["silent", "slow", "slow status", "slow header", "slow body", "slow open end", "slow chunk", "only continues"],
)
def test_a_slow_host_is_left_in_time(peer, allowing, ask, in_time, behave):
    server = peer(behave)
    with in_time(), pytest.raises(errors.ConnectorFailed) as caught:
        ask(allowing(server.port, seconds=1), f"http://127.0.0.1:{server.port}/")
    assert not isinstance(caught.value, errors.ConnectorRefused)


@pytest.mark.parametrize(
    "behave", [servers.silent, servers.dripping(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")], ids=["silent", "slow"]
)
def test_a_slow_handshake_is_left_in_time(peer, allowing, ask, in_time, behave):
    server = peer(behave)
    with in_time(), pytest.raises(errors.ConnectorSlow, match="within 1 seconds"):
        ask(allowing(server.port, seconds=1), f"https://127.0.0.1:{server.port}/")


def test_a_host_that_does_not_read_is_left_in_time(peer, allowing, ask, in_time):
    server = peer(servers.silent)
    with in_time(), pytest.raises(errors.ConnectorSlow):
        ask(allowing(server.port, seconds=1), f"http://127.0.0.1:{server.port}/", body="x" * 1_000_000)


@pytest.mark.parametrize(
    "behave",
    [
        servers.saying(b""),
        servers.saying(HEAD + b"Content-Length: 1000\r\n\r\nshort"),
        servers.saying(HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nshort"),
        servers.saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nno chunk"),
        servers.saying(HEAD + b"Content-Encoding: gzip\r\n\r\nnothing packed"),
        servers.saying(b"220 mail.boalemo.go.id\r\n"),
        servers.saying(bytes(range(256)) * 1000),
        servers.saying(b"HTTP/1.1 999999 What\r\n\r\n"),
        servers.endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 100),
        servers.endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x" * 1000),
        servers.endless(b"", b"x" * 1000),
    ],
    ids=[
        "hangs up",
        "hangs up in its body",
        "two lengths",
        "no chunks",
        "not packed",
        "is a mail server",
        "garbage",
        "no status",
        "endless headers",
        "endless header",
        "endless line",
    ],
)
def test_a_host_that_speaks_nonsense_is_left_for_another_try(peer, allowing, ask, in_time, behave):
    server = peer(behave)
    with in_time(), pytest.raises(errors.ConnectorFailed) as caught:
        ask(allowing(server.port, seconds=1), f"http://127.0.0.1:{server.port}/?token=rahasia")
    assert not isinstance(caught.value, errors.ConnectorRefused)
    assert len(str(caught.value)) < 400
    assert "rahasia" not in str(caught.value)


@pytest.mark.parametrize("start", [HEAD + b"\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n"])
def test_an_endless_answer_is_refused(peer, allowing, ask, in_time, start):
    server = peer(servers.endless(start, b"x" * 10_000))
    with in_time(), pytest.raises(errors.AnswerUnusable, match="larger"):
        ask(allowing(server.port, seconds=2), f"http://127.0.0.1:{server.port}/")


def test_broken_headers_are_not_logged_with_the_url(peer, allowing, ask, caplog):
    server = peer(servers.saying(HEAD + b"no header\r\nContent-Length: 1\r\n\r\nx"))
    ask(allowing(server.port), f"http://127.0.0.1:{server.port}/?token=rahasia")
    assert "rahasia" not in caplog.text


def test_a_host_that_is_down_is_told(allowing, ask):
    with pytest.raises(errors.ConnectorFailed, match="refused"):
        ask(allowing(1), "http://127.0.0.1:1/")


def test_a_host_that_does_not_exist_is_told(ask):
    with pytest.raises(errors.ConnectorFailed, match=r"tidak-ada\.invalid"):
        ask(config.Settings(http_hosts=".invalid"), "http://tidak-ada.invalid/")
