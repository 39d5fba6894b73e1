"""Currencies, rates, units, categories, items, their costs and prices, and locations."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.coexistence.adventureworks.readers import Source, SourceRow
from domain.coexistence.imports import Mapped, Ref, key_of
from domain.core.columns import TEXT_LENGTH_MAX
from domain.master_data.items import Item, ItemCategory, ItemStatus, ItemType, MakeOrBuy
from domain.master_data.places import Location, LocationKind
from domain.master_data.units import Dimension, UnitOfMeasure

CURRENCY = "USD"
EACH = "EA"
ENGLISH = "en"
RATE_SOURCE = "adventureworks"

# Currencies whose smallest unit is not a hundredth (ISO 4217); the source does not say.
MINOR_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "VND"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND", "IQD"), 3),
}

# Dimension, UCUM code and base units in one, by the source's code; what is not here counts packages.
UNITS: Mapping[str, tuple[Dimension, str | None, str | None]] = {
    "C": (Dimension.TEMPERATURE, "Cel", None),
    "CBM": (Dimension.VOLUME, "m3", "1000"),
    "CCM": (Dimension.VOLUME, "cm3", "0.001"),
    "CDM": (Dimension.VOLUME, "dm3", "1"),
    "CM": (Dimension.LENGTH, "cm", "0.01"),
    "CM2": (Dimension.AREA, "cm2", "0.0001"),
    "DM": (Dimension.LENGTH, "dm", "0.1"),
    "DZ": (Dimension.COUNT, None, "12"),
    "EA": (Dimension.COUNT, None, "1"),
    "FT3": (Dimension.VOLUME, "[cft_i]", "28.3168465920"),
    "G": (Dimension.MASS, "g", "0.001"),
    "GAL": (Dimension.VOLUME, "[gal_us]", "3.7854117840"),
    "IN": (Dimension.LENGTH, "[in_i]", "0.0254"),
    "KG": (Dimension.MASS, "kg", "1"),
    "KGV": (Dimension.OTHER, "kg/m3", None),
    "KM": (Dimension.LENGTH, "km", "1000"),
    "KT": (Dimension.MASS, "kt", "1000000"),
    "L": (Dimension.VOLUME, "L", "1"),
    "LB": (Dimension.MASS, "[lb_av]", "0.45359237"),
    "M": (Dimension.LENGTH, "m", "1"),
    "M2": (Dimension.AREA, "m2", "1"),
    "M3": (Dimension.VOLUME, "m3", "1000"),
    "MG": (Dimension.MASS, "mg", "0.000001"),
    "ML": (Dimension.VOLUME, "mL", "0.001"),
    "MM": (Dimension.LENGTH, "mm", "0.001"),
    "OZ": (Dimension.MASS, "[oz_av]", "0.0283495231"),
    "PC": (Dimension.COUNT, None, "1"),
    "PCT": (Dimension.OTHER, "%", None),
    "PT": (Dimension.VOLUME, "[pt_us]", "0.4731764730"),
}


def currency(row: SourceRow) -> Mapped:
    """A currency by its ISO code."""
    code = row.code("CurrencyCode", 3)
    return Mapped(code, row.line, {"code": code, "name": row.text("Name"), "minor_unit": MINOR_UNITS.get(code, 2)})


def currency_rate(row: SourceRow) -> Mapped:
    """Average and closing rate of one pair on one day: one row, as in the source."""
    values = {
        "base_currency": row.code("FromCurrencyCode", 3),
        "quote_currency": row.code("ToCurrencyCode", 3),
        "valid_on": row.day("CurrencyRateDate"),
        "source": RATE_SOURCE,
        "average_rate": row.rate("AverageRate"),
        "closing_rate": row.rate("EndOfDayRate"),
    }
    return Mapped(row.text("CurrencyRateID"), row.line, values)


def unit(row: SourceRow) -> Mapped:
    """A unit of measure, its code without the padding."""
    code = row.code("UnitMeasureCode")
    dimension, ucum, factor = UNITS.get(code, (Dimension.PACKAGE, None, None))
    values = {
        "code": code,
        "name": row.text("Name"),
        "dimension": dimension.value,
        "ucum_code": ucum,
        "base_factor": None if factor is None else Decimal(factor),
    }
    return Mapped(code, row.line, values)


def category(row: SourceRow) -> Mapped:
    """A category of the first level."""
    key = row.text("ProductCategoryID")
    return Mapped(key, row.line, {"code": f"AW-{key}", "name": row.text("Name"), "parent_id": None})


def subcategory(row: SourceRow) -> Mapped:
    """A category of the second level; its key names its table, because both levels count from 1."""
    key = row.text("ProductSubcategoryID")
    parent = row.ref(ItemCategory, "ProductCategoryID")
    values = {"code": f"AW-{parent.key}-{key}", "name": row.text("Name"), "parent_id": parent}
    return Mapped(key_of("ProductSubcategory", key), row.line, values)


class Items:
    """Products as items; names of models and English descriptions are looked up once."""

    def __init__(self, source: Source) -> None:
        self.models = {row.raw("ProductModelID"): row.raw("Name") for row in source.good_rows("ProductModel")}
        texts = {
            row.raw("ProductDescriptionID"): row.raw("Description") for row in source.good_rows("ProductDescription")
        }
        self.descriptions = {
            row.raw("ProductModelID"): texts.get(row.raw("ProductDescriptionID"), "")
            for row in source.good_rows("ProductModelProductDescriptionCulture")
            if row.raw("CultureID").strip() == ENGLISH
        }

    def item(self, row: SourceRow) -> Mapped:
        """A product as an item of the group."""
        makes, sold = row.flag("MakeFlag"), row.flag("FinishedGoodsFlag")
        model = row.raw("ProductModelID")
        subcategory_key = row.optional("ProductSubcategoryID")
        values = {
            "code": row.code("ProductNumber"),
            "name": row.text("Name"),
            "description": self.descriptions.get(model, "")[:TEXT_LENGTH_MAX] or None,
            "kind": (ItemType.FINISHED_GOOD if sold else ItemType.COMPONENT).value,
            "status": (ItemStatus.ACTIVE if row.optional_day("DiscontinuedDate") is None else ItemStatus.RETIRED).value,
            "unit_id": Ref(UnitOfMeasure, EACH, "ProductNumber"),
            "category_id": None
            if subcategory_key is None
            else Ref(ItemCategory, key_of("ProductSubcategory", subcategory_key), "ProductSubcategoryID"),
            "make_or_buy": (MakeOrBuy.MAKE if makes else MakeOrBuy.BUY).value,
            "lot_policy": "NONE",
            "storage_class": "AMBIENT",
            "device_class": "NOT_A_DEVICE",
            "is_sold": sold,
            "colour": row.optional("Color"),
            "size": row.optional("Size"),
            "size_unit_id": row.optional_ref(UnitOfMeasure, "SizeUnitMeasureCode"),
            "weight": row.not_negative("Weight") if row.raw("Weight") else None,
            "weight_unit_id": row.optional_ref(UnitOfMeasure, "WeightUnitMeasureCode"),
            "product_line": row.optional("ProductLine"),
            "grade": row.optional("Class"),
            "style": row.optional("Style"),
            "model": self.models.get(model),
            "sold_from": row.day("SellStartDate"),
            "sold_to": row.optional_day("SellEndDate"),
        }
        return Mapped(row.text("ProductID"), row.line, values)


def planning(row: SourceRow) -> Mapped:
    """How the company plans a product."""
    values = {
        "item_id": row.ref(Item, "ProductID"),
        "reorder_point": row.not_negative("ReorderPoint"),
        "safety_stock": row.not_negative("SafetyStockLevel"),
        "lead_days": row.whole("DaysToManufacture"),
    }
    return Mapped(row.text("ProductID"), row.line, values)


def dated_cost(row: SourceRow) -> Mapped:
    """A standard cost during a time."""
    item, start = row.ref(Item, "ProductID"), row.day("StartDate")
    values = {
        "item_id": item,
        "standard_cost": row.rate_not_negative("StandardCost"),
        "valid_from": start,
        "valid_to": row.optional_day("EndDate"),
    }
    return Mapped(key_of(item.key, start.isoformat()), row.line, values)


def dated_price(row: SourceRow) -> Mapped:
    """A list price during a time."""
    item, start = row.ref(Item, "ProductID"), row.day("StartDate")
    values = {
        "item_id": item,
        "currency": CURRENCY,
        "list_price": row.rate_not_negative("ListPrice"),
        "valid_from": start,
        "valid_to": row.optional_day("EndDate"),
    }
    return Mapped(key_of(item.key, start.isoformat()), row.line, values)


class Current:
    """The product's own cost and price where its history does not reach today.

    The source keeps the current figure on the product and a history beside it. Of 504 products 309 have no open row in
    their history: never costed, or closed when they went out of sale. Stock of them is still valued at the product's
    figure, so it becomes a row from the day after the history ends, or from the first day of sale.
    """

    def __init__(self, source: Source, history: str) -> None:
        self.ends: dict[str, date | None] = {}
        for row in source.good_rows(history):
            item, end = row.raw("ProductID"), row.raw("EndDate")
            known = self.ends.get(item, date.min)
            day = date.fromisoformat(end[:10]) if end else None
            self.ends[item] = None if day is None or known is None else max(known, day)

    def starts(self, row: SourceRow) -> date | None:
        """The day from which the product's own figure counts; None where the history has an open row."""
        end = self.ends.get(row.raw("ProductID"), date.min)
        if end is None:
            return None
        return row.day("SellStartDate") if end == date.min else end + timedelta(days=1)


