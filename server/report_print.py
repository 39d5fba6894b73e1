"""A report as a PDF, set by typst from `report.typ`.

Chinese needs a font that the file carries along: Noto Sans SC (OFL), which comes with the extra `documents`. Without
the extra nothing is printed, and that is said: typst would draw a box for every character.
"""

from datetime import date
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Any

import orjson

from domain.core.money import minor_unit_digits
from server.preflight import Refused
from server.report_files import Cell, Column, Kind, Line, Sheet, footer_of

TEMPLATE = Path(__file__).with_name("report.typ")
# More columns than these are set across the page.
COLUMNS_UPRIGHT = 6
# A text of more characters may be broken; no name asks for more room than this many.
CODE_WIDTH_MAX, NAME_WIDTH_MAX = 20, 40
# What a character and the space beside a column take, and what a page has, in millimetres.
CHARACTER_MM, PADDING_MM = 2, 4
UPRIGHT_MM, ACROSS_MM = 182, 269


def pdf(sheet: Sheet) -> bytes:
    """The bytes of a PDF. Raises: Refused when the extra that sets type is not installed."""
    return _compiled(sheet, "pdf")


def pages(sheet: Sheet, dots_per_inch: int = 110) -> list[bytes]:
    """Its pages as PNG images: what a person would see."""
    found = _compiled(sheet, "png", ppi=float(dots_per_inch))
    return found if isinstance(found, list) else [found]


def _compiled(sheet: Sheet, form: str, **more: Any) -> Any:
    try:
        import pylopdf_fonts_zh_cn as fonts
        import typst
    except ImportError as missing:
        raise Refused("PDF needs the extra `documents`: pip install 'skein[documents]'") from missing
    # What the library says of its types leaves out what it takes.
    compiled: Any = typst.compile
    return compiled(
        TEMPLATE.read_bytes(), format=form, font_paths=[str(fonts.sans_path().parent)], ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(_data(sheet)).decode()}, **more,
    )  # fmt: skip


def _data(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "language": "zh" if sheet.locale.startswith("zh") else "en",
        "facts": [list(one) for one in sheet.facts],
        "footer": footer_of(sheet),
        "wide": _is_wide(sheet),
        "headings": [one.heading for one in sheet.columns],
        "numbers": [one.kind in (Kind.NUMBER, Kind.MONEY) for one in sheet.columns],
        "widths": [_share(sheet, place) for place in range(len(sheet.columns))],
        "lines": [
            {
                "role": line.role,
                "span": _span(sheet, line),
                "cells": [
                    _text(cell, _digits(sheet, column))
                    for cell, column in zip(line.cells, sheet.columns, strict=True)
                ],
            }
            for line in sheet.lines
        ],
        "notes": list(sheet.notes),
    }


def _span(sheet: Sheet, line: Line) -> int:
    """How many columns the first text of a heading or a sum may run over: those of text that are empty beside it."""
    if line.role == "line":
        return 1
    beside = zip(line.cells[1:], sheet.columns[1:], strict=True)
    return 1 + len(list(takewhile(lambda one: one[0] is None and one[1].kind is Kind.TEXT, beside)))


def _share(sheet: Sheet, place: int) -> int:
    """The share of the width that a column takes beside the others; 0: as wide as what it holds.

    Numbers, days and codes are never broken; names share what is left, in proportion to the longest.
    """
    if sheet.columns[place].kind is not Kind.TEXT:
        return 0
    widest = _widest(sheet, place)
    if widest > CODE_WIDTH_MAX:
        return min(widest, NAME_WIDTH_MAX)
    # Where no name is long, the longest takes what is left, if anything is: a table is as wide as the page.
    texts = [at for at, column in enumerate(sheet.columns) if column.kind is Kind.TEXT]
    widest_at = max(texts, key=lambda at: (_widest(sheet, at), at))
    whole = sum(_widest(sheet, at) * CHARACTER_MM + PADDING_MM for at in range(len(sheet.columns)))
    return 1 if place == widest_at and whole <= _page_width(sheet) else 0


def _widest(sheet: Sheet, place: int) -> int:
    column = sheet.columns[place]
    texts = [line.cells[place] for line in sheet.lines if line.role == "line" or column.kind is not Kind.TEXT]
    shown = [_text(text, _digits(sheet, column)) for text in texts]
    return max(map(_width, [*shown, column.heading]))


def _is_wide(sheet: Sheet) -> bool:
    return len(sheet.columns) > COLUMNS_UPRIGHT


def _page_width(sheet: Sheet) -> int:
    """Millimetres between the margins."""
    return ACROSS_MM if _is_wide(sheet) else UPRIGHT_MM


def _digits(sheet: Sheet, column: Column) -> int:
    """The digits after the point that a number of a column has at least."""
    own = max((minor_unit_digits(one) for one in sheet.currencies), default=2)
    return own if column.kind is Kind.MONEY else 0


def _width(text: str) -> int:
    """The width in characters: a Chinese one is as wide as two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _text(cell: Cell, digits: int) -> str:
    """A cell as it is read: thousands apart, at least the digits of the currency, and every digit that is there."""
    match cell:
        case None:
            return ""
        case Decimal():
            own = max(0, -int(cell.normalize().as_tuple().exponent))
            return f"{cell:,.{max(own, digits)}f}"
        case date():
            return cell.isoformat()
        case str():
            return cell
