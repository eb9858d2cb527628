"""`make simulate`: replays of labelled files, without a service."""
