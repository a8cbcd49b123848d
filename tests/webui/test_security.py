import sqlite3
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.webui.browsing import enter, somebody
from webui import app as app_
from webui import security

FORM = "application/x-www-form-urlencoded"


def routes(app):
    """Give every rule with an address that fits it."""
    for rule in app.url_map.iter_rules():
        parts = dict.fromkeys(rule.arguments, "x")
        parts |= {name: uuid4() for name, kind in rule._converters.items() if type(kind).__name__ == "UUIDConverter"}
        with app.test_request_context():
            yield rule, app.url_map.bind("localhost").build(rule.endpoint, parts, force_external=False)


# Sign-in by default --------------------------------------------------------------------------------------------------


def test_every_address_but_a_few_asks_for_sign_in(site):
    open_ = set()
    for rule, path in routes(site):
        method = "GET" if "GET" in rule.methods else "POST"
        answer = site.test_client().open(path, method=method)
        if rule.endpoint in security.BEARER:
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Lajur"')
        elif answer.status_code in {303, 401}:
            assert method == "POST" or answer.location.startswith("/login?next=")
        else:
            open_.add(rule.endpoint)
    assert open_ == security.PUBLIC


def test_an_unknown_address_asks_for_sign_in_too(site):
    assert somebody(site).get("/nowhere").location == "/login?next=/nowhere"


@pytest.mark.parametrize(
    "path",
    [
        "/modeler/;i18ntranslation",
        "/modeler/..;/",
        "/modeler/.",
        "/MODELER/",
        "/modeler%2f",
        "/%6dodeler/",
        "/inbox/../modeler/",
        "/modeler/?x=/static/",
        "/static/../modeler/",
        "/static/%2e%2e/modeler/",
        "/modeler/%00",
    ],
)
def test_no_trick_with_the_path_gets_round_a_denial(site, path):
    assert somebody(site).get(path).status_code in {303, 308, 400, 404}
    answer = enter(site, "sitti").get(path, follow_redirects=True)
    assert answer.status_code in {400, 403, 404}


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "post", "WIBBLE"])
def test_other_methods_show_nothing(site, method):
    sitti = enter(site, "sitti")
    for rule, path in routes(site):
        answer = sitti.client.open(path, method=method)
        # A sign-in is none where a token is asked for, which is what "post" in small letters comes to.
        refused = {400, 403, 404, 405, 415, 422, 501} | ({401} if rule.endpoint in security.BEARER else set())
        assert answer.status_code in refused, (method, path, answer.status_code)
        assert site.test_client().open(path, method=method).status_code not in {200, 204}


@pytest.mark.parametrize("path", ["//modeler/", "/modeler//", "/tasks//x"])
def test_doubled_slashes_are_no_other_way_in(site, path):
    sitti = enter(site, "sitti")
    cookie = f"lajur={sitti.client.get_cookie('lajur').value}"
    asked = {"PATH_INFO": path, "HTTP_HOST": "evil.example", "HTTP_COOKIE": cookie}
    answer = site.test_client(use_cookies=False).get("/", environ_overrides=asked)
    assert answer.status_code in {403, 404}
    assert "evil.example" not in str(answer.headers)


def test_head_shows_no_more_than_get(site):
    for _rule, path in routes(site):
        head, get = site.test_client().head(path), site.test_client().get(path)
        assert head.status_code == get.status_code
        assert head.location == get.location


# Forms ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def posts(cabin):
    """Every form of the house: (path, fields)."""
    _, task = cabin.begun()
    return [
        ("/logout", {}),
        ("/language", {"locale": "en"}),
        (f"/tasks/{task.id}", {"f.nomor": "1"}),
        (f"/tasks/{task.id}/claim", {}),
        (f"/tasks/{task.id}/release", {}),
        (f"/tasks/{task.id}/form", {}),
        ("/start/surat", {}),
        ("/start/surat/form", {}),
    ]


