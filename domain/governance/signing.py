"""The key that signs our own bearer tokens changes its generation: published first, then signing, the one before taken
until its tokens have ended.

Nothing of a key is stored; `server.signing` says how each follows from the installation's secret.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from domain.core.accounts import SigningKey
from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, Rejected
from domain.core.ids import new_id
from domain.core.work import Work
from domain.governance.policy import hold_policy, raise_version

# Whoever keeps our key set has it anew after five minutes; twice that, before a token names a key that it lacks.
ANNOUNCED_MINUTES = 10
ANNOUNCED_MINUTES_MAX = 1_440
# The longest life of a token (`skein token --hours`): by then no token of the key before is left.
OVERLAP_HOURS_MAX = 8_760

FIRST_GENERATION = 1
# As many as the column counts.
GENERATIONS_MAX = 32_767

_key = SigningKey.table
_LAST = select(func.coalesce(func.max(_key.c.generation), FIRST_GENERATION))


@command(action=Action.ADMINISTER, record=SigningKey, zh="轮换签名密钥")
class RotateSigningKey:
    """Sign bearer tokens with a new key, published before it signs; tokens of the key before hold until they end.

    Where a key is known to others, both spans are 0: every token that was issued is refused from the commit on.
    """

    announced_minutes: int = argument(
        doc=f"How long the new key is published before it signs, 0 to {ANNOUNCED_MINUTES_MAX}.", zh="提前公布分钟数",
        unit="min", default=ANNOUNCED_MINUTES,
    )  # fmt: skip
    overlap_hours: int = argument(
        doc=f"How long from then on tokens of keys before are taken, 0 to {OVERLAP_HOURS_MAX}.", zh="并行小时数",
        unit="h", default=OVERLAP_HOURS_MAX,
    )  # fmt: skip


async def rotate_signing_key(work: Work, commands: Sequence[RotateSigningKey]) -> Results[SigningKey]:
    """The next generations.

    Raises: Rejected (per row). Emits: SigningKeyRotated.
    """
    await hold_policy(work)
    generation: int = (await work.fetch(_LAST))[0][0]
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        refusal = _outside("announcedMinutes", one.announced_minutes, ANNOUNCED_MINUTES_MAX) or _outside(
            "overlapHours", one.overlap_hours, OVERLAP_HOURS_MAX
        )
        if refusal is None and generation >= GENERATIONS_MAX:
            refusal = _outside("generation", generation + 1, GENERATIONS_MAX)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        generation += 1
        signs_from = work.now + timedelta(minutes=one.announced_minutes)
        previous_until = signs_from + timedelta(hours=one.overlap_hours)
        rows.append(
            {
                "id": new_id(), "generation": generation, "signs_from_at": signs_from,
                "previous_until_at": previous_until,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit("SigningKeyRotated", SigningKey, await work.insert(SigningKey, rows))
        # Every process looks anew, and asks anew whom each token stands for.
        await raise_version(work)
    return Results(outcomes)


def _outside(what: str, value: int, most: int) -> DomainError | None:
    if 0 <= value <= most:
        return None
    reason, reason_zh = f"it is 0 to {most}", f"须为 0 至 {most}"
    return Rejected((what,), what=what, value=value, reason=reason, reason_zh=reason_zh)
