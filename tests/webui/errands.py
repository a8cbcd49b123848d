"""An errand that waits for everything a case can wait for, for pages that show it: a step, a deadline, a letter, and a mail."""

from engine import config
from engine.jobs import messages
from engine.jobs.queue import Backoff
from engine.people import access
from engine.runtime import deployments, instances
from engine.worker import Worker
from tests.diagrams_made import diagram, flow, node, task

_IN = (
    "<bpmn:extensionElements><camunda:inputOutput>"
    '<camunda:inputParameter name="to">"bupati@contoh.go.id"</camunda:inputParameter>'
    '<camunda:inputParameter name="subject">"Undangan"</camunda:inputParameter>'
    '<camunda:inputParameter name="text">"Mohon hadir."</camunda:inputParameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)
_BY_MAIL = {"name": "Kirim undangan", "camunda:type": "external", "camunda:topic": "mail"}
_TWO_DAYS = "<bpmn:timerEventDefinition><bpmn:timeDuration>P2D</bpmn:timeDuration></bpmn:timerEventDefinition>"
ERRAND = diagram(
    "undangan",
    [
        node("startEvent", "mulai"),
        node("parallelGateway", "bagi"),
        task("susun", name="Susun acara"),
        node("boundaryEvent", "ingat", "Staf", _TWO_DAYS, attachedToRef="susun", cancelActivity="false"),
        node("endEvent", "teringat"),
        node("receiveTask", "balas", name="Tunggu balasan", messageRef="m_balas"),
        node("serviceTask", "kirim", "Staf", _IN, **_BY_MAIL),
        node("parallelGateway", "kumpul"),
        node("endEvent", "selesai"),
    ],
    [
        flow("mulai", "bagi"),
        flow("bagi", "susun"),
        flow("bagi", "balas"),
        flow("bagi", "kirim"),
        flow("ingat", "teringat"),
        flow("susun", "kumpul"),
        flow("balas", "kumpul"),
        flow("kirim", "kumpul"),
        flow("kumpul", "selesai"),
    ],
    name="Undangan",
    before='<bpmn:message id="m_balas" name="Balasan"/>',
)


def planned(cycle, key="apel", *, broken=False):
    """A case that begins by the clock, and by a message, and by a signal; ``broken``: it fails where it should begin."""
    timer = f"<bpmn:timerEventDefinition><bpmn:timeCycle>{cycle}</bpmn:timeCycle></bpmn:timerEventDefinition>"
    return diagram(
        key,
        [
            node("startEvent", "jadwal", "Staf", timer, name="Setiap pagi"),
            node("startEvent", "surat", "Staf", '<bpmn:messageEventDefinition messageRef="m"/>', name="Surat datang"),
            node("startEvent", "sirene", "Staf", '<bpmn:signalEventDefinition signalRef="s"/>'),
            node("exclusiveGateway", "pilih"),
            task("catat", name="Catat apel"),
            node("endEvent", "selesai"),
        ],
        [
            flow("jadwal", "pilih"),
            flow("surat", "pilih"),
            flow("sirene", "pilih"),
            flow("pilih", "catat", "nomor = 1" if broken else None),
            flow("catat", "selesai"),
        ],
        name="Apel",
        before='<bpmn:message id="m" name="Surat masuk"/><bpmn:signal id="s" name="Sirene"/>',
    )


class Errands:
    """Ways to bring errands about, on a database and with a clock that a test moves; ``run`` does what is due."""

    def __init__(self, database, office, clock, var):
        self.database, self.office, self.clock = database, office, clock
        # No mail server is set: what is to be mailed fails at once.
        self.worker = Worker(database, config.Settings(var=var), clock=clock, backoff=Backoff(jitter=0))
        self.deploy(undangan=ERRAND)

    def deploy(self, **diagrams):
        files = {f"{key}.bpmn": each for key, each in diagrams.items()}
        return self.act(deployments.deploy, files, office=self.office)

    def act(self, verb, *args, actor=access.SYSTEM, **given):
        with self.database.begin() as session:
            return verb(session, *args, actor=actor, now=self.clock(), **given)

    def start(self, key="undangan", **given):
        return self.act(instances.start, key, **given)

    def send(self, name, key=None, **given):
        return self.act(messages.send, name, key=key, data={}, **given)

    def run(self):
        for _ in range(2):
            while self.worker.turn() == 0.0:
                pass
            self.worker.rest()

    def view(self, case):
        with self.database.read() as session:
            return instances.get(session, case.id, actor=access.SYSTEM)

    def close(self):
        self.worker.stop()
        self.worker.run()  # ends at once, and lets go of its threads
