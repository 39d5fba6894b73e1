"""The masters that the whole group shares, as feeds: rates, calendars, parties, items with their identifiers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from domain.coexistence.demo.catalogue import CATEGORIES, Good, goods, gtin
from domain.coexistence.demo.partners import CITIES_ZH, Partner, partners
from domain.coexistence.demo.world import BOOKS_FROM, ENTITIES, TODAY, random_of
from domain.coexistence.imports import Feed, Finding, Mapped, Ref
from domain.core.records import Record
from domain.master_data.calendars import DayKind, WorkCalendar, WorkCalendarException, WorkCalendarShift
from domain.master_data.companies import Company
from domain.master_data.currencies import Currency, CurrencyRate
from domain.master_data.device_rules import normal_identifier
from domain.master_data.devices import DeviceIdentifier, DeviceProfile
from domain.master_data.items import Item, ItemCategory
from domain.master_data.parties import Address, Licence, Party, PartyContact, PartyRole
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure

FILE = "(demo)"
CURRENCIES = (("CNY", "Yuan Renminbi", "人民币"), ("EUR", "Euro", "欧元"), ("USD", "US Dollar", "美元"))
UNITS = (
    ("EA", "Each", "件", "COUNT", "{each}", None),
    ("BOX", "Box", "盒", "PACKAGE", "{box}", None),
    ("PAK", "Pack", "包", "PACKAGE", "{pack}", None),
    ("KG", "Kilogram", "千克", "MASS", "kg", "1"),
    ("L", "Litre", "升", "VOLUME", "L", "1"),
)
# Pair, rate on the first day, largest step of a week in parts of a thousand.
RATES = (("EUR", "CNY", "7.58", 9), ("EUR", "USD", "1.04", 8), ("USD", "CNY", "7.29", 4))
RATE_SOURCE = "demo"
CALENDARS = (
    ("CN", "China, five days", "中国五天工作制", "Asia/Shanghai", "CN"),
    ("DE-BW", "Baden-Württemberg, five days", "巴登-符腾堡五天工作制", "Europe/Berlin", "DE"),
)
SHIFTS = (("Early", 6 * 60, 14 * 60), ("Late", 14 * 60, 22 * 60))
HOLIDAYS = (
    ("CN", date(2026, 10, 1), 7, "国庆节 National Day"), ("CN", date(2026, 2, 16), 7, "春节 Spring Festival"),
    ("CN", date(2026, 1, 1), 1, "元旦 New Year"), ("DE-BW", date(2026, 12, 25), 2, "Weihnachten"),
    ("DE-BW", date(2026, 10, 3), 1, "Tag der Deutschen Einheit"), ("DE-BW", date(2026, 1, 6), 1, "Heilige Drei Könige"),
)  # fmt: skip
MAKE_UP_DAYS = (("CN", date(2026, 2, 14), 1, "春节调休"), ("CN", date(2026, 10, 10), 5, "国庆节调休"))
LICENCE_CATALOGUE = "NMPA-2018"
BOXES_PER_CARTON = 20


def feed(
    table: str, record: type[Record], rows: Iterable[tuple[str, Mapping[str, object]]], *, adopts: bool = False
) -> Feed:
    """The rows (key, values) of one kind of record; they are listed once, both passes read the list."""
    listed = [Mapped(key, line, values) for line, (key, values) in enumerate(rows, 1)]

    def again() -> Iterator[Mapped | Finding]:
        return iter(listed)

    return Feed(file=FILE, source_table=table, record=record, rows=again, adopts=adopts)


def ref(record: type[Record], key: str) -> Ref:
    """A record of the demonstration by its key, which is its code."""
    return Ref(record, key, "code")


def group_feeds(numbers: Sequence[int]) -> tuple[Feed, ...]:
    """Everything that belongs to no single entity; `numbers` are the entities' company numbers."""
    return (
        feed("currencies", Currency, _currencies(), adopts=True),
        feed("rates", CurrencyRate, _rates()),
        feed("units", UnitOfMeasure, _units(), adopts=True),
        feed("calendars", WorkCalendar, _calendars()),
        feed("shifts", WorkCalendarShift, _shifts()),
        feed("holidays", WorkCalendarException, _exceptions()),
        feed("companies", Company, _companies(numbers)),
        feed("partners", Party, _parties()),
        feed("contacts", Party, _people()),
        feed("roles", PartyRole, _roles()),
        feed("contacts", PartyContact, _contacts()),
        feed("addresses", Address, _addresses()),
        feed("licences", Licence, _licences()),
        feed("categories", ItemCategory, _categories()),
        feed("items", Item, _items()),
        feed("factors", ItemUnitConversion, _factors()),
        feed("profiles", DeviceProfile, _profiles()),
        feed("identifiers", DeviceIdentifier, _identifiers()),
        feed("boxes", DeviceIdentifier, _packages(1, "Box")),
        feed("cartons", DeviceIdentifier, _packages(2, "Carton")),
    )


