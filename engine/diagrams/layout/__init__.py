"""Layout: BPMN DI for a file that has none, or anew, as a careful person would draw it.

Pools with lanes in their order, nodes from left to right by longest path, orthogonal edges around shapes, loops over or under
them, names beside what they name. Data objects and annotations get no shape. The same bytes always give the same drawing.
"""

from engine.diagrams.layout.files import lay_out

__all__ = ["lay_out"]
