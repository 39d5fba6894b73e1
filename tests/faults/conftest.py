"""The small group of `tests.domain.books` for what must survive a fault, and a server that is not killed."""

from tests.domain.conftest import world
from tests.server.conftest import live

__all__ = ["live", "world"]
