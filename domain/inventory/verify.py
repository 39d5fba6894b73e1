"""What must hold in the goods book, recomputed from the entries; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier
from domain.inventory.turnover import COUNTED_GOODS, COUNTED_VALUE

# What leaves one location enters another: each move sums to zero by item and lot.
_UNBALANCED_MOVE = """
SELECT m.company_id, m.id, i.code, sum(e.quantity) AS quantity
FROM stock_move m
LEFT JOIN stock_entry e ON e.company_id = m.company_id AND e.stock_move_id = m.id
LEFT JOIN item i ON i.id = e.item_id
GROUP BY m.company_id, m.id, i.code, e.item_id, e.lot_id
HAVING count(e.id) = 0 OR sum(e.quantity) <> 0
ORDER BY m.company_id, m.id LIMIT 1
"""

# Entries and balances by company, item, location, lot, status and owner; counter-locations hold no balance.
_WRONG_BALANCE = """
WITH counted AS (
    SELECT e.company_id, e.item_id, e.location_id, e.lot_id, e.status, e.owner_id, sum(e.quantity) AS quantity
    FROM stock_entry e JOIN location l ON l.company_id = e.company_id AND l.id = e.location_id
    WHERE l.kind IN ('STORAGE', 'QUARANTINE', 'TRANSIT')
    GROUP BY e.company_id, e.item_id, e.location_id, e.lot_id, e.status, e.owner_id
), stored AS (
    SELECT company_id, item_id, location_id, lot_id, status, owner_id, quantity FROM stock_balance
), moved AS (
    SELECT company_id, item_id, location_id, lot_id, status, owner_id, quantity, 0 AS held FROM counted
    UNION ALL
    SELECT company_id, item_id, location_id, lot_id, status, owner_id, 0, quantity FROM stored
)
SELECT m.company_id, i.code AS item, l.code AS location, m.status, sum(m.quantity) AS counted, sum(m.held) AS stored
FROM moved m JOIN item i ON i.id = m.item_id
JOIN location l ON l.company_id = m.company_id AND l.id = m.location_id
GROUP BY m.company_id, m.item_id, i.code, m.location_id, l.code, m.lot_id, m.status, m.owner_id
HAVING sum(m.quantity) <> sum(m.held)
ORDER BY m.company_id, i.code, l.code LIMIT 1
"""

# The value of stock three times: layers, entries and the account; changes of cost stand in layers of quantity 0.
_WRONG_VALUE = """
WITH layers AS (
    SELECT company_id, sum(value) AS value, sum(value) FILTER (WHERE quantity <> 0) AS moved
    FROM value_layer GROUP BY company_id
), entries AS (
    SELECT company_id, sum(value) AS value FROM stock_entry GROUP BY company_id
), accounts AS (
    SELECT l.company_id, sum(l.amount) AS value
    FROM journal_line l JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE a.role = 'STOCK' GROUP BY l.company_id
)
SELECT c.company_id, coalesce(y.value, 0) AS layers, coalesce(y.moved, 0) AS moved, coalesce(e.value, 0) AS entries,
       coalesce(a.value, 0) AS account
FROM company c
LEFT JOIN layers y ON y.company_id = c.company_id
LEFT JOIN entries e ON e.company_id = c.company_id
LEFT JOIN accounts a ON a.company_id = c.company_id
WHERE coalesce(y.value, 0) <> coalesce(a.value, 0) OR coalesce(y.moved, 0) <> coalesce(e.value, 0)
ORDER BY c.company_id LIMIT 1
"""

# The posting in which they first part.
_FIRST_WRONG_POSTING = """
WITH sums AS (
    SELECT posting_id, sum(value) AS layers, 0 AS account FROM value_layer WHERE company_id = $1 GROUP BY posting_id
    UNION ALL
    SELECT e.posting_id, 0, sum(l.amount)
    FROM journal_line l
    JOIN journal_entry e ON e.company_id = l.company_id AND e.id = l.journal_entry_id
    JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE l.company_id = $1 AND a.role = 'STOCK' GROUP BY e.posting_id
)
SELECT posting_id, sum(layers) AS layers, sum(account) AS account
FROM sums GROUP BY posting_id HAVING sum(layers) <> sum(account) ORDER BY posting_id LIMIT 1
"""

# A place that is not on hand, or goods that are not ours, carry no value.
_VALUE_ELSEWHERE = """
SELECT e.company_id, e.id FROM stock_entry e JOIN location l ON l.company_id = e.company_id AND l.id = e.location_id
WHERE e.value <> 0 AND (l.kind NOT IN ('STORAGE', 'QUARANTINE', 'TRANSIT') OR e.owner_id IS NOT NULL)
ORDER BY e.company_id, e.id LIMIT 1
"""

# What turnover says of a day or month, against entries and layers.
_TURNED_GOODS = f"""
WITH counted AS ({COUNTED_GOODS}), stored AS (
    SELECT company_id, item_id, location_id, status, owner_id, grain, starts_on, sum(received) AS received,
           sum(issued) AS issued, sum(transferred) AS transferred
    FROM stock_turnover GROUP BY company_id, item_id, location_id, status, owner_id, grain, starts_on
), parted AS (
    SELECT *, 1 AS side FROM stored UNION ALL SELECT *, -1 FROM counted
)
SELECT p.company_id, i.code AS item, p.grain, p.starts_on,
       sum(side * (received - issued + transferred)) AS difference
