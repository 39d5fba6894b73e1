"""Loads the demonstration: masters entity by entity, then users, then the orders of each entity."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from domain.coexistence.books import FoundBooks
from domain.coexistence.commands import ImportHistory, OpenImportRun
from domain.coexistence.demo.entity import CUT_OVER_ON, entity_feeds, opening_stock
from domain.coexistence.demo.loading import NAME, SYSTEM, Loading, acting, codes_of, ids_by_code
from domain.coexistence.demo.masters import group_feeds
from domain.coexistence.demo.orders import (
    Codes,
    PlannedOrder,
    approvals,
    by_month,
    creation,
    instant,
    planned_orders,
    receipt,
    rejections,
)
from domain.coexistence.demo.production import production_feeds
from domain.coexistence.demo.trade import load_trade
from domain.coexistence.demo.users import APPROVER, BUYER_OF, EVERYWHERE, RECEIVER, USERS
from domain.coexistence.demo.world import BOOKS_FROM, BOOKS_TO, ENTITIES, SEED, TODAY, Entity
from domain.coexistence.feeds import Plan, company_number, importer, run_plan
from domain.coexistence.imports import Feed, Finding, ImportReport, Progress, digest_of
from domain.coexistence.models import ImportStatus, LegacyKey
from domain.coexistence.runs import Importer, Run, running
from domain.core.accounts import UserAccount
from domain.core.actors import Action, Actor, Audience, Grants
from domain.core.database import Connection
from domain.core.records import GROUP
from domain.governance import CreateUser, GrantRole, LinkPartner
from domain.master_data.parties import Party
from domain.procurement import PurchaseOrder

# What the load itself performs beside imports; each buyer, approver and receiver acts with the same grants.
MODULES = ("coexistence", "finance", "governance", "logistics", "master_data", "procurement", "sales")

_key = LegacyKey.table
_ORDERS_KNOWN = select(func.count()).where(
    _key.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _key.c.record_type == PurchaseOrder.table.name,
    _key.c.source_table == "orders",
    _key.c.key.like(bindparam("pattern", type_=Text())),
)
_user = UserAccount.table
_USERS = select(_user.c.name, _user.c.id).where(_user.c.name == func.any(bindparam("names", type_=ARRAY(Text()))))


async def import_demo(by: Importer, *, progress: Progress, with_trade: bool = True) -> ImportReport:
    """The report over everything that was loaded; a second load changes nothing.

    `with_trade` leaves out, where it is false, all but masters and purchases.

    Raises: ImportRunning.
    """
    numbers = await company_numbers(by.connection)
    everywhere = frozenset({GROUP, *numbers.values()})
    grants = Grants(
        version=0,
        audience=Audience.STAFF,
        companies=tuple(sorted(numbers.values())),
        tiers={},
        actions={(module, action): everywhere for module in MODULES for action in Action},
    )
    loading = Loading(by, numbers, grants, progress)
    total = ImportReport(source=SYSTEM, is_dry_run=False, status=ImportStatus.SUCCEEDED.value)
    for place, entity in enumerate(ENTITIES):
        plan = _plan(loading, entity)
        report = await run_plan(importer(by.connection, numbers[entity.code]), plan, dry_run=False, progress=progress)
        # Each plan names the group's masters, for its own rows refer to them; they are counted once.
        _merge(total, report, len(plan.feeds) - len(_own_feeds(entity)) if place else 0)
    _merge(total, await _load_business(loading, with_trade=with_trade), 0)
    return total


def _merge(total: ImportReport, part: ImportReport, skipped: int) -> None:
    """Add a run to the report over all of them, without its first tallies."""
    total.tallies += part.tallies[skipped:]
    total.findings += part.findings
    total.findings_count += part.findings_count
    total.seconds += part.seconds
    if part.status != ImportStatus.SUCCEEDED.value:
        total.status = part.status


def _own_feeds(entity: Entity) -> tuple[Feed, ...]:
    return (*entity_feeds(entity), *production_feeds(entity))


def _plan(loading: Loading, entity: Entity) -> Plan:
    """The group's masters and one entity's, its stock as of the cut-over day."""
    feeds = (*group_feeds([loading.numbers[one.code] for one in ENTITIES]), *_own_feeds(entity))
    return Plan(
        system=SYSTEM, name=NAME, company_id=loading.numbers[entity.code], input_digest=input_digest(),
        cut_over_on=CUT_OVER_ON, feeds=feeds, stock=opening_stock(entity), check=_nothing_to_say, without_home=(),
        folded=(),
    )  # fmt: skip


def _nothing_to_say() -> Iterator[str | Finding]:
    return iter(())


def input_digest() -> str:
    """What stands for the files of a source that has none: its seed and day."""
    return sha256(f"{SYSTEM}:{SEED}:{TODAY}".encode()).hexdigest()


async def company_numbers(connection: Connection) -> dict[str, int]:
    """The number of each entity's company: its own if it is there, else the next free ones in order."""
    numbers: dict[str, int] = {}
    for entity in ENTITIES:
        number = await company_number(connection, entity.code)
        numbers[entity.code] = number + sum(taken >= number for taken in numbers.values())
    return numbers