class Costs(Current):
    """Costs of products whose cost history is closed or missing."""

    def cost(self, row: SourceRow) -> Mapped | None:
        """The product's own standard cost, where no row of the history is open."""
        start = self.starts(row)
        if start is None:
            return None
        values: dict[str, Any] = {
            "item_id": row.ref(Item, "ProductID"),
            "standard_cost": row.rate_not_negative("StandardCost"),
            "valid_from": start,
            "valid_to": None,
        }
        return Mapped(key_of("Product", row.text("ProductID")), row.line, values)


class Prices(Current):
    """List prices of products whose price history is closed or missing."""

    def price(self, row: SourceRow) -> Mapped | None:
        """The product's own list price, where no row of the history is open and it has one."""
        start, price = self.starts(row), row.rate_not_negative("ListPrice")
        if start is None or not price:
            return None
        values: dict[str, Any] = {
            "item_id": row.ref(Item, "ProductID"),
            "currency": CURRENCY,
            "list_price": price,
            "valid_from": start,
            "valid_to": None,
        }
        return Mapped(key_of("Product", row.text("ProductID")), row.line, values)


def location(row: SourceRow) -> Mapped:
    """A place that holds stock; the source counts stock in its work areas too, so all are storage."""
    key = row.text("LocationID")
    return Mapped(key, row.line, {"code": key, "name": row.text("Name"), "kind": LocationKind.STORAGE.value})


def work_centre(row: SourceRow) -> Mapped | None:
    """A location that does work: it has a cost rate or hours."""
    rate, hours = row.rate_not_negative("CostRate"), row.not_negative("Availability")
    if not rate and not hours:
        return None
    key = row.text("LocationID")
    values = {
        "code": key,
        "name": row.text("Name"),
        "location_id": row.ref(Location, "LocationID"),
        "cost_rate": rate,
        "weekly_hours": hours,
    }
    return Mapped(key, row.line, values)