Rows = Iterator[tuple[str, Mapping[str, object]]]


def _currencies() -> Rows:
    for code, name, name_zh in CURRENCIES:
        yield code, {"code": code, "name": name, "name_zh": name_zh, "minor_unit": 2}


def _rates() -> Rows:
    """Weekly rates that wander by at most a few thousandths a week."""
    for base, quote, start, step in RATES:
        random, rate, day = random_of(f"rate:{base}{quote}"), Decimal(start), BOOKS_FROM
        while day <= TODAY:
            rate = (rate * (1000 + random.randint(-step, step)) / 1000).quantize(Decimal("0.0001"))
            values = {"base_currency": base, "quote_currency": quote, "valid_on": day, "source": RATE_SOURCE,
                      "spot_rate": rate, "closing_rate": rate}  # fmt: skip
            yield f"{base}{quote}:{day}", values
            day += timedelta(days=7)


def _units() -> Rows:
    for code, name, name_zh, dimension, ucum, factor in UNITS:
        base = None if factor is None else Decimal(factor)
        values = {"code": code, "name": name, "name_zh": name_zh, "dimension": dimension, "ucum_code": ucum}
        yield code, {**values, "base_factor": base}


def _calendars() -> Rows:
    for code, name, name_zh, zone, country in CALENDARS:
        yield code, {"code": code, "name": name, "name_zh": name_zh, "time_zone": zone, "country": country}


def _shifts() -> Rows:
    for code, *_ in CALENDARS:
        for weekday in range(1, 6):
            for name, starts, ends in SHIFTS:
                values = {"calendar_id": ref(WorkCalendar, code), "name": name, "weekday": weekday}
                yield f"{code}:{weekday}:{name}", {**values, "starts_minute": starts, "ends_minute": ends}


def _exceptions() -> Rows:
    for code, first, days, reason in HOLIDAYS:
        for offset in range(days):
            day = first + timedelta(days=offset)
            values = {"calendar_id": ref(WorkCalendar, code), "falls_on": day, "kind": DayKind.HOLIDAY.value}
            yield f"{code}:{day}", {**values, "follows_weekday": None, "reason": reason, "is_provisional": False}
    for code, day, weekday, reason in MAKE_UP_DAYS:
        values = {"calendar_id": ref(WorkCalendar, code), "falls_on": day, "kind": DayKind.MAKE_UP.value}
        yield f"{code}:{day}", {**values, "follows_weekday": weekday, "reason": reason, "is_provisional": False}


def _companies(numbers: Sequence[int]) -> Rows:
    for number, entity in zip(numbers, ENTITIES, strict=True):
        yield entity.code, {
            "company_id": number, "code": entity.code, "name": entity.name, "name_zh": entity.name_zh,
            "currency": entity.currency, "country": entity.country, "credit_code": entity.credit_code,
            "is_group": entity.is_group,
        }  # fmt: skip


def _parties() -> Rows:
    for partner in partners():
        yield partner.code, {
            "code": partner.code, "name": partner.name, "name_zh": partner.name_zh, "legal_name": partner.name,
            "legal_name_zh": partner.name_zh, "country": partner.country, "is_person": False, "is_active": True,
            "credit_rating": random_of(f"rating:{partner.code}").randint(1, 4), "payment_terms": "N30",
        }  # fmt: skip


def _people() -> Rows:
    for partner in partners():
        name, name_zh = partner.contact
        yield f"{partner.code}-P", {
            "code": f"{partner.code}-P", "name": name, "name_zh": name_zh, "country": partner.country,
            "is_person": True, "is_active": True, "employer_id": ref(Party, partner.code),
        }  # fmt: skip


def _roles() -> Rows:
    for partner in partners():
        values = {"party_id": ref(Party, partner.code), "role": partner.role, "account": partner.code}
        yield f"{partner.code}:{partner.role}", {**values, "is_preferred": partner.code.endswith("1")}
        if partner.is_distributor_like:
            values = {"party_id": ref(Party, partner.code), "role": "CUSTOMER", "account": partner.code}
            yield f"{partner.code}:CUSTOMER", {**values, "is_preferred": False}


def _contacts() -> Rows:
    for partner in partners():
        function = "Purchasing" if partner.is_distributor_like else "Sales"
        values = {"party_id": ref(Party, partner.code), "person_id": ref(Party, f"{partner.code}-P")}
        yield partner.code, {**values, "function": function}


def _addresses() -> Rows:
    """An address as the post of its country writes it."""
    chinese = dict(CITIES_ZH)
    for partner in partners():
        number = random_of(f"address:{partner.code}").randint(1, 899)
        street = f"开发大道{number}号" if partner.country == "CN" else f"Industriestraße {number}"
        city = f"{chinese[partner.city]}市" if partner.country == "CN" else partner.city
        yield partner.code, {
            "party_id": ref(Party, partner.code), "kind": "MAIN_OFFICE", "line_1": street, "city": city,
            "country": partner.country, "is_active": True,
        }  # fmt: skip


