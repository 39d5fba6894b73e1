"""Standard cost: a balance is worth its quantity at the cost in force, whatever was paid (pure).

The ledger value of a balance is rounded as a whole, so a movement is worth the difference of two rounded values: many
small ones sum to what one large one would be, and an empty balance is worth exactly zero.
"""

from decimal import Decimal

from domain.core.money import EXACT, product, to_minor_unit


def ledger_value(quantity: Decimal, unit_cost: Decimal, currency: str) -> Decimal:
    """What a balance is worth in the ledger: rounded once to the currency's minor unit."""
    return to_minor_unit(product(quantity, unit_cost), currency)


def change_of_value(before: Decimal, change: Decimal, unit_cost: Decimal, currency: str) -> Decimal:
    """By how much the ledger value of a balance of `before` changes with its quantity."""
    after = ledger_value(EXACT.add(before, change), unit_cost, currency)
    return EXACT.subtract(after, ledger_value(before, unit_cost, currency))
