"""What the service does: one function a request, one transaction a function."""
