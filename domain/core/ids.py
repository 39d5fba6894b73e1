"""Row ids: UUID version 7, made in Python, so that a row has its id before it meets the database."""

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["new_id"]


def new_id() -> UUID:
    """A new id; ids made later by one process sort later (RFC 9562, 5.7)."""
    return uuid7()
