"""Connectors: what service tasks can have done by a machine, one file each; no database, no diagrams."""
