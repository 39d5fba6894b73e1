"""Documents of one record as PDF: read as the account that asked, set by typst from `printed.typ`, had at an address.

The address leads to what its owner may see when it is fetched: a record that may no longer be seen, an owner who lost
a role or signs in no more, an address that ended, all answer as a path that is not there. Nothing of a file is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from domain.coexistence.printing import DocumentKind, DocumentLanguage, PrintDocument, PrintingUnavailable
from domain.core.actors import Actor, Grants
from domain.core.database import Row
from domain.core.errors import NotFound
from resolvers.operation import Dispatcher
from resolvers.request import GraphRequest
from resolvers.stored import NotPermitted
from server.printed_forms import WHOLE, Paper, Table, is_spoken_in_chinese, paper_of
from server.printed_queries import query_for, root_of
from server.printed_speech import UNBROKEN_MAX
from server.printed_words import WORDS
from server.signed_files import File, FileCompanion, SignedFiles

TEMPLATE = Path(__file__).with_name("printed.typ")
# A character of the table is 1.85 mm wide, a Chinese one as wide as two, a capital letter in between.
TWENTIETHS_PER_CHARACTER = 37
CAPITAL_TENTHS, WIDE_TENTHS = 11, 20
PADDING_MILLIMETRES = 3
WIDE_FROM = 0x2E7F
# Below a row so many characters stay with it on one page; more run on over the next.
TOGETHER_MAX = 600
# Of the 174 mm of an upright page: what is left of it is for descriptions.
FIXED_MILLIMETRES_MAX = 134

ASKED = """
SELECT p.kind, c.code AS company_code, p.number, p.language, p.scopes, u.name
FROM printed_document p JOIN user_account u ON u.id = p.user_id JOIN company c ON c.id = p.issuer_id
WHERE p.id = $1 AND p.expires_at > now()
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which document, in which language; that of its party's country unless one is named."""

    kind: DocumentKind
    company: str
    number: str
    language: DocumentLanguage | None


async def read_paper(dispatcher: Dispatcher, reader: tuple[Actor, Grants], wanted: Wanted) -> Paper:
    """The document as its reader sees it.

    Raises: NotFound for a record that its reader cannot see, as for one that does not exist; NotPermitted when part of
    it is withheld.
    """
    root, query = root_of(wanted.kind), query_for(wanted.kind, dispatcher.schema_for(reader[1]))
    missing = NotFound(("number",), what=wanted.kind.value, key=wanted.number)
    if query is None:
        raise missing
    request = GraphRequest(query=query, variables={"number": wanted.number, "company": wanted.company})
    body: Any = orjson.loads((await dispatcher.answer(request, *reader)).body)
    record = body["data"][root] if body.get("data") else None
    if record is None:
        raise missing
    for one in body.get("extensions", {}).get("withheld", ()):
        if one["path"][0] == root:
            raise NotPermitted(("kind",), what=one["coordinate"])
    is_zh = is_spoken_in_chinese(record) if wanted.language is None else wanted.language is DocumentLanguage.ZH
    return paper_of(wanted.kind, body["data"], record, is_zh=is_zh)


def pdf(paper: Paper) -> bytes:
    """The bytes of the PDF."""
    return _compiled(paper, "pdf")


def pages(paper: Paper, dots_per_inch: int = 110) -> list[bytes]:
    """Its pages as PNG images: what a person would see."""
    found = _compiled(paper, "png", ppi=float(dots_per_inch))
    return found if isinstance(found, list) else [found]


def _compiled(paper: Paper, form: str, **more: Any) -> Any:
    import pylopdf_fonts_zh_cn as fonts  # the extra `documents`: heavy, and only for files
    import typst

    # What the library says of its types leaves out what it takes.
    compiled: Any = typst.compile
    return compiled(
        TEMPLATE.read_bytes(), format=form, font_paths=[str(fonts.sans_path().parent)], ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(_data(paper)).decode()}, **more,
    )  # fmt: skip


