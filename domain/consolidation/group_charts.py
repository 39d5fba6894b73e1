"""Charts of a group, as data: the chart of a finance pack with how each account is translated and what is eliminated.

`china.csv` has the accounts of China's chart (CAS, application guide, table of accounts), so that companies which began
with it map by code, and the accounts that only a group has: the adjustment of translation, elimination differences,
minority interest and its result, unrealised profit in stock.
"""

import csv
from functools import cache
from pathlib import Path

from domain.finance.packs import Cells, PackName

FOLDER = Path(__file__).parent / "charts"


@cache
def group_chart(name: PackName) -> tuple[Cells, ...]:
    """The rows of the chart of that name; none where the pack has no chart."""
    path = FOLDER / f"{name.value.lower()}.csv"
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
