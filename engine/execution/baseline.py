"""What a web worker does with SpiffWorkflow as it comes: the library's serializer, one row, one commit per completion.

``lajur bench`` measures Lajur against it; nothing else uses it. It runs only the diagrams that the bench makes itself.
"""

import io
import sqlite3
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState


class Baseline:
    """One process definition, parsed once, and a table of instances in a SQLite file (WAL, synchronous FULL)."""

    def __init__(self, key: str, source: bytes, path: Path) -> None:
        parser = BpmnParser()
        parser.add_bpmn_io(io.BytesIO(source))
        self._spec = parser.get_spec(key)
        self._serializer = BpmnWorkflowSerializer()
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS instances (id INTEGER PRIMARY KEY, state TEXT)")

    def start(self) -> int:
        """Start an instance, store it, give its row's id."""
        workflow = BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        state = self._serializer.serialize_json(workflow)
        row = self._connection.execute("INSERT INTO instances (state) VALUES (?)", (state,)).lastrowid
        self._connection.commit()
        assert row is not None  # noqa: S101  # an INSERT has one
        return row

    def complete(self, instance: int, values: dict[str, Any]) -> None:
        """Load an instance, complete its first open task, store it again."""
        (state,) = self._connection.execute("SELECT state FROM instances WHERE id = ?", (instance,)).fetchone()
        workflow = self._serializer.deserialize_json(state)
        task = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
        task.data.update(values)
        task.run()
        workflow.do_engine_steps()
        state = self._serializer.serialize_json(workflow)
        self._connection.execute("UPDATE instances SET state = ? WHERE id = ?", (state, instance))
        self._connection.commit()

    def size(self, instance: int) -> int:
        """Give the bytes of an instance's state."""
        (size,) = self._connection.execute("SELECT length(state) FROM instances WHERE id = ?", (instance,)).fetchone()
        return int(size)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
