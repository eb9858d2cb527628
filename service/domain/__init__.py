"""Plain facts and decisions: standard library only."""
