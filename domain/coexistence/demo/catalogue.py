"""What the group makes, buys and sells: materials, implants, instruments and sets, with their device identifiers.

Numbers of goods begin with 29, which GS1 keeps for use inside a company: none of them can ever meet a real product's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from domain.coexistence.demo.world import SHANGHAI, SUZHOU, TUTTLINGEN
from domain.master_data.device_rules import gs1_check_digit

# GTIN-14 = packaging level, prefix, number, check digit.
GS1_PREFIX = "2900001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """An item of the demonstration. `maker` is the entity that makes it, none for what is bought."""

    code: str
    name: str
    name_zh: str
    category: str
    kind: str
    unit: str = "EA"
    cost: Decimal
    maker: str | None = None
    device_class: str = "NOT_A_DEVICE"
    is_sterile: bool = False
    model: str | None = None
    size: str | None = None
    shelf_life_days: int | None = None
    per_box: int = 0
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def is_device(self) -> bool:
        """Whether the item is a medical device with identifiers."""
        return self.device_class != "NOT_A_DEVICE"


CATEGORIES = (
    ("RM", "Raw materials", "原材料"),
    ("PK", "Packaging and labels", "包装与标签"),
    ("CS", "Consumables", "耗材"),
    ("SC", "Bone screws", "接骨螺钉"),
    ("PL", "Bone plates", "接骨板"),
    ("KW", "Wires and pins", "骨针"),
    ("IN", "Surgical instruments", "手术器械"),
    ("ST", "Sets", "器械套装"),
)

# code, name, Chinese name, unit, cost in CNY
MATERIALS = (
    *((f"RM-TI{d:02d}", f"Titanium alloy bar Ti-6Al-4V ELI, {d} mm", f"TC4 ELI 钛合金棒 {d} mm", "KG", f"{380 + d * 4}")
      for d in (4, 6, 8, 10, 12, 16)),
    *((f"RM-SS{d:02d}", f"Stainless steel bar 1.4441, {d} mm", f"1.4441 不锈钢棒 {d} mm", "KG", f"{62 + d}")
      for d in (4, 6, 8, 10, 14, 18, 22)),
    ("RM-SH15", "Stainless steel sheet 1.4021, 1.5 mm", "1.4021 不锈钢板 1.5 mm", "KG", "58"),
    ("RM-TS20", "Titanium sheet grade 2, 2.0 mm", "纯钛板 TA2 2.0 mm", "KG", "295"),
    ("RM-PEEK", "PEEK rod, implant grade", "植入级 PEEK 棒", "KG", "5200"),
    ("RM-SIL1", "Silicone handle blank", "硅胶手柄坯", "EA", "14.5"),
    ("PK-PCH1", "Sterile pouch 90 x 230 mm", "灭菌袋 90 x 230 mm", "EA", "0.85"),
    ("PK-PCH2", "Sterile pouch 150 x 320 mm", "灭菌袋 150 x 320 mm", "EA", "1.40"),
    ("PK-BX10", "Folding box for 10", "十件装折叠盒", "EA", "2.10"),
    ("PK-CTN1", "Shipping carton", "外箱", "EA", "9.60"),
    ("PK-LBL1", "UDI label, thermal", "UDI 热敏标签", "EA", "0.06"),
    ("PK-IFU1", "Instructions for use, zh/en/de", "使用说明书（中英德）", "EA", "0.42"),
    ("PK-TRY1", "Sterilisation tray, steel", "不锈钢灭菌盘", "EA", "310"),
    ("CS-CUT1", "Cutting oil", "切削油", "L", "36"),
    ("CS-PAS1", "Passivation acid", "钝化液", "L", "48"),
    ("CS-GLV1", "Nitrile gloves, box of 100", "丁腈手套 100 只装", "BOX", "31"),
    ("CS-WIP1", "Clean-room wipes, pack", "无尘擦拭布", "PAK", "44"),
)  # fmt: skip

SCREW_LENGTHS = (8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40)
SCREWS = (
    ("15", "1.5", "04"),
    ("20", "2.0", "04"),
    ("24", "2.4", "06"),
    ("27", "2.7", "06"),
    ("35", "3.5", "08"),
    ("45", "4.5", "10"),
)
PLATES = (
    ("ST", "Straight locking plate", "直型锁定接骨板", range(4, 13)),
    ("LR", "L-plate, right", "右 L 型接骨板", range(3, 8)),
    ("LL", "L-plate, left", "左 L 型接骨板", range(3, 8)),
    ("TP", "T-plate", "T 型接骨板", range(3, 9)),
    ("RC", "Reconstruction plate", "重建接骨板", range(6, 17, 2)),
)
INSTRUMENTS = (
    ("SCM", "Mayo scissors", "梅奥剪", (140, 155, 170, 230), "165"),
    ("SCZ", "Metzenbaum scissors", "组织剪", (145, 180, 200, 230), "188"),
    ("SCI", "Iris scissors", "眼科剪", (90, 105, 115), "142"),
    ("FOA", "Adson forceps", "精细镊", (120, 150), "96"),
    ("FOD", "Dressing forceps", "敷料镊", (130, 145, 160, 200, 250), "74"),
    ("FOK", "Kocher forceps", "有齿止血钳", (130, 145, 160, 200), "118"),
    ("FOP", "Pean forceps", "无齿止血钳", (130, 145, 160), "112"),
    ("NHM", "Mayo-Hegar needle holder", "持针器", (140, 160, 180, 200, 240), "176"),
    ("REL", "Langenbeck retractor", "拉钩", (20, 30, 40, 60), "134"),
    ("REH", "Hohmann retractor", "骨撬", (17, 22, 35), "205"),
    ("CUR", "Bone curette", "骨刮匙", (2, 4, 6, 8), "158"),
    ("CHI", "Lambotte osteotome", "骨凿", (5, 10, 15, 20, 25), "221"),
    ("SCD", "Screwdriver, hexagonal", "六角螺丝刀", (15, 20, 25, 35), "148"),
    ("DRG", "Drill guide", "钻头导向器", (15, 20, 25, 35), "126"),
    ("DRB", "Drill bit, AO coupling", "AO 接口钻头", (11, 15, 18, 20, 25, 32), "88"),
)
SETS = (
    ("SF", "Small fragment set", "小骨块手术器械包", ("SC-35", "PL-ST", "IN-SCD-25", "IN-DRG-25")),
    ("MF", "Mini fragment set", "微型骨块手术器械包", ("SC-20", "PL-TP", "IN-SCD-15", "IN-DRG-15")),
    ("LF", "Large fragment set", "大骨块手术器械包", ("SC-45", "PL-RC", "IN-SCD-35", "IN-DRG-35")),
    ("HD", "Hand surgery set", "手外科器械包", ("SC-15", "PL-LR", "IN-FOA", "IN-SCI")),
    ("BS", "Basic surgical set", "基础手术器械包", ("IN-SCM", "IN-FOD", "IN-FOK", "IN-NHM")),
)


@cache
def goods() -> tuple[Good, ...]:
    """Every item, materials first, what is made of others after them."""
    made = [*_materials(), *_screws(), *_plates(), *_wires(), *_instruments()]
    return (*made, *_sets(made))


def _materials() -> Iterator[Good]:
    kinds = {"RM": "RAW_MATERIAL", "PK": "COMPONENT", "CS": "CONSUMABLE"}
    for code, name, name_zh, unit, cost in MATERIALS:
        category = code[:2]
        yield Good(
            code=code, name=name, name_zh=name_zh, category=category, kind=kinds[category], unit=unit,
            cost=Decimal(cost), shelf_life_days=730 if code in ("CS-CUT1", "CS-PAS1", "RM-SIL1") else None,
        )  # fmt: skip


def _packed(pouch: str = "PK-PCH1") -> tuple[tuple[str, str], ...]:
    return ((pouch, "1"), ("PK-LBL1", "2"), ("PK-IFU1", "1"), ("PK-BX10", "0.1"))


def _screws() -> Iterator[Good]:
    for code, diameter, bar in SCREWS:
        for length in SCREW_LENGTHS:
            grams = (Decimal(diameter) ** 2 * length * Decimal("0.0087")).quantize(Decimal("0.001"))
            yield Good(
                code=f"SC-{code}{length:02d}", name=f"Cortical screw {diameter} x {length} mm",
                name_zh=f"皮质骨螺钉 {diameter} x {length} mm", category="SC", kind="DEVICE",
                cost=Decimal("18") + Decimal(diameter) * 4 + length / Decimal(4), maker=SUZHOU.code,
                device_class="CLASS_III", is_sterile=True, model=f"CS{code}", size=f"{diameter} x {length} mm",
                shelf_life_days=1825, per_box=10,
                parts=((f"RM-TI{bar}", str(grams / 1000)), ("CS-CUT1", "0.002"), *_packed()),
            )  # fmt: skip


def _plates() -> Iterator[Good]:
    for code, name, name_zh, holes in PLATES:
        for count in holes:
            yield Good(
                code=f"PL-{code}{count:02d}", name=f"{name}, {count} holes", name_zh=f"{name_zh} {count} 孔",
                category="PL", kind="DEVICE", cost=Decimal(110 + 16 * count), maker=SUZHOU.code,
                device_class="CLASS_III", is_sterile=True, model=f"LP{code}", size=f"{count} holes",
                shelf_life_days=1825, per_box=5,
                parts=(("RM-TS20", str(Decimal(count) * Decimal("0.006"))), ("CS-PAS1", "0.01"), *_packed("PK-PCH2")),
            )  # fmt: skip


def _wires() -> Iterator[Good]:
    for tenths in (8, 10, 12, 14, 16, 18, 20, 22, 25, 30):
        diameter = f"{tenths / Decimal(10):.1f}"
        yield Good(
            code=f"KW-{tenths:02d}", name=f"Kirschner wire {diameter} x 150 mm", name_zh=f"克氏针 {diameter} x 150 mm",
            category="KW", kind="DEVICE", cost=Decimal("9.5") + tenths / Decimal(10), maker=SUZHOU.code,
            device_class="CLASS_II", model="KW150", size=f"{diameter} x 150 mm", per_box=10,
            parts=(("RM-SS04", str(Decimal(tenths) * Decimal("0.0004"))), *_packed()),
        )  # fmt: skip


def _instruments() -> Iterator[Good]:
    for code, name, name_zh, sizes, cost in INSTRUMENTS:
        for size in sizes:
            yield Good(
                code=f"IN-{code}-{size}", name=f"{name} {size} mm", name_zh=f"{name_zh} {size} mm", category="IN",
                kind="DEVICE", cost=Decimal(cost) + size / Decimal(10), maker=TUTTLINGEN.code, device_class="CLASS_I",
                model=code, size=f"{size} mm", per_box=1,
                parts=(("RM-SS14", str(Decimal(size) * Decimal("0.0006"))), ("CS-PAS1", "0.02"), ("PK-LBL1", "2"),
                       ("PK-IFU1", "1"), ("PK-PCH2", "1")),
            )  # fmt: skip


def _sets(made: Sequence[Good]) -> Iterator[Good]:
    for code, name, name_zh, contents in SETS:
        chosen = [good for start in contents for good in made if good.code.startswith(start)]
        cost = sum((good.cost * (4 if good.category == "SC" else 1) for good in chosen), Decimal(310))
        parts = tuple((good.code, "4" if good.category == "SC" else "1") for good in chosen)
        yield Good(
            code=f"ST-{code}", name=name, name_zh=name_zh, category="ST", kind="KIT", cost=cost, maker=SHANGHAI.code,
            device_class="CLASS_IIB", model=f"SET-{code}", parts=(*parts, ("PK-TRY1", "1")),
        )  # fmt: skip


def gtin(level: int, number: int) -> str:
    """The GTIN-14 of a good at a packaging level: 0 for one piece, 1 for a box, 2 for a carton of boxes."""
    body = f"{level}{GS1_PREFIX}{number:05d}"
    return body + gs1_check_digit(body)
