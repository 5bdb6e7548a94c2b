"""The whole of a service's `env.py`."""

from alembic import context
from sqlalchemy import MetaData


def run_env(metadata: MetaData) -> None:
    """Run a service's revisions on the connection that it was given."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()
