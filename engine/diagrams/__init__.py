"""Diagrams: hardened BPMN into plain data, findings about it, foreign files made runnable, layout. Pure."""
