"""Bills of material: what an item is made of, and since when."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, code_column, column, date_column, quantity_column, reference, small_column
from domain.core.records import CompanyRecord, Scope


class BillOfMaterial(CompanyRecord, scope=Scope(), zh="物料清单", key="code", name="code"):
    """What one assembly is made of, in one company."""

    __tablename__ = "bill_of_material"

    code: Mapped[str] = code_column(
        doc="Code of the bill: the assembly's code, followed by the alternate where there are several.",
        zh="清单代码", tier=Tier.INTERNAL, order=True,
    )  # fmt: skip
    item_id: Mapped[UUID] = reference(
        "item", many="bills_of_material", doc="The assembly.", zh="母件", tier=Tier.INTERNAL
    )
    is_historical: Mapped[bool] = column(
        doc="Whether the bill was imported from a legacy system.", zh="是否历史数据", server_default="false"
    )


class BillOfMaterialLine(CompanyRecord, scope=Scope(), zh="物料清单行"):
    """A component of an assembly, with the days it belongs to it.

    A line without a bill marks an item as a product that is sold, at the top of its tree: legacy systems keep such
    rows in the same table, and a migration keeps them.
    """

    __tablename__ = "bill_of_material_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    bill_id: Mapped[UUID | None] = reference(
        "bill_of_material", lines="lines", lines_order="valid_from", doc="The bill; none for a product at the top.",
        zh="物料清单", tier=Tier.INTERNAL,
    )  # fmt: skip
    component_id: Mapped[UUID] = reference(
        "item", many="used_in", doc="What goes in, or the product itself where there is no bill.", zh="子件",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    quantity: Mapped[Decimal] = quantity_column(doc="How much of it one assembly takes.", zh="用量", unit="unit.code")
    unit_id: Mapped[UUID] = reference("unit_of_measure", doc="Unit of the quantity.", zh="计量单位", tier=Tier.INTERNAL)
    level: Mapped[int] = small_column(doc="Depth of the assembly below a product, as recorded.", zh="层级")
    valid_from: Mapped[date] = date_column(doc="First day the component is used.", zh="生效日期", order=True)
    valid_to: Mapped[date | None] = date_column(doc="Last day the component is used; none while it is.", zh="失效日期")
