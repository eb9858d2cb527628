"""Databases as they were before a migration."""

from alembic import command
from sqlalchemy import Connection

from service.store import migrate


def back_to(connection: Connection, revision: str) -> None:
    """Take back all migrations behind one."""
    config = migrate._config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)
    connection.commit()
