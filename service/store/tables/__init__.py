"""The tables, a module for each part of the story."""
