"""Dimensions of a ledger line that are masters of their own: cost centres and profit centres."""

from uuid import UUID

from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, code_column, column, reference, text_column
from domain.core.records import CompanyRecord, Scope


class CostCentre(CompanyRecord, scope=Scope(), zh="成本中心", key="code", name="name"):
    """A part of the company whose costs someone answers for."""

    __tablename__ = "cost_centre"

    code: Mapped[str] = code_column(doc="Short code of the cost centre.", zh="代码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="Name of the cost centre.", zh="名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the cost centre.", zh="中文名称")
    parent_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre it is part of.", zh="上级成本中心", many="parts"
    )
    is_active: Mapped[bool] = column(doc="Whether new lines may name it.", zh="是否启用", server_default="true")


class ProfitCentre(CompanyRecord, scope=Scope(), zh="利润中心", key="code", name="name"):
    """A part of the company whose result is shown on its own."""

    __tablename__ = "profit_centre"

    code: Mapped[str] = code_column(doc="Short code of the profit centre.", zh="代码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="Name of the profit centre.", zh="名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the profit centre.", zh="中文名称")
    parent_id: Mapped[UUID | None] = reference(
        "profit_centre", doc="The profit centre it is part of.", zh="上级利润中心", many="parts"
    )
    is_active: Mapped[bool] = column(doc="Whether new lines may name it.", zh="是否启用", server_default="true")
