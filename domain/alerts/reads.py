"""What the conditions look at: rules in force, stock against its reorder points, outstanding receipts, open alerts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    SmallInteger,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Boolean, Text, Uuid

from domain.alerts.models import Alert, AlertKind, AlertRule, AlertStatus
from domain.alerts.rules import (
    BlockedInvoice,
    Excursion,
    LicenceHeld,
    LotInStock,
    OpenReceipt,
    RegistrationHeld,
    Rule,
    Stock,
    Undelivered,
)
from domain.coexistence.webhooks import WebhookDelivery, WebhookSubscription
from domain.coexistence.webhooks.models import DeliveryStatus, WebhookStatus
from domain.coexistence.webhooks.rules import ABANDONED
from domain.core.accounts import UserAccount
from domain.core.columns import Instant
from domain.core.database import Connection
from domain.core.records import GROUP
from domain.inventory.models import Lot, StockBalance, StockStatus
from domain.logistics.cold_chain import ColdChainReading
from domain.logistics.models import Shipment, ShipmentLine
from domain.master_data import ON_HAND
from domain.master_data.companies import Company
from domain.master_data.items import Item, ItemPlanning
from domain.master_data.parties import Licence, Party, PartyTerms
from domain.master_data.places import Location
from domain.master_data.units import UnitOfMeasure
from domain.procurement.invoices import MatchStatus, SupplierInvoice, SupplierInvoiceStatus
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from domain.sales.models import PriceListLine, ProductRegistration, SalesOrderLine

_rule, _alert = AlertRule.table, Alert.table
_planning, _item, _unit = ItemPlanning.table, Item.table, UnitOfMeasure.table
_balance, _location, _lot = StockBalance.table, Location.table, Lot.table
_order, _line, _party = PurchaseOrder.table, PurchaseOrderLine.table, Party.table
_invoice = SupplierInvoice.table
_licence, _terms, _later = Licence.table, PartyTerms.table, Licence.table.alias()
_webhook, _owner = WebhookSubscription.table, UserAccount.table
_message, _again = WebhookDelivery.table, WebhookDelivery.table.alias()
_shipment, _sent, _reading = Shipment.table, ShipmentLine.table, ColdChainReading.table

COMPANY_ID = bindparam("company_id", type_=SmallInteger())
_kind = bindparam("kind", type_=Text())
_everything = bindparam("everything", type_=Boolean())
_ids = bindparam("ids", type_=ARRAY(Uuid()))


def asked(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a row is among those looked at: all of them, or the given ids."""
    return or_(_everything, column == func.any(_ids))


def zh_item(item: FromClause) -> ColumnElement[str]:
    """What an item is called in a Chinese message: its Chinese name with the code, or the code alone."""
    return func.coalesce(item.c.name_zh + "（" + item.c.code + "）", item.c.code)


def zh_name(named: FromClause) -> ColumnElement[str]:
    """What a party is called in a Chinese message: its Chinese name where it has one."""
    return func.coalesce(named.c.name_zh, named.c.name)


_RULES = select(
    _rule.c.id, _rule.c.code, _rule.c.severity, _rule.c.owner_role, _rule.c.threshold, _rule.c.hysteresis,
    _rule.c.window_days,
).where(_rule.c.kind == _kind, _rule.c.active, _rule.c.archived_at.is_(None))  # fmt: skip

_ON_HAND = (
    select(func.coalesce(func.sum(_balance.c.quantity), 0))
    .join_from(
        _balance,
        _location,
        and_(_location.c.company_id == _balance.c.company_id, _location.c.id == _balance.c.location_id),
    )
    .where(
        _balance.c.company_id == _planning.c.company_id,
        _balance.c.item_id == _planning.c.item_id,
        _balance.c.status == StockStatus.RELEASED.value,
        _balance.c.owner_id.is_(None),
        or_(*(_location.c.kind == kind.value for kind in sorted(ON_HAND))),
        or_(_planning.c.site_id.is_(None), _location.c.site_id == _planning.c.site_id),
    )
    .scalar_subquery()
)
_STOCK = (
    select(
        _planning.c.item_id,
        _planning.c.site_id,
        _item.c.code.label("item_code"),
        zh_item(_item).label("item_zh"),
        _unit.c.code.label("unit"),
        _planning.c.reorder_point,
        _ON_HAND.label("on_hand"),
    )
    .join_from(_planning, _item, _item.c.id == _planning.c.item_id)
    .join(_unit, _unit.c.id == _item.c.unit_id)
    .where(_planning.c.company_id == COMPANY_ID, _planning.c.reorder_point > 0, asked(_planning.c.item_id))
    .order_by(_planning.c.item_id, _planning.c.site_id)
)

