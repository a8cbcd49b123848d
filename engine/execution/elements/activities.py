"""Activities (BPMN 2.0.2, 10.3 and 13.3): tasks, sub-processes, called processes, and doing each of them more than once."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from engine import errors
from engine.diagrams import model
from engine.execution import outcomes
from engine.execution.elements.events import BoundaryEvent, Catching, Letter, throw
from engine.execution.elements.timers import Deadline
from engine.execution.instances import Inner, enter
from engine.execution.mended import STARTED, BodySpec, FlowNode, Token
from engine.execution.variables import Expression, Scope, visible

MAXIMUM_ITEMS = 5_000  # of one multi-instance activity
_SHOWN = 80  # characters


class Activity(FlowNode):
    """An activity. ``boundaries`` are its boundary events.

    ``repeated`` is set where this is what a loop repeats: the loop then has the flows and the boundary events, and a token
    here is one of its instances.
    """

    boundaries: tuple[BoundaryEvent, ...] = ()
    repeated: "Repeated | None" = None

    def _update_hook(self, token: Token) -> bool:
        super()._update_hook(token)
        for boundary in self.boundaries:
            boundary.listen(token)
        return True

    def _on_complete_hook(self, token: Token) -> None:
        token.cancel_beside()
        if self.repeated is None:
            self.leave(token)
        else:
            token.instance.happened("left", self.node, token.id)
            self.repeated.instance_done(token)

    def whole(self, token: Token) -> Token:
        """Give the token that stands for the activity as a whole: for one instance of a loop, the loop's."""
        return token if self.repeated is None else token.parent


class HumanTask(Activity):
    """A task that waits for a person: a user task, a manual task, or a task that does not say what it is."""

    def __init__(self, body: BodySpec, node: model.Node, name: str | None = None) -> None:
        super().__init__(body, node, name)
        self.manual = True
        self.described = node
        self.deadline = None if node.due_date is None else Deadline(node.due_date, node.id)

    def _update_hook(self, token: Token) -> bool:
        super()._update_hook(token)
        node = self.described
        token.instance.opened[token.id] = outcomes.Opened(
            token=token.id,
            node=node.id,
            name=node.name,
            lane=_lane(token),
            form_key=node.form_key,
            local=_local(token),
            properties=node.properties,
            candidate_groups=node.candidate_groups,
            due=None if self.deadline is None else self.deadline.tell(token),
            definition=_definition(token),
        )
        return True

    def _on_complete_hook(self, token: Token) -> None:
        token.instance.closed.append(outcomes.Closed(token.id, self.node, "completed"))
        super()._on_complete_hook(token)

    def _on_cancel(self, token: Token) -> None:
        super()._on_cancel(token)
        if token.instance.opened.pop(token.id, None) is None:
            token.instance.closed.append(outcomes.Closed(token.id, self.node, "cancelled"))


def _lane(token: Token) -> str | None:
    """Give the lane of the task, else that of the activity around it."""
    around: Token | None = token
    while around is not None and around.task_spec.lane is None:
        around = around.workflow.host
    return around.task_spec.lane if around is not None else None


def _definition(token: Token) -> str | None:
    """Give the definition that the task belongs to, where it is not the instance's own."""
    around: Token | None = token
    while around is not None and around.workflow.definition is None:
        around = around.workflow.host
    return around.workflow.definition if around is not None else None


def _local(token: Token) -> Mapping[str, object]:
    """Give the variables that the task sees and the instance has not: its item, the data of the sub-process around it."""
    return visible(scope for scope in token.scopes() if scope.owner)


class ScriptTask(Activity):
    """Writes variables: each ``name = FEEL`` in turn, so that the next one sees it."""

    assignments: tuple[tuple[str, Expression], ...] = ()

    def _run_hook(self, token: Token) -> bool:
        for name, expression in self.assignments:
            token.write(name, token.evaluate(expression))
        return True


