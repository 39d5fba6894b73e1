"""Invoices, pure: what lines come to with their taxes, and what a red letter may still take back.

Each line is rounded to the minor unit; each tax rule is rounded once over all lines that name its code, and its parts
are spread over those lines so that lines and taxes sum to the same total. A red letter takes back a share of what its
blue letter charged, line by line; the one that takes the last of a line takes all that is left, so that together they
come to the line exactly (source: China, State Taxation Administration announcement 2024 No. 11, red letters up to the
amount of the blue letter).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError, Rejected
from domain.core.money import EXACT, ROUNDING, ZERO, Money, UnitPrice, minor_unit, product, to_minor_unit, total
from domain.finance.models import TaxKind
from domain.finance.rules.taxes import Charged, Tax, Taxed, on_gross, on_net

# The lines of one document that a reader gets as a plain list.
LINES_MAX: Final = 1_000

DIGITAL_NUMBER_DIGITS: Final = 20
ONE: Final = Decimal(1)


class CreditExceedsInvoice(DomainError):
    code = "CREDIT_EXCEEDS_INVOICE"
    zh = "发票 {invoice} 第 {position} 行剩余可红冲数量为 {remaining}，申请 {asked}。"
    en = "Line {position} of invoice {invoice} has {remaining} left to take back; {asked} was asked for."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to be priced: `taxes` in force under its code, whose key groups lines of one treatment.

    The price is that of `per` of what the quantity counts.
    """

    quantity: Decimal
    unit_price: Decimal
    per: Decimal = ONE
    code: UUID | None = None
    taxes: tuple[Tax, ...] = ()
    includes_tax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAmounts:
    """What a line comes to without taxes, and its share of those that are part of the price."""

    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A document with its taxes; `charged` holds each rule once."""

    lines: tuple[LineAmounts, ...]
    charged: tuple[Charged, ...]
    net: Decimal
    tax: Decimal
    withheld: Decimal

    @property
    def total(self) -> Decimal:
        """Net with the taxes that are part of the price."""
        return EXACT.add(self.net, self.tax)

    @property
    def payable(self) -> Decimal:
        """What is to be paid: the total less what is withheld."""
        return EXACT.subtract(self.total, self.withheld)


def price(lines: Sequence[Line], currency: str) -> Priced:
    """The amounts of the lines and of the document. Raises: TaxNotInvertible, CurrencyMismatch."""
    for line in lines:
        for tax in line.taxes:
            if tax.currency is not None:
                Money(tax.value, tax.currency).in_currency(currency, "Tax")
    amounts = [to_minor_unit(UnitPrice(line.unit_price, line.per).of(line.quantity), currency) for line in lines]
    results: list[LineAmounts | None] = [None] * len(lines)
    charged: list[Charged] = []
    withheld = ZERO
    for places in _by_code(lines):
        of_code = [lines[place] for place in places]
        taxed, parts = _taxed(of_code, [amounts[place] for place in places], currency)
        for place, part in zip(places, parts, strict=True):
            results[place] = part
        charged += taxed.charged
        withheld = EXACT.add(withheld, taxed.withheld)
    found = [one for one in results if one is not None]
    return Priced(
        lines=tuple(found),
        charged=tuple(charged),
        net=total([one.net for one in found]),
        tax=total([one.tax for one in found]),
        withheld=withheld,
    )


def _by_code(lines: Sequence[Line]) -> Iterable[list[int]]:
    """The places of the lines of each treatment, in the order in which treatments first appear."""
    places: dict[UUID | None, list[int]] = {}
    for place, line in enumerate(lines):
        places.setdefault(line.code, []).append(place)
    return places.values()


def _taxed(lines: Sequence[Line], amounts: Sequence[Decimal], currency: str) -> tuple[Taxed, list[LineAmounts]]:
    """Lines of one treatment, taxed together, and each line's part."""
    taxes, whole, unit = lines[0].taxes, total(amounts), minor_unit(currency)
    quantity = total([line.quantity for line in lines])
    each = on_gross if lines[0].includes_tax else on_net
    taxed = each(taxes, whole, quantity, currency)
    alone = [each(taxes, amount, line.quantity, currency) for line, amount in zip(lines, amounts, strict=True)]
    if not lines[0].includes_tax:
        shares = spread(taxed.tax, [one.tax for one in alone], unit)
        return taxed, [LineAmounts(net=amount, tax=share) for amount, share in zip(amounts, shares, strict=True)]
    nets = spread(taxed.net, [one.net for one in alone], unit)
    return taxed, [
        LineAmounts(net=net, tax=EXACT.subtract(amount, net)) for net, amount in zip(nets, amounts, strict=True)
    ]


