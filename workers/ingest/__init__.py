"""The stages of an upload: planned, decoded, checked, written; or undone."""
