"""Scales: how many digits a quantity, amount or rate may carry. Input beyond them is refused, never rounded."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.core.errors import Path, Rejected

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Scale:
    """Digits in all and after the point, as in numeric(20,6)."""

    digits: int
    after_point: int

    def holds(self, value: Decimal) -> bool:
        """Whether the column takes `value` without losing a digit."""
        _, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int):
            return False
        written = "".join(map(str, digits)).lstrip("0")
        significant = written.rstrip("0")
        last_place = exponent + len(written) - len(significant)
        first_place = exponent + len(written)
        return not significant or (-last_place <= self.after_point and first_place <= self.digits - self.after_point)


QUANTITY: Final = Scale(20, 6)
AMOUNT: Final = Scale(20, 6)
RATE: Final = Scale(24, 10)


def in_scale(value: Decimal, scale: Scale, what: str, path: Path = ()) -> Decimal:
    """`value`; raises Rejected, at `path`, when it is no number or carries more digits than `scale`."""
    if not scale.holds(value):
        before, after = scale.digits - scale.after_point, scale.after_point
        raise Rejected(
            path,
            what=what,
            value=value,
            reason=f"at most {before} digits before the point and {after} after it",
            reason_zh=f"整数位最多 {before} 位，小数位最多 {after} 位",
        )
    return value


def positive(value: Decimal, scale: Scale, what: str, path: Path = ()) -> Decimal:
    """`value`; raises Rejected unless it is above zero and within `scale`."""
    if in_scale(value, scale, what, path) <= ZERO:
        raise Rejected(path, what=what, value=value, reason="it must be above zero", reason_zh="必须大于零")
    return value


def not_negative(value: Decimal, scale: Scale, what: str, path: Path = ()) -> Decimal:
    """`value`; raises Rejected unless it is zero or more and within `scale`."""
    if in_scale(value, scale, what, path) < ZERO:
        raise Rejected(path, what=what, value=value, reason="it must not be negative", reason_zh="不能为负数")
    return value
