"""Whom the group deals with: suppliers, distributors, hospitals and carriers, all invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from domain.coexistence.demo.world import GIVEN_DE, GIVEN_ZH, SURNAMES_DE, SURNAMES_ZH, SUZHOU, TUTTLINGEN, random_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A party with its role, place and currency. `supplies`: the categories and codes that a supplier offers."""

    code: str
    name: str
    name_zh: str
    role: str
    country: str
    city: str
    currency: str
    contact: tuple[str, str]
    supplies: tuple[str, ...] = ()

    @property
    def is_distributor_like(self) -> bool:
        """Whether it buys from us."""
        return self.role in ("DISTRIBUTOR", "HOSPITAL")


CITIES_ZH = (
    ("Shanghai", "上海"), ("Suzhou", "苏州"), ("Hangzhou", "杭州"), ("Ningbo", "宁波"), ("Nanjing", "南京"),
    ("Wuxi", "无锡"), ("Guangzhou", "广州"), ("Shenzhen", "深圳"), ("Chengdu", "成都"), ("Wuhan", "武汉"),
    ("Xi'an", "西安"), ("Jinan", "济南"), ("Shenyang", "沈阳"), ("Tianjin", "天津"), ("Fuzhou", "福州"),
    ("Hefei", "合肥"),
)  # fmt: skip
CITIES_DE = ("Tuttlingen", "Stuttgart", "Freiburg", "Ulm", "Konstanz", "Karlsruhe", "München", "Leipzig")
STEMS_ZH = (
    ("Ruibo", "瑞铂"), ("Hengya", "恒雅"), ("Xinhe", "鑫禾"), ("Junlan", "君岚"), ("Tianqi", "天祺"),
    ("Yuanda", "苑达"), ("Kaiming", "铠铭"), ("Luyao", "鹭瑶"), ("Boshan", "柏珊"), ("Zhenxi", "臻熙"),
)  # fmt: skip
STEMS_DE = ("Nordweiler", "Hagenried", "Ostheim", "Lindauer", "Falkensee", "Rebstock", "Wiesbauer", "Talheimer")

# What a supplier deals in: name, Chinese name, what it offers (code or start of a code).
TRADES_ZH = (
    ("Titanium", "钛业", ("RM-TI", "RM-TS20")),
    ("Special Steel", "特钢", ("RM-SS", "RM-SH15")),
    ("Medical Packaging", "医用包装", ("PK-",)),
    ("Polymers", "高分子材料", ("RM-PEEK", "RM-SIL1")),
    ("Industrial Supplies", "工业用品", ("CS-",)),
    ("Orthopaedics", "骨科器械", ("KW-", "IN-DRB", "IN-DRG")),
)
TRADES_DE = (
    ("Edelstahl", "特种钢", ("RM-SS", "RM-SH15", "RM-TI")),
    ("Verpackung", "包装", ("PK-",)),
    ("Werkzeuge", "工具", ("IN-DRB", "IN-SCD", "CS-")),
    ("Medizintechnik", "医疗技术", ("IN-", "KW-")),
)
SUPPLIERS_ZH, SUPPLIERS_DE, DISTRIBUTORS, HOSPITALS = 24, 12, 32, 64
CARRIERS = (
    ("Feiyan Cold Chain", "飞雁冷链", "CN"),
    ("Swift Goose Express", "雁速快递", "CN"),
    ("Bodensee Spedition", "博登湖货运", "DE"),
)
HOSPITAL_KINDS = (
    ("First People's Hospital", "第一人民医院"), ("Orthopaedic Hospital", "骨科医院"),
    ("Municipal Central Hospital", "市中心医院"), ("University Teaching Hospital", "大学附属教学医院"),
)  # fmt: skip


def _person(country: str, number: int) -> tuple[str, str]:
    random = random_of(f"contact:{country}:{number}")
    if country == "CN":
        (surname, surname_zh), (given, given_zh) = random.choice(SURNAMES_ZH), random.choice(GIVEN_ZH)
        return f"{given} {surname}", f"{surname_zh}{given_zh}"
    name = f"{random.choice(GIVEN_DE)} {random.choice(SURNAMES_DE)}"
    return name, name


@cache
def partners() -> tuple[Partner, ...]:
    """Every partner, suppliers first."""
    return (*_suppliers(), *_sisters(), *_distributors(), *_hospitals(), *_carriers())


@cache
def suppliers() -> tuple[Partner, ...]:
    """Those we buy from."""
    return tuple(partner for partner in partners() if partner.role == "SUPPLIER")


