"""Tracking: what a carrier tells of a shipment on its way, in the order in which it happened."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, enum_column, instant_column, reference, text_column
from domain.core.records import CompanyRecord, Scope


class TrackingKind(StrEnum):
    """What happened to a shipment on its way."""

    COLLECTED = "COLLECTED"
    IN_TRANSIT = "IN_TRANSIT"
    AT_CUSTOMS = "AT_CUSTOMS"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    HANDED_OVER = "HANDED_OVER"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    DELAYED = "DELAYED"
    DAMAGED = "DAMAGED"
    TURNED_BACK = "TURNED_BACK"


class TrackingEvent(
    CompanyRecord,
    scope=Scope(partner="shipment.customer_id", site="shipment.site_id"),
    zh="物流轨迹",
    append_only=True,
):
    """What happened to a shipment at one instant, as its carrier told it."""

    __tablename__ = "tracking_event"
    __table_args__ = (UniqueConstraint("company_id", "shipment_id", "occurred_at", "kind"),)

    shipment_id: Mapped[UUID] = reference("shipment", doc="The shipment.", zh="发货单", many="tracking")
    kind: Mapped[TrackingKind] = enum_column(TrackingKind, doc="What happened.", zh="轨迹类型", tier=Tier.PUBLIC)
    occurred_at: Mapped[datetime] = instant_column(
        doc="When it happened, as the carrier says.", zh="发生时间", tier=Tier.PUBLIC, order=True
    )
    place: Mapped[str | None] = text_column(doc="Where it happened.", zh="地点", tier=Tier.PUBLIC)
    note: Mapped[str | None] = text_column(doc="What else the carrier says.", zh="说明", tier=Tier.PUBLIC)
