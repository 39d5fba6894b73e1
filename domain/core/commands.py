"""Commands: what someone wants to become true, as frozen records; one function each makes it true.

The function is set-wise: it takes the work (transaction) and a list of commands and returns `Results`, one place a
command, each a record id or the refusal that stands in its place. The single form is a list of one.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, dataclass_transform
from uuid import UUID

from domain.core.actors import Action, Grants
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
    columns. A `secret` is never shown, logged or kept.
    """

    doc: str
    zh: str
    reference: str | None = None
    unit: str | None = None
    number: str | None = None
    secret: bool = False


def argument(*, doc: str, zh: str, default: Any = MISSING, **more: Any) -> Any:
    """An input of a command, with its meaning; `more` goes to `ArgumentSpec`."""
    spec = ArgumentSpec(doc=doc, zh=zh, **more)
    return field(metadata={"spec": spec}, default=default, repr=not spec.secret)


@dataclass(frozen=True, slots=True)
class Reveal:
    """Something that a command's payload tells beside its record, such as a secret that is kept nowhere.

    The command's function made it (`Work.reveal`), or the process that answers makes it from the record and the
    installation's own secret; a replay answers null. `type_` is its type in the graph.
    """

    name: str
    doc: str
    type_: str = "String"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """What a command says of itself: the action the policy must grant, and the record its payload shows.

    `key_required` is true for postings: without an idempotency key a retry could post twice. A command that takes a
    secret does not `takes_key`: the digest that is kept under a key would let it be guessed. A `costly` command waits
    for its turn without a connection (`domain.core.lanes`). One about what is the actor's `own`, a record of the group,
    is performed by whoever may do so in any company.
    """

    name: str
    module: str
    doc: str
    zh: str
    action: Action
    record: type[Record]
    key_required: bool
    takes_key: bool = True
    reveals: tuple[Reveal, ...] = ()
    costly: bool = False
    own: bool = False

    def performed_in(self, company_id: int, grants: Grants) -> bool:
        """Whether the grants allow it in the company, or in the group (0)."""
        allowed = grants.may(self.module, self.action, self.name)
        return bool(allowed) if self.own else company_id in allowed


@dataclass_transform(kw_only_default=True, frozen_default=True)
def command(
    *,
    action: Action,
    record: type[Record],
    zh: str,
    key_required: bool = False,
    reveals: tuple[Reveal, ...] = (),
    costly: bool = False,
    own: bool = False,
) -> Callable[[type[C]], type[C]]:
    """Make a class a frozen command; its fields are declared with `argument`."""

    def decorate(cls: type[C]) -> type[C]:
        made: Any = dataclass(frozen=True, kw_only=True)(cls)
        made.spec = CommandSpec(
            name=cls.__name__, module=cls.__module__.split(".")[1], doc=(cls.__doc__ or "").strip(), zh=zh,
            action=action, record=record, key_required=key_required, reveals=reveals, costly=costly,
            own=own,
            takes_key=not any(one.metadata["spec"].secret for one in fields(made)),
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


def told(work: "Work", event: str, record: type[R], outcomes: Sequence[UUID | DomainError]) -> Results[R]:
    """The results of the commands, watchers told that the event happened to the rows that succeeded, each once."""
    results: Results[R] = Results(outcomes)
    if results.ids:
        work.emit(event, record, list(dict.fromkeys(results.ids)))
    return results


class Handler(Protocol):
    """The function of a command."""

    def __call__(self, work: "Work", commands: Sequence[Any], /) -> Awaitable[Results[Any]]: ...
