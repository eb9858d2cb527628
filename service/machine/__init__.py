"""The service on one machine: its processes, their order, their restarts and their end."""
