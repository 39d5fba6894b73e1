"""The smallest commands there can be, for tests of the write road: register a unit of measure, rename it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action, Actor, Audience, Grants
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.perform import link_commands
from domain.core.records import GROUP
from domain.core.work import Work
from domain.master_data.units import Dimension, UnitOfMeasure


@command(action=Action.CREATE, record=UnitOfMeasure, zh="登记单位")
class RegisterUnit:
    """Add a unit."""

    code: str = argument(doc="Code.", zh="代码")
    factor: Decimal | None = argument(doc="Base factor.", zh="系数", default=None)


@command(action=Action.POST, record=UnitOfMeasure, zh="更名单位", key_required=True)
class RenameUnit:
    """Give a unit another name."""

    unit_id: UUID = argument(doc="The unit.", zh="单位", reference="unit_of_measure")
    name: str = argument(doc="Name.", zh="名称")
    expected_version: int | None = argument(doc="Version last seen.", zh="版本", default=None)


async def register_units(work: Work, commands: Sequence[RegisterUnit]) -> Results[UnitOfMeasure]:
    """The units, registered; a code that begins with a digit is refused."""
    outcomes: list[UUID | DomainError] = [
        Rejected(what="code", value=one.code, reason="begins with a digit", reason_zh="以数字开头")
        if one.code[0].isdigit()
        else new_id()
        for one in commands
    ]
    made = [
        {"id": id_, "code": one.code, "name": one.code, "dimension": Dimension.OTHER, "base_factor": one.factor}
        for id_, one in zip(outcomes, commands, strict=True)
        if isinstance(id_, UUID)
    ]
    await work.insert(UnitOfMeasure, made)
    work.emit("UnitRegistered", UnitOfMeasure, [row["id"] for row in made])
    return Results(outcomes)


async def rename_units(work: Work, commands: Sequence[RenameUnit]) -> Results[UnitOfMeasure]:
    """The units, renamed; NotFound and StaleVersion stand in their places."""
    units = await work.lock(UnitOfMeasure, [one.unit_id for one in commands])
    stale = await work.stale(UnitOfMeasure, units, {one.unit_id: one.expected_version for one in commands})
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        if one.unit_id not in units:
            outcomes.append(NotFound(what="unit", key=str(one.unit_id)))
        else:
            outcomes.append(stale.get(one.unit_id, one.unit_id))
    renamed = [
        {"id": one.unit_id, "name": one.name}
        for one, outcome in zip(commands, outcomes, strict=True)
        if isinstance(outcome, UUID)
    ]
    await work.update(UnitOfMeasure, renamed, ("name",))
    work.emit("UnitRenamed", UnitOfMeasure, [row["id"] for row in renamed])
    return Results(outcomes)


link_commands({RegisterUnit: register_units, RenameUnit: rename_units})


def an_actor(name: str = "ann", client: str = "test") -> Actor:
    """A person of the group's staff."""
    return Actor(id=new_id(), name=name, audience=Audience.STAFF, roles={}, client=client)


def all_grants() -> Grants:
    """Both commands, in the group."""
    home = frozenset({GROUP})
    commands = {"RegisterUnit": home, "RenameUnit": home}
    return Grants(version=1, audience=Audience.STAFF, companies=(), tiers={}, commands=commands)


def an_instant() -> datetime:
    """An instant for works that are opened by hand."""
    return datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
