"""The wire and nothing else: what marshmallow loads and dumps."""