_RECEIPTS = (
    select(
        _order.c.id.label("order_id"),
        _order.c.site_id,
        _order.c.number,
        _party.c.name.label("supplier"),
        zh_name(_party).label("supplier_zh"),
        func.min(_line.c.due_on).label("due_on"),
        func.count().label("open_lines"),
    )
    .join_from(_order, _line, and_(_line.c.company_id == _order.c.company_id, _line.c.purchase_order_id == _order.c.id))
    .join(_party, _party.c.id == _order.c.supplier_id)
    .where(
        _order.c.company_id == COMPANY_ID,
        _order.c.status == PurchaseOrderStatus.APPROVED.value,
        _order.c.is_historical == false(),
        _line.c.due_on.is_not(None),
        _line.c.open_quantity > 0,
        asked(_order.c.id),
    )
    .group_by(_order.c.id, _order.c.site_id, _order.c.number, _party.c.name, _party.c.name_zh)
    .order_by(_order.c.id)
)

_BLOCKED = (
    select(
        _invoice.c.id.label("invoice_id"),
        _invoice.c.number,
        _party.c.name.label("supplier"),
        zh_name(_party).label("supplier_zh"),
        _invoice.c.posted_on,
        _invoice.c.payment_blocks.label("reasons"),
    )
    .join_from(_invoice, _party, _party.c.id == _invoice.c.supplier_id)
    .where(
        _invoice.c.company_id == COMPANY_ID,
        _invoice.c.status == SupplierInvoiceStatus.POSTED.value,
        _invoice.c.match_status == MatchStatus.BLOCKED.value,
        asked(_invoice.c.id),
    )
    .order_by(_invoice.c.id)
)

_LOTS = (
    select(
        _lot.c.id.label("lot_id"),
        _lot.c.number,
        _lot.c.item_id,
        _item.c.code.label("item_code"),
        zh_item(_item).label("item_zh"),
        _unit.c.code.label("unit"),
        _lot.c.expires_on,
        func.sum(_balance.c.quantity).label("on_hand"),
    )
    .join_from(_lot, _balance, and_(_balance.c.company_id == _lot.c.company_id, _balance.c.lot_id == _lot.c.id))
    .join(_item, _item.c.id == _lot.c.item_id)
    .join(_unit, _unit.c.id == _item.c.unit_id)
    .where(
        _lot.c.company_id == COMPANY_ID,
        _lot.c.expires_on <= bindparam("until", type_=Date()),
        _balance.c.owner_id.is_(None),
        asked(_lot.c.id),
    )
    .group_by(_lot.c.company_id, _lot.c.id, _item.c.code, _item.c.name_zh, _unit.c.code)
    .having(func.sum(_balance.c.quantity) > 0)
    .order_by(_lot.c.id)
)

_LICENCES = (
    select(
        _licence.c.id.label("licence_id"),
        _licence.c.party_id,
        _licence.c.number,
        _licence.c.kind,
        _party.c.name.label("party"),
        zh_name(_party).label("party_zh"),
        _licence.c.valid_to,
    )
    .join_from(_licence, _party, _party.c.id == _licence.c.party_id)
    .where(
        _licence.c.archived_at.is_(None),
        _party.c.archived_at.is_(None),
        _licence.c.valid_to <= bindparam("until", type_=Date()),
        select(_terms.c.id).where(_terms.c.company_id == COMPANY_ID, _terms.c.party_id == _party.c.id).exists(),
        ~select(_later.c.id)
        .where(
            _later.c.party_id == _licence.c.party_id,
            _later.c.kind == _licence.c.kind,
            _later.c.archived_at.is_(None),
            _later.c.valid_to > _licence.c.valid_to,
        )
        .exists(),
        asked(_licence.c.id),
    )
    .order_by(_licence.c.id)
)