async def _load_business(loading: Loading, *, with_trade: bool) -> ImportReport:
    """Books, users, purchases and trade: what is no import but the business itself."""
    opened = OpenImportRun(
        system=SYSTEM, name=NAME, cut_over_on=CUT_OVER_ON, input_digest=input_digest(), is_dry_run=False
    )
    async with running(loading.by, opened, loading.progress) as run:
        for entity in ENTITIES:
            books = FoundBooks(first_on=BOOKS_FROM, last_on=BOOKS_TO)
            await loading.perform(loading.by.actor, loading.numbers[entity.code], [books])
        async with loading.connection.raw.transaction():
            users = await _load_users(loading, run)
        for entity in ENTITIES:
            async with loading.connection.raw.transaction():
                await _load_orders(loading, run, entity, users)
        if with_trade:
            await load_trade(loading, run, users)
    return run.report


async def _load_users(loading: Loading, run: Run) -> Mapping[str, UUID]:
    """The accounts by name; those that are missing are made with their roles and links."""
    tally = run.tally("users", UserAccount)
    rows = await loading.connection.fetch(_USERS, names=[user.name for user in USERS])
    known = {row["name"]: row["id"] for row in rows}
    new = [user for user in USERS if user.name not in known]
    actor = loading.by.actor
    created = await loading.perform(
        actor,
        GROUP,
        [
            CreateUser(
                name=user.name, display_name=user.display_name, audience=user.audience, locale=user.locale, is_demo=True
            )
            for user in new
        ],
    )  # fmt: skip
    ids = known | {user.name: id_ for user, id_ in zip(new, created, strict=True)}
    roles = [
        GrantRole(user_id=ids[user.name], role=role, company_number=_company(loading, where))
        for user in new
        for role, where in user.roles
    ]
    await loading.perform(actor, GROUP, roles)
    parties = await ids_by_code(loading.connection, Party, GROUP, [user.party for user in new if user.party])
    links = [LinkPartner(user_id=ids[user.name], party_id=parties[user.party]) for user in new if user.party]
    await loading.perform(actor, GROUP, links)
    tally.read, tally.created, tally.unchanged = len(USERS), len(new), len(known)
    return ids


def _company(loading: Loading, where: str) -> int:
    return GROUP if where == EVERYWHERE else loading.numbers[where]


async def _load_orders(loading: Loading, run: Run, entity: Entity, users: Mapping[str, UUID]) -> None:
    """The orders of one entity, all or none: an entity that has them already is left alone."""
    company_id, orders = loading.numbers[entity.code], planned_orders(entity)
    tally = run.tally(f"orders {entity.code}", PurchaseOrder)
    tally.read = len(orders)
    known = await loading.connection.fetchval(_ORDERS_KNOWN, company_id=company_id, pattern=f"{entity.code}:%")
    if known:
        tally.unchanged = len(orders)
        return
    codes = await codes_of(loading, company_id)
    people = {name: acting(users, name, company_id) for name in (BUYER_OF[entity.code], APPROVER, RECEIVER)}
    for day, of_month in by_month(entity):
        ids = await _create(loading, entity, people[BUYER_OF[entity.code]], codes, (day, of_month))
        terms = {"clock": lambda day=day: instant(day)}
        await loading.perform(people[APPROVER], company_id, approvals(of_month, ids), **terms)
        await loading.perform(people[APPROVER], company_id, rejections(of_month, ids), **terms)
        receipts = [receipt(entity, one, id_, codes) for one, id_ in zip(of_month, ids, strict=True) if one.received_on]
        key = f"demo:{entity.code}:{day}"
        await loading.perform(people[RECEIVER], company_id, receipts, idempotency_key=key, **terms)
        await loading.perform(loading.by.actor, company_id, [
            ImportHistory(
                source_system_id=run.system_id, source_table="orders", record=PurchaseOrder, key=order.key,
                digest=digest_of({"key": order.key}), values={}, record_id=id_,
            )
            for order, id_ in zip(of_month, ids, strict=True)
        ])  # fmt: skip
        tally.created += len(of_month)
        loading.progress(f"orders of {entity.code}", tally.created, len(orders))


async def _create(
    loading: Loading, entity: Entity, buyer: Actor, codes: Codes, month: tuple[date, Sequence[PlannedOrder]]
) -> list[UUID]:
    """The ids of a month's orders, created by the buyer."""
    day, orders = month
    commands = [creation(entity, order, codes) for order in orders]
    return await loading.perform(buyer, loading.numbers[entity.code], commands, clock=lambda: instant(day))
