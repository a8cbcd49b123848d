"""Running a process: BPMN 2.0.2, chapter 13, on SpiffWorkflow's task tree. Pure: no database, no clock, no network."""
