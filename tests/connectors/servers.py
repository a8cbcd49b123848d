"""Servers to talk to, good and bad ones: real sockets on 127.0.0.1, each in a thread."""

import gzip
import json
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import AuthResult

# Bad ones ------------------------------------------------------------------------------------------------------------


class Peer:
    """A server that behaves as a function does with each connection; ``ended`` tells the function to leave."""

    def __init__(self, behave):
        self.ended = threading.Event()
        self.connections = 0
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        while not self.ended.is_set():
            with suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection):
        connection.settimeout(10)
        with connection, suppress(OSError):
            self._behave(connection, self.ended)

    def close(self):
        self.ended.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()


def stalling(start: bytes):
    """Begin well and say nothing more."""

    def behave(connection, ended):
        connection.sendall(start)
        ended.wait(10)

    return behave


silent = stalling(b"")


def dripping(start: bytes):
    """Begin well and go on with one byte at a time, for ever."""

    def behave(connection, ended):
        connection.sendall(start)
        while not ended.wait(0.1):
            connection.sendall(b"x")

    return behave


def endless(start: bytes, more: bytes):
    """Begin well and repeat one thing as fast as it is read, for ever."""

    def behave(connection, ended):
        connection.sendall(start)
        while not ended.is_set():
            connection.sendall(more)

    return behave


def saying(text: bytes):
    """Say something and hang up."""

    def behave(connection, ended):
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    return behave


# A web service -------------------------------------------------------------------------------------------------------


@dataclass
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """A web service: what it was asked, and what it answers by path (status, headers, body)."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    def answer(self, path: str, status: int = 200, body: object = b"", **headers: str) -> str:
        """Say what a path answers and give its URL; what is no bytes is sent as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if not isinstance(body, bytes):
            body, named = json.dumps(body).encode(), {"Content-Type": "application/json", **named}
        if named.get("Content-Encoding") == "gzip":
            body = gzip.compress(body)
        self.answers[path] = (status, named, body)
        return f"http://127.0.0.1:{self.port}{path}"


def serve(web: Web, context: ssl.SSLContext | None = None, port: int = 0) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            web.asked.append(Asked(self.command, self.path, headers, body))
            status, named, answer = web.answers.get(self.path.partition("?")[0], (404, {}, b""))
            self.send_response(status)
            for name, value in named.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one  # noqa: N815  # the library's names

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = False
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    web.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    return server


# A mail server -------------------------------------------------------------------------------------------------------


class Post:
    """A mail server's handler: what it took, whom it refuses and what it says to the message."""

    def __init__(self):
        self.taken = []
        self.refused: dict[str, str] = {}
        self.verdict = "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  # the library's name
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # the library's name
        if self.verdict.startswith("250"):
            self.taken.append(envelope)
        return self.verdict


def authenticate(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (b"lajur", b"kopi:tinutuan@2026")
    return AuthResult(success=known, handled=False)
