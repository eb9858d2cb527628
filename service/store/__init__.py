"""The system of record: functions that take a session and never commit."""