def _data(paper: Paper) -> Mapping[str, Any]:
    place = 0 if paper.language == "zh" else 1
    last = len(paper.totals) - 1
    return {
        "title": paper.title, "number": paper.number, "language": paper.language, "sender": list(paper.sender),
        "recipient": list(paper.recipient), "shipTo": list(paper.ship_to), "facts": [list(one) for one in paper.facts],
        "opening": paper.opening, "lines": _table(paper.lines), "tables": [_table(one) for one in paper.tables],
        "totals": [[*one, at == last] for at, one in enumerate(paper.totals)],
        "wide": any(map(_is_wide, (paper.lines, *paper.tables))),
        "closing": [list(one) for one in paper.closing], "footer": paper.footer, "page": WORDS["page"][place],
        "to": WORDS["to"][place], "deliverTo": WORDS["ship_to"][place], "numberWord": WORDS["number"][place],
    }  # fmt: skip


def _table(table: Table) -> Mapping[str, Any]:
    return {
        "caption": table.caption,
        "columns": [
            [heading, number, _millimetres(table, at)] for at, (heading, number, _) in enumerate(table.columns)
        ],
        "described": next((at for at, column in enumerate(table.columns) if column[2] > 0), 0),
        "rows": [
            {"cells": list(row.cells), "below": list(row.below), "together": sum(map(len, row.below)) <= TOGETHER_MAX}
            for row in table.rows
        ],
    }


def _millimetres(table: Table, at: int) -> int:
    """How wide a column is; 0: it shares what the others leave.

    Numbers and days are never broken, nor short codes; long ones may be, and take no more than so much.
    """
    heading, is_number, share = table.columns[at]
    if share > 0:
        return 0
    widest = max(_width(heading), *(_width(row.cells[at]) for row in table.rows), 1)
    shown = widest if is_number or share == WHOLE else min(widest, UNBROKEN_MAX)
    return shown * TWENTIETHS_PER_CHARACTER // 20 + PADDING_MILLIMETRES


def _is_wide(table: Table) -> bool:
    """Whether the table is set across the page, because the descriptions would have too little room."""
    return sum(_millimetres(table, at) for at in range(len(table.columns))) > FIXED_MILLIMETRES_MAX


def _width(text: str) -> int:
    """The width in characters, rounded up."""
    tenths = sum(
        WIDE_TENTHS if ord(letter) > WIDE_FROM else CAPITAL_TENTHS if letter.isupper() else 10 for letter in text
    )
    return -(-tenths // 10)


class PrintCompanion(FileCompanion):
    """What printing needs beside the domain: the record must be there for who asks."""

    address = "/documents/{}.pdf"

    async def check(self, command: Any, actor: Actor, grants: Grants) -> None:
        """Make sure that the document can be made. Raises: NotFound, NotPermitted, PrintingUnavailable."""
        assert isinstance(command, PrintDocument)
        if find_spec("typst") is None or find_spec("pylopdf_fonts_zh_cn") is None:
            raise PrintingUnavailable()
        wanted = Wanted(command.kind, await self.company(command.issuer_id), command.number, command.language)
        await read_paper(self.dispatcher, (actor, grants), wanted)


class PrintedDocuments(SignedFiles):
    """Documents of one record as PDF."""

    asked = ASKED

    async def file(self, row: Row, reader: tuple[Actor, Grants]) -> File | None:
        """The document as its owner sees it now."""
        language = DocumentLanguage(row["language"]) if row["language"] else None
        wanted = Wanted(DocumentKind(row["kind"]), row["company_code"], row["number"], language)
        try:
            paper = await read_paper(self.roads.unlimited, reader, wanted)
        except (NotFound, NotPermitted):
            return None
        named = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in paper.number)
        shown = f'inline; filename="{wanted.kind.value.lower()}-{named}.pdf"'
        return File(partial(pdf, paper), "application/pdf", shown)
