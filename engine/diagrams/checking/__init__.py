"""What is wrong with a diagram, before it is deployed: findings with a severity, a place and a way out.

One module per idea: ``structure`` (how it hangs together), ``elements`` (what the engine can run), ``machines``
(connectors and messages), ``expressions`` (FEEL, times, variables), ``contract`` (the office: keys, lanes, forms, SOP data),
``explanations`` (warnings that the diagram gives a reason for).
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from engine.diagrams import model
from engine.diagrams.checking import contract, elements, explanations, expressions, machines, scopes, structure
from engine.diagrams.checking.findings import Finding, Rule, Severity

__all__ = ["RULES", "Finding", "Rule", "Severity", "check"]

# every rule by its code: what the web's catalogues must translate
RULES: Mapping[str, Rule] = {
    **structure.found.rules,
    **elements.found.rules,
    **elements.noticed.rules,
    **machines.found.rules,
    **expressions.found.rules,
    **contract.found.rules,
    **explanations.found.rules,
}
_GRAVITY: Mapping[str, int] = {"error": 0, "warning": 1, "info": 2}


def check(
    diagram: model.Diagram,
    *,
    forms: Mapping[str, Collection[str]] | None = None,
    lanes: Callable[[str], str | None] | None = None,
    processes: Collection[str] | None = None,
    name: str | None = None,
    connectors: Mapping[str, Mapping[str, bool]] | None = None,
) -> tuple[Finding, ...]:
    """Check a diagram; errors first, then by line.

    ``forms``: form key to the names it supplies; ``lanes``: lane name to group key (``None`` for no group);
    ``processes``: keys of other deployed processes; ``name``: the file's name without ``.bpmn``; ``connectors``: connector
    name to input name to whether it must be given. What is ``None`` is not judged. Checks the main process and every other
    executable one of the file.
    """
    found = list(explanations.explain(diagram, _findings(diagram, forms, lanes, processes, name, connectors)))
    unique = {(each.code, each.element, each.message): each for each in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda each: (_GRAVITY[each.severity], each.line, each.code)))


def _findings(
    diagram: model.Diagram,
    forms: Mapping[str, Collection[str]] | None,
    lanes: Callable[[str], str | None] | None,
    processes: Collection[str] | None,
    name: str | None,
    connectors: Mapping[str, Mapping[str, bool]] | None,
) -> Iterator[Finding]:
    yield from elements.check_notices(diagram)
    yield from structure.check_ids(diagram)
    yield from contract.check_key(diagram.process, name)
    yield from contract.check_calls(diagram, processes)
    everywhere = frozenset(node.id for process in diagram.processes.values() for node in process.nodes())
    for process in diagram.processes.values():
        if not process.executable and process.id != diagram.main:
            yield contract.found("other-process", process.id, process.line)
            continue
        for scope in scopes.scopes(process):
            yield from structure.check_scope(scope, everywhere)
            for node in scope.body.nodes.values():
                yield from elements.check_node(scope, node)
                yield from machines.check_node(node, connectors)
        yield from expressions.check_process(process, forms)
        yield from contract.check_people(process, lanes)
        yield from contract.check_names(process)
        yield from contract.check_forms(process, forms)
        yield from contract.check_sop(process)
