"""Locations: where goods can be, inside the company and outside of it.

A posting of goods balances over locations, so suppliers, customers, production and loss are locations too; only the
kinds of `ON_HAND` count as stock that the company holds.
"""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, code_column, column, enum_column, reference, text_column
from domain.core.records import CompanyRecord, Scope


class LocationKind(StrEnum):
    """What being at a location means for goods."""

    STORAGE = "STORAGE"
    QUARANTINE = "QUARANTINE"
    TRANSIT = "TRANSIT"
    CONSIGNMENT = "CONSIGNMENT"
    PRODUCTION = "PRODUCTION"
    SUPPLIER = "SUPPLIER"
    CUSTOMER = "CUSTOMER"
    LOSS = "LOSS"
    OPENING = "OPENING"


# The kinds whose goods the company holds; goods elsewhere are on their way in, used up, sold or lost. OPENING is the
# counter-location of balances brought over from a legacy system. CONSIGNMENT is on a customer's premises and holds
# goods that are ours until the customer uses them; they are promised to nobody else.
ON_HAND = frozenset(
    {LocationKind.STORAGE, LocationKind.QUARANTINE, LocationKind.TRANSIT, LocationKind.CONSIGNMENT}
)


class Location(CompanyRecord, scope=Scope(site="site_id"), zh="库位", key="code", name="name"):
    """A place where goods can be: a warehouse, an aisle, a bin, or a counter-location outside the company."""

    __tablename__ = "location"
    __table_args__ = (
        CheckConstraint("(kind = 'CONSIGNMENT') = (customer_id IS NOT NULL)", name="consignment_has_customer"),
    )

    code: Mapped[str] = code_column(doc="Short code of the location.", zh="库位代码", order=True)
    name: Mapped[str] = text_column(doc="Name of the location.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    kind: Mapped[LocationKind] = enum_column(LocationKind, doc="What being here means for goods.", zh="库位类型")
    site_id: Mapped[UUID | None] = reference(
        "site", many="locations", doc="The site it belongs to; none for counter-locations.", zh="场所"
    )
    customer_id: Mapped[UUID | None] = reference(
        "party", many="consignment_locations", doc="The customer on whose premises a consignment is.", zh="寄售客户"
    )
    parent_id: Mapped[UUID | None] = reference(
        "location", many="children", doc="The location that contains it.", zh="上级库位"
    )
    is_active: Mapped[bool] = column(
        doc="Whether new movements may name the location.", zh="是否启用", server_default="true"
    )
