"""Global ids: opaque to clients, they carry the type, the company where there is one, and the row's key."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from domain.core.errors import InvalidInput
from resolvers.catalog import STORED, Entity

# Companies are numbered by a smallint.
COMPANY_NUMBER_MAX = 32_767


@dataclass(frozen=True, slots=True)
class GlobalId:
    """A decoded id; `company_id` is None for a group record."""

    entity: Entity
    company_id: int | None
    id: UUID


def encode_id(entity: Entity, company_id: int | None, id_: UUID) -> str:
    """The text of an id."""
    return f"{entity.name}-{company_id}-{id_}" if entity.is_sharded else f"{entity.name}-{id_}"


@lru_cache(maxsize=4_096)
def decode_id(text: str, where: str = "id") -> GlobalId:
    """The parts of an id as this graph writes it. Raises: InvalidInput for any other text."""
    name, _, rest = text.partition("-")
    entity = STORED.get(name)
    if entity is not None:
        company, _, key = rest.partition("-") if entity.is_sharded else ("", "", rest)
        try:
            parsed = GlobalId(entity, _company_number(company) if entity.is_sharded else None, UUID(key))
        except ValueError:
            parsed = None
        if parsed is not None and encode_id(entity, parsed.company_id, parsed.id) == text:
            return parsed
    raise no_id(text, where)


def _company_number(text: str) -> int:
    """Raises: ValueError for what no company can be numbered."""
    number = int(text)
    if not 0 <= number <= COMPANY_NUMBER_MAX:
        raise ValueError(text)
    return number


def no_id(text: str, where: str) -> InvalidInput:
    """The refusal of a text that names nothing here: alike for broken ids, unknown types, and types a reader cannot
    know of.
    """
    return InvalidInput(
        what=where, value=repr(text[:80]), reason="it is no global id of this kind", reason_zh="不是有效的全局标识"
    )


def type_of_id(text: object) -> str:
    """The type that a global id names, "" when it names none; enough to choose a plan."""
    name = text.partition("-")[0] if isinstance(text, str) else ""
    return name if name in STORED else ""
