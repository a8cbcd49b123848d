"""Everything about running a process; knows no web. The wings and what each may import: `tool.importlinter` in pyproject.toml."""
