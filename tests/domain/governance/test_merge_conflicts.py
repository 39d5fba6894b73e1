"""What keeps two masters from becoming one, rule by rule; and what a survivor settles, before and after they part."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.consolidation.models import GroupMember
from domain.core.records import GROUP
from domain.finance.commands import MatchInput, MatchOpenItems, PaymentMatchInput, UnmatchOpenItems
from domain.governance.merges import (
    ApproveItemMerge,
    ApprovePartyMerge,
    ProposeItemMerge,
    ProposePartyMerge,
    UndoPartyMerge,
)
from domain.inventory.models import ItemValuation
from domain.master_data.devices import DeviceIdentifier
from domain.master_data.items import Item, ItemCost, KitComponent
from domain.master_data.parties import Party
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure
from tests.domain.books import AX, TODAY, World
from tests.domain.finance import test_proposals as proposals
from tests.domain.finance.money import a_payment, a_supplier_invoice, an_invoice, done, item_ids, items, plain, rate
from tests.domain.inventory.goods import received

Kind = tuple[type[Party] | type[Item], type, type]
PARTIES: Kind = (Party, ProposePartyMerge, ApprovePartyMerge)
ITEMS: Kind = (Item, ProposeItemMerge, ApproveItemMerge)

# A code of two parties is told by what one of them is changed to.
CODES = {"ACME": "91110000600037341L", "APEX": "91310000607378352R"}


async def two(world: World) -> None:
    """ACME and BOLT once more, as APEX and BOLT-2."""
    [bolt] = await world.rows("SELECT * FROM item WHERE code = 'BOLT'")
    alike = {
        name: bolt[name]
        for name in ("kind", "status", "unit_id", "make_or_buy", "lot_policy", "storage_class", "device_class")
    }

    async def act(work: Any) -> None:
        [world.ids["APEX"]] = await work.insert(Party, [{"code": "APEX", "name": "Acme"}])
        [world.ids["BOLT-2"]] = await work.insert(Item, [alike | {"code": "BOLT-2", "name": "Bolt"}])

    await world.works(GROUP, act)


def changed(record: Any, **values: dict[str, Any]) -> Callable[[World], Awaitable[None]]:
    """Masters by code, with the values that each is given."""

    async def act(world: World) -> None:
        for code, of_it in values.items():
            rows = [{"id": world[code.replace("_", "-")], **of_it}]
            await world.works(GROUP, lambda work, rows=rows, of_it=of_it: work.update(record, rows, tuple(of_it)))

    return act


async def merged_already(world: World) -> None:
    await changed(Party, APEX={"merged_into_id": world["HOSPITAL"]})(world)


async def archived(world: World) -> None:
    now = (await world.rows("SELECT now() AS now"))[0]["now"]
    await changed(Party, APEX={"archived_at": now})(world)


async def a_company_of_the_group(world: World) -> None:
    [company] = await world.rows("SELECT id FROM company WHERE code = 'BX'")
    row = {"member_id": company["id"], "party_id": world["ACME"], "percent": Decimal(100), "valid_from": TODAY}
    await world.works(GROUP, lambda work: work.insert(GroupMember, [row]))


async def a_run_of_payments(world: World) -> None:
    await proposals.an_account(world)
    await a_supplier_invoice(world, "100", number="SI-1")
    await proposals.proposed(world)


async def another_unit(world: World) -> None:
    case = {"code": "CASE", "name": "case", "dimension": "OTHER"}
    [unit] = await world.works(GROUP, lambda work: work.insert(UnitOfMeasure, [case]))
    await changed(Item, BOLT_2={"unit_id": unit})(world)
    world.ids |= {"CASE": unit}


async def two_primary_identifiers(world: World) -> None:
    rows = [
        {
            "item_id": world[code], "agency": "GS1", "scope": "PRIMARY", "value": value, "normal_value": value,
            "status": "IN_DISTRIBUTION",
        }
        for code, value in (("BOLT", "00889024000001"), ("BOLT-2", "00889024000018"))
    ]  # fmt: skip
    await world.works(GROUP, lambda work: work.insert(DeviceIdentifier, rows))


async def two_factors(world: World) -> None:
    case = {"code": "CASE", "name": "case", "dimension": "OTHER"}
    [unit] = await world.works(GROUP, lambda work: work.insert(UnitOfMeasure, [case]))
    rows = [
        {"item_id": world[code], "unit_id": unit, "factor": Decimal(factor)}
        for code, factor in (("BOLT", 10), ("BOLT-2", 12))
    ]
    await world.works(GROUP, lambda work: work.insert(ItemUnitConversion, rows))


async def a_kit_of_itself(world: World) -> None:
    row = {
        "kit_id": world["BOLT"], "component_id": world["BOLT-2"], "quantity": Decimal(1), "valid_from": TODAY,
    }  # fmt: skip
    await world.works(GROUP, lambda work: work.insert(KitComponent, [row]))


async def two_ways_of_valuation(world: World) -> None:
    row = {"item_id": world["BOLT-2"], "method": "FIFO", "area": "COMPANY", "may_be_negative": False}
    await world.works(AX, lambda work: work.insert(ItemValuation, [row]))
    await received(world, ("BOLT", "10", "2"))


async def two_standard_costs(world: World) -> None:
    row = {"item_id": world["BOLT-2"], "standard_cost": Decimal(3), "valid_from": date(2026, 1, 1)}
    await world.works(AX, lambda work: work.insert(ItemCost, [row]))


@dataclass(frozen=True)
class Case:
    """What is the matter with the two, and the company and the values of the merged and the surviving one told."""

    kind: Kind
    made: Callable[[World], Awaitable[None]]
    told: tuple[str, str, str]


CASES = {
    "IN_USE": Case(PARTIES, archived, ("", "IN_USE", "ARCHIVED")),
    "NOT_MERGED": Case(PARTIES, merged_already, ("", "-", "HOSPITAL")),
    "CREDIT_CODE": Case(
        PARTIES, changed(Party, **{code: {"credit_code": value} for code, value in CODES.items()}),
        ("", CODES["ACME"], CODES["APEX"]),
    ),
    "PERSON_OR_FIRM": Case(PARTIES, changed(Party, APEX={"is_person": True}), ("", "False", "True")),
    "GROUP_COMPANY": Case(PARTIES, a_company_of_the_group, ("", "BX", "BX")),
    "PAYMENT_RUN": Case(PARTIES, a_run_of_payments, ("AX", "PP-000001", "-")),
    "UNIT": Case(ITEMS, another_unit, ("", "CASE", "EA")),
    "PRIMARY_IDENTIFIER": Case(ITEMS, two_primary_identifiers, ("", "00889024000018", "00889024000001")),
    "UNIT_CONVERSION": Case(ITEMS, two_factors, ("", "12", "10")),
    "KIT_OF_ITSELF": Case(ITEMS, a_kit_of_itself, ("", "BOLT-2", "BOLT")),
    "VALUATION": Case(ITEMS, two_ways_of_valuation, ("AX", "FIFO COMPANY", "STANDARD COMPANY")),
    "STANDARD_COST": Case(ITEMS, two_standard_costs, ("AX", "3", "2")),
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
async def test_what_no_register_or_ledger_would_bear_refuses_a_merge_and_its_approval(world: World, rule: str):
    """Proposed while nothing is the matter, a merge is refused when it is approved; proposed after, at once."""
    case = CASES[rule]
    await two(world)
    pair = ("ACME", "APEX") if case.kind is PARTIES else ("BOLT-2", "BOLT")
    record, propose, approve = case.kind
    proposal = propose(survivor_id=world[pair[1]], merged_id=world[pair[0]], reason="one and the same")
    performed = await world.act(world.chief, GROUP, proposal)
    assert performed.committed, performed.refusals
    await case.made(world)
    name = f"{record.__name__.lower()}_merge_id"
    refusals = [
        await world.refusal(world.buyer, GROUP, approve(**{name: performed.ids[0]})),
        await world.refusal(world.chief, GROUP, proposal),
    ]
    for refusal in refusals:
        told = refusal.values
        assert (refusal.code, told["rule"]) == ("MERGE_CONFLICT", rule)
        assert (told["company"], told["merged_value"], told["survivor_value"]) == case.told


async def merged_with_hospital(world: World) -> Any:
    """The merge of HOSPITAL into APEX, approved."""
    proposal = ProposePartyMerge(survivor_id=world["APEX"], merged_id=world["HOSPITAL"], reason="one and the same")
    [id_] = (await world.act(world.chief, GROUP, proposal)).ids
    performed = await world.act(world.buyer, GROUP, ApprovePartyMerge(party_merge_id=id_))
    assert performed.committed, performed.refusals
    return id_


async def test_what_a_survivor_settles_holds_by_party_while_they_are_one_and_when_they_are_two_again(world: World):
    """EUR 100 of HOSPITAL at 1.10, of which APEX, that stands for it, pays 60 and later gives 40 at 1.20."""
    await two(world)
    await done(world, an_invoice(world, ("1", "100"), currency="EUR"))
    id_ = await merged_with_hospital(world)
    [owed] = await item_ids(world)
    await rate(world, "EUR", "USD", TODAY, "1.20")
    pays = a_payment(
        world, "60", PaymentMatchInput(open_item_id=owed), currency="EUR", party_id=world["APEX"], paid_on=TODAY
    )
    await done(world, pays, a_payment(world, "40", currency="EUR", party_id=world["APEX"], paid_on=TODAY))
    # What was of the one is of the other from then on; the rate is realised where the money came from.
    parties = {world["APEX"]: "APEX", world["HOSPITAL"]: "HOSPITAL"}
    moved = await world.rows(
        "SELECT a.role, l.party_id, l.transaction_amount, l.amount FROM journal_line l JOIN account a "
        "ON a.id = l.account_id JOIN journal_entry e ON e.id = l.journal_entry_id AND e.kind = 'MATCHING' "
        "ORDER BY l.amount"
    )
    told = [
        (row["role"], parties[row["party_id"]], plain(row["transaction_amount"]), plain(row["amount"])) for row in moved
    ]
    assert told == [
        ("RECEIVABLE", "HOSPITAL", "-60", "-66"), ("EXCHANGE_DIFFERENCE", "APEX", "0", "-6"),
        ("RECEIVABLE", "APEX", "60", "72"),
    ]  # fmt: skip
    assert await world.findings() == []
    undo = UndoPartyMerge(party_merge_id=id_)
    performed = await world.act(world.buyer, GROUP, undo)
    assert performed.committed, performed.refusals
    assert await world.findings() == []
    # Two again, what is left of the one is not set against what the other paid.
    paid = (await item_ids(world))[-1]
    both = MatchOpenItems(
        party_id=world["APEX"], items=(MatchInput(open_item_id=owed), MatchInput(open_item_id=paid)), matched_on=TODAY
    )
    assert (await world.refusal(world.chief, AX, both)).code == "ANOTHER_PARTY"
    [matching] = await world.rows("SELECT id FROM matching")
    await done(world, UnmatchOpenItems(matching_id=matching["id"], undone_on=TODAY))
    assert [(kind, left) for kind, _, left, *_ in await items(world)] == [
        ("INVOICE", "100"), ("PAYMENT", "-60"), ("PAYMENT", "-40"),
    ]  # fmt: skip
    assert await world.findings() == []
