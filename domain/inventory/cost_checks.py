"""What must hold between what goods cost, item by item, and the accounts; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier

# The layers of a posting are worth what it posts to the stock account, item by item and day by day: then the value of
# stock and the account agree for each item at every date.
_ITEM_VALUE = """
WITH sums AS (
    SELECT company_id, posting_id, item_id, occurred_on, sum(value) AS layers, 0 AS account
    FROM value_layer GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT l.company_id, e.posting_id, l.item_id, l.occurred_on, 0, sum(l.amount)
    FROM journal_line l
    JOIN journal_entry e ON e.company_id = l.company_id AND e.id = l.journal_entry_id
    JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE a.role = 'STOCK' GROUP BY 1, 2, 3, 4
)
SELECT s.company_id, i.code, s.posting_id, s.occurred_on, sum(s.layers) AS layers, sum(s.account) AS account
FROM sums s LEFT JOIN item i ON i.id = s.item_id
GROUP BY s.company_id, s.item_id, i.code, s.posting_id, s.occurred_on HAVING sum(s.layers) <> sum(s.account)
ORDER BY s.company_id, s.occurred_on, s.posting_id, i.code LIMIT 1
"""

# A landed cost is the sum of its shares, and what its voucher owes for it.
_LANDED = """
SELECT c.company_id, c.number, c.amount, s.shared, p.transaction, p.posted
FROM landed_cost c
CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.amount), 0) AS shared FROM landed_cost_line l
    WHERE l.company_id = c.company_id AND l.landed_cost_id = c.id
) AS s
CROSS JOIN LATERAL (
    SELECT -coalesce(sum(l.amount), 0) AS posted, -coalesce(sum(l.transaction_amount), 0) AS transaction
    FROM journal_entry e
    JOIN journal_line l ON l.company_id = e.company_id AND l.journal_entry_id = e.id
    JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE e.company_id = c.company_id AND e.posting_id = c.posting_id AND a.role = 'LANDED_COST'
) AS p
WHERE (c.amount, s.shared) <> (p.transaction, p.posted) ORDER BY c.company_id, c.number LIMIT 1
"""

# A revaluation changed what was there on its day by what it says; what came of it later stands beside it.
_REVALUED = """
SELECT r.company_id, r.number, r.value, coalesce(sum(y.value), 0) AS layers
FROM stock_revaluation r
LEFT JOIN value_layer y ON y.company_id = r.company_id AND y.posting_id = r.posting_id
    AND y.stock_entry_id IS NULL AND y.moved_on = r.occurred_on
GROUP BY r.company_id, r.id, r.number, r.value HAVING r.value <> coalesce(sum(y.value), 0)
ORDER BY r.company_id, r.number LIMIT 1
"""

ITEM_VALUE = "stock value by item"
LATE_COSTS = "late costs"


async def item_value(connection: Connection) -> AsyncIterator[Finding]:
    """The first posting whose layers of an item are not what it posts to the stock account for it."""
    for row in await connection.fetch(_ITEM_VALUE):
        subject = f"item {row['code']} on {row['occurred_on']}"
        message = f"posting {row['posting_id']} has layers of {row['layers']}, the stock account {row['account']}"
        yield Finding.of_company(ITEM_VALUE, row["company_id"], subject, message)


async def late_costs(connection: Connection) -> AsyncIterator[Finding]:
    """The first landed cost that is not shared or owed as it says, the first revaluation that changed otherwise."""
    for row in await connection.fetch(_LANDED):
        message = (
            f"it is over {row['amount']}, its voucher over {row['transaction']} ({row['posted']}), its shares come to "
            f"{row['shared']}"
        )
        yield Finding.of_company(LATE_COSTS, row["company_id"], f"landed cost {row['number']}", message)
    for row in await connection.fetch(_REVALUED):
        message = f"it says {row['value']}, its layers {row['layers']}"
        yield Finding.of_company(LATE_COSTS, row["company_id"], f"revaluation {row['number']}", message)


VERIFIERS: Mapping[str, Verifier] = {ITEM_VALUE: item_value, LATE_COSTS: late_costs}
