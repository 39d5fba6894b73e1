"""Packs: the rows that a country's law or custom gives a company to begin with, as data.

A pack is a folder of CSV files: `account` (a chart), `tax_code` and `tax_rule`, `payment_terms`. An empty cell is a
missing value. China's chart follows the accounting standards for enterprises (CAS, application guide, table of
accounts); accounts that automatic postings need and the table lacks are numbered below the account they belong to. Tax
rates are those of the laws in force since the days given: China, Ministry of Finance and State Taxation Administration
announcements (Caishui 2018 No. 32, 2019 No. 39); the member states, as the European Commission publishes them.

A new country is a new folder and a member of `PackName`.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent

Cells = Mapping[str, str]


class PackName(StrEnum):
    """The packs that ship."""

    CHINA = "CHINA"
    EU = "EU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The rows of a pack as text, by file; a file that a pack lacks has none."""

    accounts: Sequence[Cells]
    tax_codes: Sequence[Cells]
    tax_rules: Sequence[Cells]
    payment_terms: Sequence[Cells]


@cache
def pack(name: PackName) -> Pack:
    """The pack of that name."""
    folder = FOLDER / name.value.lower()
    return Pack(
        accounts=_rows(folder / "account.csv"),
        tax_codes=_rows(folder / "tax_code.csv"),
        tax_rules=_rows(folder / "tax_rule.csv"),
        payment_terms=_rows(folder / "payment_terms.csv"),
    )


def _rows(path: Path) -> tuple[Cells, ...]:
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
