"""What must be known of a lot that comes, and the flow of what is announced, pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol

from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.flow import Flow, Transition
from domain.core.labels import camel
from domain.core.money import EXACT, ZERO
from domain.core.quantity import QUANTITY, positive
from domain.master_data.device_rules import gs1_check_digit_valid
from domain.procurement.receiving import SSCC_LENGTH, NoticeStatus
from domain.procurement.rules import Arrival, Order, OrderLine, receive

RECEIVE: Final = "be received"
CANCEL: Final = "be cancelled"

NOTICE_FLOW: Final = Flow(
    document="Shipping notice",
    initial=NoticeStatus.SENT,
    transitions={
        RECEIVE: Transition(frozenset({NoticeStatus.SENT}), NoticeStatus.RECEIVED),
        CANCEL: Transition(frozenset({NoticeStatus.SENT}), NoticeStatus.CANCELLED),
    },
)


class LotDataMissing(DomainError):
    """Something that the item's rule asks of every lot is not told."""

    code = "LOT_DATA_MISSING"
    zh = "物料 {item} 收货须填写 {missing}。"
    en = "Item {item} cannot be taken in without {missing}."


class Told(Protocol):
    """What is told of a lot."""

    @property
    def supplier_lot(self) -> str | None: ...
    @property
    def manufacturer(self) -> str | None: ...
    @property
    def made_on(self) -> date | None: ...
    @property
    def expires_on(self) -> date | None: ...
    @property
    def udi(self) -> str | None: ...


# What can be asked of a lot, by the column of the rule.
ASKED: Final = ("supplier_lot", "manufacturer", "made_on", "expires_on", "udi")


def last_day(told: Told, shelf_life_days: int | None) -> date | None:
    """The last day of use that is told, else that which follows from the day of manufacture and the shelf life."""
    if told.expires_on is None and told.made_on is not None and shelf_life_days is not None:
        return told.made_on + timedelta(days=shelf_life_days)
    return told.expires_on


def all_told(item: str, needs: Mapping[str, bool], told: Told, shelf_life_days: int | None) -> None:
    """Nothing; raises LotDataMissing where the rule asks for more than is told; `needs` by name of `ASKED`."""
    known = {name: getattr(told, name) for name in ASKED} | {"expires_on": last_day(told, shelf_life_days)}
    missing = [name for name in ASKED if needs.get(name) and not known[name]]
    if missing:
        raise LotDataMissing((camel(missing[0]),), item=item, missing=", ".join(camel(name) for name in missing))


def same_lot(number: str, known: Mapping[str, object], told: Told) -> None:
    """Nothing; raises Rejected when what is told of a lot that is here already differs from what is known of it."""
    for name in ASKED:
        said = getattr(told, name)
        if said is not None and known[name] is not None and said != known[name]:
            raise Rejected(
                (camel(name),), what=name, value=str(said), reason=f"lot {number} has {known[name]}",
                reason_zh=f"批次 {number} 已登记为 {known[name]}",
            )  # fmt: skip


def check_sscc(code: str) -> None:
    """Nothing; raises Rejected for what is no serial shipping container code."""
    if len(code) != SSCC_LENGTH or not gs1_check_digit_valid(code):
        reason = f"an SSCC is {SSCC_LENGTH} digits, the last the GS1 check digit"
        raise Rejected(("sscc",), what="sscc", value=code, reason=reason, reason_zh="SSCC 为 18 位数字且校验位须正确")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """So much of one order line that is on its way."""

    position: int
    quantity: Decimal


def announce(
    order: Order, lines: Mapping[int, OrderLine], coming: Mapping[int, Decimal], told: Sequence[Announced]
) -> None:
    """Nothing; `coming` is on its way already by position. Raises: NotFound, Rejected, OverReceipt for more than may be
    received.
    """
    found = dict(coming)
    for place, one in enumerate(told):
        line = lines.get(one.position)
        try:
            if line is None:
                raise NotFound(("position",), what="PurchaseOrderLine", key=f"{order.number}/{one.position}")
            positive(one.quantity, QUANTITY, "quantity", ("quantity",))
            found[one.position] = EXACT.add(found.get(one.position, ZERO), one.quantity)
            receive(order, line, Arrival(line_id=line.id, received=found[one.position], rejected=ZERO))
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
