"""Diagrams that wait for messages and signals and send them, for the tests of jobs."""

from itertools import pairwise
from xml.sax.saxutils import quoteattr

from tests.diagrams_made import diagram, flow, node, task

REPLY = "Balasan"
_DECLARED = f'<bpmn:message id="m" name="{REPLY}"/><bpmn:signal id="s" name="Libur"/>'
MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'
SIGNAL = '<bpmn:signalEventDefinition signalRef="s"/>'


def extension(key=None, **inputs):
    """What an element says besides BPMN: the FEEL on which case and message agree, and what it sends."""
    body = ""
    if key:
        body += (
            f'<camunda:properties><camunda:property name="message.key" value={quoteattr(key)}/></camunda:properties>'
        )
    if inputs:
        given = "".join(
            f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>' for name, text in inputs.items()
        )
        body += f"<camunda:inputOutput>{given}</camunda:inputOutput>"
    return f"<bpmn:extensionElements>{body}</bpmn:extensionElements>" if body else ""


def drawn(key, nodes, *ways, loose=()):
    """A process whose ``ways`` are texts: ``a b c`` is a flow from a to b and one from b to c."""
    flows = []
    for way in ways:
        idents = way.split()
        flows += [flow(one, other) for one, other in pairwise(idents)]
    return diagram(key, [node("startEvent", "mulai"), *nodes, *loose], flows, before=_DECLARED)


def waiting(how="catch", key="tanya", by=None, event=MESSAGE):
    """A case that waits for a reply (``how``) and then has somebody read it; ``by`` is its ``message.key``."""
    read, end = task("baca"), node("endEvent", "selesai")
    catch = node("intermediateCatchEvent", "tunggu", inside=extension(by) + event)
    if how == "catch":
        return drawn(key, [catch, read, end], "mulai tunggu baca selesai")
    if how == "receive":
        receive = node("receiveTask", "tunggu", inside=extension(by), messageRef="m")
        return drawn(key, [receive, read, end], "mulai tunggu baca selesai")
    if how == "gateway":
        hour = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
        nodes = [
            node("eventBasedGateway", "pilih"),
            catch,
            node("intermediateCatchEvent", "lewat", inside=hour),
            read,
            task("susul"),
            end,
        ]
        return drawn(key, nodes, "mulai pilih tunggu baca selesai", "pilih lewat susul selesai")
    attached = {"attachedToRef": "susun", "cancelActivity": "true" if how == "boundary" else "false"}
    boundary = node("boundaryEvent", "tunggu", inside=extension(by) + event, **attached)
    return drawn(key, [task("susun"), boundary, read, end], "mulai susun selesai", "tunggu baca selesai")


def started(key="terima", event=MESSAGE, by=None):
    """A case that a message or signal starts."""
    nodes = [node("startEvent", "tiba", inside=extension(by) + event), task("baca"), node("endEvent", "selesai")]
    return diagram(key, nodes, [flow("tiba", "baca"), flow("baca", "selesai")], before=_DECLARED)


def sending(how="throw", key="jawab", by=None, event=MESSAGE, **inputs):
    """A case that somebody writes something in, which is then sent."""
    more = extension(by, **inputs)
    write, end = task("tulis"), node("endEvent", "selesai")
    if how == "end":
        return drawn(key, [write, node("endEvent", "kirim", inside=more + event)], "mulai tulis kirim")
    if how == "send":
        send = node("sendTask", "kirim", inside=more, messageRef="m")
        return drawn(key, [write, send, end], "mulai tulis kirim selesai")
    throw = node("intermediateThrowEvent", "kirim", inside=more + event)
    return drawn(key, [write, throw, end], "mulai tulis kirim selesai")
