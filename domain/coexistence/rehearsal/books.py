"""The second company: its own number and books, with the first one's places, costs and the taxes its orders imply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.coexistence.books import FoundBooks
from domain.coexistence.commands import ImportHistory
from domain.coexistence.imports import Mapped, chunks, digest_of, home_of
from domain.coexistence.rehearsal.acting import ACCOUNTANT, Rehearsing
from domain.coexistence.rehearsal.history import Extent
from domain.core.database import Connection, Row
from domain.core.errors import AlreadyExists, NotFound, Rejected
from domain.core.records import Record
from domain.finance.commands import CreateTaxCode, TaxRuleInput
from domain.finance.models import Account, AccountKind
from domain.master_data.companies import Company, Site
from domain.master_data.items import ItemCost
from domain.master_data.places import Location

SUFFIX = "-REHEARSAL"
FREIGHT = "640204"
# Rates of tax that a source's orders may imply; more are no rates but amounts agreed order by order.
TAX_RATES_MAX = 50

_COMPANY = "SELECT * FROM company WHERE code = $1"
_KNOWN = """
SELECT key, record_id FROM legacy_key WHERE company_id = $1 AND source_system_id = $2 AND record_type = $3
"""
_SITES = "SELECT code, name, name_zh FROM site WHERE company_id = $1 ORDER BY code"
_PLACES = """
SELECT l.code, l.name, l.name_zh, l.kind, s.code AS site
FROM location l LEFT JOIN site s ON s.company_id = l.company_id AND s.id = l.site_id
WHERE l.company_id = $1 AND l.kind IN ('STORAGE', 'QUARANTINE') AND l.is_active ORDER BY l.code
"""
# The cost of each item in force today.
_COSTS = """
SELECT DISTINCT ON (item_id) item_id, standard_cost FROM item_cost
WHERE company_id = $1 ORDER BY item_id, (valid_from <= current_date) DESC, valid_from DESC
"""
_TAX_CODES = "SELECT code, id FROM tax_code WHERE company_id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the documents of the second company name: taxes by rate, places and sites by code, where freight goes."""

    tax_codes: Mapping[Decimal, UUID]
    places: Mapping[str, UUID]
    sites: Mapping[str, UUID]
    freight_id: UUID
    arrives_at: Mapping[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Pair:
    """The company that is rehearsed and the code of the one that it is rehearsed in."""

    first: Row
    code: str


async def pair_of(connection: Connection, code: str, second: str) -> Pair:
    """The two companies. Raises: NotFound for a company that is not there, Rejected for one rehearsed in itself."""
    first = await connection.fetchrow(_COMPANY, code)
    if first is None:
        raise NotFound(("company",), what="company", key=code)
    if second == code:
        reason, reason_zh = "a company is rehearsed in another", "演练须在另一公司进行"
        raise Rejected(("into",), what="company", value=code, reason=reason, reason_zh=reason_zh)
    return Pair(first, second)


async def prepare(rehearsing: Rehearsing, pair: Pair, extent: Extent) -> Books:
    """The books of the second company, ready for every document; what is there already is left alone.

    Raises: AlreadyExists for a company of that code that is no rehearsal of ours, Rejected for too many rates of tax.
    """
    if len(extent.tax_rates) > TAX_RATES_MAX:
        reason = f"the orders imply {len(extent.tax_rates)} rates of tax; a rehearsal knows {TAX_RATES_MAX} at most"
        reason_zh = f"订单含 {len(extent.tax_rates)} 种税率，演练最多支持 {TAX_RATES_MAX} 种"
        raise Rejected(what="tax", value=len(extent.tax_rates), reason=reason, reason_zh=reason_zh)
    await _company(rehearsing, pair)
    founded = FoundBooks(
        first_on=extent.first_on.replace(month=1, day=1), last_on=extent.held_on.replace(month=12, day=31)
    )
    await rehearsing.made(rehearsing.run.by.actor, [founded])
    fetch, first_id = rehearsing.connection.fetch, rehearsing.first_id
    sites = await _bring(rehearsing, Site, [
        Mapped(row["code"], line, dict(row) | {"is_active": True})
        for line, row in enumerate(await fetch(_SITES, first_id), 1)
    ])  # fmt: skip
    places = await _bring(rehearsing, Location, [
        Mapped(row["code"], line, {
            "code": row["code"], "name": row["name"], "name_zh": row["name_zh"], "kind": row["kind"],
            "site_id": sites.get(row["site"]), "is_active": True,
        })
        for line, row in enumerate(await fetch(_PLACES, first_id), 1)
    ])  # fmt: skip
    await _bring(rehearsing, ItemCost, [
        Mapped(str(row["item_id"]), line, {
            "item_id": row["item_id"], "standard_cost": row["standard_cost"], "valid_from": founded.first_on,
        })
        for line, row in enumerate(await fetch(_COSTS, first_id), 1)
    ])  # fmt: skip
    freight = {
        "code": FREIGHT, "name": "Freight of purchases", "name_zh": "采购运费", "kind": AccountKind.EXPENSE.value,
        "is_monetary": False,
    }  # fmt: skip
    accounts = await _bring(rehearsing, Account, [Mapped(FREIGHT, 1, freight)])
    first_places = {item: next(iter(held.places)) for item, held in extent.held.items()}
    return Books(
        tax_codes=await _tax_codes(rehearsing, extent.tax_rates, founded.first_on), places=places, sites=sites,
        freight_id=accounts[FREIGHT],
        arrives_at={item: places[place] for item, place in first_places.items() if place in places},
    )  # fmt: skip


async def _company(rehearsing: Rehearsing, pair: Pair) -> None:
    """The second company is there, and a rehearsal of the first. Raises: AlreadyExists."""
    taken = await rehearsing.connection.fetchrow(_COMPANY, pair.code)
    known = await rehearsing.connection.fetch(_KNOWN, 0, rehearsing.run.system_id, Company.table.name)
    if taken is not None and taken["id"] not in {row["record_id"] for row in known}:
        raise AlreadyExists(("into",), what="company", key=pair.code)
    first = pair.first
    values = {
        "company_id": rehearsing.second_id, "code": pair.code, "name": f"{first['name']} (rehearsal)",
        "name_zh": f"{first['name_zh']}（演练）" if first["name_zh"] else None, "currency": first["currency"],
        "country": first["country"], "is_group": False,
    }  # fmt: skip
    await _bring(rehearsing, Company, [Mapped(pair.code, 1, values)])


async def _bring(rehearsing: Rehearsing, record: type[Record], rows: Sequence[Mapped]) -> dict[str, UUID]:
    """The ids of the masters by key, made where the second company does not have them yet."""
    run, home = rehearsing.run, home_of(record, rehearsing.second_id)
    tally = run.tally(record.table.name, record)
    known = await rehearsing.connection.fetch(_KNOWN, home, run.system_id, record.table.name)
    ids: dict[str, UUID] = {row["key"]: row["record_id"] for row in known}
    tally.read, tally.unchanged = len(rows), sum(row.key in ids for row in rows)
    for chunk in chunks(row for row in rows if row.key not in ids):
        commands = [
            ImportHistory(
                source_system_id=run.system_id, source_table=record.table.name, record=record, key=row.key,
                digest=digest_of(row.values), values=row.values,
            )
            for row in chunk
        ]  # fmt: skip
        made = await rehearsing.made(run.by.actor, commands, company_id=home)
        ids.update({row.key: id_ for row, id_ in zip(chunk, made, strict=True)})
        tally.created += len(chunk)
    return ids


async def _tax_codes(rehearsing: Rehearsing, rates: Sequence[Decimal], first_on: date) -> dict[Decimal, UUID]:
    """A deductible tax code for each rate."""
    codes = {rate: f"MIGRATED-{rate.normalize():f}" for rate in rates}
    known = {row["code"]: row["id"] for row in await rehearsing.connection.fetch(_TAX_CODES, rehearsing.second_id)}
    new = [rate for rate in rates if codes[rate] not in known]
    if new:
        ids = await rehearsing.made(ACCOUNTANT, [
            CreateTaxCode(
                code=codes[rate], name=f"Tax of {rate.normalize():f} %", name_zh=f"税率 {rate.normalize():f}%",
                rules=(TaxRuleInput(name=f"Tax {rate.normalize():f} %", percent=rate, valid_from=first_on),),
            )
            for rate in new
        ])  # fmt: skip
        known.update({codes[rate]: id_ for rate, id_ in zip(new, ids, strict=True)})
    return {rate: known[codes[rate]] for rate in rates}
