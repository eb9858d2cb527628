"""Feature shards: written, memory-mapped, walked through."""
