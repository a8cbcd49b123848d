"""What is running: deployments and versions, instances, tasks."""