@pytest.mark.parametrize("token", [None, "", "x", "another session's"])
def test_a_form_without_its_token_is_refused(cabin, posts, token):
    rahmat, other = enter(cabin.app, "rahmat"), enter(cabin.app, "nurdin")
    before = _rows(cabin)
    for path, fields in posts:
        sent = fields if token is None else {**fields, "csrf_token": other.token if "another" in token else token}
        for headers in ({}, {"HX-Request": "true"}, {"X-Requested-With": "XMLHttpRequest"}):
            assert rahmat.client.post(path, data=sent, headers=headers).status_code in {400, 415}, path
    assert _rows(cabin) == before
    assert somebody(cabin.app).client.post("/login", data={"username": "a", "password": "b"}).status_code == 400


def test_a_refused_form_keeps_what_was_typed(cabin, posts):
    page = enter(cabin.app, "rahmat").client.post(posts[2][0], data={"f.perihal": "Rapat <besar>"})
    assert page.status_code == 400
    assert "Rapat &lt;besar&gt;" in page.text


def test_the_token_may_come_in_a_header(cabin, posts):
    rahmat = enter(cabin.app, "rahmat")
    answer = rahmat.client.post(posts[3][0], data={}, headers={"X-CSRFToken": rahmat.token, "Content-Type": FORM})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused_even_with_a_token(cabin, posts, headers):
    rahmat = enter(cabin.app, "rahmat")
    assert rahmat.post(posts[3][0], headers=headers).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "", "application/octet-stream", "text/html", "multipart/mixed"])
@pytest.mark.parametrize("body", [b'{"locale": "en"}', b"locale=en&csrf_token="])
def test_bodies_that_other_sites_can_send_are_refused(site, kind, body):
    sitti = enter(site, "sitti")
    sent = body + sitti.token.encode() if body.endswith(b"=") else body
    answer = sitti.client.post("/language", data=sent, headers={"Content-Type": kind, "X-CSRFToken": sitti.token})
    assert answer.status_code == 415


def test_no_page_writes(cabin):
    case, task = cabin.begun()
    cabin.begun()
    rahmat = enter(cabin.app, "rahmat")
    before = _rows(cabin)
    for rule, path in routes(cabin.app):
        if "GET" in rule.methods:
            rahmat.get(path)
            rahmat.get(path)
    for path in (f"/tasks/{task.id}", f"/tasks/{task.id}/claim", f"/instances/{case.id}", "/start/surat", "/logout"):
        rahmat.get(path)
    assert _rows(cabin) == before


# Headers -------------------------------------------------------------------------------------------------------------


def test_every_answer_is_strict(cabin):
    case, task = cabin.begun()
    rahmat = enter(cabin.app, "rahmat")
    paths = [
        "/",
        f"/tasks/{task.id}",
        f"/instances/{case.id}",
        "/start",
        "/start/surat",
        "/definitions",
        "/nowhere",
        "/static/no",
    ]
    answers = [rahmat.get(path) for path in paths]
    answers += [somebody(cabin.app).get(path) for path in ("/login", "/healthz", "/", "/static/logo.svg")]
    answers.append(rahmat.client.post("/logout"))
    for answer in answers:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert (
            policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        )
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert "unsafe" not in str(policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in answer.headers
        if answer.mimetype == "text/html":
            assert answer.headers["Cache-Control"] == "no-store"
            assert " style=" not in answer.text
            assert " onclick=" not in answer.text
            assert "<style" not in answer.text
            assert answer.text.count("<script") == answer.text.count('<script type="module" src=')


def test_https_is_said_and_kept(settings, office, db):
    app = app_.create_app(replace(settings, cookie_secure=True), office=office, database=db)
    answer = app.test_client().get("/login", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-lajur=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost", "X-Forwarded-Host": "evil.example"},
        {"Host": "localhost:80@evil.example"},
        {"Host": "localhost/evil.example"},
        {"Host": "localhost", "Forwarded": "host=evil.example"},
        {"Host": "localhost", "X-Original-URL": "/login", "X-Rewrite-URL": "/login"},
    ],
)
def test_a_foreign_host_leaves_no_trace(settings, office, db, headers):
    for hosts in ("", "localhost"):
        app = app_.create_app(replace(settings, hosts=hosts), office=office, database=db)
        for path in ("/", "/login", "/nowhere"):
            answer = app.test_client().get(path, headers=headers)
            assert answer.status_code in {200, 303, 400}
            assert "evil.example" not in answer.text + str(answer.headers)
            if hosts and "evil" in headers["Host"]:
                assert answer.status_code == 400


