"""`python -m engine.cli` is `lajur`."""

from engine.cli import main

main(prog_name="lajur")