class SendTask(Activity):
    """Sends its message and is done (13.3.3)."""

    event: model.Event
    letter: Letter

    def _run_hook(self, token: Token) -> bool:
        throw(token, self.event, self.letter)
        return True


class ReceiveTask(Catching, Activity):
    """Waits for its message (13.3.3)."""

    def _update_hook(self, token: Token) -> bool:
        Activity._update_hook(self, token)
        self.wait(token)
        return False


class SubProcess(Activity):
    """An embedded sub-process or transaction (13.3.4): done when no token is left inside."""

    inner: BodySpec

    def _run_hook(self, token: Token) -> None:
        enter(token, self.inner).begin(self.inner.starts)


class CallActivity(Activity):
    """Calls a process, which sees only the variables that are handed in and gives back only those handed out (10.3.6).

    ``latest`` is the process's key where its newest version is called; else it is ``inner``.
    """

    inner: BodySpec
    latest: str | None = None
    inputs: tuple[tuple[str, Expression | None], ...] = ()
    outputs: tuple[tuple[str, Expression | None], ...] = ()

    def _run_hook(self, token: Token) -> None:
        scope = Scope(token.id)
        for name, value in self._handed(self.inputs, token):
            scope.put(name, value)
        if self.latest is None:
            enter(token, self.inner, scope).begin(self.inner.starts)
            return
        definition, spec = token.instance.library.latest(self.latest)
        if not spec.main.starts:
            raise errors.NoStart(kind="none", name=self.latest, node=self.node)
        enter(token, spec.main, scope, definition).begin(spec.main.starts)

    def ended_inside(self, token: Token, level: Inner) -> None:
        """Hand the results out."""
        for name, value in self._handed(self.outputs, level.task_tree):
            token.write(name, value)

    @staticmethod
    def _handed(mapping: tuple[tuple[str, Expression | None], ...], giver: Token) -> list[tuple[str, object]]:
        handed: list[tuple[str, object]] = []
        for name, expression in mapping:
            if expression is None:
                handed += visible(giver.scopes()).items()
            else:
                handed.append((name, giver.evaluate(expression)))
        return handed


class Repeated(Activity):
    """What repeats an activity: its token stays while one token per instance goes through ``once``.

    Its memory holds ``started`` and ``done`` (how many instances), and what the kinds of loop add.
    """

    once: Activity

    def _run_hook(self, token: Token) -> bool | None:
        token.memory = Scope(token.id, {"started": 0, "done": 0})
        token._set_state(STARTED)
        return None if self.proceed(token, token.memory.values) else True

    def start(self, token: Token, values: Mapping[str, object]) -> None:
        """Start one instance with variables of its own."""
        memory = _remembered(token)
        token.instance.count(1)
        instance = Token(token.workflow, self.once, token)
        instance.scope = Scope(instance.id, {**values, "loopCounter": memory["started"]})
        memory["started"] += 1
        self.once._update(instance)

    def instance_done(self, instance: Token) -> None:
        """Go on after one instance has completed."""
        token = instance.parent
        memory = _remembered(token)
        memory["done"] += 1
        if not self.proceed(token, memory, instance):
            token.cancel_beside()
            token.complete()

    @abstractmethod
    def proceed(self, token: Token, memory: dict[str, Any], instance: Token | None = None) -> bool:
        """Start what is to be started, at the beginning or after ``instance``; tell whether there is more to wait for."""


class StandardLoop(Repeated):
    """Does an activity again while its condition is true (13.3.6)."""

    condition: Expression | None = None
    test_before = False
    maximum: int | None = None

    def proceed(self, token: Token, memory: dict[str, Any], instance: Token | None = None) -> bool:
        """Start the next round."""
        if self.maximum is not None and memory["done"] >= self.maximum:
            return False
        if self.condition is not None and (instance is not None or self.test_before):
            counts = {"loopCounter": memory["done"]}
            if not (instance or token).holds(self.condition, counts):
                return False
        self.start(token, {})
        return True


