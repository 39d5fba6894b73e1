"""The small group of `tests.domain.books`, for what must survive a fault."""

from tests.domain.conftest import world

__all__ = ["world"]
