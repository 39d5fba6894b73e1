"""What a supplier's credit note takes back, pure: first what never came, then what was sent back, then what is here.

A credit note over a quantity gives up what its invoice line holds in GR/IR. What was charged for goods that have not
come is owed no more. Of goods that were invoiced and sent back the return left a debit in GR/IR, which is cleared; what
the credit differs from it goes where the difference of the return went. Goods that are here are not invoiced any more,
and cost again what they were received at. A credit over an amount lowers the price: of goods that have not come in
GR/IR, of the others in their cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from uuid import UUID

from domain.core.money import EXACT, ZERO, Money, allocate, minor_unit
from domain.finance.rules import in_company_currency
from domain.finance.rules.open_items import clearing_difference
from domain.procurement.matching import Bin, Charge, Holding


class Where(Enum):
    """What became of goods that are credited."""

    NOT_COME = "invoiced and not received"
    SENT_BACK = "invoiced, received and sent back"
    HERE = "invoiced, received and kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """What a credit takes of one holding: GR/IR is credited by `transaction` and `amount`, what the credit differs from
    them by is the price's part, also told in the document's currency, and the rate's. A credit of the invoice's own
    price has all of them positive.
    """

    where: Where
    holding: Holding
    bin: Bin | None
    quantity: Decimal
    transaction: Decimal
    amount: Decimal
    price: Decimal
    price_transaction: Decimal
    exchange: Decimal

    @property
    def gone(self) -> Holding:
        """What the holding gives up."""
        return replace(
            self.holding, quantity=self.quantity, transaction=self.transaction, amount=self.amount, price=self.price,
            exchange=self.exchange,
        )  # fmt: skip


def give_back(holdings: Sequence[Holding], bins: Mapping[UUID, Bin], charge: Charge) -> list[GivenBack]:
    """What a credit over a quantity, at its cost, takes of what its invoice line holds; the last of it takes all."""
    left = charge.quantity
    takes: list[tuple[Where, Holding, Decimal]] = []
    for where, one, most in _in_order(holdings, bins):
        quantity = min(most, left)
        if quantity > ZERO:
            takes.append((where, one, quantity))
            left = EXACT.subtract(left, quantity)
    if not takes:
        return []
    costs = allocate(charge.cost, [quantity for _, _, quantity in takes], minor_unit(charge.currency))
    return [_given_back(take, bins, cost, charge) for take, cost in zip(takes, costs, strict=True)]


def _in_order(holdings: Sequence[Holding], bins: Mapping[UUID, Bin]) -> Iterable[tuple[Where, Holding, Decimal]]:
    """The holdings with how much each can give: what never came, what was sent back, what is here, the latest first."""
    here: list[tuple[Holding, Decimal]] = []
    back: dict[UUID, Decimal] = {id_: max(-one.quantity, ZERO) for id_, one in bins.items()}
    for one in holdings:
        if one.receipt_line_id is None:
            yield Where.NOT_COME, one, one.quantity
    for one in holdings:
        if one.receipt_line_id is not None:
            sent_back = min(one.quantity, back[one.receipt_line_id])
            back[one.receipt_line_id] -= sent_back
            if sent_back:
                yield Where.SENT_BACK, one, sent_back
            here.append((one, EXACT.subtract(one.quantity, sent_back)))
    for one, kept in reversed(here):
        yield Where.HERE, one, kept


def _given_back(
    take: tuple[Where, Holding, Decimal], bins: Mapping[UUID, Bin], cost: Decimal, charge: Charge
) -> GivenBack:
    where, holding, quantity = take
    bin_ = bins[holding.receipt_line_id] if holding.receipt_line_id else None
    if where is Where.SENT_BACK and bin_ is not None:
        transaction, amount = bin_.part(-quantity, charge.currency, charge.company)
    else:
        held = holding.part(quantity, charge.currency, charge.company)
        transaction, amount = held.transaction, held.amount
    value = in_company_currency(Money(cost, charge.currency), charge.rate, charge.company)
    difference = clearing_difference(
        Money(transaction, charge.currency), Money(amount, charge.company), Money(cost, charge.currency),
        Money(value, charge.company), rate=charge.rate,
    )  # fmt: skip
    return GivenBack(
        where=where, holding=holding, bin=bin_, quantity=quantity, transaction=transaction, amount=amount,
        price=difference.price, price_transaction=EXACT.subtract(cost, transaction), exchange=difference.exchange,
    )  # fmt: skip


def lower_price(holdings: Sequence[Holding], bins: Mapping[UUID, Bin], charge: Charge) -> list[GivenBack]:
    """What a credit over an amount takes of each holding, in proportion to its quantity."""
    if not holdings:
        return []
    costs = allocate(charge.cost, [one.quantity for one in holdings], minor_unit(charge.currency))
    found: list[GivenBack] = []
    for one, cost in zip(holdings, costs, strict=True):
        value = in_company_currency(Money(cost, charge.currency), charge.rate, charge.company)
        is_here = one.receipt_line_id is not None
        found.append(
            GivenBack(
                where=Where.HERE if is_here else Where.NOT_COME, holding=one,
                bin=bins[one.receipt_line_id] if one.receipt_line_id else None, quantity=ZERO,
                transaction=ZERO if is_here else cost, amount=ZERO if is_here else value,
                price=value if is_here else ZERO, price_transaction=cost if is_here else ZERO, exchange=ZERO,
            )
        )  # fmt: skip
    return found
