"""The group itself: its legal entities, places, calendars and people, all invented.

Anser (the goose's Latin name) makes implants in Suzhou and instruments in Tuttlingen and sells both from Shanghai.
Every value follows from a fixed seed and `TODAY`, so that two loads on two machines agree in every figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

# The day on which the demonstration stands; everything in it is dated relative to it.
TODAY = date(2026, 11, 20)
BOOKS_FROM, BOOKS_TO = date(2025, 1, 1), date(2028, 12, 31)
CUT_OVER_ON = date(2025, 1, 1)
SEED = 20261120


def random_of(stream: str) -> Random:
    """The random numbers of one part of the demonstration, the same in every process."""
    return Random(f"{SEED}:{stream}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site with the codes of its stores; the first store is where receipts are put."""

    code: str
    name: str
    name_zh: str
    stores: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A legal entity: who it is, where it works, how many people and orders it has."""

    code: str
    name: str
    name_zh: str
    currency: str
    country: str
    credit_code: str | None
    is_group: bool
    calendar: str
    places: tuple[Place, ...]
    employees: int
    orders: int
    work_orders: int


def _stores(site: str, *kinds: str) -> tuple[tuple[str, str, str, str], ...]:
    return tuple((f"{site}-{code}", *STORES[code]) for code in kinds)


# Code -> name, Chinese name, kind of location.
STORES: Mapping[str, tuple[str, str, str]] = {
    "FG": ("Finished goods", "成品库", "STORAGE"),
    "RM": ("Raw materials", "原材料库", "STORAGE"),
    "CP": ("Components", "半成品库", "STORAGE"),
    "QA": ("Quarantine", "待检区", "QUARANTINE"),
}

SHANGHAI = Entity(
    code="ANSER-SH", name="Anser Medical (Shanghai) Co., Ltd.", name_zh="雁翎医疗科技（上海）有限公司", currency="CNY",
    country="CN", credit_code="91310115MA1K4AN50C", is_group=True, calendar="CN",
    places=(
        Place(
            code="SH-DC", name="Shanghai distribution centre", name_zh="上海配送中心", stores=_stores("SHD", "FG", "QA")
        ),
        Place(code="SH-HQ", name="Shanghai head office", name_zh="上海总部", stores=()),
    ),
    employees=48, orders=900, work_orders=0,
)  # fmt: skip
SUZHOU = Entity(
    code="ANSER-SZ", name="Anser Precision (Suzhou) Co., Ltd.", name_zh="雁翎精密制造（苏州）有限公司", currency="CNY",
    country="CN", credit_code="91320594MA1W7AN527", is_group=False, calendar="CN",
    places=(
        Place(code="SZ-P1", name="Suzhou plant 1", name_zh="苏州一厂", stores=_stores("SZ1", "RM", "CP", "FG", "QA")),
        Place(code="SZ-P2", name="Suzhou plant 2", name_zh="苏州二厂", stores=_stores("SZ2", "RM", "FG")),
    ),
    employees=164, orders=1_800, work_orders=1_000,
)  # fmt: skip
TUTTLINGEN = Entity(
    code="ANSER-TT", name="Anser Chirurgie GmbH", name_zh="雁翎外科器械（图特林根）有限公司", currency="EUR",
    country="DE", credit_code=None, is_group=False, calendar="DE-BW",
    places=(
        Place(
            code="TT-P1", name="Tuttlingen works", name_zh="图特林根工厂",
            stores=_stores("TT1", "RM", "CP", "FG", "QA"),
        ),
    ),
    employees=66, orders=1_100, work_orders=400,
)  # fmt: skip
ENTITIES = (SHANGHAI, SUZHOU, TUTTLINGEN)

SURNAMES_ZH = (
    ("Wang", "王"), ("Li", "李"), ("Zhang", "张"), ("Liu", "刘"), ("Chen", "陈"), ("Yang", "杨"), ("Huang", "黄"),
    ("Zhao", "赵"), ("Zhou", "周"), ("Wu", "吴"), ("Xu", "徐"), ("Sun", "孙"), ("Ma", "马"), ("Zhu", "朱"),
    ("Hu", "胡"), ("Guo", "郭"), ("He", "何"), ("Lin", "林"), ("Gao", "高"), ("Luo", "罗"),
)  # fmt: skip
GIVEN_ZH = (
    ("Wei", "伟"), ("Fang", "芳"), ("Na", "娜"), ("Min", "敏"), ("Jing", "静"), ("Lei", "磊"), ("Yang", "洋"),
    ("Yan", "艳"), ("Yong", "勇"), ("Jun", "军"), ("Jie", "杰"), ("Juan", "娟"), ("Tao", "涛"), ("Ming", "明"),
    ("Chao", "超"), ("Xia", "霞"), ("Ping", "平"), ("Gang", "刚"), ("Yuan", "媛"), ("Bo", "波"),
)  # fmt: skip
SURNAMES_DE = (
    "Müller", "Schmid", "Weber", "Fischer", "Storz", "Keller", "Maier", "Huber", "Bauer", "Vogel", "Haug", "Renz",
    "Braun", "Lang", "Zimmer", "Kraus", "Roth", "Beck", "Seitz", "Merk",
)  # fmt: skip
GIVEN_DE = (
    "Anna", "Lukas", "Marie", "Jonas", "Lena", "Felix", "Julia", "Paul", "Sarah", "Max", "Laura", "Tim", "Katrin",
    "Stefan", "Petra", "Jürgen", "Sabine", "Uwe", "Ines", "Ralf",
)  # fmt: skip

# Code -> name, Chinese name, job titles with their yearly pay as parts of the entity's base pay.
DEPARTMENTS: Mapping[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "MGT": ("Management", "管理层", (("General manager", "6.0"), ("Assistant", "1.4"))),
    "FIN": ("Finance", "财务部", (("Controller", "2.6"), ("Accountant", "1.5"))),
    "PUR": ("Purchasing", "采购部", (("Buyer", "1.6"), ("Senior buyer", "2.0"))),
    "QAR": (
        "Quality and regulatory",
        "质量与法规部",
        (("Quality engineer", "1.8"), ("Regulatory affairs manager", "2.4")),
    ),
    "PRO": ("Production", "生产部", (("Machine operator", "1.0"), ("Toolmaker", "1.3"), ("Shift leader", "1.5"))),
    "LOG": ("Logistics", "物流部", (("Warehouse clerk", "0.9"), ("Planner", "1.5"))),
    "SAL": ("Sales", "销售部", (("Account manager", "1.9"), ("Sales assistant", "1.1"))),
}
# Pay for one hour that 1.0 stands for, by currency.
BASE_PAY = {"CNY": "42", "EUR": "19.50"}
