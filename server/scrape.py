"""/metrics: what Prometheus gets, and who may ask for it.

With a token (`SKEIN_METRICS_TOKEN`) whoever shows it; without one only this machine, and no proxy on it. Anybody else
is told that there is nothing at this path, as of any other path.
"""

import hmac
from dataclasses import dataclass
from ipaddress import ip_address

import asyncpg
import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from domain.core.database import LOST, Database
from domain.core.errors import Overloaded
from resolvers.watch import Hub
from server.metrics import Metrics, Sharing, exposition

log = structlog.get_logger("metrics")

OUTBOX = """
SELECT count(*)::float8 AS waiting,
  coalesce(extract(epoch FROM statement_timestamp() - min(recorded_at)), 0)::float8 AS lag,
  (SELECT coalesce(max(position), 0) FROM outbox_event) AS newest
FROM outbox_event WHERE position IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrape:
    """Answers /metrics for this process, and with `sharing` for all processes behind the port."""

    metrics: Metrics
    database: Database
    hub: Hub
    token: str | None
    sharing: Sharing | None = None

    def is_allowed(self, request: Request) -> bool:
        """Whether the one who asks may see the figures."""
        if self.token is not None:
            given = request.headers.get("authorization", "")
            return hmac.compare_digest(given.encode("latin-1"), f"Bearer {self.token}".encode())
        if "x-forwarded-for" in request.headers or "forwarded" in request.headers or request.client is None:
            return False
        return ip_address(request.client.host).is_loopback

    async def __call__(self) -> Response:
        """The figures; without those of the database while that is away."""
        processes = [self.metrics.figures(), *(self.sharing.others() if self.sharing else ())]
        extra: dict[str, float] = {}
        try:
            async with self.database.acquire() as connection:
                row = await connection.raw.fetchrow(OUTBOX)
            assert row is not None, "an aggregate always has a row"
            extra = {
                "outbox_waiting": row["waiting"], "outbox_lag_seconds": row["lag"],
                "watch_lag": max(row["newest"] - self.hub.position, 0),
            }  # fmt: skip
        except (*LOST, Overloaded, asyncpg.PostgresError) as lost:
            log.warning("scraped_without_database", reason=type(lost).__name__)
        return Response(exposition(processes, extra), media_type=CONTENT_TYPE_LATEST)