class MultiInstance(Repeated):
    """Does an activity once per item, one after the other or all at once (13.3.7).

    Its memory adds ``total``, for a sequence the ``items``, and each instance's result under its token's number: instances are
    numbered in the order of their items.
    """

    sequential = False
    collection: Expression | None = None
    cardinality: Expression | None = None
    completion: Expression | None = None
    element: str | None = None
    result: str | None = None  # what each instance declares for its result
    result_value: Expression | None = None  # or how its result is found when it is done
    results: str | None = None

    def proceed(self, token: Token, memory: dict[str, Any], instance: Token | None = None) -> bool:
        """Start all instances, or the first or next one of a sequence."""
        if instance is None:
            items = self._items(token)
            memory["total"] = len(items)
            if self.sequential and token.memory is not None:
                token.memory.put("items", items)
            for item in items[:1] if self.sequential else items:
                self.start(token, self._declared(item))
        else:
            self._collect(token, instance)
            if self.completion is not None and instance.holds(self.completion, _counts(memory)):
                memory["total"] = memory["done"]
            elif self.sequential and memory["started"] < memory["total"]:
                self.start(token, self._declared(memory["items"][memory["started"]]))
        return bool(memory["done"] < memory["total"])

    def leave(self, token: Token) -> None:
        """Give out the results, in the order of the items, and go on."""
        if self.results is not None:
            memory = _remembered(token)
            token.write(self.results, [memory[number] for number in sorted(filter(str.isdigit, memory), key=int)])
        super().leave(token)

    def _declared(self, item: object) -> dict[str, object]:
        declared: dict[str, object] = {} if self.result is None else {self.result: None}
        return declared if self.element is None else declared | {self.element: item}

    def _items(self, token: Token) -> list[object]:
        if self.collection is not None:
            found = token.evaluate(self.collection)
            if not isinstance(found, list):
                raise errors.ItemsRefused(node=self.node, expression=self.collection.text, found=_shown(found))
            items = found
        elif self.cardinality is not None:
            found = token.evaluate(self.cardinality)
            number = int(found) if isinstance(found, int | float) and found == found // 1 else -1
            if isinstance(found, bool) or number < 0:
                raise errors.CountRefused(node=self.node, expression=self.cardinality.text, found=_shown(found))
            if number > MAXIMUM_ITEMS:
                raise errors.TooManyItems(node=self.node, count=number, limit=MAXIMUM_ITEMS)
            items = [None] * number
        else:
            items = []
        if len(items) > MAXIMUM_ITEMS:
            raise errors.TooManyItems(node=self.node, count=len(items), limit=MAXIMUM_ITEMS)
        return items

    def _collect(self, token: Token, instance: Token) -> None:
        memory, scope = token.memory, instance.scope
        if self.results is None or memory is None or scope is None:
            return
        if self.result_value is not None:
            value = instance.evaluate(self.result_value)
        else:
            value = scope.values.get(self.result or "")
        memory.put(str(instance.id), value)


def _remembered(token: Token) -> dict[str, Any]:
    return token.memory.values if token.memory is not None else {}


def _counts(memory: Mapping[str, int]) -> dict[str, object]:
    """Give the counts that a completion condition may ask for, in BPMN's and in Camunda's words."""
    total, done, active = memory["total"], memory["done"], memory["started"] - memory["done"]
    return {
        "numberOfInstances": total,
        "numberOfCompletedInstances": done,
        "numberOfActiveInstances": active,
        "numberOfTerminatedInstances": 0,
        "nrOfInstances": total,
        "nrOfCompletedInstances": done,
        "nrOfActiveInstances": active,
    }


def _shown(value: object) -> str:
    """Show a value as FEEL writes it, as far as a message has room."""
    plain = {None: "null", True: "true", False: "false"}
    text = plain[value] if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
