"""Raw items into features."""
