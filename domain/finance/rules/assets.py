"""What becomes of an asset's value when it is valued anew, or parted in two, pure.

Revaluation to fair value (IAS 16.31): what it is worth more is equity, as far as it does not take back what was an
expense before (IAS 16.39); what it is worth less takes back the equity first, the rest is an expense (IAS 16.40). CAS 4
knows cost only.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.core.money import EXACT, ROUNDING, ZERO, product, to_minor_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalued:
    """Where a change of value goes: `surplus` to equity, `result` to profit and loss; up positive."""

    surplus: Decimal
    result: Decimal

    @property
    def change(self) -> Decimal:
        """By how much the asset is worth more."""
        return EXACT.add(self.surplus, self.result)


def revalued(change: Decimal, surplus: Decimal, loss: Decimal) -> Revalued:
    """Where a change goes of an asset of whose revaluations `surplus` stands in equity and `loss` was an expense."""
    if change > ZERO:
        result = min(change, loss)
        return Revalued(surplus=EXACT.subtract(change, result), result=result)
    taken = max(change, -surplus)
    return Revalued(surplus=taken, result=EXACT.subtract(change, taken))


def part_of(amount: Decimal, part: Decimal, whole: Decimal, currency: str) -> Decimal:
    """What of an amount goes with `part` of the `whole`, rounded once; what is left stays, so the two sum to it."""
    return to_minor_unit(ROUNDING.divide(product(amount, part), whole), currency)
