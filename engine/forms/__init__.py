"""Forms: what a task asks. Camunda Forms are read, answers are validated; no HTML, no clock, no network here."""
