"""A load of the demonstration at work: who acts in it, and what its masters are called."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, select

from domain.coexistence.demo.orders import Codes, instant
from domain.coexistence.demo.users import USERS, User
from domain.coexistence.demo.world import TODAY
from domain.coexistence.imports import Progress
from domain.coexistence.models import LegacyKey
from domain.coexistence.runs import Importer
from domain.core.actors import Actor, Grants
from domain.core.database import Connection, Row
from domain.core.perform import perform
from domain.core.records import GROUP, Record, is_sharded
from domain.finance.models import PaymentTerms, TaxCode
from domain.master_data.companies import Site
from domain.master_data.items import Item
from domain.master_data.parties import Party
from domain.master_data.places import Location

SYSTEM, NAME = "demo", "Demonstration group"

_key = LegacyKey.table
_tax = TaxCode.table
_terms = PaymentTerms.table
_company_id = bindparam("company_id", type_=SmallInteger())
_TAXES = select(_tax.c.code, _tax.c.id).where(_tax.c.company_id == _company_id)
_TERMS = select(_terms.c.code, _terms.c.id).where(_terms.c.company_id == _company_id)


@dataclass(frozen=True, slots=True)
class Loading:
    """A load at work: the entities with their company numbers, and what everyone in it may do."""

    by: Importer
    numbers: Mapping[str, int]
    grants: Grants
    progress: Progress

    @property
    def connection(self) -> Connection:
        """The one connection that everything goes through."""
        return self.by.connection

    async def perform(self, actor: Actor, company_id: int, commands: Sequence[Any], **terms: Any) -> list[UUID]:
        """The ids of what the commands made. Raises: the first refusal."""
        if not commands:
            return []
        done = await perform(self.connection, actor, self.grants, company_id, commands, **terms)
        for refusal in done.refusals:
            raise refusal
        return done.ids


def acting(users: Mapping[str, UUID], name: str, company_id: int) -> Actor:
    """The user as an actor in one company."""
    user: User = next(user for user in USERS if user.name == name)
    roles = {company_id: frozenset(role for role, _ in user.roles)}
    return Actor(id=users[name], name=name, audience=user.audience, roles=roles, locale=user.locale, client=SYSTEM)


async def codes_of(loading: Loading, company_id: int) -> Codes:
    """The ids of the demonstration's masters by their codes."""
    connection = loading.connection
    found: list[Mapping[str, UUID]] = []
    for record in (Item, Party, Site, Location):
        home = company_id if is_sharded(record) else GROUP
        found.append(await ids_by_code(connection, record, home, None))
    items, parties, sites, locations = found
    return Codes(items, parties, sites, locations)


async def ids_by_code(
    connection: Connection, record: type[Record], company_id: int, codes: Sequence[str] | None
) -> Mapping[str, UUID]:
    """The ids of the demonstration's records of one kind by code: those named, or all of them."""
    table = record.table
    statement = select(table.c.code, table.c.id).join_from(
        _key,
        table,
        (_key.c.record_id == table.c.id)
        & (_key.c.company_id == _company_id)
        & (_key.c.record_type == table.name),
    )
    if is_sharded(record):
        statement = statement.where(table.c.company_id == _key.c.company_id)
    rows = await connection.fetch(statement, company_id=company_id)
    return {row["code"]: row["id"] for row in rows if codes is None or row["code"] in codes}


@dataclass(frozen=True, slots=True)
class Acts:
    """What people do in one company for one part of its trade, each under its own name and on its day."""

    loading: Loading
    company_id: int
    part: str
    users: Mapping[str, UUID]
    codes: Codes
    taxes: Mapping[str, UUID]
    terms: Mapping[str, UUID]

    async def perform(self, name: str, commands: Sequence[Any], *, day: date) -> list[UUID]:
        """The ids of what a user's commands made. Raises: the first refusal."""
        if not commands:
            return []
        key = f"{SYSTEM}:{self.company_id}:{self.part}:{type(commands[0]).__name__}:{day}"
        actor = acting(self.users, name, self.company_id)
        return await self.loading.perform(
            actor, self.company_id, commands, clock=lambda: instant(day), idempotency_key=key
        )

    async def fetch(self, statement: Any, **values: Any) -> Sequence[Row]:
        """The rows of a statement about the company."""
        return await self.loading.connection.fetch(statement, company_id=self.company_id, **values)

    @staticmethod
    def month_ends(first_on: date) -> Iterator[date]:
        """The last day of each month from that of a day on, no day after the demonstration's."""
        day = first_on
        while day <= TODAY:
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            yield min(day - timedelta(days=1), TODAY)


async def acts_in(loading: Loading, company_id: int, part: str, users: Mapping[str, UUID]) -> Acts:
    """What the users may name in a company, as it is now."""
    taxes, terms = [
        {row["code"]: row["id"] for row in await loading.connection.fetch(statement, company_id=company_id)}
        for statement in (_TAXES, _TERMS)
    ]
    return Acts(loading, company_id, part, users, await codes_of(loading, company_id), taxes, terms)
