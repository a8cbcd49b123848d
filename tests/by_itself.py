"""Diagrams in which something happens by itself, and a peer that answers when it is told to."""

import threading
import time

from tests.connectors import servers
from tests.diagrams_made import diagram, flow, node, task

PATIENCE = 30.0


def eventually(true, seconds=PATIENCE):
    """Wait until it is true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def pausing(duration="PT1H", key="jeda"):
    """A case that only waits for a while."""
    timer = f"<bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    return diagram(
        key,
        [
            node("startEvent", "mulai"),
            node("intermediateCatchEvent", "tunggu", "Staf", timer),
            node("endEvent", "selesai"),
        ],
        [flow("mulai", "tunggu"), flow("tunggu", "selesai")],
    )


def drafting(key="konsep"):
    """A case with one task for a person."""
    return diagram(
        key,
        [node("startEvent", "mulai"), task("susun"), node("endEvent", "selesai")],
        [flow("mulai", "susun"), flow("susun", "selesai")],
    )


def asking(port, key="tanya"):
    """A case that asks a web service of this machine."""
    given = f'<camunda:inputParameter name="url">"http://127.0.0.1:{port}/"</camunda:inputParameter>'
    inside = f"<bpmn:extensionElements><camunda:inputOutput>{given}</camunda:inputOutput></bpmn:extensionElements>"
    called = {"camunda:type": "external", "camunda:topic": "http"}
    return diagram(
        key,
        [
            node("startEvent", "mulai"),
            node("serviceTask", "layanan", "Staf", inside, **called),
            node("endEvent", "selesai"),
        ],
        [flow("mulai", "layanan"), flow("layanan", "selesai")],
    )


class Slow:
    """A web service that answers no request before :meth:`answer`; ``asked`` is set when the first one came."""

    def __init__(self):
        self.asked, self._may = threading.Event(), threading.Event()
        self._peer = servers.Peer(self._behave)
        self.port = self._peer.port

    def _behave(self, connection, _ended):
        connection.recv(65536)
        self.asked.set()
        self._may.wait(30)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")

    @property
    def connections(self):
        return self._peer.connections

    def answer(self):
        self._may.set()

    def close(self):
        self.answer()
        self._peer.close()
