"""What the service is worth, measured over HTTP: a demonstration, and published curves."""
