"""The blocks that random processes are made of, as BPMN; see :mod:`tests.execution.processes`."""

import itertools

from tests.execution.processes import Writer


class Blocks(Writer):
    """Writes each kind of block; a method gives the block's first and last node."""

    # leaves --------------------------------------------------------------------------------------------------------

    def _user(self, variant):
        ident = self.user()
        return ident, ident

    def _script(self, variant):
        name = self.id("n")
        self.numbers.append(name)
        ident = self.put(
            "scriptTask", self.id("T"), f"<bpmn:script>s{name} = {name} + {variant}</bpmn:script>", scriptFormat="feel"
        )
        return ident, ident

    def _repeated(self, tag, ident, inside, variant, *, output):
        item = self.id("x")
        parts = "<bpmn:loopDataInputRef>xs</bpmn:loopDataInputRef>"
        if output and variant & 4:
            self.put("dataObject", f"{ident}ys", name=f"{ident}ys")
            parts += f"<bpmn:loopDataOutputRef>{ident}ys</bpmn:loopDataOutputRef>"
        parts += f'<bpmn:inputDataItem id="{item}" name="{item}"/>'
        if output and variant & 4:
            parts += f'<bpmn:outputDataItem id="y{ident}" name="y{ident}"/>'
        if variant & 2:
            parts += f"<bpmn:completionCondition>{self.boolean()}</bpmn:completionCondition>"
        sequential = str(bool(variant & 1)).lower()
        loop = f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">{parts}</bpmn:multiInstanceLoopCharacteristics>'
        self.put(tag, ident, inside + loop)
        return ident, ident

    def _each(self, variant):
        return self._repeated("userTask", self.id("U"), "", variant, output=True)

    def _stdloop(self, variant):
        condition = f"<bpmn:loopCondition>{self.boolean()} = true</bpmn:loopCondition>"
        before = str(bool(variant & 1)).lower()
        loop = f'<bpmn:standardLoopCharacteristics loopMaximum="{1 + variant // 2}" testBefore="{before}">{condition}</bpmn:standardLoopCharacteristics>'
        ident = self.put("userTask", self.id("U"), loop)
        return ident, ident

    # blocks --------------------------------------------------------------------------------------------------------

    def _sequence(self, variant, *children):
        ends = [self.block(child) for child in children]
        for (_, last), (first, _) in itertools.pairwise(ends):
            self.flow(last, first)
        return ends[0][0], ends[-1][1]

    def _xor(self, variant, *children):
        return self.split(
            "exclusiveGateway", children, conditions=True, joining="inclusiveGateway" if variant == 7 else None
        )

    def _and(self, variant, *children):
        return self.split(
            "parallelGateway", children, conditions=False, joining="inclusiveGateway" if variant == 7 else None
        )

    def _or(self, variant, *children):
        return self.split("inclusiveGateway", children, conditions=True)

    def _emptybranch(self, variant, child):
        gateway = ("exclusiveGateway", "inclusiveGateway", "parallelGateway")[variant % 3]
        return self.split(gateway, (child, None), conditions=gateway != "parallelGateway")

    def _loop(self, variant, child):
        merge, again = self.put("exclusiveGateway", self.id("M")), self.id("G")
        first, last = self.block(child)
        task = self.user()
        self.flow(merge, first)
        self.flow(last, task)
        self.flow(task, again)
        self.flow(again, merge, f"{self.boolean()} = true")
        default = self.flow(
            again, out := self.user() if variant & 1 else self.put("intermediateThrowEvent", self.id("I"))
        )
        self.put("exclusiveGateway", again, default=default)
        return merge, out

    def _implicit(self, variant, *children):
        """Flows leaving a task: all of them, or the true ones."""
        task, join = self.user(), self.put("inclusiveGateway", self.id("J"))
        for number, child in enumerate(children):
            first, last = self.block(child)
            self.flow(task, first, f"{self.boolean()} = true" if variant & 1 and number else "")
            self.flow(last, join)
        return task, join

    def _twice(self, variant, child):
        """Two tokens through one task, gathered again by a sub-process around them."""
        ident = self.id("P")

        def write():
            fork, end = self.put("parallelGateway", self.id("G")), self.end()
            task = self.user()
            self.flow(self.put("startEvent", self.id("S")), fork)
            self.flow(fork, task)
            self.flow(fork, task)
            self.flow(task, end)

        self.put("subProcess", ident, self.level(write))
        first, last = self.block(child)
        self.flow(ident, first)
        return ident, last

    def _sub(self, variant, child):
        ident = self.id("P")

        def write():
            if variant & 1:
                name = self.id("d")
                self.numbers.append(name)
                self.put("dataObject", name, name=name)
            self.line(child)

        self.put("subProcess", ident, self.level(write))
        return ident, ident

    def _eachsub(self, variant, child):
        return self._repeated("subProcess", self.id("P"), self._level(child), variant, output=False)

    def decision(self, event: str) -> str:
        """Write a task after which the event is thrown, or not; a person comes first so that it races with nothing."""
        task, gateway = self.user(), self.id("G")
        self.flow(task, gateway)
        self.flow(gateway, self.end(event), f"{self.boolean()} = true")
        self.put("exclusiveGateway", gateway, default=self.flow(gateway, self.end()))
        return task

    def _failing(self, child, event):
        """Write a level that may end by the event instead of at its end."""
        return self.level(lambda: self.line(child, finish=self.decision(event)))

    def _caught(self, ident, inside, event, handler, *, quiet, ends):
        join = self.put("exclusiveGateway", self.id("J"))
        self.put("subProcess", ident, inside)
        boundary = self.put(
            "boundaryEvent", self.id("B"), event, attachedToRef=ident, cancelActivity=str(not quiet).lower()
        )
        first, last = self.block(handler)
        self.flow(boundary, first)
        self.flow(last, self.end() if ends else join)
        self.flow(ident, join)
        return ident, join

    def _error(self, variant, child, handler):
        inside = self._failing(child, '<bpmn:errorEventDefinition errorRef="Gagal"/>')
        if variant & 1:  # through a level that does not catch it
            middle, wrapped = self.id("P"), inside

            def write():
                self.flow(self.put("startEvent", self.id("S")), self.put("subProcess", middle, wrapped))
                self.flow(middle, self.end())

            inside = self.level(write)
        every = "<bpmn:errorEventDefinition/>" if variant & 2 else '<bpmn:errorEventDefinition errorRef="Gagal"/>'
        return self._caught(self.id("P"), inside, every, handler, quiet=False, ends=False)

    def _escalation(self, variant, child, handler):
        event = '<bpmn:escalationEventDefinition escalationRef="Naik"/>'
        quiet = bool(variant & 1)
        return self._caught(self.id("P"), self._failing(child, event), event, handler, quiet=quiet, ends=quiet)

    def _terminate(self, variant, child, other):
        """Parallel branches, one of which may terminate the level."""
        ident = self.id("P")

        def write():
            fork = self.put("parallelGateway", self.id("G"))
            self.flow(self.put("startEvent", self.id("S")), fork)
            first, last = self.block(child)
            self.flow(fork, first)
            self.flow(last, self.decision("<bpmn:terminateEventDefinition/>"))
            first, last = self.block(other)
            self.flow(fork, first)
            self.flow(last, self.end())

        self.put("subProcess", ident, self.level(write))
        return ident, ident

    def _event_sub_process(self, child, handler, event, *, quiet):
        ident = self.id("P")

        def write():
            self.line(child, finish=self.decision(event))

            def handle():
                first, last = self.block(handler)
                self.flow(self.put("startEvent", self.id("S"), event, isInterrupting=str(not quiet).lower()), first)
                self.flow(last, self.end())

            self.put("subProcess", self.id("P"), self.level(handle), triggeredByEvent="true")

        self.put("subProcess", ident, self.level(write))
        return ident, ident

    def _errorsub(self, variant, child, handler):
        return self._event_sub_process(child, handler, '<bpmn:errorEventDefinition errorRef="Gagal"/>', quiet=False)

    def _escalationsub(self, variant, child, handler):
        event = '<bpmn:escalationEventDefinition escalationRef="Naik"/>'
        return self._event_sub_process(child, handler, event, quiet=bool(variant & 1))

    def _signal(self, variant, child, handler):
        """A task with a signal boundary event beside a branch that throws the signal."""
        event, quiet = '<bpmn:signalEventDefinition signalRef="Sinyal"/>', bool(variant & 1)
        fork, join = self.put("parallelGateway", self.id("G")), self.put("parallelGateway", self.id("J"))
        merge, task = self.put("exclusiveGateway", self.id("J")), self.user()
        boundary = self.put(
            "boundaryEvent", self.id("B"), event, attachedToRef=task, cancelActivity=str(not quiet).lower()
        )
        first, last = self.block(handler)
        self.flow(boundary, first)
        self.flow(last, self.end() if quiet else merge)
        self.flow(fork, task)
        self.flow(task, merge)
        self.flow(merge, join)
        first, last = self.block(child)
        self.flow(fork, first)
        before, throw = self.user(), self.put("intermediateThrowEvent", self.id("I"), event)
        self.flow(last, before)
        self.flow(before, throw)
        self.flow(throw, join)
        return fork, join

    def _call(self, variant, child):
        process, ident = self.id("proses"), self.id("K")
        name = self.id("v")
        mapping = ""
        if variant & 1:
            mapping = f'<bpmn:extensionElements><camunda:in source="xs" target="xs"/><camunda:out source="r{name}" target="{name}"/></bpmn:extensionElements>'
        if variant & 2:
            mapping = '<bpmn:extensionElements><camunda:in variables="all"/></bpmn:extensionElements>'

        def write():
            if not mapping:  # nothing comes in: the items are made here
                ((first, last),) = [self.block(child)]
                script = self.put(
                    "scriptTask", self.id("T"), '<bpmn:script>xs = ["Ani", "Budi"]</bpmn:script>', scriptFormat="feel"
                )
                self.flow(self.put("startEvent", self.id("S")), script)
                self.flow(script, first)
                self.flow(last, self.end())
            else:
                self.line(child)

        self.processes.append(f'<bpmn:process id="{process}" isExecutable="true">{self.level(write)}</bpmn:process>')
        before = self.user()  # a person comes first: what is handed over races with nothing
        self.flow(before, self.put("callActivity", ident, mapping, calledElement=process))
        return before, ident

    def _link(self, variant, child):
        first, last = self.block(child)
        name = self.id("L")
        event = f'<bpmn:linkEventDefinition name="{name}"/>'
        self.flow(last, self.put("intermediateThrowEvent", self.id("I"), event))
        return first, self.put("intermediateCatchEvent", self.id("I"), event)

    # what waits for the clock or for a message ---------------------------------------------------------------------

    def _catch(self, variant):
        event = self.timed() if variant & 1 else self.received()
        ident = self.put("intermediateCatchEvent", self.id("C"), event)
        return ident, ident

    def _receive(self, variant):
        ident = self.put("receiveTask", self.id("R"), messageRef=self.message())
        return ident, ident

    def _timer(self, variant, child, handler):
        quiet = bool(variant & 1)
        event = self.timed(repeated=2 if variant == 3 else 0)
        return self._caught(self.id("P"), self._level(child), event, handler, quiet=quiet, ends=quiet)

    def _message(self, variant, child, handler):
        quiet = bool(variant & 1)
        return self._caught(self.id("P"), self._level(child), self.received(), handler, quiet=quiet, ends=quiet)

    def _choice(self, variant, *children):
        gateway, join = self.put("eventBasedGateway", self.id("G")), self.put("exclusiveGateway", self.id("J"))
        for number, child in enumerate(children):
            if variant & 1 and number:
                event = self.put("receiveTask", self.id("R"), messageRef=self.message())
            else:
                event = self.put("intermediateCatchEvent", self.id("C"), self.received() if number else self.timed())
            self.flow(gateway, event)
            first, last = self.block(child)
            self.flow(event, first)
            self.flow(last, join)
        return gateway, join

    def _started_beside(self, child, handler, event, *, quiet):
        ident = self.id("P")

        def write():
            self.line(child)

            def handle():
                first, last = self.block(handler)
                self.flow(self.put("startEvent", self.id("S"), event, isInterrupting=str(not quiet).lower()), first)
                self.flow(last, self.end())

            self.put("subProcess", self.id("P"), self.level(handle), triggeredByEvent="true")

        self.put("subProcess", ident, self.level(write))
        return ident, ident

    def _messagesub(self, variant, child, handler):
        return self._started_beside(child, handler, self.received(), quiet=bool(variant & 1))

    def _timersub(self, variant, child, handler):
        event = self.timed(repeated=2 if variant == 3 else 0)
        return self._started_beside(child, handler, event, quiet=bool(variant & 1))
