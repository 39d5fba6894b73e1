"""Commands: what someone wants to become true, as frozen records; one function each makes it true.

The function is set-wise: it takes the work (transaction) and a list of commands and returns `Results`, one place a
command, each a record id or the refusal that stands in its place. The single form is a list of one.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import MISSING, dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, dataclass_transform
from uuid import UUID

from domain.core.actors import Action
from domain.core.errors import DomainError
from domain.core.records import Record

if TYPE_CHECKING:
    from domain.core.work import Work

C = TypeVar("C")
R = TypeVar("R", bound=Record)


class Unset(Enum):
    """The value of an input that was not sent, for commands that tell it from null."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentSpec:
    """What one input of a command means; the graph's input field is derived from it.

    `reference` is the table an id points at (the graph then takes id, business key or legacy key); `unit` as on
    columns.
    """

    doc: str
    zh: str
    reference: str | None = None
    unit: str | None = None
    number: str | None = None


def argument(*, doc: str, zh: str, default: Any = MISSING, **more: Any) -> Any:
    """An input of a command, with its meaning; `more` goes to `ArgumentSpec`."""
    spec = {"spec": ArgumentSpec(doc=doc, zh=zh, **more)}
    return field(metadata=spec) if default is MISSING else field(metadata=spec, default=default)


@dataclass(frozen=True, slots=True)
class Reveal:
    """Something that a command's payload tells beside its record, such as a secret that is kept nowhere.

    It is made by the process that answers, from the record and the installation's own secret; a replay answers null.
    """

    name: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """What a command says of itself: the action the policy must grant, and the record its payload shows.

    `key_required` is true for postings: without an idempotency key a retry could post twice.
    """

    name: str
    module: str
    doc: str
    zh: str
    action: Action
    record: type[Record]
    key_required: bool
    reveals: Reveal | None = None


@dataclass_transform(kw_only_default=True, frozen_default=True)
def command(
    *, action: Action, record: type[Record], zh: str, key_required: bool = False, reveals: Reveal | None = None
) -> Callable[[type[C]], type[C]]:
    """Make a class a frozen command; its fields are declared with `argument`."""

    def decorate(cls: type[C]) -> type[C]:
        made = dataclass(frozen=True, kw_only=True)(cls)
        made.spec = CommandSpec(  # type: ignore[attr-defined]  # the decorator is where commands get it
            name=cls.__name__, module=cls.__module__.split(".")[1], doc=(cls.__doc__ or "").strip(), zh=zh,
            action=action, record=record, key_required=key_required, reveals=reveals,
        )  # fmt: skip
        return made

    return decorate


@dataclass_transform(kw_only_default=True, frozen_default=True)
def part(cls: type[C]) -> type[C]:
    """Make a class a frozen part of a command, such as a line of an order."""
    return dataclass(frozen=True, kw_only=True)(cls)


class Results(Generic[R]):
    """One outcome a command, in order: the id of the record, or the refusal in its place."""

    def __init__(self, outcomes: Sequence[UUID | DomainError]) -> None:
        self.outcomes: list[UUID | DomainError] = list(outcomes)

    @property
    def ids(self) -> list[UUID]:
        """The ids of the rows that succeeded, in order."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, UUID)]

    @property
    def refusals(self) -> list[DomainError]:
        """The refusals, each with its place as the first step of its path where several commands were given."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, DomainError)]


class Handler(Protocol):
    """The function of a command."""

    def __call__(self, work: "Work", commands: Sequence[Any], /) -> Awaitable[Results[Any]]: ...
