"""Rules of logistics, pure: how a shipment lives, how packages are numbered, what serial numbers a line needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from domain.core.database import Row
from domain.core.errors import DomainError, Rejected, WrongState
from domain.core.flow import Flow, Transition
from domain.core.money import EXACT, ZERO, total
from domain.logistics.models import GS1_PREFIX_LENGTH_MAX, SSCC_LENGTH, ShipmentStatus
from domain.master_data.device_rules import gs1_check_digit, gs1_check_digit_valid, is_digits
from domain.master_data.items import LotPolicy

PACK: Final = "be packed"
SHIP: Final = "be shipped"
DELIVER: Final = "be delivered"
CANCEL: Final = "be cancelled"
INVOICE: Final = "be invoiced"
READ: Final = "have readings"
TRACK: Final = "be tracked"
TAKE_BACK: Final = "have goods come back"

GS1_PREFIX_LENGTH_MIN: Final = 4

_BEFORE: Final = frozenset({ShipmentStatus.PICKED, ShipmentStatus.PACKED})
_AFTER: Final = frozenset({ShipmentStatus.SHIPPED, ShipmentStatus.DELIVERED})

SHIPMENT_FLOW: Final = Flow(
    document="Shipment",
    initial=ShipmentStatus.PICKED,
    transitions={
        PACK: Transition(frozenset({ShipmentStatus.PICKED}), ShipmentStatus.PACKED),
        SHIP: Transition(_BEFORE, ShipmentStatus.SHIPPED),
        DELIVER: Transition(frozenset({ShipmentStatus.SHIPPED}), ShipmentStatus.DELIVERED),
        CANCEL: Transition(_BEFORE, ShipmentStatus.CANCELLED),
    },
)

# Policies under which every piece has a number, and under which goods are traced by lot.
BY_SERIAL: Final = frozenset({LotPolicy.SERIAL, LotPolicy.LOT_AND_SERIAL})
BY_LOT: Final = frozenset({LotPolicy.LOT, LotPolicy.LOT_AND_SERIAL})


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which temperatures goods are kept, in °C; both count as within."""

    lowest: Decimal
    highest: Decimal

    def hold(self, temperature: Decimal) -> bool:
        """Whether a temperature is within them."""
        return self.lowest <= temperature <= self.highest


class NotAllocated(DomainError):
    """A pick takes what is allocated and not picked yet, no more."""

    code = "NOT_ALLOCATED"
    zh = "销售订单 {order} 第 {position} 行可拣数量为 {available}，申请 {asked}。"
    en = "Line {position} of sales order {order} has {available} allocated and not picked; {asked} was asked for."


class LotRequired(DomainError):
    code = "LOT_REQUIRED"
    zh = "物料 {item} 须按批次追溯，库位 {location} 的库存没有批号。"
    en = "{item} is traced by lot, and what is at {location} has none."


class SerialsRequired(DomainError):
    code = "SERIALS_REQUIRED"
    zh = "物料 {item} 须逐件登记序列号：数量 {quantity}，序列号 {given} 个。"
    en = "{item} is traced piece by piece: {quantity} pieces need as many serial numbers, {given} are given."


class SerialAlreadyOut(DomainError):
    code = "SERIAL_ALREADY_OUT"
    zh = "物料 {item} 的序列号 {serial} 已发出。"
    en = "Serial number {serial} of {item} has gone out already."


class LifeTooShort(DomainError):
    code = "LIFE_TOO_SHORT"
    zh = "物料 {item} 有效期至 {expires_on}，客户要求剩余效期不少于 {days} 天。"
    en = "{item} expires on {expires_on}; the customer asks for {days} days of life when it is shipped."


class NoDirectReturn(DomainError):
    """Goods that left our stock come back to it: only a supplier that shipped straight takes them back itself."""

    code = "NO_DIRECT_RETURN"
    zh = "发货单 {shipment} 第 {position} 行由本公司发货，请填写退货库位。"
    en = "Line {position} of shipment {shipment} left our own stock: say where its goods are put."


class PackageNumbersMissing(DomainError):
    code = "PACKAGE_NUMBERS_MISSING"
    zh = "公司未维护 GS1 厂商识别代码，无法生成包装编号。"
    en = "The company has no GS1 prefix to number packages with; give each its SSCC, or set the prefix."


class PackedOtherwise(DomainError):
    """What is in the packages is what is on the shipment, line by line."""

    code = "PACKED_OTHERWISE"
    zh = "发货单 {shipment} 第 {position} 行数量为 {shipped}，包装内数量为 {packed}。"
    en = "Line {position} of shipment {shipment} has {shipped}; its packages hold {packed}."


class NothingToInvoice(DomainError):
    code = "NOTHING_TO_INVOICE"
    zh = "发货单 {shipment} 没有可开票的数量。"
    en = "Nothing of shipment {shipment} is left to be charged."


class ReturnExceedsShipment(DomainError):
    code = "RETURN_EXCEEDS_SHIPMENT"
    zh = "发货单 {shipment} 第 {position} 行可退数量为 {left}，申请 {asked}。"
    en = "Line {position} of shipment {shipment} has {left} left that could come back; {asked} was asked for."


class NothingToCredit(DomainError):
    code = "NOTHING_TO_CREDIT"
    zh = "退货单 {number} 没有应红冲的数量。"
    en = "Nothing of return {number} had been charged and is still to be credited."


