"""A report as an Excel workbook.

Excel keeps a number as a binary float of 15 decimal digits. So that no digit is lost, a number is written as a number
only when what Excel would keep reads back as exactly the same decimal; a longer one is written as text, right-aligned,
and a note in the sheet says so. Formats show the digits of the currency, and more where an amount has more.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from domain.core.money import minor_unit_digits
from server.report_files import Cell, Kind, Sheet, footer_of

# The digits that Excel keeps of a number.
DIGITS_KEPT = 15
WIDTH_MIN, WIDTH_MAX = 8, 48
# Excel takes 255 characters of a footer, marks included.
FOOTER_MAX = 120
LONG = {
    "zh": "个别数字超过 Excel 可精确保存的 15 位有效数字，以文本形式写入。",
    "en": "Some numbers have more than the 15 digits that Excel keeps and are written as text.",
}


def is_kept(number: Decimal) -> bool:
    """Whether Excel keeps every digit of the number."""
    return Decimal(f"{number:.{DIGITS_KEPT}G}") == number


def workbook(sheet: Sheet) -> bytes:
    """The bytes of an .xlsx file with one worksheet."""
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]  # heavy, and only for files

    buffer = BytesIO()
    # Constant strings and no date of making: the same report is the same bytes.
    book: Any = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": sheet.title})
    _Writer(book, sheet).write()
    book.close()
    return buffer.getvalue()


class _Writer:
    """Writes one sheet from the top down."""

    def __init__(self, book: Any, sheet: Sheet) -> None:
        self._sheet = sheet
        self._page = book.add_worksheet(sheet.title[:31])
        self._book = book
        self._formats: dict[tuple[Any, ...], Any] = {}
        digits = max((minor_unit_digits(one) for one in sheet.currencies), default=2)
        self._digits = digits
        self._has_long = False

    def write(self) -> None:
        """The title, what was asked, the table, the notes; set up to print on wide pages with its heading on each."""
        sheet, page = self._sheet, self._page
        page.hide_gridlines(2)
        page.write_string(0, 0, sheet.title, self._format(bold=True, font_size=16))
        page.set_row(0, 26)
        for row, (name, value) in enumerate(sheet.facts, start=1):
            page.write_string(row, 0, name, self._format(font_color="#666666"))
            page.write_string(row, 1, value, self._format())
        top = len(sheet.facts) + 2
        head = {"bold": True, "bg_color": "#E8EDF3", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        for place, column in enumerate(sheet.columns):
            aligned = "right" if column.kind in (Kind.NUMBER, Kind.MONEY) else "left"
            page.write_string(top, place, column.heading, self._format(**head, align=aligned))
        page.set_row(top, 30)
        for row, line in enumerate(sheet.lines, start=top + 1):
            for place, cell in enumerate(line.cells):
                self._cell(row, place, cell, line.role)
        self._widths()
        self._notes(top + len(sheet.lines) + 2)
        last = top + len(sheet.lines)
        if sheet.lines and all(line.role in ("line", "total") for line in sheet.lines):
            page.autofilter(top, 0, last - (sheet.lines[-1].role == "total"), len(sheet.columns) - 1)
        page.freeze_panes(top + 1, 0)
        page.repeat_rows(top)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer(f"&L{footer_of(sheet)[:FOOTER_MAX].replace('&', '&&')}&R&P / &N")

    def _format(self, **how: Any) -> Any:
        key = tuple(sorted(how.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_size": 10, **how})
        return self._formats[key]

    def _cell(self, row: int, place: int, cell: Cell, role: str) -> None:
        roles: Mapping[str, dict[str, Any]] = {
            "line": {"bottom": 4, "bottom_color": "#C8CDD3"}, "head": {"bold": True, "font_color": "#1F3A5F"},
            "foot": {"bold": True, "top": 1}, "total": {"bold": True, "top": 1, "bottom": 6},
        }  # fmt: skip
        how = roles[role]
        match cell:
            case None:
                self._page.write_blank(row, place, None, self._format(**how))
            case Decimal() if is_kept(cell):
                money = self._sheet.columns[place].kind is Kind.MONEY
                self._page.write_number(row, place, cell, self._format(**how, num_format=self._pattern(cell, money)))
            case Decimal():
                self._has_long = True
                self._page.write_string(row, place, f"{cell:,f}", self._format(**how, align="right"))
            case date():
                self._page.write_datetime(row, place, cell, self._format(**how, num_format="yyyy-mm-dd", align="left"))
            case str():
                self._page.write_string(row, place, cell, self._format(**how))

    def _pattern(self, number: Decimal, money: bool) -> str:
        """Thousands apart, and every digit after the point that the number has."""
        own = max(0, -int(number.normalize().as_tuple().exponent))
        digits = max(own, self._digits if money else 0)
        return "#,##0" + (f".{'0' * digits}" if digits else "")

    def _widths(self) -> None:
        for place, column in enumerate(self._sheet.columns):
            texts = [column.heading, *(_text(line.cells[place]) for line in self._sheet.lines if line.role != "head")]
            widest = max((_width(text) for text in texts), default=WIDTH_MIN)
            self._page.set_column(place, place, min(WIDTH_MAX, max(WIDTH_MIN, widest + 3)))

    def _notes(self, row: int) -> None:
        notes = list(self._sheet.notes)
        if self._has_long:
            notes.append(LONG["zh" if self._sheet.locale.startswith("zh") else "en"])
        for place, note in enumerate(notes):
            self._page.write_string(row + place, 0, note, self._format(font_color="#666666", italic=True))


def _text(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    return "" if cell is None else str(cell)


def _width(text: str) -> int:
    """The width in characters: a Chinese one is as wide as two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)
