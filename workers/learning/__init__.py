"""Active learning over arrays: no database, queue, clock or settings."""
