"""How a database gets from nothing, or from an older release, to the tables that the records declare.

`versions` holds the history that alembic generated and a person read; `guards` what follows from the records and can be
made again at any time (append-only triggers); `reference` the rows that every installation needs.
"""
