"""The trade of the group's last months: what an entity needs to sell and pay, then what it sold, charged and paid.

Each part is one transaction of an entity, and is there once: a part that is known by its key is left alone.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, select

from domain.coexistence.commands import ImportHistory
from domain.coexistence.demo.buying import load_invoices, load_needs, load_notices
from domain.coexistence.demo.loading import Acts, Loading, acts_in
from domain.coexistence.demo.partners import suppliers
from domain.coexistence.demo.selling import load_sales
from domain.coexistence.demo.world import ENTITIES, SHANGHAI, SUZHOU, TODAY, Entity
from domain.coexistence.imports import digest_of
from domain.coexistence.models import LegacyKey
from domain.coexistence.runs import Run
from domain.core.records import GROUP, Record
from domain.finance import PaymentProposal
from domain.finance.commands import COMMANDS as FINANCE
from domain.finance.commands import LoadFinancePack, ProposePayments
from domain.finance.models import Account, AccountRole
from domain.finance.packs import PackName
from domain.logistics import COMMANDS as LOGISTICS
from domain.master_data import COMMANDS as MASTER_DATA
from domain.master_data import ApproveBankAccount
from domain.master_data.companies import Letterhead
from domain.procurement import PurchaseRequisition, ShippingNotice, SupplierInvoice
from domain.sales import SalesOrder

# The commands that keep masters follow from their records, and are known by their names.
_KEPT: Mapping[str, type[Any]] = {one.spec.name: one for one in (*MASTER_DATA, *FINANCE, *LOGISTICS)}

PACKS = {"CN": PackName.CHINA, "DE": PackName.EU}
# GS1 prefixes that begin with 29 are for use inside a company, as those of the goods.
PACKAGE_PREFIX = "2900001"
LETTERHEADS: Mapping[str, Mapping[str, str]] = {
    "ANSER-SH": {
        "address": "88 Yanling Road, Pudong, Shanghai 201203", "address_zh": "上海市浦东新区雁翎路88号 201203",
        "phone": "+86 21 5555 0100", "email": "orders@anser.example", "vat_number": "91310115MA1K4AN50C",
        "bank_name": "雁湖银行上海分行 Goose Lake Bank, Shanghai", "bank_account": "310066000018170012345",
        "bank_code": "GOLKCNSH", "footer": "雁翎医疗科技（上海）有限公司 · 演示数据 Demonstration data",
    },
    "ANSER-SZ": {
        "address": "6 Titanium Street, Industrial Park, Suzhou 215000", "address_zh": "苏州工业园区钛业街6号 215000",
        "phone": "+86 512 5555 0200", "email": "purchasing@anser.example", "vat_number": "91320594MA1W7AN527",
        "bank_name": "雁湖银行苏州分行 Goose Lake Bank, Suzhou", "bank_account": "320066000018170067890",
        "bank_code": "GOLKCNSZ", "footer": "雁翎精密制造（苏州）有限公司 · 演示数据 Demonstration data",
    },
    "ANSER-TT": {
        "address": "Gänsweg 12, 78532 Tuttlingen", "phone": "+49 7461 5550", "email": "einkauf@anser.example",
        "vat_number": "DE999999999", "bank_name": "Gänsebank Tuttlingen", "bank_account": "DE89370400440532013000",
        "bank_code": "GANSDE55", "footer": "Anser Chirurgie GmbH · Demonstration data",
    },
}  # fmt: skip
# Level, name, Chinese name, days overdue.
DUNNING = (
    (1, "Reminder", "付款提醒", 7), (2, "Second reminder", "第二次催款", 21), (3, "Last reminder", "最后催款", 35),
)  # fmt: skip

# Suppliers of Suzhou of which every third has no account yet: its invoices stay out of a payment run.
WITHOUT_ACCOUNT_EVERY = 3

_key, _account = LegacyKey.table, Account.table
_BANK = select(_account.c.id).where(
    _account.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _account.c.role == AccountRole.BANK.value,
)
_PARTS = select(_key.c.key).where(
    _key.c.company_id == bindparam("company_id", type_=SmallInteger()), _key.c.source_table == "trade"
)


async def load_trade(loading: Loading, run: Run, users: Mapping[str, UUID]) -> None:
    """Every part of every entity that is not there yet."""
    for entity in ENTITIES:
        company_id = loading.numbers[entity.code]
        known = {row["key"] for row in await loading.connection.fetch(_PARTS, company_id=company_id)}
        parts: list[tuple[str, type[Record], Callable[[Acts], Awaitable[UUID]]]] = [
            ("settings", Letterhead, lambda acts, entity=entity: _settings(acts, entity)),
            ("invoices", SupplierInvoice, load_invoices),
        ]
        if entity is SHANGHAI:
            parts.append(("sales", SalesOrder, load_sales))
        if entity is SUZHOU:
            parts += [
                ("needs", PurchaseRequisition, load_needs), ("notices", ShippingNotice, load_notices),
                ("payment run", PaymentProposal, _payment_run),
            ]  # fmt: skip
        for name, record, load in parts:
            key = f"{entity.code}:{name}"
            tally = run.tally(f"{name} {entity.code}", record)
            tally.read += 1
            if key in known:
                tally.unchanged += 1
                continue
            loading.progress(f"{name} of {entity.code}", 0, 1)
            async with loading.connection.raw.transaction():
                first = await load(await acts_in(loading, company_id, name, users))
                await loading.perform(loading.by.actor, company_id, [
                    ImportHistory(
                        source_system_id=run.system_id, source_table="trade", record=record, key=key,
                        digest=digest_of({"key": key}), values={}, record_id=first,
                    )
                ])  # fmt: skip
            tally.created += 1
            loading.progress(f"{name} of {entity.code}", 1, 1)


async def _settings(acts: Acts, entity: Entity) -> UUID:
    """The letterhead, with taxes, terms, reminders and the numbers of packages."""
    await acts.perform("admin", [LoadFinancePack(pack=PACKS[entity.country])], day=TODAY)
    levels = [
        _KEPT["CreateDunningLevel"](
            level=level, name=name, name_zh=name_zh, days_overdue=days, days_between=0 if level == 1 else 7
        )
        for level, name, name_zh, days in DUNNING
    ]
    await acts.perform("controller", levels, day=TODAY)
    await acts.perform("admin", [_KEPT["CreatePackageNumbering"](gs1_prefix=PACKAGE_PREFIX)], day=TODAY)
    [letterhead] = await acts.perform("admin", [_KEPT["CreateLetterhead"](**LETTERHEADS[entity.code])], day=TODAY)
    return letterhead


async def _payment_run(acts: Acts) -> UUID:
    """A proposal of what is due to suppliers with an approved account; it waits for somebody else's approval."""
    accounts = [
        _KEPT["CreateBankAccount"](
            party_id=acts.codes.parties[one.code], account_number=f"6222{place:015d}", bank_code=f"10229{place:07d}",
            bank_name="雁湖银行 Goose Lake Bank", currency=one.currency,
        )
        for place, one in enumerate(suppliers(), 1)
        if one.currency == SUZHOU.currency and place % WITHOUT_ACCOUNT_EVERY
    ]  # fmt: skip
    group = replace(acts, company_id=GROUP)
    ids = await group.perform("admin", accounts, day=TODAY)
    await group.perform("controller", [ApproveBankAccount(bank_account_id=id_) for id_ in ids], day=TODAY)
    [bank] = await acts.fetch(_BANK)
    proposal = ProposePayments(
        account_id=bank["id"], currency=SUZHOU.currency, pay_on=TODAY + timedelta(days=3), due_until=TODAY
    )
    return (await acts.perform("accountant", [proposal], day=TODAY))[0]
