"""What a supervisor and Prometheus ask a worker over HTTP: /healthz, /readyz and /metrics, on an address of its own."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6

from engine import errors
from engine.cli import data
from engine.jobs import metrics
from engine.store import db, schema
from engine.worker import Worker

_PLAIN = "text/plain; charset=utf-8"
_SECONDS = 5.0  # for a request to arrive
_log = logging.getLogger(__name__)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    worker: Worker
    database: db.Database


class _Six(_Server):
    address_family = AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SECONDS
    server_version, sys_version = "lajur", ""

    def do_GET(self) -> None:
        """Answer; nothing is read but the path."""
        status, text, kind = self._answer()
        body = text.encode()
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> tuple[int, str, str]:
        worker, database = self.server.worker, self.server.database
        try:
            match self.path:
                case "/healthz":
                    return 200, "alive\n", _PLAIN
                case "/readyz":
                    with database.read() as session:
                        schema.require(session)
                    return (200, "ready\n", _PLAIN) if worker.healthy else (503, "not ready\n", _PLAIN)
                case "/metrics":
                    with database.read() as session:
                        found = [*metrics.of_database(session, now=data.now())]
                    own = metrics.of_worker(worker.done, healthy=worker.healthy)
                    return 200, metrics.text([*found, *own]), metrics.CONTENT_TYPE
        except errors.StorageError as error:
            _log.warning("%s: %s", self.path, error)
            return 503, "not ready\n", _PLAIN
        return 404, "not found\n", _PLAIN

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's own name
        """Keep quiet: probes come every few seconds."""


@contextmanager
def answered(host: str, port: int, worker: Worker, database: db.Database) -> Iterator[None]:
    """Answer while the block lasts. Raises OSError where nobody can listen there."""
    kind = _Six if ":" in host else _Server
    with kind((host, port), _Handler) as server:
        server.worker, server.database = worker, database
        thread = threading.Thread(target=server.serve_forever, name="lajur-probes", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
