"""Alembic's environment, for writing a migration: a database at the head is compared with the records.

Upgrades do not pass through here: `migrations.upgrade` renders the same scripts to statements and runs them itself.
"""

from alembic import context

from domain import RECORDS
from domain.core.records import Record

assert RECORDS, "importing the register maps every record"
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
