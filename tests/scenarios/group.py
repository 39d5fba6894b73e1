"""A group of three for stories about it: HQ keeps its books in CNY, the currency of the group, DE in EUR, US in USD.

`controller` works in all of them, `local` and `visitor` in HQ, where the latter sees DE too; `keeper` is the accountant
of HQ, `buyer` and `warehouse` work in HQ and DE, `admin` keeps masters and rates. Each company has China's chart and
open periods for two years, and is a party that the others can name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

import domain
from authz.tables import load_baseline
from domain.core.actors import Actor, Audience, Grants
from domain.core.database import Connection
from domain.core.ids import new_id
from domain.core.records import GROUP
from domain.core.work import Work
from domain.finance import found_books, load_taxes_and_terms
from domain.finance.packs import PackName
from domain.master_data.companies import Company
from domain.master_data.parties import Party, PartyRole, PartyRoleKind
from migrations.synchronise import synchronise
from tests.conftest import run_apart
from tests.scenarios.conftest import breaches
from tests.server.conftest import Serving, serving_at

HQ, DE, US = 1, 2, 3
COMPANIES = {HQ: ("HQ", "CNY", "CN"), DE: ("DE", "EUR", "DE"), US: ("US", "USD", "US")}
PEOPLE = {
    "admin": {GROUP: "group_admin"}, "controller": {GROUP: "controller"}, "auditor": {GROUP: "auditor"},
    "local": {HQ: "controller"}, "visitor": {HQ: "controller", DE: "auditor"}, "keeper": {HQ: "accountant"},
    "buyer": {HQ: "buyer", DE: "buyer"}, "warehouse": {HQ: "warehouse", DE: "warehouse"},
}  # fmt: skip

RATE = """mutation($input: CreateCurrencyRateInput!) {
  createCurrencyRate(input: $input) { userErrors { code message } } }"""
JOURNAL = """mutation($input: PostJournalInput!, $key: String) {
  postJournal(input: $input, idempotencyKey: $key) { journalEntry { number } userErrors { code message path } } }"""


@dataclass
class ThreeCompanies:
    """The served group, and what its people do every day; `told` is what a story keeps of its beginning."""

    serving: Serving
    told: Any = None

    async def ask(self, document: str, who: str = "controller", **variables: Any) -> Any:
        """The answer's data; a story that goes on as planned is told no error."""
        answer = await self.serving.ask(document, who=who, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def do(self, document: str, who: str = "controller", **input_: Any) -> Any:
        """The payload of a mutation that takes `$input` and `$key`."""
        [payload] = (await self.ask(document, who, input=input_, key=str(uuid4()))).values()
        return payload

    async def done(self, document: str, who: str = "controller", **input_: Any) -> Any:
        """The payload of a mutation that must be accepted."""
        payload = await self.do(document, who, **input_)
        assert payload["userErrors"] == [], payload
        return payload

    async def rate(self, base: str, on: str, **rates: str) -> None:
        """A rate to CNY that the administrator publishes."""
        await self.done(RATE, "admin", baseCurrency=base, quoteCurrency="CNY", validOn=on, source="SAFE", **rates)

    async def post(self, company: str, on: str, *lines: dict[str, Any]) -> str:
        """The number of a voucher of these lines."""
        payload = await self.done(
            JOURNAL, company={"code": company}, description="Story", occurredOn=on, lines=list(lines)
        )
        return payload["journalEntry"]["number"]

    async def breaches(self) -> list[str]:
        """What `verify` finds wrong."""
        return await breaches(self.serving.database_url)


def line(code: str, amount: str, currency: str, party: str | None = None, **more: Any) -> dict[str, Any]:
    """A line of a voucher, debit positive; `party` is a company of the group."""
    side = "credit" if amount.startswith("-") else "debit"
    money = {"amount": amount.removeprefix("-"), "currency": currency}
    named = {"party": {"code": party}} if party else {}
    return {"account": {"code": code}, side: money, **named, **more}


@contextmanager
def three_companies(url: str, folder: Path) -> Iterator[ThreeCompanies]:
    """The group in a database that has the schema and no rows, served."""
    run_apart(_founded(url))
    with serving_at(url, folder) as serving:
        yield ThreeCompanies(serving)


async def _founded(url: str) -> None:
    raw = await asyncpg.connect(url)
    try:
        connection = Connection(raw)
        await synchronise(raw)
        await load_baseline(connection)
        await _as(connection, GROUP, _masters)
        for company in COMPANIES:
            await _as(connection, company, _books)
        for name, roles in PEOPLE.items():
            user = uuid4()
            await raw.execute(
                "INSERT INTO user_account (id, name, display_name, audience, locale) VALUES ($1, $2, $2, $3, 'en')",
                user, name, Audience.STAFF.value,
            )  # fmt: skip
            await raw.executemany(
                "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)"
                " VALUES ($1, $2, $3, $4, now() - interval '1 hour')",
                [(uuid4(), user, role, where) for where, role in roles.items()],
            )
    finally:
        await raw.close()


async def _as(connection: Connection, company: int, act: Any) -> None:
    actor = Actor(id=new_id(), name="founder", audience=Audience.STAFF, roles={})
    everywhere = frozenset({GROUP, *COMPANIES})
    commands = {command.__name__: everywhere for command in domain.COMMANDS}
    grants = Grants(version=1, audience=Audience.STAFF, companies=tuple(COMPANIES), tiers={}, commands=commands)
    async with connection.raw.transaction():
        work = Work(
            connection=connection, actor=actor, grants=grants, company_id=company, command="Setup",
            now=await connection.fetchval("SELECT now()"),
        )  # fmt: skip
        await act(work)
        await work.finish()


async def _masters(work: Work) -> None:
    await work.insert(
        Company,
        [
            {"company_id": number, "code": code, "name": code, "currency": currency, "country": country,
             "is_group": number == HQ}
            for number, (code, currency, country) in COMPANIES.items()
        ],
    )  # fmt: skip
    parties = await work.insert(Party, [{"code": code, "name": code} for code, _, _ in COMPANIES.values()])
    kinds = (PartyRoleKind.CUSTOMER, PartyRoleKind.SUPPLIER)
    await work.insert(PartyRole, [{"party_id": party, "role": kind} for party in parties for kind in kinds])


async def _books(work: Work) -> None:
    await found_books(work, date(2026, 1, 1), date(2027, 12, 31))
    await load_taxes_and_terms(work, PackName.CHINA)
