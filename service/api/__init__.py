"""HTTP: one file a resource; a view loads, calls one action, returns."""
