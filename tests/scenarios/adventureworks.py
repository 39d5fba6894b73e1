"""AdventureWorks as its files have it and as the graph tells it, for the scenarios that compare the two."""

import csv
import json
import lzma
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from authz.audiences import views
from authz.grants import compile_grants
from authz.policy import baseline
from domain.core.actors import Actor, Audience
from domain.core.ids import new_id
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import GraphRequest
from schema.graph import visible
from tests.graph.conftest import NoWriteRoad
from tests.scenarios.data import data_folder

SOURCE = "adventureworks"
COMPANY, SECOND = 1, 2


def rows_of(table: str) -> Iterator[dict[str, str]]:
    """The table's rows by column, read with nothing of the importer's."""
    folder = data_folder(SOURCE)
    names = json.loads((folder / "columns.json").read_text())[table]
    with lzma.open(folder / "csv" / f"{table}.csv.xz", "rt", encoding="utf-8", newline="") as text:
        for cells in csv.reader(text, delimiter="\t"):
            yield dict(zip(names, cells, strict=True))


class Graph:
    """Asks the graph as a member of staff who may read everything."""

    def __init__(self, road: ReadRoad, company: int = COMPANY) -> None:
        policy = baseline()
        self.actor = Actor(id=new_id(), name="reader", audience=Audience.STAFF, roles={0: frozenset({"auditor", "hr"})})
        self.grants = compile_grants(policy, self.actor, (company,))
        seen = views(policy)
        self.dispatcher = Dispatcher(lambda grants: visible(seen[grants.audience]), read=road, write=NoWriteRoad())

    async def __call__(self, query: str) -> Any:
        """The answer's data; it must have no errors and withhold nothing."""
        answer = await self.dispatcher.answer(GraphRequest(query=query, variables={}), self.actor, self.grants)
        body = json.loads(answer.body)
        assert "errors" not in body, body["errors"]
        assert not body.get("extensions", {}).get("withheld")
        return body["data"]


def usd(amount: str | Decimal) -> list[tuple[Decimal, str]]:
    """A sum of money in one currency, as `money` shows it."""
    return [(Decimal(amount), "USD")]


def money(sums: list[dict[str, str]]) -> list[tuple[Decimal, str]]:
    """A sum of money as numbers, so that trailing zeros do not count."""
    return [(Decimal(one["amount"]), one["currency"]) for one in sums]