# Bodies and encodings ------------------------------------------------------------------------------------------------


def test_a_huge_body_is_refused(settings, office, db):
    app = app_.create_app(replace(settings, max_request_bytes=100_000, max_form_parts=50), office=office, database=db)
    person = enter(app, "sitti")
    assert person.post("/language", {"locale": "en", "x": "a" * 200_000}).status_code == 413
    many = {f"f{number}": "x" for number in range(100)}
    assert person.client.post(
        "/language", data={"csrf_token": person.token, **many}, content_type="multipart/form-data"
    ).status_code in {400, 413}
    assert somebody(app).post("/login", {"username": "a" * 200_000}).status_code == 413


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/?q=%00", None),
        ("/?q=%ff%fe", None),
        ("/%00", None),
        ("/tasks/%ff", None),
        ("/language", b"csrf_token={}&locale=%00"),
        ("/language", b"csrf_token={}&lo%00cale=en"),
        ("/language", b"\xff\xfe\x00csrf_token={}"),
        ("/start/surat", b"csrf_token={}&business_key=%ff%fe"),
        ("/start/surat", "csrf_token={}&business_key=\ud800".encode("utf-8", "surrogatepass")),
        ("/start/surat", b"csrf_token={}&business_key=a%00b"),
    ],
)
def test_bad_encodings_never_break_anything(cabin, path, body):
    rahmat = enter(cabin.app, "rahmat")
    if body is None:
        answer = rahmat.get(path)
    else:
        answer = rahmat.client.post(path, data=body.replace(b"{}", rahmat.token.encode()), content_type=FORM)
    assert answer.status_code in {200, 303, 400, 404, 422}
    if b"%00" in (body or path.encode()):
        assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "x-nonsense"])
def test_a_declared_charset_changes_no_reading(site, charset):
    sitti = enter(site, "sitti")
    body = f"csrf_token={sitti.token}&locale=en"
    answer = sitti.client.post("/language", data=body, content_type=f"{FORM}; charset={charset}")
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "query", ["scope=groups;scope=mine", "scope=groups&scope=mine", "scope[]=mine", "scope%00=mine"]
)
def test_doubled_parameters_have_one_reading(cabin, query):
    """The first counts, a semicolon does not part, brackets mean nothing."""
    answer = enter(cabin.app, "rahmat").get(f"/?{query}")
    assert answer.status_code == (400 if "%00" in query else 200)
    if query == "scope=groups&scope=mine":
        assert "Tidak ada tugas terbuka di kelompok Anda" in answer.text


@pytest.mark.parametrize("sign", ["a", "-", " ", "@", "%25", "("])
def test_long_inputs_are_answered_at_once(site, sign):
    import time  # noqa: PLC0415

    person = enter(site, "sitti")
    began = time.monotonic()
    for path in (f"/?q={sign * 50_000}", f"/instances?q={sign * 50_000}", f"/login?next=/{sign * 50_000}"):
        assert person.get(path).status_code < 500
    headers = {"Accept-Language": sign * 50_000, "User-Agent": sign * 50_000, "Accept": sign * 50_000}
    assert person.get("/", headers=headers).status_code < 500
    assert time.monotonic() - began < 5


def _rows(house):
    """Give everything the database holds but the sign-ins."""
    path = house.database.engine.url.database
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())
