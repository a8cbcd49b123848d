"""`python -m engine.cli` is `lajur`."""

from engine.cli import main

if __name__ == "__main__":  # the server's own process imports this module, too
    main(prog_name="lajur")
