"""FEEL, the one expression language of diagrams and forms: evaluate it, check it, list its variables.

``feel`` and ``inspection`` are what other wings use; ``backend``, ``values`` and ``zones`` are how it runs.
"""