# Given up, and neither left to be nor sent again since.
_DEAD = and_(
    _message.c.status == DeliveryStatus.DEAD.value,
    _message.c.failure.is_distinct_from(ABANDONED),
    ~select(_again.c.id)
    .where(
        _again.c.company_id == GROUP,
        _again.c.subscription_id == _message.c.subscription_id,
        _again.c.position == _message.c.position,
        _again.c.place == _message.c.place,
        _again.c.id > _message.c.id,
    )
    .exists(),
)
_HELD_BACK = and_(_message.c.status == DeliveryStatus.PENDING.value, _webhook.c.status == WebhookStatus.SUSPENDED.value)
# What happened in the group itself is told where its first company is.
_TOLD_HERE = or_(
    _message.c.company_number == COMPANY_ID,
    and_(
        _message.c.company_number == GROUP,
        select(func.min(Company.table.c.company_id)).where(Company.table.c.company_id != GROUP).scalar_subquery()
        == COMPANY_ID,
    ),
)
_UNDELIVERED = (
    select(
        _webhook.c.id.label("subscription_id"),
        _webhook.c.name,
        _owner.c.display_name.label("owner"),
        func.count().label("messages"),
        cast(func.min(func.coalesce(_message.c.attempted_at, _message.c.queued_at)), Date()).label("since"),
        _webhook.c.suspension_reason.label("suspended_for"),
    )
    .join_from(_webhook, _message, and_(_message.c.company_id == GROUP, _message.c.subscription_id == _webhook.c.id))
    .join(_owner, _owner.c.id == _webhook.c.user_id)
    .where(_webhook.c.archived_at.is_(None), _TOLD_HERE, or_(_DEAD, _HELD_BACK), asked(_webhook.c.id))
    .group_by(_webhook.c.id, _webhook.c.name, _owner.c.display_name, _webhook.c.suspension_reason)
    .order_by(_webhook.c.id)
)

_certificate, _newer = ProductRegistration.table, ProductRegistration.table.alias()
_REGISTRATIONS = (
    select(
        _certificate.c.id.label("registration_id"),
        _certificate.c.item_id,
        _item.c.code.label("item_code"),
        zh_item(_item).label("item_zh"),
        _certificate.c.number,
        _certificate.c.country,
        _certificate.c.valid_to,
    )
    .join_from(_certificate, _item, _item.c.id == _certificate.c.item_id)
    .where(
        _certificate.c.archived_at.is_(None),
        _item.c.archived_at.is_(None),
        _certificate.c.valid_to <= bindparam("until", type_=Date()),
        or_(
            *(
                select(record.table.c.id)
                .where(record.table.c.company_id == COMPANY_ID, record.table.c.item_id == _item.c.id)
                .exists()
                for record in (StockBalance, SalesOrderLine, PriceListLine)
            )
        ),
        ~select(_newer.c.id)
        .where(
            _newer.c.item_id == _certificate.c.item_id,
            _newer.c.country == _certificate.c.country,
            _newer.c.archived_at.is_(None),
            _newer.c.valid_to > _certificate.c.valid_to,
        )
        .exists(),
        asked(_certificate.c.id),
    )
    .order_by(_certificate.c.id)
)

_EXCURSIONS = (
    select(
        _shipment.c.id.label("shipment_id"),
        _shipment.c.site_id,
        _shipment.c.number,
        _shipment.c.customer_id,
        _party.c.name.label("customer"),
        zh_name(_party).label("customer_zh"),
        cast(func.max(_reading.c.read_at), Date()).label("found_on"),
        func.min(_reading.c.temperature).label("lowest"),
        func.max(_reading.c.temperature).label("highest"),
        func.count(_lot.c.id.distinct()).label("lots"),
    )
    .join_from(
        _shipment,
        _reading,
        and_(_reading.c.company_id == _shipment.c.company_id, _reading.c.shipment_id == _shipment.c.id),
    )
    .join(_sent, and_(_sent.c.company_id == _shipment.c.company_id, _sent.c.shipment_id == _shipment.c.id))
    .join(_lot, and_(_lot.c.company_id == _sent.c.company_id, _lot.c.id == _sent.c.lot_id))
    .join(_party, _party.c.id == _shipment.c.customer_id)
    .where(
        _shipment.c.company_id == COMPANY_ID,
        _reading.c.is_excursion,
        _lot.c.status == StockStatus.ON_HOLD.value,
        asked(_shipment.c.id),
    )
    .group_by(
        _shipment.c.id, _shipment.c.site_id, _shipment.c.number, _shipment.c.customer_id, _party.c.name,
        _party.c.name_zh,
    )
    .order_by(_shipment.c.id)
)

_UNTAKEN = (
    select(_alert.c.id, _rule.c.escalation_role)
    .join_from(_alert, _rule, _rule.c.id == _alert.c.rule_id)
    .where(
        _alert.c.company_id == COMPANY_ID,
        _alert.c.status == AlertStatus.OPEN.value,
        _alert.c.escalated_at.is_(None),
        _alert.c.raised_at
        <= bindparam("now", type_=Instant) - _rule.c.escalate_after_hours * literal_column("interval '1 hour'"),
    )
    .order_by(_alert.c.id)
)

