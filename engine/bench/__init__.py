"""How fast Lajur is, beside plain SpiffWorkflow on the same machine in the same run: ``lajur bench``."""