def delivery_place(customer: Row | Mapping[str, Any], address: Row | Mapping[str, Any] | None) -> str:
    """Where a supplier is to ship to, in words: the customer by its names, and its address."""
    names = dict.fromkeys(name for name in (customer["name"], customer["name_zh"]) if name)
    lines = ("line_1", "line_2", "postal_code", "city", "region", "country")
    told = [str(address[name]) for name in lines if address[name]] if address is not None else []
    return ", ".join((" ".join(names), *told))


def package_numbering(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rule of the master: a GS1 company prefix is 4 to 12 digits. Raises: Rejected."""
    prefix = str(row["gs1_prefix"])
    if not is_digits(prefix) or not GS1_PREFIX_LENGTH_MIN <= len(prefix) <= GS1_PREFIX_LENGTH_MAX:
        reason, reason_zh = "a GS1 company prefix is 4 to 12 digits", "GS1 厂商识别代码为 4 至 12 位数字"
        raise Rejected(("gs1Prefix",), what="gs1Prefix", value=prefix, reason=reason, reason_zh=reason_zh)
    return {}


def sscc(prefix: str, number: int) -> str:
    """The SSCC of the `number`-th package under a GS1 company prefix: 18 digits, the last its check digit.

    The extension digit and the serial reference are one counter, so that a prefix lasts for all of its 10^(17 - length)
    numbers (GS1 General Specifications, 2.2.1). Raises: ValueError when they are used up.
    """
    digits = SSCC_LENGTH - 1 - len(prefix)
    counter = f"{number:0{digits}d}"
    if len(counter) > digits:
        raise ValueError(f"prefix {prefix} has no package number {number}")
    body = f"{counter[0]}{prefix}{counter[1:]}"
    return body + gs1_check_digit(body)


def check_sscc(code: str) -> str:
    """The code itself. Raises: Rejected unless it is 18 digits that end in their check digit."""
    if len(code) != SSCC_LENGTH or not gs1_check_digit_valid(code):
        reason = f"an SSCC is {SSCC_LENGTH} digits, the last the GS1 check digit"
        raise Rejected(("sscc",), what="sscc", value=code, reason=reason, reason_zh="SSCC 为 18 位数字且校验位须正确")
    return code


def check_trace(item: str, policy: LotPolicy, place: tuple[str, str | None], quantity: Decimal) -> None:
    """Nothing; raises LotRequired where goods that are traced by lot have none, SerialsRequired for half a piece.

    `place` is the code of the location and the number of the lot there.
    """
    location, lot = place
    if policy in BY_LOT and lot is None:
        raise LotRequired(item=item, location=location)
    if policy in BY_SERIAL and quantity != quantity.to_integral_value():
        raise SerialsRequired(item=item, quantity=quantity, given=0)


def check_serials(item: str, policy: LotPolicy, quantity: Decimal, serials: Sequence[str]) -> None:
    """Nothing; raises SerialsRequired unless a piece-by-piece item names each of its pieces once, others none."""
    needed = quantity if policy in BY_SERIAL else ZERO
    if Decimal(len(set(serials))) != needed or len(set(serials)) != len(serials):
        raise SerialsRequired(item=item, quantity=needed, given=len(set(serials)))


def packed_whole(shipment: str, lines: Mapping[int, Decimal], packed: Sequence[tuple[int, Decimal]]) -> None:
    """Nothing; raises PackedOtherwise unless the packages hold each line (position -> quantity) exactly."""
    for position, shipped in lines.items():
        inside = total([quantity for place, quantity in packed if place == position])
        if inside != shipped:
            raise PackedOtherwise(shipment=shipment, position=position, shipped=shipped, packed=inside)


def after_leaving(shipment: str, status: ShipmentStatus, transition: str) -> None:
    """Nothing; raises WrongState for what can be done only with a shipment that has left."""
    if status not in _AFTER:
        raise WrongState(what=SHIPMENT_FLOW.document, key=shipment, state=status, transition=transition)


def chargeable(line: Mapping[str, Any] | Row) -> Decimal:
    """What of a shipment's line stayed with the customer and was not charged; never below zero."""
    kept = EXACT.subtract(line["quantity"], EXACT.add(line["returned_quantity"], line["invoiced_quantity"]))
    return max(kept, ZERO)


def due_for_credit(shipped: Decimal, invoiced: Decimal, returned: Decimal, coming: Decimal) -> Decimal:
    """How much of what comes back had been charged: what was not charged comes back first.

    `returned` came back before; `invoiced` has credits for it taken off.
    """
    uncharged = max(EXACT.subtract(shipped, EXACT.add(invoiced, returned)), ZERO)
    return max(EXACT.subtract(coming, uncharged), ZERO)


def share_credit(left: Sequence[Decimal], quantity: Decimal) -> list[Decimal]:
    """How much of a credit each charge bears, the first first; `left` is what was charged and not credited."""
    return taken(left, quantity)


def spread_serials(quantities: Sequence[Decimal], serials: Sequence[str]) -> list[list[str]]:
    """The serial numbers of a line, dealt out in their order over the parts it is picked in."""
    dealt: list[list[str]] = []
    start = 0
    for quantity in quantities:
        end = start + int(quantity)
        dealt.append(list(serials[start:end]))
        start = end
    return dealt


def taken(available: Sequence[Decimal], quantity: Decimal) -> list[Decimal]:
    """How much of a quantity each place gives, in their order."""
    parts: list[Decimal] = []
    left = quantity
    for one in available:
        part = min(left, one)
        parts.append(part)
        left = EXACT.subtract(left, part)
    return parts
