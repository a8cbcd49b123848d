"""Rules about what is done without people: connectors and what they are given, and the messages that processes send."""

from collections import Counter
from collections.abc import Iterator, Mapping

from engine.diagrams import model, retries
from engine.diagrams.checking.findings import Finding, Rule, Rules, label, several

Connectors = Mapping[str, Mapping[str, bool]]
"""Connector name to input name to whether it must be given."""

_TASKS = ("serviceTask", "businessRuleTask")

found = Rules(
    {
        "no-machine": Rule(
            "error",
            "{node} is to be done by a machine, and no connector does it.",
            "Make it a user task in the lane of whoever does it.",
        ),
        "unknown-connector": Rule(
            "error", "{node} asks for the connector “{connector}”, which is not here.", "Choose one of: {known}."
        ),
        "missing-input": Rule(
            "error",
            "{node} does not give the connector “{connector}” its {name}.",
            "Add an input of that name; its value is FEEL.",
        ),
        "unknown-input": Rule(
            "error",
            "{node} gives the connector “{connector}” {name}, which it does not take.",
            "It takes: {known}.",
        ),
        "given-twice": Rule("error", "{node} gives {name} twice.", "Keep one of the two."),
        "bad-retry": Rule(
            "error",
            "{node} is to be tried again as “{text}” says, which cannot be read.",
            "Write tries (1 to 20) and the time between two, as in R5/PT10M; months and years are not possible.",
        ),
        "idle-message-key": Rule(
            "warning",
            "{node} has a message.key, but neither sends nor awaits a message.",
            "Delete it, or write it at the event or task of the message.",
        ),
    }
)


def check_node(node: model.Node, connectors: Connectors | None) -> Iterator[Finding]:
    """Check one node; with ``connectors`` also that they are there and given what they need."""
    if node.kind in _TASKS and node.topic is None:
        yield found("no-machine", node.id, node.line, node=label(node))
    if node.retry is not None and retries.parse(node.retry) is None:
        yield found("bad-retry", node.id, node.line, node=label(node), text=node.retry[:80])
    if node.topic is not None and connectors is not None:
        yield from _connector(node, node.topic, connectors)
    if node.kind != "callActivity":
        for name, count in Counter(each.target for each in node.inputs).items():
            if count > 1:
                yield found("given-twice", node.id, node.line, node=label(node), name=f"“{name[:80]}”")
    if "message.key" in node.properties and not any(event.kind == "message" for event in node.events):
        yield found("idle-message-key", node.id, node.line, node=label(node))


def _connector(node: model.Node, name: str, connectors: Connectors) -> Iterator[Finding]:
    place = {"node": label(node), "connector": name[:80]}
    wanted = connectors.get(name)
    if wanted is None:
        yield found("unknown-connector", node.id, node.line, **place, known=several(sorted(connectors)) or "–")
        return
    given = {each.target: each.line for each in node.inputs}
    for each, needed in wanted.items():
        if needed and each not in given:
            yield found("missing-input", node.id, node.line, **place, name=each)
    for each, line in given.items():
        if each not in wanted:
            known = several(sorted(wanted)) or "–"
            yield found("unknown-input", node.id, line, **place, name=f"“{each[:80]}”", known=known)
