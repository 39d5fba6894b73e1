"""Looking at conditions in tests of alerts: as a handler or a sweep does, and rules to look by."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.alerts.conditions import Condition
from domain.alerts.models import AlertKind, AlertRule, AlertSeverity
from domain.alerts.watching import check
from domain.core.handling import Handling
from domain.core.records import GROUP
from domain.core.work import Work
from tests.domain.books import AX, NOW, World, staff

Handle = Callable[[Handling], Awaitable[None]]


async def look(world: World, what: Handle | Condition[Any], company: int = AX, now: datetime = NOW) -> None:
    """Run a handler, or look at a condition as its sweep does, in the background's manner."""
    async with world.database.acquire() as connection, connection.raw.transaction():
        actor = staff("jobs")
        handling = Handling(connection=connection, actor=actor, grants=world.grants, company_id=company, now=now)
        await (check(handling, what) if isinstance(what, Condition) else what(handling))


async def a_rule(world: World, kind: AlertKind, threshold: str, hysteresis: str = "0", **more: Any) -> UUID:
    """A rule of a kind under the kind's own name; thresholds in percent unless told otherwise."""
    row = {
        "code": kind.value, "name": kind.value, "name_zh": kind.value, "kind": kind,
        "severity": AlertSeverity.WARNING, "threshold": Decimal(threshold), "hysteresis": Decimal(hysteresis),
        "threshold_unit": "%", "window_days": 90, "owner_role": "sales",
    }  # fmt: skip

    async def act(work: Work) -> list[UUID]:
        return await work.insert(AlertRule, [row | more])

    [id_] = await world.works(GROUP, act)
    return id_