def _licences() -> Rows:
    """Permits to trade in devices; some end soon."""
    for partner in partners():
        if partner.role not in ("DISTRIBUTOR", "SUPPLIER") or partner.country != "CN":
            continue
        ends = TODAY + timedelta(days=random_of(f"licence:{partner.code}").randint(20, 1_500))
        yield partner.code, {
            "party_id": ref(Party, partner.code), "number": f"DEMO-{partner.code}", "kind": "DEVICE_DISTRIBUTION",
            "authority": "Demonstration authority", "scope_catalogue": LICENCE_CATALOGUE,
            "scope_codes": ["04", "13"] if partner.role == "DISTRIBUTOR" else ["13"], "territory": partner.city,
            "valid_from": ends - timedelta(days=1_825), "valid_to": ends,
        }  # fmt: skip


def _categories() -> Rows:
    for code, name, name_zh in CATEGORIES:
        yield code, {"code": f"DEMO-{code}", "name": name, "name_zh": name_zh, "parent_id": None}


def _items() -> Rows:
    for good in goods():
        yield good.code, {
            "code": good.code, "name": good.name, "name_zh": good.name_zh, "kind": good.kind, "status": "ACTIVE",
            "unit_id": ref(UnitOfMeasure, good.unit), "category_id": ref(ItemCategory, good.category),
            "make_or_buy": "MAKE" if good.maker else "BUY", "lot_policy": _lot_policy(good),
            "shelf_life_days": good.shelf_life_days, "storage_class": "AMBIENT", "device_class": good.device_class,
            "is_sold": good.is_device, "model": good.model, "size": good.size,
        }  # fmt: skip


def _factors() -> Rows:
    """How many pieces of a device its box holds, as its package identifier says."""
    for _, good in _devices():
        if good.per_box > 1 and good.unit != "BOX":
            values = {"item_id": ref(Item, good.code), "unit_id": ref(UnitOfMeasure, "BOX")}
            yield good.code, {**values, "factor": Decimal(good.per_box)}


def _lot_policy(good: Good) -> str:
    if good.category in ("SC", "PL", "KW"):
        return "LOT"
    return "SERIAL" if good.category == "ST" else "LOT" if good.category == "RM" else "NONE"


def _devices() -> Iterator[tuple[int, Good]]:
    """The medical devices with the number that their identifiers hold."""
    return ((number, good) for number, good in enumerate(goods(), 1) if good.is_device)


def _profiles() -> Rows:
    for number, good in _devices():
        implant = good.category in ("SC", "PL", "KW")
        yield good.code, {
            "item_id": ref(Item, good.code), "register_key": gtin(0, number), "brand": "Anser",
            "version_model": good.model, "catalogue_number": good.code, "device_count": 1, "public_version": 1,
            "public_version_on": date(2026, 3, 2), "published_on": date(2025, 6, 2),
            "mri_safety": "CONDITIONAL" if implant else "NOT_STATED", "is_direct_mark_exempt": implant,
            "is_premarket_exempt": good.device_class == "CLASS_I", "is_tissue_product": False,
            "is_kit": good.kind == "KIT", "is_combination": False, "is_single_use": implant,
            "shows_lot": _lot_policy(good) == "LOT", "shows_serial": _lot_policy(good) == "SERIAL",
            "shows_made_on": True, "shows_expires_on": good.is_sterile, "shows_donation": False,
            "contains_latex": False, "labelled_no_latex": True, "is_prescription": implant,
            "is_over_the_counter": False, "is_sterile": good.is_sterile, "needs_sterilisation": not good.is_sterile,
        }  # fmt: skip


def _identifiers() -> Rows:
    """One identifier for one piece of each device."""
    for number, good in _devices():
        contents = {"scope": "PRIMARY", "contained_id": None, "package_quantity": None, "package_type": None}
        yield gtin(0, number), _identifier(good, gtin(0, number), contents)


def _packages(level: int, package_type: str) -> Rows:
    """Identifiers of boxes of pieces, or of cartons of boxes; each contains the one a level below."""
    for number, good in _devices():
        if good.per_box > 1:
            content = Ref(DeviceIdentifier, gtin(level - 1, number), "contained")
            quantity = good.per_box if level == 1 else BOXES_PER_CARTON
            contents = {"scope": "PACKAGE", "contained_id": content, "package_quantity": quantity}
            yield gtin(level, number), _identifier(good, gtin(level, number), contents | {"package_type": package_type})


def _identifier(good: Good, value: str, contents: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "item_id": ref(Item, good.code), "agency": "GS1", "value": value,
        "normal_value": normal_identifier("GS1", value), "is_well_formed": True, "check_digit_valid": True,
        **contents, "status": "IN_DISTRIBUTION", "shared_scope": False,
    }  # fmt: skip


__all__ = ["Partner", "feed", "group_feeds", "ref"]
