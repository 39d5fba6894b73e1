"""Offers side by side: for each line of a request what each supplier asks and when it delivers, cheapest first."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, cast, false, func, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Boolean, Integer

from domain.core.columns import (
    AMOUNT,
    RATE,
    Tier,
    amount_column,
    code_column,
    column,
    date_column,
    price_column,
    quantity_column,
    reference,
)
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, any_values
from domain.finance.statements import row_id, text_of
from domain.procurement.quotations import (
    CURRENCY_LENGTH,
    ITEM_UNIT,
    RequestForQuotation,
    SupplierQuotation,
    SupplierQuotationLine,
)

COMPANY_CURRENCY = "company.currency"
# Places that keep lines and ranks in order as text.
DIGITS = 4


@part
class QuotationComparisonArguments:
    """Which request is compared."""

    request: str = argument(doc="Number of the request.", zh="询价单号")


class QuotationComparisonLine(
    Report, zh="报价比较行", arguments=QuotationComparisonArguments, order="place", check=any_values,
    reads=(RequestForQuotation, SupplierQuotation, SupplierQuotationLine),
):  # fmt: skip
    """What one supplier offers for one line of a request, beside the others."""

    __tablename__ = "quotation_comparison_line"

    place: Mapped[str] = code_column(
        doc="Line of the request, then the rank of the offer by price, then its quotation.", zh="行次",
        tier=Tier.INTERNAL, order=True, length_max=100,
    )  # fmt: skip
    position: Mapped[int] = column(doc="Line of the request.", zh="行号")
    item_id: Mapped[UUID] = reference("item", doc="What is asked for.", zh="物料")
    quantity: Mapped[Decimal] = quantity_column(doc="How much is asked for.", zh="询价数量", unit=ITEM_UNIT)
    needed_on: Mapped[date | None] = date_column(doc="Day by which it is needed.", zh="需求日期")
    supplier_quotation_id: Mapped[UUID] = reference("supplier_quotation", doc="The offer.", zh="报价单")
    supplier_id: Mapped[UUID] = reference("party", doc="Who offers.", zh="供应商")
    currency: Mapped[str | None] = code_column(
        doc="Currency of the offer.", zh="币种", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    unit_price: Mapped[Decimal | None] = price_column(
        doc="Price of one unit as offered.", zh="报价单价", unit="currency"
    )
    company_unit_price: Mapped[Decimal | None] = price_column(
        doc="Price of one unit in the company's currency, at the rate of the day of the answer.", zh="本位币单价",
        unit=COMPANY_CURRENCY,
    )  # fmt: skip
    amount: Mapped[Decimal | None] = amount_column(
        doc="What all of it would cost in the company's currency.", zh="本位币金额", unit=COMPANY_CURRENCY
    )
    price_rank: Mapped[int | None] = column(
        doc="1 for the cheapest offer of the line; offers of one price share a rank.", zh="价格名次",
        tier=Tier.COMMERCIAL,
    )  # fmt: skip
    is_best_price: Mapped[bool] = column(doc="Whether no other is cheaper.", zh="是否最低价")
    delivery_on: Mapped[date | None] = date_column(doc="Day on which it would arrive.", zh="可交货日")
    late_days: Mapped[int | None] = column(
        doc="Days after it is needed on which it would arrive, less than 0 where it is earlier.", zh="晚交天数",
        unit="day",
    )  # fmt: skip
    is_earliest: Mapped[bool] = column(doc="Whether no other arrives earlier.", zh="是否最早到货")


def quotation_comparison(asked: Asked) -> Lines:
    """A line for each line of the request and supplier that was asked, those without an offer last."""
    request, quotation, line = (
        asked.of(RequestForQuotation), asked.of(SupplierQuotation), asked.of(SupplierQuotationLine)
    )  # fmt: skip
    price = func.round(line.c.unit_price * quotation.c.rate, 10, type_=RATE)
    within = (line.c.company_id, line.c.request_for_quotation_line_id)
    best = func.min(price).over(partition_by=within)
    earliest = func.min(line.c.delivery_on).over(partition_by=within)
    rank = func.rank().over(partition_by=within, order_by=price.asc().nulls_last())

    def padded(number: ColumnElement[int]) -> ColumnElement[str]:
        return func.lpad(cast(number, SqlText()), DIGITS, text_of("0"), type_=SqlText())

    return select(
        line.c.company_id, row_id(line.c.company_id, line.c.id).label("id"),
        func.concat_ws(
            text_of("/"), padded(line.c.position), padded(rank), quotation.c.number, type_=SqlText()
        ).label("place"),
        line.c.position, line.c.item_id, line.c.quantity, line.c.needed_on,
        quotation.c.id.label("supplier_quotation_id"), quotation.c.supplier_id, quotation.c.currency,
        line.c.unit_price, price.label("company_unit_price"),
        func.round(line.c.quantity * price, 6, type_=AMOUNT).label("amount"),
        case((price.is_not(None), cast(rank, Integer()))).label("price_rank"),
        func.coalesce(price == best, false(), type_=Boolean()).label("is_best_price"),
        line.c.delivery_on,
        cast(line.c.delivery_on - line.c.needed_on, Integer()).label("late_days"),
        func.coalesce(line.c.delivery_on == earliest, false(), type_=Boolean()).label("is_earliest"),
    ).select_from(
        line.join(
            quotation,
            and_(quotation.c.company_id == line.c.company_id, quotation.c.id == line.c.supplier_quotation_id),
        ).join(
            request,
            and_(
                request.c.company_id == quotation.c.company_id,
                request.c.id == quotation.c.request_for_quotation_id,
            ),
        )
    ).where(request.c.number == asked["request"])  # fmt: skip


__all__ = ["QuotationComparisonLine", "quotation_comparison"]