FROM parted p JOIN item i ON i.id = p.item_id
GROUP BY p.company_id, p.item_id, i.code, p.location_id, p.status, p.owner_id, p.grain, p.starts_on
HAVING (sum(side * received), sum(side * issued), sum(side * transferred)) <> (0, 0, 0)
ORDER BY p.company_id, p.starts_on, p.grain, i.code LIMIT 1
"""
_TURNED_VALUE = f"""
WITH counted AS ({COUNTED_VALUE}), stored AS (
    SELECT company_id, item_id, site_id, grain, starts_on, sum(quantity) AS quantity, sum(gained) AS gained,
           sum(lost) AS lost
    FROM value_turnover GROUP BY company_id, item_id, site_id, grain, starts_on
), parted AS (
    SELECT *, 1 AS side FROM stored UNION ALL SELECT *, -1 FROM counted
)
SELECT p.company_id, i.code AS item, p.grain, p.starts_on, sum(side * (gained - lost)) AS difference
FROM parted p JOIN item i ON i.id = p.item_id
GROUP BY p.company_id, p.item_id, i.code, p.site_id, p.grain, p.starts_on
HAVING (sum(side * quantity), sum(side * gained), sum(side * lost)) <> (0, 0, 0)
ORDER BY p.company_id, p.starts_on, p.grain, i.code LIMIT 1
"""

GOODS_BALANCE = "goods balance"
STOCK_BALANCES = "stock balances"
STOCK_VALUE = "stock value"
STOCK_TURNOVER = "stock turnover"


async def goods_balance(connection: Connection) -> AsyncIterator[Finding]:
    """The first move whose entries do not sum to zero by item and lot."""
    for row in await connection.fetch(_UNBALANCED_MOVE):
        message = f"item {row['code']} is off by {row['quantity']}" if row["code"] else "the move has no entries"
        yield Finding(check=GOODS_BALANCE, subject=f"company {row['company_id']}, move {row['id']}", message=message)


async def stock_balances(connection: Connection) -> AsyncIterator[Finding]:
    """The first balance that is not the sum of its entries."""
    for row in await connection.fetch(_WRONG_BALANCE):
        subject = f"company {row['company_id']}, item {row['item']} at {row['location']} ({row['status']})"
        message = f"the balance holds {row['stored']}, the entries sum to {row['counted']}"
        yield Finding(check=STOCK_BALANCES, subject=subject, message=message)


async def stock_value(connection: Connection) -> AsyncIterator[Finding]:
    """The first company whose layers, entries and stock account part, and the first posting in which they do."""
    for row in await connection.fetch(_WRONG_VALUE):
        first = await connection.fetchrow(_FIRST_WRONG_POSTING, row["company_id"])
        where = f"; first in posting {first['posting_id']}" if first is not None else ""
        message = (
            f"layers are worth {row['layers']}, the stock account {row['account']}; "
            f"layers of moves {row['moved']}, entries {row['entries']}{where}"
        )
        yield Finding(check=STOCK_VALUE, subject=f"company {row['company_id']}", message=message)
    for row in await connection.fetch(_VALUE_ELSEWHERE):
        subject = f"company {row['company_id']}, entry {row['id']}"
        yield Finding(
            check=STOCK_VALUE, subject=subject, message="goods that are not on hand or not ours carry a value"
        )


async def stock_turnover(connection: Connection) -> AsyncIterator[Finding]:
    """The first day or month whose turnover of goods, or of value, is not the sum of its entries or layers."""
    for what, statement in (("goods", _TURNED_GOODS), ("value", _TURNED_VALUE)):
        for row in await connection.fetch(statement):
            subject = f"company {row['company_id']}, item {row['item']}"
            message = f"the {row['grain'].lower()} of {row['starts_on']} is off by {row['difference']} in {what}"
            yield Finding(check=STOCK_TURNOVER, subject=subject, message=message)


VERIFIERS: Mapping[str, Verifier] = {
    GOODS_BALANCE: goods_balance,
    STOCK_BALANCES: stock_balances,
    STOCK_VALUE: stock_value,
    STOCK_TURNOVER: stock_turnover,
}
