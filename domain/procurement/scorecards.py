"""How suppliers did over a span: on time, what was refused of a million, days to answer; from the documents alone."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Integer, and_, case, cast, func, literal_column, select, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped

from domain.core.columns import QUANTITY, RATE, Tier, code_column, column, quantity_column, rate_column, reference
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, span_in_order
from domain.finance.statements import row_id
from domain.procurement.confirmations import PurchaseOrderConfirmation
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from domain.procurement.quotations import SupplierQuotation

NOTHING = literal_column("0", Integer())
NO_GOODS = literal_column("0", QUANTITY)
HUNDRED = literal_column("100", RATE)
MILLION = literal_column("1000000", RATE)
DIGITS = 2


@part
class SupplierScorecardArguments:
    """The span that is looked at."""

    from_: date = argument(doc="First day: of receipts, and of answers.", zh="开始日期")
    to: date = argument(doc="Last day.", zh="结束日期")


class SupplierScorecardLine(
    Report, zh="供应商绩效行", arguments=SupplierScorecardArguments, order="place", check=span_in_order,
    reads=(PurchaseOrder, PurchaseOrderLine, GoodsReceipt, GoodsReceiptLine, PurchaseOrderConfirmation,
           SupplierQuotation),
):  # fmt: skip
    """How one supplier did."""

    __tablename__ = "supplier_scorecard_line"

    place: Mapped[str] = code_column(
        doc="Where the line stands: the supplier's key.", zh="行次", tier=Tier.INTERNAL, order=True
    )
    supplier_id: Mapped[UUID] = reference("party", doc="The supplier.", zh="供应商")
    due_lines: Mapped[int] = column(
        doc="Receipts of order lines that had a day to arrive by.", zh="有期限收货行数", tier=Tier.CONFIDENTIAL
    )
    on_time_lines: Mapped[int] = column(
        doc="Those that arrived by the day they were due, or were promised for where no day was asked.",
        zh="准时收货行数", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    on_time_percent: Mapped[Decimal | None] = rate_column(
        doc="On time, of those with a day.", zh="准时率", unit="%", tier=Tier.CONFIDENTIAL
    )
    received_quantity: Mapped[Decimal] = quantity_column(
        doc="Received, of all items together.", zh="收货数量", unit="unit", tier=Tier.CONFIDENTIAL
    )
    refused_quantity: Mapped[Decimal] = quantity_column(
        doc="Of it refused at inspection, or accepted and sent back since.", zh="不合格数量", unit="unit",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    refused_ppm: Mapped[Decimal | None] = rate_column(
        doc="Refused of a million received.", zh="百万件不合格数", unit="ppm", tier=Tier.CONFIDENTIAL
    )
    answers: Mapped[int] = column(
        doc="Orders confirmed for the first time, and requests for quotation answered.", zh="答复次数",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    answer_days: Mapped[Decimal | None] = rate_column(
        doc="Days that an answer took, on average: from approval to confirmation, from request to quotation.",
        zh="平均答复天数", unit="day", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


def supplier_scorecard(asked: Asked) -> Lines:
    """A line for each supplier of which anything came or was answered in the span."""
    parts = union_all(_receipts(asked), _confirmations(asked), _quotations(asked)).subquery("parts")
    sums = (
        select(
            parts.c.company_id, parts.c.supplier_id,
            *(cast(func.sum(parts.c[name]), Integer()).label(name) for name in ("due", "on_time", "answers", "days")),
            *(func.sum(parts.c[name], type_=QUANTITY).label(name) for name in ("received", "refused")),
        )
        .group_by(parts.c.company_id, parts.c.supplier_id)
        .subquery("sums")
    )  # fmt: skip

    def share(part: str, whole: str, of: ColumnElement[Decimal]) -> ColumnElement[Decimal]:
        return func.round(sums.c[part] * of / func.nullif(sums.c[whole], NOTHING), DIGITS, type_=RATE)

    return select(
        sums.c.company_id, row_id(sums.c.company_id, sums.c.supplier_id).label("id"),
        cast(sums.c.supplier_id, SqlText()).label("place"),
        sums.c.supplier_id, sums.c.due.label("due_lines"), sums.c.on_time.label("on_time_lines"),
        share("on_time", "due", HUNDRED).label("on_time_percent"), sums.c.received.label("received_quantity"),
        sums.c.refused.label("refused_quantity"), share("refused", "received", MILLION).label("refused_ppm"),
        sums.c.answers, share("days", "answers", literal_column("1", RATE)).label("answer_days"),
    )  # fmt: skip


def _in_span(day: ColumnElement[date], asked: Asked) -> ColumnElement[bool]:
    return and_(day >= asked["from_"], day <= asked["to"])


def _receipts(asked: Asked) -> Lines:
    """What came of each order line: whether in time, and how much of it was no good."""
    receipt, came = asked.of(GoodsReceipt), asked.of(GoodsReceiptLine)
    order, line = asked.of(PurchaseOrder), asked.of(PurchaseOrderLine)
    due_on = func.coalesce(line.c.due_on, line.c.promised_on)
    return (
        select(
            came.c.company_id, order.c.supplier_id,
            case((due_on.is_not(None), 1), else_=0).label("due"),
            case((receipt.c.received_on <= due_on, 1), else_=0).label("on_time"),
            NOTHING.label("answers"), NOTHING.label("days"), came.c.received_quantity.label("received"),
            (came.c.rejected_quantity + came.c.returned_quantity).label("refused"),
        )
        .select_from(
            came.join(receipt, _same(came, "goods_receipt_id", receipt))
            .join(line, _same(came, "purchase_order_line_id", line))
            .join(order, _same(line, "purchase_order_id", order))
        )
        .where(_in_span(receipt.c.received_on, asked))
    )  # fmt: skip


def _same(source: FromClause, reference_: str, target: FromClause) -> ColumnElement[bool]:
    """The join of a reference within one company."""
    return and_(target.c.company_id == source.c.company_id, target.c.id == source.c[reference_])


def _confirmations(asked: Asked) -> Lines:
    """The first answer to each order."""
    order, answer = asked.of(PurchaseOrder), asked.of(PurchaseOrderConfirmation)
    first = (
        select(answer.c.company_id, answer.c.purchase_order_id, func.min(answer.c.confirmed_on).label("day"))
        .group_by(answer.c.company_id, answer.c.purchase_order_id)
        .subquery("first")
    )
    return (
        select(
            first.c.company_id, order.c.supplier_id, NOTHING.label("due"), NOTHING.label("on_time"),
            literal_column("1", Integer()).label("answers"), (first.c.day - order.c.approved_on).label("days"),
            NO_GOODS.label("received"), NO_GOODS.label("refused"),
        )
        .select_from(first.join(order, _same(first, "purchase_order_id", order)))
        .where(_in_span(first.c.day, asked), order.c.approved_on.is_not(None))
    )  # fmt: skip


def _quotations(asked: Asked) -> Lines:
    """The answers to requests for quotation, offers or not."""
    asked_for = asked.of(SupplierQuotation)
    return select(
        asked_for.c.company_id, asked_for.c.supplier_id, NOTHING.label("due"), NOTHING.label("on_time"),
        literal_column("1", Integer()).label("answers"), (asked_for.c.answered_on - asked_for.c.asked_on).label("days"),
        NO_GOODS.label("received"), NO_GOODS.label("refused"),
    ).where(asked_for.c.answered_on.is_not(None), _in_span(asked_for.c.answered_on, asked))  # fmt: skip


__all__ = ["SupplierScorecardLine", "supplier_scorecard"]
