"""A service that machines call: it takes its time, gives each request a number of its own, and keeps what it was asked."""

import contextlib
import json
import random
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """``asked`` has, by idempotency key, what was asked under it and which number was the answer.

    Each key is written to ``file`` as it comes, a line for each request.
    """

    def __init__(self, file, host="127.0.0.1", port=0, seconds=0.15):
        self.asked = defaultdict(list)
        self._file = file
        file.touch()
        self._seconds, self._chance, self._lock = seconds, random.Random(5), threading.Lock()
        self._server = _Server((host, port), self._handler())
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def take(self, key, body):
        with self._lock:
            number = sum(map(len, self.asked.values())) + 1
            self.asked[key].append((body, number))
            with self._file.open("a") as file:
                file.write(f"{key}\n")
            pause = self._chance.uniform(0, self._seconds)
        time.sleep(pause)
        return number

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self):
        take = self.take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = json.dumps({"nomor": take(self.headers["Idempotency-Key"], body)}).encode()
                with contextlib.suppress(OSError):  # who asked was killed meanwhile
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_):
                pass

        return Handler


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = False

    def handle_error(self, _request, _address):
        """Say nothing: callers are killed in the middle of what they say."""