_OPEN = select(_alert.c.id, _alert.c.fingerprint).where(
    _alert.c.company_id == COMPANY_ID,
    _alert.c.rule_id == func.any(bindparam("rules", type_=ARRAY(Uuid()))),
    _alert.c.status != AlertStatus.RESOLVED.value,
    asked(_alert.c.subject_id),
)

# The ids of alerts by fingerprint.
OpenAlerts = Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class Among:
    """The subjects that are looked at: those ids, or everything where there are none given."""

    ids: Collection[UUID] | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters of the statements above."""
        return {"everything": self.ids is None, "ids": sorted(self.ids or ())}


async def rules_in_force(connection: Connection, kind: AlertKind) -> list[Rule]:
    """The active rules of a kind."""
    return [Rule(**dict(row)) for row in await connection.fetch(_RULES, kind=kind.value)]


async def stock_levels(connection: Connection, company_id: int, among: Among) -> list[Stock]:
    """What is available of the planned items: released, our own, on hand."""
    rows = await connection.fetch(_STOCK, company_id=company_id, **among.parameters())
    return [Stock(**dict(row)) for row in rows]


async def expiring_lots(connection: Connection, company_id: int, among: Among, until: date) -> list[LotInStock]:
    """The lots that we hold some of and that expire by a day."""
    rows = await connection.fetch(_LOTS, company_id=company_id, until=until, **among.parameters())
    return [LotInStock(**dict(row)) for row in rows]


async def open_receipts(connection: Connection, company_id: int, among: Among) -> list[OpenReceipt]:
    """The approved orders of which dated lines are outstanding; documents of another system are not ours to chase."""
    rows = await connection.fetch(_RECEIPTS, company_id=company_id, **among.parameters())
    return [OpenReceipt(**dict(row)) for row in rows]


async def blocked_invoices(connection: Connection, company_id: int, among: Among) -> list[BlockedInvoice]:
    """The suppliers' invoices that must not be paid yet."""
    rows = await connection.fetch(_BLOCKED, company_id=company_id, **among.parameters())
    found: list[BlockedInvoice] = []
    for row in rows:
        values: dict[str, Any] = {**row, "reasons": tuple(row["reasons"])}
        found.append(BlockedInvoice(**values))
    return found


async def expiring_licences(connection: Connection, company_id: int, among: Among, until: date) -> list[LicenceHeld]:
    """The licences that expire by a day and that no later one of their kind follows, of parties the company has terms
    with.
    """
    rows = await connection.fetch(_LICENCES, company_id=company_id, until=until, **among.parameters())
    return [LicenceHeld(**dict(row)) for row in rows]


async def undelivered_webhooks(connection: Connection, company_id: int, among: Among) -> list[Undelivered]:
    """The webhooks of which messages about the company were given up, or wait while they are suspended.

    A message that was abandoned by hand, or sent again since, is none of them.
    """
    rows = await connection.fetch(_UNDELIVERED, company_id=company_id, **among.parameters())
    return [Undelivered(**dict(row)) for row in rows]


async def expiring_registrations(
    connection: Connection, company_id: int, among: Among, until: date
) -> list[RegistrationHeld]:
    """The registrations that expire by a day and that no later one in their country follows, of items that the company
    holds, sells or has a price for.
    """
    rows = await connection.fetch(_REGISTRATIONS, company_id=company_id, until=until, **among.parameters())
    return [RegistrationHeld(**dict(row)) for row in rows]


async def untaken_alerts(connection: Connection, company_id: int, now: datetime) -> list[tuple[UUID, str]]:
    """(alert, role) of those that nobody took within the hours of their rule: whose matter each becomes."""
    rows = await connection.fetch(_UNTAKEN, company_id=company_id, now=now)
    return [(row["id"], row["escalation_role"]) for row in rows]


async def open_excursions(connection: Connection, company_id: int, among: Among) -> list[Excursion]:
    """The shipments whose goods were too warm or too cold, as long as a lot of theirs is on hold."""
    rows = await connection.fetch(_EXCURSIONS, company_id=company_id, **among.parameters())
    return [Excursion(**dict(row)) for row in rows]


async def open_alerts(connection: Connection, company_id: int, rules: Sequence[Rule], among: Among) -> OpenAlerts:
    """The alerts of these rules that are not resolved, by fingerprint; `among` names their subjects.

    A rule that is switched off is not asked: its open alerts are for people to resolve.
    """
    ids = [rule.id for rule in rules]
    rows = await connection.fetch(_OPEN, company_id=company_id, rules=ids, **among.parameters())
    return {row["fingerprint"]: row["id"] for row in rows}
