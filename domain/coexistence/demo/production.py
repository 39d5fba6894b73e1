"""What the plants made, as feeds: work centres, work orders and their steps, imported as history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from domain.coexistence.demo.catalogue import Good, goods
from domain.coexistence.demo.masters import Rows, feed, ref
from domain.coexistence.demo.world import TODAY, Entity, random_of
from domain.coexistence.imports import Feed
from domain.manufacturing.orders import ScrapReason, WorkCentre, WorkOrder, WorkOrderOperation
from domain.master_data.companies import Site
from domain.master_data.items import Item

# Code, name, Chinese name, cost of an hour in CNY.
CENTRES = (
    ("TURN", "Turning", "车削", "185"),
    ("MILL", "Milling", "铣削", "210"),
    ("DEBR", "Deburring and polishing", "去毛刺与抛光", "96"),
    ("PASS", "Passivation and cleaning", "钝化与清洗", "120"),
    ("LASR", "Laser marking", "激光打标", "140"),
    ("PACK", "Clean-room packing", "洁净室包装", "110"),
)
# The steps by the category of the good, with hours for 100 pieces.
ROUTES = {
    "SC": (("TURN", "6.5"), ("PASS", "1.2"), ("LASR", "1.5"), ("PACK", "2.0")),
    "PL": (("MILL", "22"), ("DEBR", "9"), ("PASS", "1.5"), ("LASR", "1.8"), ("PACK", "2.4")),
    "KW": (("TURN", "2.2"), ("DEBR", "1.0"), ("PACK", "1.6")),
    "IN": (("MILL", "16"), ("DEBR", "14"), ("PASS", "1.4"), ("LASR", "1.5")),
}
REASONS = (
    ("DIM", "Out of tolerance", "尺寸超差"), ("SUR", "Surface defect", "表面缺陷"),
    ("MAT", "Material flaw", "材料缺陷"), ("MRK", "Illegible marking", "标识不清"),
    ("PKG", "Seal not tight", "封口不良"),
)  # fmt: skip
RATE_IN = {"CNY": Decimal(1), "EUR": Decimal("0.21")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A work order: what, how many, when, and how it went."""

    number: str
    good: Good
    ordered: int
    scrapped: int
    reason: str | None
    starts_on: date
    ended_on: date | None

    @property
    def stocked(self) -> int:
        """Pieces that went to stock."""
        return self.ordered - self.scrapped if self.ended_on else 0

    @property
    def status(self) -> str:
        """Where the order stands on the demonstration's day."""
        return "CLOSED" if self.ended_on else "STARTED" if self.starts_on <= TODAY else "RELEASED"


def production_feeds(entity: Entity) -> tuple[Feed, ...]:
    """The entity's production; none for a trading company."""
    if not entity.work_orders:
        return ()
    return (
        feed("work_centres", WorkCentre, _centres(entity)),
        feed("scrap_reasons", ScrapReason, _reasons()),
        feed("work_orders", WorkOrder, _orders(entity)),
        feed("operations", WorkOrderOperation, _operations(entity)),
    )


@cache
def jobs(entity: Entity) -> tuple[Job, ...]:
    """Every work order of the entity, the oldest first."""
    return tuple(_jobs(entity))


def _jobs(entity: Entity) -> Iterator[Job]:
    random = random_of(f"jobs:{entity.code}")
    made = [good for good in goods() if good.maker == entity.code]
    for number in range(entity.work_orders):
        starts = TODAY - timedelta(days=int((entity.work_orders - number) * 690 / entity.work_orders) - 8)
        good, ordered = random.choice(made), random.choice((50, 100, 200, 300, 500))
        ended = starts + timedelta(days=random.randint(3, 12))
        scrapped = random.choice((0, 0, 0, 1, 2, 5)) if ended <= TODAY else 0
        yield Job(
            number=f"WO-{entity.code[-2:]}-{number + 1:05d}", good=good, ordered=ordered, scrapped=scrapped,
            reason=random.choice(REASONS)[0] if scrapped else None, starts_on=starts,
            ended_on=ended if ended <= TODAY else None,
        )  # fmt: skip


def _rate(entity: Entity, rate: str) -> Decimal:
    return (Decimal(rate) * RATE_IN[entity.currency]).quantize(Decimal("0.01"))


def _centres(entity: Entity) -> Rows:
    for code, name, name_zh, rate in CENTRES:
        values = {"code": code, "name": name, "name_zh": name_zh, "site_id": ref(Site, entity.places[0].code)}
        yield code, {**values, "cost_rate": _rate(entity, rate), "weekly_hours": Decimal(80)}


def _reasons() -> Rows:
    for code, name, name_zh in REASONS:
        yield code, {"code": code, "name": name, "name_zh": name_zh}


def _orders(entity: Entity) -> Rows:
    for job in jobs(entity):
        yield job.number, {
            "number": job.number, "item_id": ref(Item, job.good.code), "site_id": ref(Site, entity.places[0].code),
            "status": job.status, "ordered_quantity": Decimal(job.ordered), "stocked_quantity": Decimal(job.stocked),
            "scrapped_quantity": Decimal(job.scrapped),
            "scrap_reason_id": None if job.reason is None else ref(ScrapReason, job.reason),
            "started_on": job.starts_on, "ended_on": job.ended_on, "due_on": job.starts_on + timedelta(days=10),
            "is_historical": True,
        }  # fmt: skip


def _operations(entity: Entity) -> Rows:
    rates = {code: _rate(entity, rate) for code, _, _, rate in CENTRES}
    for job in jobs(entity):
        random = random_of(f"hours:{job.number}")
        for sequence, (centre, hours) in enumerate(ROUTES[job.good.category], 1):
            planned = (Decimal(hours) * job.ordered / 100).quantize(Decimal("0.01"))
            actual = (planned * random.randint(90, 125) / 100).quantize(Decimal("0.01")) if job.ended_on else None
            day = job.starts_on + timedelta(days=sequence - 1)
            done = job.ended_on is not None
            yield f"{job.number}:{sequence}", {
                "work_order_id": ref(WorkOrder, job.number), "sequence": sequence,
                "work_centre_id": ref(WorkCentre, centre), "planned_hours": planned, "actual_hours": actual,
                "planned_cost": (planned * rates[centre]).quantize(Decimal("0.01")),
                "actual_cost": None if actual is None else (actual * rates[centre]).quantize(Decimal("0.01")),
                "planned_start_on": day, "planned_end_on": day + timedelta(days=1),
                "started_on": day if done else None, "ended_on": day + timedelta(days=1) if done else None,
            }  # fmt: skip
