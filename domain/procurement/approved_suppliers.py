"""Who may deliver what, where and when, with what shows it: the approved supplier list.

An item that stands on the list is bought from those alone who are on it for the site and the day; one that does not may
be bought from any supplier. It is asked when an order is made and again when it is approved.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, SmallInteger, UniqueConstraint, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Uuid

from domain.core.columns import Tier, date_column, reference, text_column
from domain.core.records import CompanyRecord, Scope
from domain.core.work import Work
from domain.procurement.sourcing_rules import Approval


class ApprovedSupplier(CompanyRecord, scope=Scope(site="site_id"), zh="合格供应商"):
    """One supplier that may deliver one item, to one site or to all, from a day on."""

    __tablename__ = "approved_supplier"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="span_positive"),
        UniqueConstraint(
            "company_id", "item_id", "supplier_id", "site_id", "valid_from", postgresql_nulls_not_distinct=True
        ),
    )

    item_id: Mapped[UUID] = reference("item", doc="What may be bought.", zh="物料", many="approved_suppliers")
    supplier_id: Mapped[UUID] = reference("party", doc="From whom.", zh="供应商", many="approvals")
    site_id: Mapped[UUID | None] = reference(
        "site", doc="The site that it may be delivered to; every site where there is none.", zh="地点"
    )
    valid_from: Mapped[date] = date_column(doc="First day of an order.", zh="生效日期", order=True)
    valid_to: Mapped[date | None] = date_column(doc="Last day of an order; no end where there is none.", zh="失效日期")
    evidence: Mapped[str] = text_column(
        doc="What shows that it may: certificate, audit, first article, each with its number and day.", zh="依据",
        tier=Tier.INTERNAL,
    )  # fmt: skip


_listed = ApprovedSupplier.table
_LISTED = select(
    _listed.c.item_id, _listed.c.supplier_id, _listed.c.site_id, _listed.c.valid_from, _listed.c.valid_to
).where(
    _listed.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _listed.c.item_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)


async def approvals_of(work: Work, item_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Approval]]:
    """What the list says of each item that stands on it."""
    found: defaultdict[UUID, list[Approval]] = defaultdict(list)
    for row in await work.fetch(_LISTED, ids=sorted(set(item_ids))):
        told = dict(row)
        found[told.pop("item_id")].append(Approval(**told))
    return found


__all__ = ["ApprovedSupplier", "approvals_of"]
