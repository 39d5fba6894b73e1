"""What must hold of the group's runs, recomputed from their lines."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier

# Every step of a run comes to zero: each company's translation with its adjustment, eliminations, minority.
_RUN = """
SELECT l.company_id, r.number, c.code, l.step, l.amount FROM (
    SELECT company_id, consolidation_run_id, CASE WHEN kind = 'ADJUSTMENT' THEN 'TRANSLATION' ELSE kind END AS step,
           CASE WHEN kind IN ('ELIMINATION', 'UNREALISED_PROFIT') THEN NULL ELSE member_id END AS member_id,
           sum(amount) AS amount
    FROM consolidation_line GROUP BY 1, 2, 3, 4
) AS l
JOIN consolidation_run r ON r.company_id = l.company_id AND r.id = l.consolidation_run_id
LEFT JOIN company c ON c.id = l.member_id
WHERE l.amount <> 0 ORDER BY l.company_id, r.number, l.step LIMIT 1
"""

# A run replaces the one before it, so that of each span at most one is current, and it is the last.
_EDITIONS = """
SELECT a.company_id, a.number FROM consolidation_run a
JOIN consolidation_run b ON b.company_id = a.company_id AND b.starts_on = a.starts_on AND b.ends_on = a.ends_on
    AND b.edition > a.edition
WHERE a.status = 'CURRENT' ORDER BY a.company_id, a.number LIMIT 1
"""

# On every day, what the two sides of a pair moved comes to nothing in the currency of the trade: then what one company
# is owed is what the other owes at every date.
_PAIR = """
SELECT t.number, t.company_id, e.occurred_on, t.currency, sum(e.transaction_amount) AS amount
FROM (
    SELECT i.pair_id, e.occurred_on, e.transaction_amount
    FROM open_item i JOIN open_item_entry e ON e.company_id = i.company_id AND e.open_item_id = i.id
    WHERE i.pair_id IS NOT NULL
) AS e JOIN intercompany_trade t ON t.pair_id = e.pair_id AND t.side = 'SELLER'
GROUP BY t.company_id, t.number, t.currency, e.occurred_on
HAVING sum(e.transaction_amount) <> 0 ORDER BY t.company_id, t.number, e.occurred_on LIMIT 1
"""

# Each trade has two sides that say the same, and each side the items that it made.
_SIDES = """
SELECT a.company_id, a.number FROM intercompany_trade a
LEFT JOIN intercompany_trade b ON b.pair_id = a.pair_id AND b.side <> a.side
LEFT JOIN company c ON c.company_id = b.company_id
WHERE b.id IS NULL OR (a.total, a.currency, a.traded_on, a.partner_number, a.partner_id)
    IS DISTINCT FROM (b.total, b.currency, b.traded_on, b.number, c.id)
    OR NOT EXISTS (SELECT FROM open_item i WHERE i.company_id = a.company_id AND i.pair_id = a.pair_id)
ORDER BY a.company_id, a.number LIMIT 1
"""

CONSOLIDATION = "consolidation"
INTERCOMPANY = "inter-company pairs"


async def consolidation(connection: Connection) -> AsyncIterator[Finding]:
    """The first step of a run that does not come to zero, the first run that is current though another followed."""
    for row in await connection.fetch(_RUN):
        of = f" of {row['code']}" if row["code"] else ""
        message = f"the step {row['step']}{of} is off by {row['amount']}"
        yield Finding.of_company(CONSOLIDATION, row["company_id"], row["number"], message)
    for row in await connection.fetch(_EDITIONS):
        yield Finding.of_company(CONSOLIDATION, row["company_id"], row["number"], "it is current, but was run again")


async def intercompany_pairs(connection: Connection) -> AsyncIterator[Finding]:
    """The first day on which two companies part about a trade, and the first trade that has not two sides."""
    for row in await connection.fetch(_PAIR):
        message = f"on {row['occurred_on']} the two sides moved {row['amount']} {row['currency']} apart"
        yield Finding.of_company(INTERCOMPANY, row["company_id"], row["number"], message)
    for row in await connection.fetch(_SIDES):
        message = "its other side is missing, or says otherwise"
        yield Finding.of_company(INTERCOMPANY, row["company_id"], row["number"], message)


VERIFIERS: Mapping[str, Verifier] = {CONSOLIDATION: consolidation, INTERCOMPANY: intercompany_pairs}
