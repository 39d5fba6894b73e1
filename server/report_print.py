"""A report as a PDF, set by typst from `report.typ`.

Chinese needs a font that the file carries along: Noto Sans SC (OFL), which comes with the extra `documents`. Without
the extra nothing is printed, and that is said: typst would draw a box for every character.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from domain.core.money import minor_unit_digits
from server.preflight import Refused
from server.report_files import Cell, Kind, Sheet

TEMPLATE = Path(__file__).with_name("report.typ")
# More columns than these are set across the page.
COLUMNS_UPRIGHT = 6
# A text of more characters may be broken; no name asks for more room than this many.
CODE_WIDTH_MAX, NAME_WIDTH_MAX = 20, 40


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
    digits = max((minor_unit_digits(one) for one in sheet.currencies), default=2)
    return {
        "title": sheet.title,
        "language": "zh" if sheet.locale.startswith("zh") else "en",
        "facts": [list(one) for one in sheet.facts],
        "wide": len(sheet.columns) > COLUMNS_UPRIGHT,
        "headings": [one.heading for one in sheet.columns],
        "numbers": [one.kind in (Kind.NUMBER, Kind.MONEY) for one in sheet.columns],
        "widths": [_share(sheet, place) for place in range(len(sheet.columns))],
        "lines": [
            {
                "role": line.role,
                "cells": [
                    _text(cell, digits if column.kind is Kind.MONEY else 0)
                    for cell, column in zip(line.cells, sheet.columns, strict=True)
                ],
            }
            for line in sheet.lines
        ],
        "notes": list(sheet.notes),
    }


def _share(sheet: Sheet, place: int) -> int:
    """The share of the width that a column takes beside the others; 0: as wide as what it holds.

    Numbers, days and codes are never broken; names share what is left, in proportion to the longest.
    """
    if sheet.columns[place].kind is not Kind.TEXT:
        return 0
    texts = [line.cells[place] for line in sheet.lines if line.role == "line"]
    widest = max((_width(str(text)) for text in texts if text is not None), default=0)
    return min(widest, NAME_WIDTH_MAX) if widest > CODE_WIDTH_MAX else 0


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
