"""Money: an amount with its currency, the minor unit it is rounded to, and shares that sum exactly.

Amounts of two currencies never meet: every operation on two of them refuses with CURRENCY_MISMATCH. Rounding happens
by name (`to_minor_unit`), half away from zero, once, where a ledger amount is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact
from itertools import accumulate
from types import MappingProxyType
from typing import Final

from domain.core.errors import CurrencyMismatch

# Wide enough for the product of two columns of the house (20 and 24 digits) without a digit lost.
EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP, traps=[Inexact])
ROUNDING: Final = Context(prec=60, rounding=ROUND_HALF_UP)
# Wide enough for a product of three.
_WIDE: Final = Context(prec=100, traps=[Inexact])

ZERO: Final = Decimal(0)

DIGITS_USUAL: Final = 2

# ISO 4217, column "Minor unit", where it is not 2.
_WITHOUT: Final = tuple("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())  # noqa: SIM905 shorter
_THREE: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_FOUR: Final = ("CLF", "UYW")
MINOR_UNIT_DIGITS: Final[Mapping[str, int]] = MappingProxyType(
    {**dict.fromkeys(_WITHOUT, 0), **dict.fromkeys(_THREE, 3), **dict.fromkeys(_FOUR, 4)}
)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """The sum; raises CurrencyMismatch."""
        return Money(EXACT.add(self.amount, other.in_currency(self.currency).amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """The difference; raises CurrencyMismatch."""
        return Money(EXACT.subtract(self.amount, other.in_currency(self.currency).amount), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def in_currency(self, expected: str, what: str = "Amount") -> "Money":
        """Itself; raises CurrencyMismatch when its currency is another."""
        if self.currency != expected:
            raise CurrencyMismatch(what=what, currency=self.currency, expected=expected)
        return self

    def to_minor_unit(self) -> "Money":
        """Rounded to the currency's minor unit, half away from zero."""
        return Money(to_minor_unit(self.amount, self.currency), self.currency)


def minor_unit_digits(currency: str) -> int:
    """How many digits the currency's minor unit has after the point (ISO 4217)."""
    return MINOR_UNIT_DIGITS.get(currency, DIGITS_USUAL)


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of the currency: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-minor_unit_digits(currency))


def to_minor_unit(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded to the currency's minor unit, half away from zero."""
    return amount.quantize(minor_unit(currency), context=ROUNDING)


def to_scale(amount: Decimal, digits: int) -> Decimal:
    """`amount` rounded to `digits` after the point, half away from zero: for document amounts that a product makes."""
    return amount.quantize(Decimal(1).scaleb(-digits), context=ROUNDING)


def product(left: Decimal, right: Decimal) -> Decimal:
    """`left` times `right` with every digit."""
    return EXACT.multiply(left, right)


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price as a ratio: `amount` for so many (`per`) of an item's own unit.

    A box of twelve at 100.00 costs 100.00 per 12; a quotient of the two would not be what anyone agreed on.
    """

    amount: Decimal
    per: Decimal = Decimal(1)

    def of(self, quantity: Decimal) -> Decimal:
        """What so much costs: every digit where `per` is 1, else one division of 60 digits, so that equal ratios give
        equal amounts.
        """
        if self.per == 1:
            return EXACT.multiply(self.amount, quantity)
        return ROUNDING.divide(_WIDE.multiply(self.amount, quantity), self.per)


def total(amounts: Sequence[Decimal]) -> Decimal:
    """The sum with every digit."""
    result = ZERO
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result


def allocate(amount: Decimal, weights: Sequence[Decimal], unit: Decimal) -> tuple[Decimal, ...]:
    """Shares of `amount` in proportion to `weights`, each a multiple of `unit`, summing to `amount` exactly.

    Each share is the difference of two rounded running totals, so that none is off by a whole unit and the order of the
    weights decides where a remainder falls. `amount` must itself be a multiple of `unit`.

    Raises: ValueError when there is no weight to share by, or `amount` is no multiple of `unit`.
    """
    whole = total(weights)
    if not weights or whole <= ZERO or min(weights) < ZERO:
        raise ValueError("shares need weights that are not negative and not all zero")
    if amount % unit:
        raise ValueError(f"{amount} is no multiple of {unit}")
    reached = [
        ROUNDING.divide(EXACT.multiply(amount, running), EXACT.multiply(whole, unit)).to_integral_value(ROUND_HALF_UP)
        * unit
        for running in accumulate(weights, EXACT.add)
    ]
    return tuple(now - before for before, now in zip([ZERO, *reached], reached, strict=False))
