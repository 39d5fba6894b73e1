"""kill -9 of the server while four people trade over HTTP: each act has one effect, no number is missing.

Shipments leave, customers pay, vouchers are posted, a payment run is executed and a year is closed, all at once, in the
demonstration. Who hears nothing sends the same again, with the same key, until somebody answers.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.faults.serving import START_SECONDS_MAX, Reborn
from tests.faults.test_killed_processes import free_port
from tests.scenarios.conftest import breaches
from tests.server.conftest import bearer

KILLS = 12
# A kill comes at most so many seconds after an act was answered: some moments into the next ones.
MOMENTS_MAX = 0.03
VOUCHERS = 60
SH, SZ, TT = ({"company": {"code": f"ANSER-{code}"}} for code in ("SH", "SZ", "TT"))

PICKED = """SELECT s.number FROM shipment s JOIN company c USING (company_id)
WHERE c.code = 'ANSER-SH' AND s.status = 'PICKED' ORDER BY 1"""
OWED = """SELECT o.id, o.company_id, p.code, o.transaction_currency AS currency, o.open_transaction_amount AS amount
FROM open_item o JOIN company c USING (company_id) JOIN party p ON p.id = o.party_id
WHERE c.code = 'ANSER-SH' AND o.kind = 'INVOICE' AND o.open_transaction_amount > 0 ORDER BY o.source_number"""
PERIODS = """SELECT f.id, f.company_id FROM fiscal_period f JOIN company c USING (company_id)
WHERE c.code = 'ANSER-TT' AND f.starts_on < '2025-05-01' ORDER BY f.starts_on, f.sub_ledger = 'GENERAL', f.sub_ledger"""
# Gap-free series in which a number is missing: each begins with 1.
GAPS = """SELECT kind, company_id, series, count(*), max(last) FROM (
  SELECT kind, company_id, substring(number FROM '^.*-') AS series, substring(number FROM '[0-9]+$')::int AS last FROM (
    SELECT 'voucher' AS kind, company_id, number FROM journal_entry
    UNION ALL SELECT 'invoice', company_id, number FROM customer_invoice) numbered) found
