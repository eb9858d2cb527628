"""What a report says, section by section, from evidence that was read once."""
