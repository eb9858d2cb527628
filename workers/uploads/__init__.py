"""Uploaded files: cut into parts, read as columns, compared, made ready for the database."""
