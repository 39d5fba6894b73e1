"""A report as a file: what its reader sees, exact to the last digit, in Excel and on paper."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from zipfile import ZipFile

import pytest

import domain
from domain.core.columns import spec_of
from domain.core.database import Database
from domain.core.errors import InvalidInput
from domain.core.numbering import ranges_of
from domain.core.reports import arguments_of
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from schema.graph import visible
from server.report_files import Column, Kind, Line, ReportAsked, Sheet, read_sheet
from server.report_print import pages, pdf
from server.report_sheet import is_kept, workbook
from server.report_words import VALUES_ZH
from tests.domain.books import AX, World, a_world
from tests.graph.conftest import VIEWS, Asker, NoWriteRoad

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_every_value_that_a_report_can_show_or_be_asked_with_has_a_chinese_word() -> None:
    shown = {spec_of(column).enum for report in domain.REPORTS for column in report.table.columns}
    asked = {one.type for report in domain.REPORTS for one in arguments_of(report) if issubclass(one.type, StrEnum)}
    lists = {one for one in shown if one is not None} | asked
    known = {one: set(words) for one, words in VALUES_ZH.items()}
    assert known == {one: {str(value) for value in one} for one in lists}
    latin = [
        word for words in VALUES_ZH.values() for word in words.values()
        if any(letter.isascii() and letter.isalpha() for letter in word)
    ]  # fmt: skip
    assert latin == []


class Desk(Asker):
    """The graph over a group that received goods once."""

    world: World

    async def sheet(self, role: str, root: str, locale: str = "zh", **arguments: str) -> Sheet:
        """A report of AX as somebody of that role sees it."""
        given = {name.rstrip("_"): value for name, value in arguments.items()}
        return await read_sheet(self.dispatcher, self.actor(role), ReportAsked(root, "AX", given, locale, NOW))


@pytest.fixture
async def desk(fresh_database: str) -> AsyncIterator[Desk]:
    database = await Database.open(fresh_database, 4)
    road = ReadRoad(database)
    made = Desk(road, Dispatcher(lambda grants: visible(VIEWS[grants.audience]), read=road, write=NoWriteRoad()))
    made.world = world = await a_world(database)
    order = await world.approved(AX, ("GEAR", "3", "150"))
    performed = await world.act(world.buyer, AX, world.receipt(order, (1, "3", "0"), received_on=date(2026, 2, 3)))
    assert performed.committed
    yield made
    await ranges_of(database).close()
    await database.close()


def shown(sheet: Sheet) -> list[tuple[object, ...]]:
    return [(line.role, *line.cells) for line in sheet.lines]


async def test_a_trial_balance_has_its_headings_and_total_in_both_languages(desk: Desk) -> None:
    span = {"from_": "2026-01-01", "to": "2026-12-31"}
    zh, en = [await desk.sheet("controller", "trialBalance", locale, **span) for locale in ("zh", "en")]
    assert (zh.title, en.title) == ("试算平衡表", "Trial balance")
    assert [one.heading for one in zh.columns][:4] == ["科目代码", "科目", "科目类别", "期初余额"]
    assert [one.heading for one in en.columns][:4] == ["Code", "Account", "Kind", "Opening"]
    zero = Decimal(0)
    assert [(*line.cells[:2], *line.cells[3:7]) for line in en.lines] == [
        ("1405", "Stock", zero, Decimal(300), zero, Decimal(300)),
        ("220202", "Goods received, not invoiced", zero, zero, Decimal(450), Decimal(-450)),
        ("640201", "Purchase price variance", zero, Decimal(150), zero, Decimal(150)),
        ("Total", None, zero, Decimal(450), Decimal(450), zero),
    ]
    assert en.lines[-1].role == "total"
    assert ("公司", "AX Ax Inc") in zh.facts


async def test_a_statement_is_read_by_section(desk: Desk) -> None:
    sheet = await desk.sheet("controller", "balanceSheet", "en", on="2026-12-31")
    assert shown(sheet) == [
        ("head", "Assets", None, None),
        ("line", "1405", "Stock", Decimal(300)),
        ("foot", "Total assets", None, Decimal(300)),
        ("head", "Liabilities", None, None),
        ("line", "220202", "Goods received, not invoiced", Decimal(450)),
        ("foot", "Total liabilities", None, Decimal(450)),
        ("head", "Equity", None, None),
        ("line", None, "Result not yet closed", Decimal(-150)),
        ("foot", "Total equity", None, Decimal(-150)),
        ("total", "Total liabilities and equity", None, Decimal(300)),
    ]


async def test_a_file_shows_no_more_than_its_reader_sees(desk: Desk) -> None:
    sheet = await desk.sheet("warehouse", "stockValuation", "en", on="2026-12-31")
    assert [one.heading for one in sheet.columns] == ["Code", "Item", "Unit", "Quantity"]
    assert shown(sheet)[0] == ("line", "GEAR", "Gear", "EA", Decimal(3))
    assert "Not shown, for want of permission: inventory:CONFIDENTIAL" in sheet.notes
    nothing = await desk.sheet("warehouse", "trialBalance", "en", from_="2026-01-01", to="2026-12-31")
    assert nothing.lines == ()
    assert "finance:INTERNAL" in nothing.notes[0]


async def test_an_unknown_report_or_argument_is_refused_by_name(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as unknown:
        await desk.sheet("controller", "purchaseOrders")
    assert (unknown.value.values["what"], unknown.value.values["value"]) == ("report", "purchaseOrders")
    with pytest.raises(InvalidInput) as argument:
        await desk.sheet("controller", "stockValuation", on="2026-12-31", by="ITEM")
    assert argument.value.values["what"] == "by"


SHEET = Sheet(
    title="核对 & <check>",
    facts=(("公司", "AX"),),
    columns=(Column(("name",), "名称", Kind.TEXT), Column(("amount", "amount"), "金额", Kind.MONEY)),
    lines=(
        Line(("=1+1", Decimal("1234567.5"))),
        Line(("长", Decimal("12345678901234.567891"))),
        Line(("合计", Decimal("-0.01")), "total"),
    ),
    notes=("说明",),
    currencies=("CNY",),
    locale="zh",
)


@pytest.mark.parametrize(
    ("number", "kept"),
    [("0", True), ("-0.01", True), ("123456789012345", True), ("1234567890123456", False), ("0.1", True),
     ("99999999999999.99", False), ("1234567890000000", True), ("12345678901234.567891", False)],
)  # fmt: skip
def test_a_number_is_written_as_a_number_only_when_no_digit_is_lost(number: str, kept: bool) -> None:
    assert is_kept(Decimal(number)) is kept


def test_a_workbook_holds_every_digit_and_no_formula() -> None:
    with ZipFile(BytesIO(workbook(SHEET))) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert re.findall(r"<v>(-?\d+\.\d+)</v>", cells) == ["1234567.5", "-0.01"]
    assert "12,345,678,901,234.567891" in strings
    assert "15 位有效数字" in strings
    assert "<f>" not in cells and "=1+1" in strings
    assert "#,##0.00" in styles


def test_a_page_is_set_in_chinese_and_reads_no_markup() -> None:
    """Without the font every Chinese character would be the same box: pages of other characters then look the same."""
    [first] = pages(SHEET)
    [other] = pages(replace(SHEET, title="资产 & <check>"))
    assert first != other
    assert pdf(replace(SHEET, notes=("#panic()", "*bold* $x$ \\"))).startswith(b"%PDF-")
