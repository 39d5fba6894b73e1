"""Taxes, pure: what rules charge on a net price, and the net price behind a gross one.

Every rule is a straight line over the net amount: tax = share x net + fixed. A compound rule adds the lines before it,
a fixed one has no slope. Lines are kept to 60 digits, far beyond any column, so each rule is in effect rounded once.

From gross to net, the entered amount is kept whatever happens: net = (gross - fixed) / (1 + shares), rounded once to
the minor unit; the taxes together are gross - net, and what rounding each of them leaves over goes to the largest.
With one positive rate this leads from net to gross and back to the same net.

A withholding is part of neither: it is held back from the payment, and computed on what its place in the order says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.money import EXACT, ROUNDING, ZERO, to_minor_unit, total
from domain.finance.models import AccountRole, TaxKind, TaxMethod

HUNDRED: Final = Decimal(100)
ONE: Final = Decimal(1)


class TaxNotInForce(DomainError):
    code = "TAX_NOT_IN_FORCE"
    zh = "税码 {tax_code} 在 {day} 无有效税则。"
    en = "The tax code {tax_code} has no rule in force on {day}."


class TaxNotInvertible(DomainError):
    """Taxes of minus a hundred percent or more leave no price to find."""

    code = "TAX_NOT_INVERTIBLE"
    zh = "税率合计 {percent} %，无法由含税价推出不含税价。"
    en = "Taxes of {percent} % together leave no net price behind a gross one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """One rule as the engine sees it; `value` is a percentage, or for FIXED_PER_UNIT the amount of one unit in
    `currency`.

    `id` and the roles are carried through for who posts the result.
    """

    id: UUID
    kind: TaxKind
    method: TaxMethod
    value: Decimal
    currency: str | None = None
    sales_role: AccountRole
    purchase_role: AccountRole | None = None
    valid_from: date = date.min
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What one rule came to on an amount, rounded to the minor unit."""

    tax: Tax
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxed:
    """A net amount with what rules charge on it, in one currency.

    `gross` is net with every tax that is part of the price, `withheld` what is held back from it (positive), `payable`
    the difference.
    """

    net: Decimal
    charged: tuple[Charged, ...]
    withheld: Decimal = ZERO

    @property
    def tax(self) -> Decimal:
        """The taxes that are part of the price."""
        return total([one.amount for one in self.charged if one.tax.kind is not TaxKind.WITHHOLDING])

    @property
    def gross(self) -> Decimal:
        """Net with the taxes that are part of the price."""
        return EXACT.add(self.net, self.tax)

    @property
    def payable(self) -> Decimal:
        """What is to be paid: gross less what is withheld."""
        return EXACT.subtract(self.gross, self.withheld)


def in_force(taxes: Sequence[Tax], on: date, code: str) -> tuple[Tax, ...]:
    """Those of a code's rules that hold on the day, in their order.

    Raises: TaxNotInForce when the code has rules and none holds.
    """
    holding = tuple(tax for tax in taxes if tax.valid_from <= on and (tax.valid_to is None or on <= tax.valid_to))
    if taxes and not holding:
        raise TaxNotInForce(tax_code=code, day=on.isoformat())
    return holding


# A tax as a straight line over the net amount: (share of net, fixed part).
Line = tuple[Decimal, Decimal]


def _lines(taxes: Sequence[Tax], quantity: Decimal) -> list[Line]:
    """Each tax as a straight line over net; a withholding that precedes a compound rule is no part of its base."""
    lines: list[Line] = []
    share = fixed = ZERO
    for tax in taxes:
        if tax.method is TaxMethod.FIXED_PER_UNIT:
            line = (ZERO, ROUNDING.multiply(tax.value, quantity))
        else:
            rate = ROUNDING.divide(abs(tax.value) if tax.kind is TaxKind.WITHHOLDING else tax.value, HUNDRED)
            below = (ROUNDING.add(ONE, share), fixed) if tax.method is TaxMethod.COMPOUND else (ONE, ZERO)
            line = (ROUNDING.multiply(rate, below[0]), ROUNDING.multiply(rate, below[1]))
        lines.append(line)
        if tax.kind is not TaxKind.WITHHOLDING:
            share, fixed = ROUNDING.add(share, line[0]), ROUNDING.add(fixed, line[1])
    return lines


def on_net(taxes: Sequence[Tax], net: Decimal, quantity: Decimal, currency: str) -> Taxed:
    """What the rules charge on `net`, an amount of the currency's minor unit; each rounded once.

    `quantity` counts for fixed taxes, in units; its sign is that of `net`.
    """
    charged = tuple(
        Charged(
            tax=tax,
            base=net,
            amount=to_minor_unit(ROUNDING.add(ROUNDING.multiply(share, net), fixed), currency),
        )
        for tax, (share, fixed) in zip(taxes, _lines(taxes, quantity), strict=True)
    )
    return Taxed(net=net, charged=charged, withheld=_withheld(charged))


def on_gross(taxes: Sequence[Tax], gross: Decimal, quantity: Decimal, currency: str) -> Taxed:
    """The net amount behind `gross`, and the taxes that together are the difference.

    Raises: TaxNotInvertible when the rules take a hundred percent or more off the price.
    """
    lines = _lines(taxes, quantity)
    priced = [place for place, tax in enumerate(taxes) if tax.kind is not TaxKind.WITHHOLDING]
    shares = fixed = ZERO
    for place in priced:
        shares, fixed = ROUNDING.add(shares, lines[place][0]), ROUNDING.add(fixed, lines[place][1])
    if shares <= -ONE:
        raise TaxNotInvertible(percent=ROUNDING.multiply(shares, HUNDRED))
    exact = ROUNDING.divide(ROUNDING.subtract(gross, fixed), ROUNDING.add(ONE, shares))
    net = to_minor_unit(exact, currency)
    found = on_net(taxes, net, quantity, currency)
    difference = EXACT.subtract(gross, found.gross)
    if difference and priced:
        charged = list(found.charged)
        largest = max(priced, key=lambda place: (abs(charged[place].amount), -place))
        one = charged[largest]
        charged[largest] = Charged(tax=one.tax, base=one.base, amount=EXACT.add(one.amount, difference))
        return Taxed(net=net, charged=tuple(charged), withheld=found.withheld)
    if difference:
        return Taxed(net=gross, charged=found.charged, withheld=found.withheld)
    return found


def _withheld(charged: Sequence[Charged]) -> Decimal:
    return total([one.amount for one in charged if one.tax.kind is TaxKind.WITHHOLDING])
