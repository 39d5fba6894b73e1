"""Allocation cycles: how what one cost centre bears on an account is given on to others, period after period."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, code_column, column, rate_column, reference, small_column, text_column
from domain.core.records import CompanyRecord, Scope


class AllocationCycle(CompanyRecord, scope=Scope(), zh="分配循环", key="code", name="name"):
    """A sender on one account, and who receives which share of what it bears."""

    __tablename__ = "allocation_cycle"

    code: Mapped[str] = code_column(doc="Short code of the cycle.", zh="代码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="Name of the cycle.", zh="名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the cycle.", zh="中文名称")
    account_id: Mapped[UUID] = reference("account", doc="The account whose amounts are given on.", zh="科目")
    cost_centre_id: Mapped[UUID] = reference("cost_centre", doc="The cost centre that gives on.", zh="发送成本中心")
    is_active: Mapped[bool] = column(doc="Whether it is still run.", zh="是否启用", server_default="true")


class AllocationReceiver(CompanyRecord, scope=Scope(), zh="分配接收方"):
    """One receiver of a cycle; the last takes what rounding leaves."""

    __tablename__ = "allocation_receiver"
    __table_args__ = (
        UniqueConstraint("company_id", "allocation_cycle_id", "position"),
        UniqueConstraint("company_id", "allocation_cycle_id", "cost_centre_id"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent_is_a_share"),
    )

    allocation_cycle_id: Mapped[UUID] = reference(
        "allocation_cycle", lines="receivers", lines_order="position", doc="The cycle.", zh="分配循环"
    )
    position: Mapped[int] = small_column(doc="Order of the receiver, from 1.", zh="顺序")
    cost_centre_id: Mapped[UUID] = reference("cost_centre", doc="The cost centre that receives.", zh="接收成本中心")
    percent: Mapped[Decimal] = rate_column(doc="Its share in percent.", zh="比例", unit="%")