def spread(whole: Decimal, parts: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """The parts corrected, a `unit` each from the largest on, so that they sum to `whole`."""
    result = list(parts)
    difference = EXACT.subtract(whole, total(result))
    step = unit if difference > ZERO else -unit
    order = sorted(range(len(result)), key=lambda place: (-abs(result[place]), place))
    for count in range(int(abs(difference) / unit)):
        place = order[count % len(order)]
        result[place] = EXACT.add(result[place], step)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueLine:
    """A line of a blue letter, with what red letters have taken back of it; all amounts positive."""

    id: UUID
    invoice: str
    position: int
    quantity: Decimal
    net: Decimal
    tax: Decimal
    credited_quantity: Decimal = ZERO
    credited_net: Decimal = ZERO
    credited_tax: Decimal = ZERO

    @property
    def remaining(self) -> LineAmounts:
        """What red letters may still take back."""
        return LineAmounts(
            net=EXACT.subtract(self.net, self.credited_net), tax=EXACT.subtract(self.tax, self.credited_tax)
        )

    @property
    def remaining_quantity(self) -> Decimal:
        """The quantity that red letters may still take back."""
        return EXACT.subtract(self.quantity, self.credited_quantity)


def take_back(line: BlueLine, quantity: Decimal, currency: str) -> LineAmounts:
    """What a red letter over `quantity` of the line takes back, as positive amounts.

    Raises: CreditExceedsInvoice, Rejected for a quantity that has not the sign of the line.
    """
    remaining = line.remaining_quantity
    if not quantity or (quantity > ZERO) != (line.quantity > ZERO):
        raise Rejected(
            ("quantity",), what="quantity", value=quantity, reason="nothing would be taken back",
            reason_zh="红冲数量无效",
        )  # fmt: skip
    if abs(quantity) > abs(remaining):
        raise CreditExceedsInvoice(invoice=line.invoice, position=line.position, remaining=remaining, asked=quantity)
    left = line.remaining
    if quantity == remaining:
        return left
    return LineAmounts(
        net=_share(line.net, left.net, quantity, line.quantity, currency=currency),
        tax=_share(line.tax, left.tax, quantity, line.quantity, currency=currency),
    )


def _share(whole: Decimal, left: Decimal, part: Decimal, of: Decimal, *, currency: str) -> Decimal:
    share = to_minor_unit(ROUNDING.divide(product(whole, part), of), currency)
    return share if abs(share) <= abs(left) else left


def check_digital_number(number: str, issued_on: date) -> str:
    """The number of a fully digital Chinese invoice: 20 digits, of which the first two are the year of issue.

    Two digits of region, one of channel and fifteen of sequence follow; it has no check digit (State Taxation
    Administration, announcements on the fully digitalised electronic invoice). Raises: Rejected.
    """
    path = ("digitalNumber",)
    if len(number) != DIGITAL_NUMBER_DIGITS or not (number.isascii() and number.isdigit()):
        raise Rejected(
            path, what="digital number", value=number, reason="it has 20 digits", reason_zh="数电票号码为 20 位数字"
        )
    if number[:2] != f"{issued_on:%y}":
        raise Rejected(
            path, what="digital number", value=number, reason=f"it begins with the year of issue, {issued_on:%y}",
            reason_zh=f"前两位须为开票年份 {issued_on:%y}",
        )  # fmt: skip
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueTax:
    """What one rule came to on a blue letter, under which code, and what red letters have taken back of it."""

    tax: Tax
    code: UUID
    amount: Decimal
    credited: Decimal = ZERO

    @property
    def remaining(self) -> Decimal:
        """What red letters may still take back."""
        return EXACT.subtract(self.amount, self.credited)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """A part of a blue letter's lines of one tax code: what a red letter takes back, and whether it takes the last."""

    code: UUID
    net: Decimal
    tax: Decimal
    whole_net: Decimal
    closes: bool


def taxes_taken_back(taken: TakenBack, taxes: Sequence[BlueTax], currency: str) -> list[Charged]:
    """What each rule of the code gives back, as positive amounts; those of the price come to `taken.tax`.

    A red letter that takes the last of a code's lines takes what is left of every rule, so that together red letters
    come to what each rule charged.
    """
    own = [one for one in taxes if one.code == taken.code]
    if taken.closes:
        return [Charged(tax=one.tax, base=taken.net, amount=one.remaining) for one in own]
    shares = [
        to_minor_unit(ROUNDING.divide(product(one.amount, taken.net), taken.whole_net), currency)
        if taken.whole_net
        else ZERO
        for one in own
    ]
    priced = [place for place, one in enumerate(own) if one.tax.kind is not TaxKind.WITHHOLDING]
    if priced:
        corrected = spread(taken.tax, [shares[place] for place in priced], minor_unit(currency))
        for place, share in zip(priced, corrected, strict=True):
            shares[place] = share
    return [Charged(tax=one.tax, base=taken.net, amount=share) for one, share in zip(own, shares, strict=True)]
