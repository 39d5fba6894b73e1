"""Who rehearses: four actors, so that nobody approves, receives or pays what is their own, and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.coexistence.imports import Finding
from domain.coexistence.runs import Run
from domain.core.actors import Action, Actor, Audience, Grants
from domain.core.database import Connection
from domain.core.errors import DomainError
from domain.core.perform import perform
from domain.core.records import GROUP

CLIENT = "rehearsal"
# What a rehearsal performs beside imports.
MODULES = ("coexistence", "finance", "inventory", "master_data", "procurement")


def _actor(name: str, last: int) -> Actor:
    id_ = UUID(f"00000000-0000-7000-8000-7265686561{last:02x}")
    return Actor(id=id_, name=f"rehearsal {name}", audience=Audience.STAFF, roles={}, client=CLIENT)


BUYER, APPROVER, RECEIVER, ACCOUNTANT = (
    _actor(name, last) for last, name in enumerate(("buyer", "approver", "receiver", "accountant"), 1)
)


def grants_in(company_id: int) -> Grants:
    """Everything of the modules that a rehearsal works with, in the group and one company."""
    everywhere = frozenset({GROUP, company_id})
    actions = {(module, action): everywhere for module in MODULES for action in Action}
    return Grants(version=0, audience=Audience.STAFF, companies=(GROUP, company_id), tiers={}, actions=actions)


class NotMade(Exception):
    """Some document could not be made; what its transaction did is undone."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(str(findings[0]))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """A rehearsal at work: the run, the numbers of the two companies, and what its actors may do."""

    run: Run
    first_id: int
    second_id: int
    grants: Grants

    @property
    def connection(self) -> Connection:
        """The one connection that everything goes through."""
        return self.run.by.connection

    async def made(
        self,
        actor: Actor,
        commands: Sequence[Any],
        *,
        company_id: int | None = None,
        key: str | None = None,
        named: Sequence[str] = (),
    ) -> list[UUID]:
        """The ids of what the commands made, all of one class, in one transaction.

        `named` says for each what document of the source it is of. Raises: NotMade with a finding for each that is
        refused.
        """
        home = self.second_id if company_id is None else company_id
        if not commands:
            return []
        done = await perform(self.connection, actor, self.grants, home, commands, idempotency_key=key)
        if done.refusals:
            raise NotMade(_findings(type(commands[0]).__name__, done.outcomes, named))
        return done.ids


def _findings(command: str, outcomes: Sequence[UUID | DomainError], named: Sequence[str]) -> list[Finding]:
    """A finding for each refusal; one that stands for the whole batch is told once."""
    told: dict[int, Finding] = {}
    for place, outcome in enumerate(outcomes):
        if isinstance(outcome, DomainError):
            value = named[place] if named else None
            finding = Finding(
                file="purchase_order", column=command, value=value, code=outcome.code, message=outcome.message()
            )
            told.setdefault(id(outcome), finding)
    return list(told.values())