def _suppliers() -> Iterator[Partner]:
    for number in range(SUPPLIERS_ZH):
        stem, stem_zh = STEMS_ZH[number % len(STEMS_ZH)]
        trade, trade_zh, supplies = TRADES_ZH[number % len(TRADES_ZH)]
        city, city_zh = CITIES_ZH[number % len(CITIES_ZH)]
        yield Partner(
            code=f"S{number + 1:04d}", name=f"{city} {stem} {trade} Co., Ltd.",
            name_zh=f"{city_zh}{stem_zh}{trade_zh}有限公司", role="SUPPLIER", country="CN", city=city, currency="CNY",
            contact=_person("CN", number), supplies=supplies,
        )  # fmt: skip
    for number in range(SUPPLIERS_DE):
        trade, trade_zh, supplies = TRADES_DE[number % len(TRADES_DE)]
        stem, city = STEMS_DE[number % len(STEMS_DE)], CITIES_DE[number % len(CITIES_DE)]
        yield Partner(
            code=f"S{SUPPLIERS_ZH + number + 1:04d}", name=f"{stem} {trade} GmbH", name_zh=f"{stem} {trade_zh}有限公司",
            role="SUPPLIER", country="DE", city=city, currency="EUR", contact=_person("DE", number), supplies=supplies,
        )  # fmt: skip


def _sisters() -> Iterator[Partner]:
    """The plants of the group, from which the trading company buys."""
    for entity, supplies in ((SUZHOU, ("SC-", "PL-", "KW-")), (TUTTLINGEN, ("IN-",))):
        yield Partner(
            code=f"G-{entity.code[-2:]}", name=entity.name, name_zh=entity.name_zh, role="SUPPLIER",
            country=entity.country, city="Suzhou" if entity is SUZHOU else "Tuttlingen", currency=entity.currency,
            contact=_person(entity.country, 400), supplies=supplies,
        )  # fmt: skip


def _distributors() -> Iterator[Partner]:
    for number in range(DISTRIBUTORS):
        stem, stem_zh = STEMS_ZH[(number * 3 + 1) % len(STEMS_ZH)]
        if number % 4 == 3:
            stem_de, city = STEMS_DE[number % len(STEMS_DE)], CITIES_DE[number % len(CITIES_DE)]
            yield Partner(
                code=f"D{number + 1:04d}", name=f"{stem_de} Klinikbedarf {city} GmbH",
                name_zh=f"{stem_de} 医院用品有限公司", role="DISTRIBUTOR", country="DE", city=city, currency="EUR",
                contact=_person("DE", 100 + number),
            )  # fmt: skip
            continue
        city, city_zh = CITIES_ZH[number % len(CITIES_ZH)]
        yield Partner(
            code=f"D{number + 1:04d}", name=f"{city} {stem} Medical Devices Co., Ltd.",
            name_zh=f"{city_zh}{stem_zh}医疗器械有限公司", role="DISTRIBUTOR", country="CN", city=city, currency="CNY",
            contact=_person("CN", 100 + number),
        )  # fmt: skip


def _hospitals() -> Iterator[Partner]:
    for number in range(HOSPITALS):
        if number % 8 == 7:
            city = CITIES_DE[number // 8 % len(CITIES_DE)]
            yield Partner(
                code=f"H{number + 1:04d}", name=f"Klinikum {city}-Süd", name_zh=f"{city} 南区医院", role="HOSPITAL",
                country="DE", city=city, currency="EUR", contact=_person("DE", 200 + number),
            )  # fmt: skip
            continue
        city, city_zh = CITIES_ZH[number % len(CITIES_ZH)]
        kind, kind_zh = HOSPITAL_KINDS[number // len(CITIES_ZH) % len(HOSPITAL_KINDS)]
        yield Partner(
            code=f"H{number + 1:04d}", name=f"{city} Yuhe {kind}", name_zh=f"{city_zh}玉禾{kind_zh}", role="HOSPITAL",
            country="CN", city=city, currency="CNY", contact=_person("CN", 200 + number),
        )  # fmt: skip


def _carriers() -> Iterator[Partner]:
    for number, (name, name_zh, country) in enumerate(CARRIERS):
        city = "Shanghai" if country == "CN" else "Konstanz"
        yield Partner(
            code=f"C{number + 1:04d}", name=name, name_zh=name_zh, role="CARRIER", country=country, city=city,
            currency="CNY" if country == "CN" else "EUR", contact=_person(country, 300 + number),
        )  # fmt: skip
