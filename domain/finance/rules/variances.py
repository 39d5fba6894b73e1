"""Variances of standard cost, pure: why what was made cost more or less than it should have.

The classical split (Horngren, Cost Accounting, chapters 7 and 8); an unfavourable variance is positive. Standard
quantities are those allowed for what was really made; the fixed overhead's rate comes from its budgeted hours. The
seven variances sum to actual less standard cost, exactly.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.core.money import EXACT, product, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Material or labour: standard quantity allowed and its price, actual quantity and its price."""

    standard_quantity: Decimal
    standard_price: Decimal
    actual_quantity: Decimal
    actual_price: Decimal

    @property
    def by_price(self) -> Decimal:
        """What the price of what was really used cost more."""
        return product(self.actual_quantity, EXACT.subtract(self.actual_price, self.standard_price))

    @property
    def by_quantity(self) -> Decimal:
        """What using more than allowed cost, at the standard price."""
        return product(EXACT.subtract(self.actual_quantity, self.standard_quantity), self.standard_price)

    @property
    def standard(self) -> Decimal:
        """What was allowed."""
        return product(self.standard_quantity, self.standard_price)

    @property
    def actual(self) -> Decimal:
        """What was spent."""
        return product(self.actual_quantity, self.actual_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Overhead by labour hours: rates an hour, the hours the fixed rate was budgeted at, and what was spent."""

    variable_rate: Decimal
    fixed_rate: Decimal
    budgeted_hours: Decimal
    actual_variable: Decimal
    actual_fixed: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """The seven variances; positive is unfavourable."""

    material_price: Decimal
    material_quantity: Decimal
    labour_rate: Decimal
    labour_efficiency: Decimal
    overhead_spending: Decimal
    overhead_efficiency: Decimal
    overhead_volume: Decimal
    standard: Decimal
    actual: Decimal

    @property
    def sum(self) -> Decimal:
        """All of them: actual less standard cost."""
        return total([
            self.material_price, self.material_quantity, self.labour_rate, self.labour_efficiency,
            self.overhead_spending, self.overhead_efficiency, self.overhead_volume,
        ])  # fmt: skip


def variances(material: Input, labour: Input, overhead: Overhead) -> Variances:
    """The variances of one job or period; `labour` quantities are hours, which drive the overhead."""
    variable_allowed = product(labour.actual_quantity, overhead.variable_rate)
    fixed_budget = product(overhead.budgeted_hours, overhead.fixed_rate)
    spent = EXACT.add(overhead.actual_variable, overhead.actual_fixed)
    hours_over = EXACT.subtract(labour.actual_quantity, labour.standard_quantity)
    hours_idle = EXACT.subtract(overhead.budgeted_hours, labour.standard_quantity)
    absorbed = product(labour.standard_quantity, EXACT.add(overhead.variable_rate, overhead.fixed_rate))
    return Variances(
        material_price=material.by_price,
        material_quantity=material.by_quantity,
        labour_rate=labour.by_price,
        labour_efficiency=labour.by_quantity,
        overhead_spending=EXACT.subtract(spent, EXACT.add(variable_allowed, fixed_budget)),
        overhead_efficiency=product(hours_over, overhead.variable_rate),
        overhead_volume=product(hours_idle, overhead.fixed_rate),
        standard=total([material.standard, labour.standard, absorbed]),
        actual=total([material.actual, labour.actual, spent]),
    )
