"""Mail reaches all its recipients or none, once for each job, and a bad mail server stops nobody for long."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import config, endpoints, errors
from engine.connectors import mail
from engine.connectors.arguments import Arguments
from tests.connectors import servers

LETTER = {"to": "kadis@boalemo.go.id", "subject": "Surat masuk", "text": "Surat nomor 12 menunggu disposisi."}


HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "X-Lajur-Key",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]


def read(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def test_a_mail_arrives(post_office, mailing, key):
    post, port = post_office()
    letter = {
        "to": ["kadis@boalemo.go.id", "sekretaris@BOALEMO.go.id"],
        "cc": "umum@boalemo.go.id",
        "bcc": "arsip@boalemo.go.id",
        "reply_to": "umum@boalemo.go.id",
        "subject": "Disposisi — segera",
        "text": "Yth. Bapak Kepala Dinas,\n.\nsurat “segera” menunggu.\n",
    }

    answer = mail.call(letter, key=key, settings=mailing(f"smtp://127.0.0.1:{port}"))

    (envelope,) = post.taken
    message = read(envelope)
    assert envelope.mail_from == "lajur@boalemo.go.id"
    assert envelope.rcpt_tos == [
        "kadis@boalemo.go.id",
        "sekretaris@boalemo.go.id",
        "umum@boalemo.go.id",
        "arsip@boalemo.go.id",
    ]
    assert message["From"] == "Diskominfo Boalemo <lajur@boalemo.go.id>"
    assert message["To"] == "kadis@boalemo.go.id, sekretaris@boalemo.go.id"
    assert message["Cc"] == message["Reply-To"] == "umum@boalemo.go.id"
    assert message["Subject"] == letter["subject"]
    assert message.get_content().replace("\r\n", "\n") == letter["text"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert answer == {"message_id": message["Message-ID"], "recipients": 4}
    assert set(answer) == set(mail.outputs)
    assert envelope.content.isascii()


def test_nobody_sees_who_got_a_blind_copy(post_office, mailing, key):
    post, port = post_office()
    mail.call(LETTER | {"bcc": "arsip@boalemo.go.id"}, key=key, settings=mailing(f"smtp://127.0.0.1:{port}"))
    assert b"arsip" not in post.taken[0].content


def test_every_try_of_a_job_is_the_same_mail(post_office, mailing, key):
    post, port = post_office()
    settings = mailing(f"smtp://127.0.0.1:{port}")
    for job in (key, key, "another"):
        mail.call(LETTER, key=job, settings=settings)
    first, again, other = map(read, post.taken)
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert [message["X-Lajur-Key"] for message in (first, again, other)] == [key, key, "another"]


def test_a_recipient_named_twice_gets_one_mail(post_office, mailing, key):
    post, port = post_office()
    letter = LETTER | {"to": "kadis@boalemo.go.id, kadis@Boalemo.go.id", "cc": ["kadis@boalemo.go.id"]}
    assert mail.call(letter, key=key, settings=mailing(f"smtp://127.0.0.1:{port}"))["recipients"] == 1
    assert post.taken[0].rcpt_tos == ["kadis@boalemo.go.id"]


@given(st.text(max_size=80), st.text(max_size=2000))
def test_no_subject_and_no_text_makes_another_mail(subject, text):
    server = endpoints.MailServer(host="localhost", port=25, security="none", sender="lajur@boalemo.go.id")
    people = {"to": ["kadis@boalemo.go.id"], "cc": [], "bcc": ["arsip@boalemo.go.id"]}
    asked = Arguments("mail", {"subject": subject, "text": text})
    try:
        sent = mail._message(asked, server, people, "a key").as_bytes()
    except errors.ConnectorInputInvalid:
        return
    message = email.message_from_bytes(sent, policy=email.policy.default)
    assert message["Subject"].split() == subject.split()
    assert message.get_content().split() == text.split()
    assert sorted(message.keys()) == sorted(HEADERS)
    assert sent.isascii()
    assert max(map(len, sent.split(b"\r\n"))) <= 998


# Protected -----------------------------------------------------------------------------------------------------------


def test_a_server_may_ask_for_tls_and_a_login(post_office, mailing, key, tls, trusted):
    post, port = post_office(tls_context=tls, require_starttls=True, login=True)
    url = f"smtp://lajur:kopi%3Atinutuan%402026@localhost:{port}?starttls"
    mail.call(LETTER, key=key, settings=mailing(url))
    assert len(post.taken) == 1


def test_a_server_may_speak_tls_from_the_first_byte(post_office, mailing, key, tls, trusted):
    post, port = post_office(ssl_context=tls)
    mail.call(LETTER, key=key, settings=mailing(f"smtps://127.0.0.1:{port}"))
    assert len(post.taken) == 1


@pytest.mark.parametrize("url", ["smtps://127.0.0.1:{}", "smtp://127.0.0.1:{}?starttls"])
def test_a_certificate_that_nobody_vouches_for_is_not_accepted(post_office, mailing, key, tls, url):
    options = {"ssl_context": tls} if url.startswith("smtps") else {"tls_context": tls}
    post, port = post_office(**options)
    with pytest.raises(errors.ConnectorFailed, match="certificate"):
        mail.call(LETTER, key=key, settings=mailing(url.format(port)))
    assert post.taken == []


def test_a_mail_does_not_go_in_the_clear_where_tls_is_asked_for(post_office, mailing, key):
    post, port = post_office()
    with pytest.raises(errors.ConnectorRefused, match="STARTTLS"):
        mail.call(LETTER, key=key, settings=mailing(f"smtp://127.0.0.1:{port}?starttls"))
    assert post.taken == []


def test_a_wrong_password_is_refused_and_not_shown(post_office, mailing, key, tls, trusted):
    _, port = post_office(tls_context=tls, require_starttls=True, login=True)
    with pytest.raises(errors.MailRefused, match="535") as caught:
        mail.call(LETTER, key=key, settings=mailing(f"smtp://lajur:rahasia@localhost:{port}?starttls"))
    assert "rahasia" not in str(caught.value)


# Refused -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "error"), [("550 unknown", errors.RecipientRefused), ("450 mailbox busy", errors.MailDeferred)]
)
def test_one_refused_recipient_and_nobody_gets_it(post_office, mailing, key, reply, error):
    post, port = post_office()
    post.refused["lama@boalemo.go.id"] = reply
    letter = LETTER | {"to": ["kadis@boalemo.go.id", "lama@boalemo.go.id", "umum@boalemo.go.id"]}
    with pytest.raises(errors.ConnectorFailed, match=reply[:3]) as caught:
        mail.call(letter, key=key, settings=mailing(f"smtp://127.0.0.1:{port}"))
    assert type(caught.value) is error
    assert post.taken == []


@pytest.mark.parametrize(
    ("verdict", "error"), [("554 looks like spam", errors.MailRefused), ("452 disk full", errors.MailDeferred)]
)
def test_what_the_server_says_to_a_mail_is_told(post_office, mailing, key, verdict, error):
    post, port = post_office()
    post.verdict = verdict
    with pytest.raises(errors.ConnectorFailed, match=verdict[4:]) as caught:
        mail.call(LETTER, key=key, settings=mailing(f"smtp://127.0.0.1:{port}"))
    assert type(caught.value) is error


def test_without_a_mail_server_the_way_out_is_told(key):
    with pytest.raises(errors.ConnectorRefused, match="LAJUR_SMTP"):
        mail.call(LETTER, key=key, settings=config.Settings())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("to", None),
        ("to", []),
        ("to", " , "),
        ("to", 17),
        ("to", ["kadis@boalemo.go.id", None]),
        ("to", "Kepala Dinas"),
        ("to", "Kadis <kadis@boalemo.go.id>"),
        ("to", "kadis@boalemo.go.id\nBcc: semua@boalemo.go.id"),
        ("to", "kadis@boalemo.go.id> RCPT TO:<semua@boalemo.go.id"),
        ("to", "kadis@boalemo..go.id"),
        ("to", "kadis@-boalemo.go.id"),
        ("to", ".kadis@boalemo.go.id"),
        ("to", "kadis@"),
        ("to", "kådis@boalemo.go.id"),
        ("to", "k" * 65 + "@boalemo.go.id"),
        ("to", ["kadis@boalemo.go.id", "x" * 1_000_000]),
        ("cc", {"a": 1}),
        ("bcc", "bcc"),
        ("reply_to", "x\r\nSubject: y@boalemo.go.id"),
        ("subject", None),
        ("subject", "  "),
        ("subject", "Surat\nBcc: semua@boalemo.go.id"),
        ("subject", "Surat\r\n\r\nIsi lain"),
        ("subject", "Surat\u2028masuk"),
        ("subject", "Surat\x00"),
        ("subject", "s" * 251),
        ("text", None),
        ("text", ""),
        ("text", 12),
        ("text", "\ud800"),
        ("text", "t" * 100_001),
    ],
)
def test_an_input_that_is_not_valid_never_reaches_the_server(peer, mailing, key, name, value):
    server = peer(servers.silent)
    with pytest.raises(errors.ConnectorInputInvalid, match=name):
        mail.call(LETTER | {name: value}, key=key, settings=mailing(f"smtp://127.0.0.1:{server.port}"))
    assert server.connections == 0


def test_fifty_recipients_and_no_more(post_office, mailing, key):
    post, port = post_office()
    settings = mailing(f"smtp://127.0.0.1:{port}")
    people = [f"staf{number}@boalemo.go.id" for number in range(50)]
    assert mail.call(LETTER | {"to": people[:30], "bcc": people[30:]}, key=key, settings=settings)["recipients"] == 50
    with pytest.raises(errors.ConnectorInputTooLarge, match="51 recipients"):
        mail.call(LETTER | {"to": people, "cc": "kadis@boalemo.go.id"}, key=key, settings=settings)
    assert len(post.taken) == 1


# Bad servers ---------------------------------------------------------------------------------------------------------

GREETING = b"220 mail.boalemo.go.id\r\n"


@pytest.mark.parametrize(
    "behave",
    [
        servers.silent,
        servers.dripping(b""),
        servers.dripping(b"220"),
        servers.dripping(GREETING),
        servers.dripping(GREETING + b"250-"),
        servers.stalling(GREETING + b"250-mail\r\n250 STARTTLS\r\n220 go on\r\n"),
    ],
    ids=["silent", "slow greeting", "slower greeting", "slow reply", "slow list", "silent at last"],
)
@pytest.mark.parametrize("url", ["smtp://127.0.0.1:{}", "smtps://127.0.0.1:{}", "smtp://127.0.0.1:{}?starttls"])
def test_a_slow_server_is_left_in_time(peer, mailing, key, in_time, behave, url):
    server = peer(behave)
    with in_time(), pytest.raises(errors.ConnectorFailed) as caught:
        mail.call(LETTER, key=key, settings=mailing(url.format(server.port), seconds=1))
    assert not isinstance(caught.value, errors.ConnectorRefused)
    if not url.startswith("smtps") or behave is servers.silent:  # else it speaks no TLS, which is heard at once
        assert str(caught.value) == "127.0.0.1 gave no answer within 1 seconds."


@pytest.mark.parametrize(
    "behave",
    [
        servers.saying(b""),
        servers.saying(GREETING),
        servers.saying(GREETING + b"250 mail\r\n250 sender\r\n"),
        servers.saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        servers.saying(bytes(range(256)) * 100),
        servers.saying(GREETING + b"250 \xff\xfe\r\nganz anderes\r\n" * 5),
        servers.saying(GREETING + b"x" * 100_000),
        servers.saying(b"354 go on\r\n"),
        servers.endless(b"", b"220-more\r\n"),
        servers.endless(GREETING, b"250-SIZE\r\n" * 100),
        servers.endless(b"220 ", b"x" * 1000),
    ],
    ids=[
        "hangs up",
        "hangs up after the greeting",
        "hangs up later",
        "is no mail server",
        "garbage",
        "garbage later",
        "long line",
        "wrong greeting",
        "endless greeting",
        "endless reply",
        "endless line",
    ],
)
def test_a_server_that_speaks_nonsense_is_left_for_another_try(peer, mailing, key, in_time, behave):
    server = peer(behave)
    with in_time(), pytest.raises(errors.ConnectorFailed) as caught:
        mail.call(LETTER, key=key, settings=mailing(f"smtp://127.0.0.1:{server.port}", seconds=1))
    assert not isinstance(caught.value, errors.ConnectorRefused)
    assert len(str(caught.value)) < 400


def test_a_login_that_never_ends_is_left(peer, mailing, key, in_time):
    server = peer(servers.saying(GREETING + b"250-mail\r\n250 AUTH CRAM-MD5\r\n" + b"334 !!!!!\r\n" * 50))
    with in_time(), pytest.raises(errors.ConnectorFailed):
        mail.call(LETTER, key=key, settings=mailing(f"smtp://u:p@127.0.0.1:{server.port}", seconds=1))


def test_a_mail_that_was_taken_counts_though_the_farewell_fails(peer, mailing, key):
    replies = GREETING + b"250 mail\r\n250 sender\r\n250 recipient\r\n354 go on\r\n250 taken\r\n"
    server = peer(servers.saying(replies))
    assert mail.call(LETTER, key=key, settings=mailing(f"smtp://127.0.0.1:{server.port}"))["recipients"] == 1


def test_a_server_that_is_down_is_told(mailing, key):
    with pytest.raises(errors.ConnectorFailed, match="refused"):
        mail.call(LETTER, key=key, settings=mailing("smtp://127.0.0.1:1"))
