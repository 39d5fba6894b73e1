"""Packing: what was picked goes into packages, each under its SSCC."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, Rejected
from domain.core.ids import new_id
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.rules.journals import line_count
from domain.logistics import reads
from domain.logistics.models import Shipment, ShipmentPackage, ShipmentPackageLine, ShipmentStatus
from domain.logistics.reads import HeldShipments
from domain.logistics.rules import PACK, SHIPMENT_FLOW, PackageNumbersMissing, check_sscc, packed_whole, sscc

# The counter of a company's packages; `sscc` gives it its digits.
PACKAGE_NUMBERS = Series("sscc", digits=1)


@part
class PackageContentInput:
    """How much of one line of the shipment is in a package."""

    position: int = argument(doc="The line's place on the shipment.", zh="发货单行号")
    quantity: Decimal = argument(doc="How much of it.", zh="数量", number="quantity")


@part
class PackageInput:
    """One package with what is in it."""

    contents: tuple[PackageContentInput, ...] = argument(doc="What is in it.", zh="包装内容")
    sscc: str | None = argument(
        doc="Its code, 18 digits; the next of the company unless given.", zh="系列货运包装箱代码", default=None
    )
    weight_kg: Decimal | None = argument(doc="Gross weight.", zh="毛重", unit="kg", number="quantity", default=None)


@command(action=Action.CHANGE, record=Shipment, zh="装箱")
class PackShipment:
    """Put a shipment into packages; together they hold each of its lines exactly."""

    shipment_id: UUID = argument(doc="The shipment.", zh="发货单", reference="shipment")
    packages: tuple[PackageInput, ...] = argument(doc="The packages, 1 to 1,000.", zh="包装")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A packed shipment that lacks only the numbers of its packages; contents by the row of the line."""

    shipment_id: UUID
    packages: Sequence[tuple[PackageInput, Sequence[tuple[Row, Decimal]]]]


async def pack_shipments(work: Work, commands: Sequence[PackShipment]) -> Results[Shipment]:
    """The shipments, PACKED, each package under its own SSCC; a refusal stands at its own place.

    Raises per row: NotFound, StaleVersion, WrongState, Rejected, PackedOtherwise, PackageNumbersMissing. Emits:
    ShipmentPacked.
    """
    held = await reads.hold_shipments(work, {one.shipment_id: one.expected_version for one in commands})
    prefix = await reads.gs1_prefix(work)
    outcomes: list[UUID | DomainError] = []
    made: list[Packed] = []
    for one in commands:
        try:
            row = held.live(one.shipment_id)
            status = SHIPMENT_FLOW.advance(row["number"], held.status[row["id"]], PACK)
            packed = _packed(one, row, held, prefix)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        held.status[row["id"]] = status
        made.append(packed)
        outcomes.append(row["id"])
    if made:
        states = [{"id": one.shipment_id, "status": ShipmentStatus.PACKED} for one in made]
        await work.update(Shipment, states, ("status",))
        await _write(work, made, prefix)
        work.emit("ShipmentPacked", Shipment, [one.shipment_id for one in made])
    return Results(outcomes)


def _packed(one: PackShipment, row: Row, held: HeldShipments, prefix: str | None) -> Packed:
    line_count(len(one.packages))
    packages: list[tuple[PackageInput, Sequence[tuple[Row, Decimal]]]] = []
    for place, package in enumerate(one.packages):
        try:
            packages.append((package, _contents(package, row, held, prefix)))
        except DomainError as refusal:
            raise refusal.at("packages", place) from None
    packed = [(line["position"], quantity) for _, contents in packages for line, quantity in contents]
    packed_whole(row["number"], {line["position"]: line["quantity"] for line in held.lines[row["id"]]}, packed)
    return Packed(shipment_id=row["id"], packages=packages)


def _contents(package: PackageInput, row: Row, held: HeldShipments, prefix: str | None) -> list[tuple[Row, Decimal]]:
    if package.sscc is not None:
        check_sscc(package.sscc)
    elif prefix is None:
        raise PackageNumbersMissing()
    if package.weight_kg is not None:
        positive(package.weight_kg, QUANTITY, "weightKg", ("weightKg",))
    if not package.contents:
        reason, reason_zh = "nothing is in it", "包装内没有货物"
        raise Rejected(("contents",), what="package", value=package.sscc or "", reason=reason, reason_zh=reason_zh)
    found: dict[UUID, tuple[Row, Decimal]] = {}
    for place, content in enumerate(package.contents):
        try:
            line = held.at(row, content.position)
            quantity = positive(content.quantity, QUANTITY, "quantity", ("quantity",))
            if line["id"] in found:
                reason, reason_zh = "the package names it twice", "同一包装内重复"
                raise Rejected(
                    ("position",), what="position", value=content.position, reason=reason, reason_zh=reason_zh
                )
        except DomainError as refusal:
            raise refusal.at("contents", place) from None
        found[line["id"]] = (line, quantity)
    return list(found.values())


async def _write(work: Work, made: Sequence[Packed], prefix: str | None) -> None:
    """The packages with their contents; those without a code of their own get the company's next."""
    unnumbered = sum(package.sscc is None for one in made for package, _ in one.packages)
    counted = iter(await work.number(PACKAGE_NUMBERS, unnumbered) if unnumbered else [])
    packages: list[dict[str, object]] = []
    contents: list[dict[str, object]] = []
    for one in made:
        for position, (package, held) in enumerate(one.packages, start=1):
            id_ = new_id()
            code = package.sscc or sscc(str(prefix), int(next(counted)))
            packages.append({
                "id": id_, "shipment_id": one.shipment_id, "position": position, "sscc": code,
                "weight_kg": package.weight_kg,
            })  # fmt: skip
            for line, quantity in held:
                contents.append({"shipment_package_id": id_, "shipment_line_id": line["id"], "quantity": quantity})
    await work.insert(ShipmentPackage, packages)
    await work.insert(ShipmentPackageLine, contents)
