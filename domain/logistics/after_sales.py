"""What follows a shipment: what was charged of it, what came back, and what was credited for that."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    quantity_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.logistics.models import ITEM_UNIT

LINE_UNIT = "shipment_line.item.unit.code"


class ShipmentCharge(
    CompanyRecord,
    scope=Scope(partner="shipment_line.shipment.customer_id", site="shipment_line.shipment.site_id"),
    zh="发货开票记录",
):
    """How much of a shipment's line an invoice charged, on which of its lines, and how much of that was credited."""

    __tablename__ = "shipment_charge"
    __table_args__ = (
        UniqueConstraint("company_id", "shipment_line_id", "customer_invoice_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("credited_quantity >= 0", name="credited_not_negative"),
        CheckConstraint("credited_quantity <= quantity", name="credited_within_charged"),
    )

    shipment_line_id: Mapped[UUID] = reference(
        "shipment_line", doc="The line that is charged.", zh="发货单行", many="charges"
    )
    customer_invoice_id: Mapped[UUID] = reference(
        "customer_invoice", doc="The invoice that charges it.", zh="发票", many="shipment_charges"
    )
    invoice_position: Mapped[int] = column(
        doc="The place on the invoice that it is part of.", zh="发票行号", tier=Tier.PUBLIC
    )
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much is charged.", zh="开票数量", unit=LINE_UNIT, tier=Tier.PUBLIC
    )
    credited_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it was credited.", zh="红冲数量", unit=LINE_UNIT, tier=Tier.PUBLIC, server_default="0"
    )


class ReturnKind(StrEnum):
    """RETURNED came back; MISSING never arrived, and was written off."""

    RETURNED = "RETURNED"
    MISSING = "MISSING"


class GoodsReturn(
    CompanyRecord, scope=Scope(partner="customer_id", site="shipment.site_id"), zh="销售退货单", key="number",
    name="number",
):  # fmt: skip
    """Goods of one shipment that came back, in quarantine until they are decided on; or that never arrived."""

    __tablename__ = "goods_return"

    number: Mapped[str] = code_column(doc="Number of the return.", zh="退货单号", order=True)
    kind: Mapped[ReturnKind] = enum_column(
        ReturnKind, doc="Whether the goods came back or never arrived.", zh="退货类型", tier=Tier.PUBLIC,
        server_default="RETURNED",
    )  # fmt: skip
    shipment_id: Mapped[UUID] = reference("shipment", doc="What they came with.", zh="发货单", many="returns")
    customer_id: Mapped[UUID] = reference("party", doc="Who sent them back.", zh="客户", many="goods_returns")
    returned_on: Mapped[date] = date_column(doc="Day they came back.", zh="退货日期", tier=Tier.PUBLIC, order=True)
    reason: Mapped[str] = text_column(doc="Why they came back.", zh="退货原因", tier=Tier.PUBLIC)
    purchase_return_id: Mapped[UUID | None] = reference(
        "purchase_return", doc="The return to the supplier that it is at once, where goods went straight back to it.",
        zh="采购退货单", many="goods_returns", tier=Tier.INTERNAL,
    )  # fmt: skip


class GoodsReturnLine(
    CompanyRecord,
    scope=Scope(partner="goods_return.customer_id", site="goods_return.shipment.site_id"),
    zh="销售退货单行",
):
    """What came back of one line of the shipment, at the cost it left with."""

    __tablename__ = "goods_return_line"
    __table_args__ = (
        UniqueConstraint("company_id", "goods_return_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "to_credit_quantity >= 0 AND credited_quantity >= 0 AND restocked_quantity >= 0 AND scrapped_quantity >= 0",
            name="quantities_not_negative",
        ),
        CheckConstraint("to_credit_quantity <= quantity", name="credit_within_returned"),
        CheckConstraint("credited_quantity <= to_credit_quantity", name="credited_within_due"),
        CheckConstraint("restocked_quantity + scrapped_quantity <= quantity", name="decided_within_returned"),
        CheckConstraint("NOT is_replaced OR to_credit_quantity = 0", name="replaced_or_credited"),
        CheckConstraint(
            "location_id IS NOT NULL OR restocked_quantity + scrapped_quantity = 0", name="decided_where_it_is"
        ),
    )

    goods_return_id: Mapped[UUID] = reference(
        "goods_return", doc="The return the line belongs to.", zh="退货单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the return.", zh="行号", tier=Tier.PUBLIC)
    shipment_line_id: Mapped[UUID] = reference(
        "shipment_line", doc="The line that it came with.", zh="发货单行", many="return_lines"
    )
    item_id: Mapped[UUID] = reference("item", doc="What came back.", zh="物料", many="goods_return_lines")
    lot_number: Mapped[str | None] = code_column(doc="Number of the lot.", zh="批号")
    quantity: Mapped[Decimal] = quantity_column(doc="How much.", zh="退货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC)
    is_replaced: Mapped[bool] = column(
        doc="Whether as much is to be shipped again instead of a credit.", zh="是否换货", tier=Tier.PUBLIC,
        server_default="false",
    )  # fmt: skip
    location_id: Mapped[UUID | None] = reference(
        "location", doc="Where it was put; nowhere where it went straight back to the supplier.", zh="库位",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    to_credit_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it had been charged and is to be credited.", zh="应红冲数量", unit=ITEM_UNIT,
        tier=Tier.PUBLIC, server_default="0",
    )  # fmt: skip
    credited_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of that was credited.", zh="已红冲数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    restocked_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it may be used again.", zh="重新入库数量", unit=ITEM_UNIT, server_default="0"
    )
    scrapped_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it was scrapped.", zh="报废数量", unit=ITEM_UNIT, server_default="0"
    )
    undecided_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it stands in quarantine, undecided.", zh="待处置数量", unit=ITEM_UNIT,
        server_default=Computed(
            "CASE WHEN location_id IS NULL THEN 0 ELSE quantity - restocked_quantity - scrapped_quantity END",
            persisted=True,
        ),
    )  # fmt: skip
    posting_id: Mapped[UUID] = uuid_column(
        doc="What the line shares with the move and the voucher that it made.", zh="过账标识"
    )


class ReturnCredit(
    CompanyRecord,
    scope=Scope(partner="goods_return.customer_id", site="goods_return.shipment.site_id"),
    zh="退货红字发票",
    append_only=True,
):
    """A credit note that was made for goods that came back."""

    __tablename__ = "return_credit"

    goods_return_id: Mapped[UUID] = reference("goods_return", doc="The return.", zh="退货单", many="credits")
    credit_note_id: Mapped[UUID] = reference(
        "customer_invoice", doc="The credit note, which names the invoice it takes back.", zh="红字发票",
        many="return_credits",
    )  # fmt: skip
