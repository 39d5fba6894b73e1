"""What two masters, and what every company holds of them, differ in that no ledger would bear."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.consolidation.models import GroupMember
from domain.core.database import Row
from domain.core.work import Work
from domain.finance.models import Account, OpenItem
from domain.finance.models.proposals import PaymentProposal, PaymentProposalLine
from domain.governance.merges.rules import Conflict, MergeRule, differing, disjoint
from domain.inventory.models import ItemValuation, StockBalance, ValuationArea, ValuationMethod
from domain.master_data.companies import Company
from domain.master_data.devices import DeviceIdentifier, DeviceIdentifierStatus, IdentifierUse
from domain.master_data.items import Item, ItemCost, KitComponent
from domain.master_data.parties import IdentifierScheme, Party, PartyIdentifier, PartyTerms
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure

# Registers in which one firm has one number; others number its places, or are not one register.
ONE_NUMBER = (IdentifierScheme.VAT, IdentifierScheme.LEI, IdentifierScheme.DUNS, IdentifierScheme.EUDAMED_SRN)

_MASTERS: Mapping[str, type[Party | Item]] = {"party": Party, "item": Item}

_two = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_company, _number, _terms, _member = Company.table, PartyIdentifier.table, PartyTerms.table, GroupMember.table
_item, _account, _run, _line = OpenItem.table, Account.table, PaymentProposal.table, PaymentProposalLine.table
_balance, _valuation, _cost = StockBalance.table, ItemValuation.table, ItemCost.table
_device, _factor, _kit = DeviceIdentifier.table, ItemUnitConversion.table, KitComponent.table

_NUMBERS = select(_number).where(_number.c.party_id == _two, or_(*(_number.c.scheme == one for one in ONE_NUMBER)))
_MEMBERS = (
    select(_company.c.code).join_from(_member, _company, _company.c.id == _member.c.member_id)
    .where(_member.c.party_id == _two).distinct()
)  # fmt: skip
_TERMS = (
    select(_terms.c.party_id, _terms.c.currency, _company.c.code.label("company"))
    .join_from(_terms, _company, _company.c.company_id == _terms.c.company_id)
    .where(_terms.c.party_id == _two)
)
# Receivables and payables of one kind stand on one control account, whosever they are.
_OPEN = (
    select(
        _company.c.code.label("company"), _item.c.party_id, _item.c.kind, _account.c.code,
        func.sign(_item.c.transaction_amount).label("side"),
    )
    .join_from(_item, _account, (_account.c.company_id == _item.c.company_id) & (_account.c.id == _item.c.account_id))
    .join(_company, _company.c.company_id == _item.c.company_id)
    .where(_item.c.party_id == _two, _item.c.open_transaction_amount != 0)
    .distinct()
)  # fmt: skip
_RUNS = (
    select(_company.c.code.label("company"), _run.c.number)
    .join_from(
        _line, _run, (_run.c.company_id == _line.c.company_id) & (_run.c.id == _line.c.payment_proposal_id)
    )
    .join(_company, _company.c.company_id == _line.c.company_id)
    .where(_line.c.party_id == bindparam("merged", type_=Uuid()), _line.c.is_open)
    .distinct()
)  # fmt: skip
_STOCK = (
    select(_company.c.code.label("company"), _company.c.company_id, _balance.c.item_id)
    .join_from(_balance, _company, _company.c.company_id == _balance.c.company_id)
    .where(_balance.c.item_id == _two, _balance.c.quantity != 0)
    .distinct()
)
_METHODS = select(_valuation).where(_valuation.c.item_id == _two)
_COSTS = (
    select(_cost.c.item_id, _cost.c.standard_cost, _company.c.code.label("company"))
    .join_from(_cost, _company, _company.c.company_id == _cost.c.company_id)
    .where(_cost.c.item_id == _two, _cost.c.valid_from <= bindparam("on", type_=Date()))
    .where(or_(_cost.c.valid_to.is_(None), _cost.c.valid_to >= bindparam("on", type_=Date())))
)
_PRIMARY = select(_device.c.item_id, _device.c.agency, _device.c.normal_value).where(
    _device.c.item_id == _two, _device.c.scope == IdentifierUse.PRIMARY.value,
    _device.c.status == DeviceIdentifierStatus.IN_DISTRIBUTION.value,
)  # fmt: skip
_FACTORS = select(
    _factor.c.item_id, _factor.c.unit_id, (_factor.c.factor / _factor.c.per).label("factor")
).where(_factor.c.item_id == _two)
_KITS = select(_kit.c.id).where(_kit.c.kit_id == _two, _kit.c.component_id == _two)


async def conflicts_of(
    work: Work, master: str, merged: Row, survivor: Row
) -> Sequence[Conflict]:  # fmt: skip
    """Everything that keeps the one from being merged into the other, the plainest first."""
    found = await _of_any(work, master, merged, survivor)
    if found:
        return found
    if master == "party":
        return await _of_parties(work, merged, survivor)
    return await _of_items(work, merged, survivor)


async def merged_already(work: Work, master: str, merged: Row, survivor: Row) -> Conflict:
    """One of two masters was merged itself: the codes of those that stand for them."""
    stands = [one["merged_into_id"] for one in (merged, survivor)]
    codes = await _codes(work, _MASTERS[master], stands)
    return Conflict(rule=MergeRule.NOT_MERGED, merged=codes.get(stands[0]), survivor=codes.get(stands[1]))


async def _codes(work: Work, record: type[Party | Item | UnitOfMeasure], ids: Iterable[UUID | None]) -> dict[Any, str]:
    """The codes of some masters by id."""
    table = record.table
    statement = select(table.c.id, table.c.code).where(table.c.id == _two)
    return {row["id"]: row["code"] for row in await work.fetch(statement, ids=sorted({id_ for id_ in ids if id_}))}


async def _of_any(work: Work, master: str, merged: Row, survivor: Row) -> Sequence[Conflict]:
    if merged["id"] == survivor["id"]:
        return [Conflict(rule=MergeRule.TWO_MASTERS, merged=merged["code"], survivor=survivor["code"])]
    if merged["merged_into_id"] is not None or survivor["merged_into_id"] is not None:
        return [await merged_already(work, master, merged, survivor)]
    if survivor["archived_at"] is not None or merged["archived_at"] is not None:
        states = ["ARCHIVED" if one["archived_at"] is not None else "IN_USE" for one in (merged, survivor)]
        return [Conflict(rule=MergeRule.IN_USE, merged=states[0], survivor=states[1])]
    return []


# The values of the merged master, and those of the survivor.
Both = tuple[set[Any], set[Any]]


class _Two:
    """Rows of two masters, told apart."""

    def __init__(self, merged: UUID, survivor: UUID) -> None:
        self.merged, self.survivor = merged, survivor

    @property
    def ids(self) -> list[UUID]:
        return sorted((self.merged, self.survivor))

    def by(self, rows: Sequence[Row], owner: str, value: str, *names: str) -> Mapping[tuple[Any, ...], Both]:
        """The values of both, merged first, by the columns named."""
        found: defaultdict[tuple[Any, ...], Both] = defaultdict(lambda: (set[Any](), set[Any]()))
        for row in rows:
            ones, others = found[tuple(row[name] for name in names)]
            (others if row[owner] == self.survivor else ones).add(row[value])
        return found


async def _of_parties(work: Work, merged: Row, survivor: Row) -> Sequence[Conflict]:
    two = _Two(merged["id"], survivor["id"])
    rules = {"credit_code": MergeRule.CREDIT_CODE, "country": MergeRule.COUNTRY, "is_person": MergeRule.PERSON_OR_FIRM}
    found = list(differing(rules, merged, survivor, known_only=True))
    numbers = await work.fetch(_NUMBERS, ids=two.ids)
    for values in two.by(numbers, "party_id", "value", "scheme", "country").values():
        found += disjoint(MergeRule.REGISTERED_NUMBER, *values)
    members = [row["code"] for row in await work.fetch(_MEMBERS, ids=two.ids)]
    if members:
        found.append(Conflict(rule=MergeRule.GROUP_COMPANY, merged=members, survivor=members))
    for (company,), values in two.by(await work.fetch(_TERMS, ids=two.ids), "party_id", "currency", "company").items():
        found += disjoint(MergeRule.TERMS_CURRENCY, *values, company=company)
    open_ = two.by(await work.fetch(_OPEN, ids=two.ids), "party_id", "code", "company", "kind", "side")
    for (company, _, _), (ones, others) in open_.items():
        if ones and others and ones != others:
            found.append(Conflict(rule=MergeRule.CONTROL_ACCOUNT, merged=ones, survivor=others, company=company))
    for row in await work.fetch(_RUNS, merged=two.merged):
        found.append(Conflict(rule=MergeRule.PAYMENT_RUN, merged=row["number"], survivor=None, company=row["company"]))
    return found


async def _of_items(work: Work, merged: Row, survivor: Row) -> Sequence[Conflict]:
    two = _Two(merged["id"], survivor["id"])
    stock = await work.fetch(_STOCK, ids=two.ids)
    rules = {"kind": MergeRule.ITEM_TYPE, "device_class": MergeRule.DEVICE_CLASS}
    if stock:
        rules["lot_policy"] = MergeRule.LOT_POLICY
    units = await _codes(work, UnitOfMeasure, (merged["unit_id"], survivor["unit_id"]))
    found = disjoint(MergeRule.UNIT, {units[merged["unit_id"]]}, {units[survivor["unit_id"]]})
    found += differing(rules, merged, survivor, known_only=False)
    for values in two.by(await work.fetch(_PRIMARY, ids=two.ids), "item_id", "normal_value", "agency").values():
        found += disjoint(MergeRule.PRIMARY_IDENTIFIER, *values)
    for values in two.by(await work.fetch(_FACTORS, ids=two.ids), "item_id", "factor", "unit_id").values():
        found += disjoint(MergeRule.UNIT_CONVERSION, *values)
    if await work.fetch(_KITS, ids=two.ids):
        found.append(Conflict(rule=MergeRule.KIT_OF_ITSELF, merged=merged["code"], survivor=survivor["code"]))
    found += await _valued_differently(work, two, stock)
    found += await _costing_differently(work, two, work.now.date())
    return found


async def _valued_differently(work: Work, two: _Two, stock: Sequence[Row]) -> list[Conflict]:
    """The companies that hold stock of one and value the two in other ways."""
    default = (ValuationMethod.STANDARD.value, ValuationArea.COMPANY.value, False)
    ways = {
        (row["company_id"], row["item_id"]): (row["method"], row["area"], row["may_be_negative"])
        for row in await work.fetch(_METHODS, ids=two.ids)
    }
    found: list[Conflict] = []
    for company_id, company in sorted({(row["company_id"], row["company"]) for row in stock}):
        one, other = (ways.get((company_id, id_), default) for id_ in (two.merged, two.survivor))
        if one != other:
            told = [" ".join(map(str, way[:2])) for way in (one, other)]
            found.append(Conflict(rule=MergeRule.VALUATION, merged=told[0], survivor=told[1], company=company))
    return found


async def _costing_differently(work: Work, two: _Two, on: date) -> list[Conflict]:
    costs = two.by(await work.fetch(_COSTS, ids=two.ids, on=on), "item_id", "standard_cost", "company")
    return [
        conflict
        for (company,), values in sorted(costs.items())
        for conflict in disjoint(MergeRule.STANDARD_COST, *values, company=company)
    ]