GROUP BY 1, 2, 3 HAVING count(*) <> max(last) OR count(DISTINCT last) <> count(*)"""
EFFECTS = """SELECT
  (SELECT count(*) FROM payment WHERE bank_reference LIKE 'KILLED-%') AS paid,
  (SELECT count(*) FROM journal_entry WHERE description LIKE 'Killed %') AS posted,
  (SELECT count(*) FROM fiscal_period WHERE state = 'SOFT') AS closed,
  (SELECT count(*) FROM payment_proposal WHERE status = 'EXECUTED') AS executed,
  (SELECT count(*) FROM payment WHERE bank_reference LIKE 'PP-%') AS of_run,
  (SELECT count(*) FROM payment_proposal_line) AS in_run"""


@dataclass(frozen=True)
class Act:
    """One mutation of one user; sent again it has the same key."""

    who: str
    mutation: str
    given: dict[str, Any]
    key: str

    @property
    def body(self) -> dict[str, Any]:
        name = self.mutation[0].upper() + self.mutation[1:]
        document = (
            f"mutation($i: {name}Input!, $k: String!) {{ {self.mutation}(idempotencyKey: $k, input: $i) "
            "{ replayed userErrors { code message } } }"
        )
        return {"query": document, "variables": {"i": self.given, "k": self.key}}


async def planned(url: str) -> list[list[Act]]:
    """What each of the four does, in order."""
    connection = await asyncpg.connect(url)
    picked, owed, periods = [await connection.fetch(query) for query in (PICKED, OWED, PERIODS)]
    await connection.close()
    shipping = [
        Act("warehouse", "shipShipment", SH | {"shipment": {"number": row["number"]}}, row["number"]) for row in picked
    ]
    paying: list[Act] = []
    for place, row in enumerate(owed):
        amount = {"amount": str(row["amount"]), "currency": row["currency"]}
        item = {"openItem": {"id": f"OpenItem-{row['company_id']}-{row['id']}"}, "amount": amount}
        given = {"direction": "IN", "party": {"code": row["code"]}, "amount": amount, "paidOn": "2026-11-20",
                 "matches": [item], "bankReference": f"KILLED-{place}"}  # fmt: skip
        paying.append(Act("accountant", "recordPayment", SH | given, f"paid-{place}"))
    posting = [
        Act("accountant", "postJournal", SH | {
            "description": f"Killed {place}", "occurredOn": "2026-11-20",
            "lines": [{"account": {"code": code}, side: {"amount": "12.34", "currency": "CNY"}}
                      for code, side in (("660202", "debit"), ("1002", "credit"))],
        }, f"voucher-{place}")
        for place in range(VOUCHERS)
    ]  # fmt: skip
    run = SZ | {"paymentProposal": {"number": "PP-000001"}}
    closing = [
        Act("controller", "changePeriodState",
            TT | {"fiscalPeriod": {"id": f"FiscalPeriod-{row['company_id']}-{row['id']}"}, "state": "SOFT"},
            f"close-{place}")
        for place, row in enumerate(periods)
    ]  # fmt: skip
    finishing = [
        Act("controller", "approvePaymentProposal", run, "approved"), *closing[:3],
        Act("controller", "executePaymentProposal", run, "executed"), *closing[3:],
    ]  # fmt: skip
    return [shipping + posting[::2], paying, posting[1::2], finishing]


async def acted(client: httpx.AsyncClient, port: int, act: Act) -> bool:
    """Whether it had been done before; sent again until it is answered."""
    while True:
        try:
            answer = await client.post(
                f"http://127.0.0.1:{port}/graphql", json=act.body, headers={"authorization": bearer(act.who)}
            )
        except httpx.TransportError:
            await asyncio.sleep(0.05)
            continue
        body = answer.json()
        if answer.status_code == 503 or any(
            one["extensions"]["code"] == "IDEMPOTENCY_IN_PROGRESS" for one in body.get("errors", ())
        ):
            await asyncio.sleep(0.05)
            continue
        assert "errors" not in body, (act, body)
        payload = body["data"][act.mutation]
        assert payload["userErrors"] == [], (act, payload)
        replayed: bool = payload["replayed"]
        return replayed


async def person(port: int, acts: list[Act], answered: asyncio.Queue[bool]) -> int:
    """Do one's acts in order, telling of each as it is answered; how many were replays."""
    replays = 0
    async with httpx.AsyncClient(timeout=60) as client:
        for act in acts:
            replays += await acted(client, port, act)
            answered.put_nowait(True)
    return replays


async def killer(server: Reborn, chance: random.Random, answered: asyncio.Queue[bool], count: int) -> int:
    """Kill the server and start it again each time that another part of the acts was answered."""
    for _ in range(KILLS):
        for _ in range(count // (KILLS + 1)):
            await answered.get()
        await asyncio.sleep(chance.uniform(0, MOMENTS_MAX))
        await server.kill()
        await server.start()
    return server.kills


@pytest.mark.soak
async def test_trade_goes_on_whatever_is_killed(copy_demonstration: Callable[[], str], tmp_path: Path) -> None:
    url, port, seed = copy_demonstration(), free_port(), random.SystemRandom().randrange(10**9)
    acts = await planned(url)
    answered = asyncio.Queue[bool]()
    server = Reborn(url, tmp_path, port)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.end)
        await server.start()
        async with asyncio.timeout(START_SECONDS_MAX * (KILLS + 1)):
            count = sum(map(len, acts))
            *replays, kills = await asyncio.gather(
                *(person(port, own, answered) for own in acts), killer(server, random.Random(seed), answered, count)
            )
    connection = await asyncpg.connect(url)
    effects = dict(await connection.fetchrow(EFFECTS))
    gaps = [tuple(row) for row in await connection.fetch(GAPS)]
    left = await connection.fetch(PICKED)
    await connection.close()
    assert (gaps, left) == ([], []), f"seed {seed}"
    closed = sum(act.mutation == "changePeriodState" for own in acts for act in own)
    assert effects == {
        "paid": len(acts[1]), "posted": VOUCHERS, "closed": closed, "executed": 1, "of_run": effects["in_run"],
        "in_run": effects["in_run"],
    }, f"seed {seed}"  # fmt: skip
    assert effects["in_run"] > 0
    assert await breaches(url) == [], f"seed {seed}"
    print(f"seed {seed}: {count} acts, {kills} kills, {sum(replays)} answered by a replay")
