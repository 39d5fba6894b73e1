"""What must hold of the group's runs, recomputed from their lines."""

from collections.abc import AsyncIterator, Mapping

from sqlalchemy import Integer, Numeric, and_, case, cast, func, not_, or_, select

from domain.consolidation.models import ConsolidationRun, StockProfitLine
from domain.core.database import Connection
from domain.core.money import DIGITS_USUAL, MINOR_UNIT_DIGITS
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

# Goods of a trade are the same on both sides, and each side's entry moved them; in the buyer's books nothing is left of
# what was received and is invoiced with it.
_GOODS = """
SELECT t.company_id, t.number, g.position FROM intercompany_trade t
JOIN intercompany_goods g ON g.company_id = t.company_id AND g.intercompany_trade_id = t.id
LEFT JOIN stock_entry e ON e.company_id = g.company_id AND e.id = g.stock_entry_id
LEFT JOIN lot l ON l.company_id = g.company_id AND l.id = g.lot_id
LEFT JOIN LATERAL (
    SELECT o.item_id, o.quantity, o.net, m.number AS lot_number FROM intercompany_trade s
    JOIN intercompany_goods o ON o.company_id = s.company_id AND o.intercompany_trade_id = s.id
    LEFT JOIN lot m ON m.company_id = o.company_id AND m.id = o.lot_id
    WHERE s.pair_id = t.pair_id AND s.side <> t.side AND o.position = g.position
) AS twin ON true
WHERE (twin.item_id, twin.quantity, twin.net, twin.lot_number)
        IS DISTINCT FROM (g.item_id, g.quantity, g.net, l.number)
    OR (e.item_id, e.lot_id, e.quantity) IS DISTINCT FROM
        (g.item_id, g.lot_id, CASE t.side WHEN 'SELLER' THEN -g.quantity ELSE g.quantity END)
ORDER BY t.company_id, t.number, g.position LIMIT 1
"""
_CLEARED = """
SELECT e.company_id, e.source_number AS number, sum(l.amount) AS amount FROM journal_entry e
JOIN journal_line l ON l.company_id = e.company_id AND l.journal_entry_id = e.id
JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id AND a.role = 'GR_IR'
WHERE e.source_kind = 'IntercompanyTrade'
GROUP BY e.company_id, e.source_number
HAVING sum(l.amount) <> 0 OR sum(l.transaction_amount) <> 0 ORDER BY 1, 2 LIMIT 1
"""

# What a run took off the stock of one company for another is the sum of its layers at the end of the span, and each
# layer's is its part of what the seller earned.
_PROFITS = """
SELECT r.company_id, r.number, max(p.holder) AS holder, sum(p.counted) AS counted, sum(p.taken) AS taken
FROM (
    SELECT company_id, consolidation_run_id, seller_id, holder_id, holder_code AS holder, held_on,
           amount AS counted, 0 AS taken
    FROM stock_profit_line
    UNION ALL
    SELECT c.company_id, c.consolidation_run_id, c.partner_id, c.member_id, c.member_code, NULL, 0, -c.amount
    FROM consolidation_line c JOIN group_account g ON g.id = c.group_account_id AND g.kind = 'ASSET'
    WHERE c.kind = 'UNREALISED_PROFIT'
) AS p
JOIN consolidation_run r ON r.company_id = p.company_id AND r.id = p.consolidation_run_id
    AND coalesce(p.held_on, r.ends_on) = r.ends_on
GROUP BY r.company_id, r.number, p.seller_id, p.holder_id
HAVING sum(p.counted) <> sum(p.taken) ORDER BY 1, 2, 3 LIMIT 1
"""
_profit, _run = StockProfitLine.table, ConsolidationRun.table
_digits = case(dict(MINOR_UNIT_DIGITS), value=_run.c.currency, else_=DIGITS_USUAL)
_part = (_profit.c.net_amount - _profit.c.cost_amount) * _profit.c.rate * _profit.c.remaining_quantity
_LAYERS = (
    select(_profit.c.company_id, _run.c.number, _profit.c.position, _profit.c.amount)
    .join_from(
        _profit, _run,
        and_(_run.c.company_id == _profit.c.company_id, _run.c.id == _profit.c.consolidation_run_id),
    )
    .where(
        _profit.c.item_id.is_not(None),
        or_(
            not_(_profit.c.remaining_quantity.between(0, _profit.c.quantity)),
            _profit.c.amount != func.round(cast(_part / _profit.c.quantity, Numeric()), cast(_digits, Integer)),
        ),
    )
    .order_by(_profit.c.company_id, _run.c.number, _profit.c.position)
    .limit(1)
)  # fmt: skip

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
    for row in await connection.fetch(_PROFITS):
        message = f"stock of {row['holder']} lost {row['taken']}, its layers hold {row['counted']} of others' profit"
        yield Finding.of_company(CONSOLIDATION, row["company_id"], row["number"], message)
    for row in await connection.fetch(_LAYERS):
        message = f"profit in stock {row['position']} is {row['amount']}, which is not its part of the trade's"
        yield Finding.of_company(CONSOLIDATION, row["company_id"], row["number"], message)


async def intercompany_pairs(connection: Connection) -> AsyncIterator[Finding]:
    """The first day on which two companies part about a trade, and the first trade that has not two sides."""
    for row in await connection.fetch(_PAIR):
        message = f"on {row['occurred_on']} the two sides moved {row['amount']} {row['currency']} apart"
        yield Finding.of_company(INTERCOMPANY, row["company_id"], row["number"], message)
    for row in await connection.fetch(_SIDES):
        message = "its other side is missing, or says otherwise"
        yield Finding.of_company(INTERCOMPANY, row["company_id"], row["number"], message)
    for row in await connection.fetch(_GOODS):
        message = f"goods {row['position']} are not those that moved, or not those of the other side"
        yield Finding.of_company(INTERCOMPANY, row["company_id"], row["number"], message)
    for row in await connection.fetch(_CLEARED):
        message = f"{row['amount']} of it are left as received and not invoiced"
        yield Finding.of_company(INTERCOMPANY, row["company_id"], row["number"], message)


VERIFIERS: Mapping[str, Verifier] = {CONSOLIDATION: consolidation, INTERCOMPANY: intercompany_pairs}
