"""What must hold in the goods book, recomputed from the entries; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from sqlalchemy import Integer, Numeric, and_, case, cast, func, select

from domain.core.database import Connection
from domain.core.money import DIGITS_USUAL, MINOR_UNIT_DIGITS
from domain.core.verify import Finding, Verifier
from domain.inventory.models import ItemValuation, StockBalance, ValuationMethod, ValueLayer
from domain.inventory.turnover import COUNTED_GOODS, COUNTED_VALUE
from domain.master_data.companies import Company
from domain.master_data.items import Item

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
    WHERE l.kind IN ('STORAGE', 'QUARANTINE', 'TRANSIT', 'CONSIGNMENT')
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

# The value of stock twice: layers and the account.
_WRONG_VALUE = """
WITH layers AS (
    SELECT company_id, sum(value) AS value FROM value_layer GROUP BY company_id
), accounts AS (
    SELECT l.company_id, sum(l.amount) AS value
    FROM journal_line l JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE a.role = 'STOCK' GROUP BY l.company_id
)
SELECT c.company_id, coalesce(y.value, 0) AS layers, coalesce(a.value, 0) AS account
FROM company c
LEFT JOIN layers y ON y.company_id = c.company_id
LEFT JOIN accounts a ON a.company_id = c.company_id
WHERE coalesce(y.value, 0) <> coalesce(a.value, 0)
ORDER BY c.company_id LIMIT 1
"""

# An entry is worth what its layers of the same posting say; what came later stands beside it.
_WRONG_ENTRY = """
SELECT e.company_id, e.id, e.value, coalesce(sum(y.value), 0) AS layers, coalesce(sum(y.quantity), 0) AS quantity
FROM stock_entry e
JOIN stock_move m ON m.company_id = e.company_id AND m.id = e.stock_move_id
LEFT JOIN value_layer y
    ON y.company_id = e.company_id AND y.movement_id = e.id AND y.posting_id = m.posting_id
GROUP BY e.company_id, e.id, e.value, e.quantity
HAVING e.value <> coalesce(sum(y.value), 0) OR (count(y.id) > 0 AND sum(y.quantity) <> e.quantity)
ORDER BY e.company_id, e.id LIMIT 1
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
WHERE e.value <> 0 AND (l.kind NOT IN ('STORAGE', 'QUARANTINE', 'TRANSIT', 'CONSIGNMENT') OR e.owner_id IS NOT NULL)
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

# A pool is the sum of its layers.
_WRONG_POOL = """
SELECT p.company_id, i.code, p.id, p.quantity, p.value,
       coalesce(y.quantity, 0) AS counted, coalesce(y.value, 0) AS worth
FROM value_pool p JOIN item i ON i.id = p.item_id
LEFT JOIN (
    SELECT company_id, pool_id, sum(quantity) AS quantity, sum(value) AS value FROM value_layer
    GROUP BY company_id, pool_id
) AS y ON y.company_id = p.company_id AND y.pool_id = p.id
WHERE (p.quantity, p.value) <> (coalesce(y.quantity, 0), coalesce(y.value, 0)) OR (p.quantity = 0 AND p.value <> 0)
ORDER BY p.company_id, i.code LIMIT 1
"""

# What is left of a layer of first in, first out is the sum of what changed it; an empty one is worth nothing.
_WRONG_LAYER = """
WITH changes AS (
    SELECT company_id, pool_id, layer_id AS id, sum(quantity) AS quantity, sum(value) AS value FROM value_layer
    WHERE pool_id IS NOT NULL AND method = 'FIFO' GROUP BY company_id, pool_id, layer_id
)
SELECT coalesce(c.company_id, o.company_id) AS company_id, i.code, coalesce(c.id, o.id) AS id,
       coalesce(o.quantity, 0) AS quantity, coalesce(o.value, 0) AS value,
       coalesce(c.quantity, 0) AS counted, coalesce(c.value, 0) AS worth
FROM changes c FULL JOIN open_layer o ON o.company_id = c.company_id AND o.id = c.id AND o.pool_id = c.pool_id
JOIN value_pool p ON p.company_id = coalesce(c.company_id, o.company_id) AND p.id = coalesce(c.pool_id, o.pool_id)
JOIN item i ON i.id = p.item_id
WHERE (coalesce(o.quantity, 0), coalesce(o.value, 0)) <> (coalesce(c.quantity, 0), coalesce(c.value, 0))
   OR (o.quantity = 0 AND o.value <> 0)
ORDER BY company_id, i.code LIMIT 1
"""

# The goods of pools are the goods on hand: by item, what is ours there is what its pools hold.
_WRONG_QUANTITY = """
WITH held AS (
    SELECT b.company_id, b.item_id, sum(b.quantity) AS quantity FROM stock_balance b
    WHERE b.owner_id IS NULL GROUP BY b.company_id, b.item_id
), pooled AS (
    SELECT company_id, item_id, sum(quantity) AS quantity FROM value_pool GROUP BY company_id, item_id
)
SELECT v.company_id, i.code, coalesce(h.quantity, 0) AS quantity, coalesce(p.quantity, 0) AS pooled
FROM item_valuation v JOIN item i ON i.id = v.item_id
LEFT JOIN held h ON h.company_id = v.company_id AND h.item_id = v.item_id
LEFT JOIN pooled p ON p.company_id = v.company_id AND p.item_id = v.item_id
WHERE v.method <> 'STANDARD' AND coalesce(h.quantity, 0) <> coalesce(p.quantity, 0)
ORDER BY v.company_id, i.code LIMIT 1
"""

# Less than nothing is there only where the item's setting allows it.
_BELOW_ZERO = """
SELECT s.company_id, i.code, s.what, s.quantity
FROM (
    SELECT company_id, item_id, 'balance' AS what, quantity FROM stock_balance WHERE quantity < 0
    UNION ALL
    SELECT company_id, item_id, 'pool', quantity FROM value_pool WHERE quantity < 0
    UNION ALL
    SELECT p.company_id, p.item_id, 'layer', o.quantity
    FROM open_layer o JOIN value_pool p ON p.company_id = o.company_id AND p.id = o.pool_id WHERE o.quantity < 0
) AS s
JOIN item i ON i.id = s.item_id
LEFT JOIN item_valuation v ON v.company_id = s.company_id AND v.item_id = s.item_id
WHERE NOT coalesce(v.may_be_negative, false)
ORDER BY s.company_id, i.code, s.what LIMIT 1
"""

# What a balance has promised is what active allocations still ask of it, and never more than is there.
_WRONG_RESERVED = """
WITH asked AS (
    SELECT a.company_id, a.stock_balance_id AS id, sum(a.quantity - a.fulfilled_quantity) AS quantity
    FROM stock_allocation a
    JOIN stock_reservation r ON r.company_id = a.company_id AND r.id = a.stock_reservation_id
    WHERE r.status = 'ACTIVE' GROUP BY a.company_id, a.stock_balance_id
)
SELECT b.company_id, i.code, l.code AS location, b.reserved_quantity AS stored, coalesce(k.quantity, 0) AS counted,
       b.quantity
FROM stock_balance b
JOIN item i ON i.id = b.item_id
JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
LEFT JOIN asked k ON k.company_id = b.company_id AND k.id = b.id
WHERE b.reserved_quantity <> coalesce(k.quantity, 0) OR (b.reserved_quantity > 0 AND b.reserved_quantity > b.quantity)
ORDER BY b.company_id, i.code, l.code LIMIT 1
"""

# A reservation is what its allocations give.
_WRONG_RESERVATION = """
SELECT r.company_id, r.number, r.quantity, r.fulfilled_quantity AS fulfilled, coalesce(sum(a.quantity), 0) AS allocated,
       coalesce(sum(a.fulfilled_quantity), 0) AS gone
FROM stock_reservation r
LEFT JOIN stock_allocation a ON a.company_id = r.company_id AND a.stock_reservation_id = r.id
GROUP BY r.company_id, r.id, r.number, r.quantity, r.fulfilled_quantity
HAVING (r.quantity, r.fulfilled_quantity)
    <> (coalesce(sum(a.quantity), 0), coalesce(sum(a.fulfilled_quantity), 0))
ORDER BY r.company_id, r.number LIMIT 1
"""

# What a transfer says left, arrived and was lost is what its moves took into transit and out; all of it once it is
# received.
# Where transit is a valuation area of its own, each consignment's layer holds exactly what is still on the way.
_WRONG_TRANSFER = """
SELECT t.company_id, t.number, l.position, l.received_quantity + l.lost_quantity AS stored,
       coalesce(a.quantity, 0) AS counted,
       l.shipped_quantity, coalesce(d.quantity, 0) AS departed
FROM stock_transfer t
JOIN stock_transfer_line l ON l.company_id = t.company_id AND l.stock_transfer_id = t.id
LEFT JOIN stock_entry d ON d.company_id = l.company_id AND d.id = l.stock_entry_id AND d.location_id = t.transit_id
LEFT JOIN LATERAL (
    SELECT -sum(e.quantity) AS quantity, -sum(e.quantity) FILTER (WHERE m.kind = 'ADJUSTMENT') AS lost
    FROM stock_move m JOIN stock_entry e ON e.company_id = m.company_id AND e.stock_move_id = m.id
    WHERE m.company_id = t.company_id AND m.source_id = t.id AND e.location_id = t.transit_id AND e.quantity < 0
      AND e.item_id = l.item_id AND e.lot_id IS NOT DISTINCT FROM l.lot_id AND e.status = l.status
) AS a ON true
LEFT JOIN (
    SELECT company_id, stock_transfer_id, item_id, lot_id, status, sum(received_quantity) AS received,
           sum(lost_quantity) AS lost
    FROM stock_transfer_line GROUP BY company_id, stock_transfer_id, item_id, lot_id, status
) AS s ON s.company_id = l.company_id AND s.stock_transfer_id = t.id AND s.item_id = l.item_id
    AND s.lot_id IS NOT DISTINCT FROM l.lot_id AND s.status = l.status
LEFT JOIN (
    SELECT o.company_id, o.id, o.quantity, p.location_id FROM open_layer o
    JOIN value_pool p ON p.company_id = o.company_id AND p.id = o.pool_id
) AS o ON o.company_id = l.company_id AND o.id = l.stock_entry_id AND o.location_id = t.transit_id
WHERE (coalesce(a.quantity, 0), coalesce(a.lost, 0)) <> (s.received + s.lost, s.lost)
   OR l.shipped_quantity IS DISTINCT FROM d.quantity
   OR (t.status = 'RECEIVED') <> NOT EXISTS (
        SELECT FROM stock_transfer_line n WHERE n.company_id = t.company_id AND n.stock_transfer_id = t.id
        AND n.in_transit_quantity <> 0)
   OR (o.id IS NOT NULL AND o.quantity <> l.in_transit_quantity)
ORDER BY t.company_id, t.number, l.position LIMIT 1
"""

_balance, _layer, _company, _valuation = StockBalance.table, ValueLayer.table, Company.table, ItemValuation.table
_digits = case(dict(MINOR_UNIT_DIGITS), value=_company.c.currency, else_=DIGITS_USUAL)
_exact_value = cast(_balance.c.quantity * _balance.c.standard_unit_cost, Numeric())
_at_standard = (
    select(
        _balance.c.company_id,
        _balance.c.item_id,
        func.sum(
            func.round(cast(_balance.c.quantity * _balance.c.standard_unit_cost, Numeric()), cast(_digits, Integer))
        ).label("value"),
    )
    .join_from(_balance, _company, _company.c.company_id == _balance.c.company_id)
    .join(
        _valuation,
        and_(_valuation.c.company_id == _balance.c.company_id, _valuation.c.item_id == _balance.c.item_id),
        isouter=True,
    )
    .where(
        _balance.c.owner_id.is_(None),
        func.coalesce(_valuation.c.method, ValuationMethod.STANDARD.value) == ValuationMethod.STANDARD.value,
    )
    .group_by(_balance.c.company_id, _balance.c.item_id)
    .cte("at_standard")
)
_layered = (
    select(_layer.c.company_id, _layer.c.item_id, func.sum(_layer.c.value).label("value"))
    .where(_layer.c.method == ValuationMethod.STANDARD.value)
    .group_by(_layer.c.company_id, _layer.c.item_id)
    .cte("layered")
)
# Balances at standard cost are worth their quantity at that cost, each rounded once.
_WRONG_STANDARD = (
    select(
        func.coalesce(_at_standard.c.company_id, _layered.c.company_id).label("company_id"),
        Item.table.c.code,
        func.coalesce(_at_standard.c.value, 0).label("value"),
        func.coalesce(_layered.c.value, 0).label("layers"),
    )
    .select_from(_at_standard)
    .join(
        _layered,
        and_(_layered.c.company_id == _at_standard.c.company_id, _layered.c.item_id == _at_standard.c.item_id),
        full=True,
    )
    .join(Item.table, Item.table.c.id == func.coalesce(_at_standard.c.item_id, _layered.c.item_id))
    .where(func.coalesce(_at_standard.c.value, 0) != func.coalesce(_layered.c.value, 0))
    .order_by("company_id", Item.table.c.code)
    .limit(1)
)

GOODS_BALANCE = "goods balance"
STOCK_BALANCES = "stock balances"
STOCK_VALUE = "stock value"
STOCK_TURNOVER = "stock turnover"
VALUE_POOLS = "value pools"
STOCK_BELOW_ZERO = "stock below zero"
RESERVATIONS = "stock reservations"
TRANSFERS = "stock transfers"


async def goods_balance(connection: Connection) -> AsyncIterator[Finding]:
    """The first move whose entries do not sum to zero by item and lot."""
    for row in await connection.fetch(_UNBALANCED_MOVE):
        message = f"item {row['code']} is off by {row['quantity']}" if row["code"] else "the move has no entries"
        yield Finding.of_company(GOODS_BALANCE, row["company_id"], f"move {row['id']}", message)


async def stock_balances(connection: Connection) -> AsyncIterator[Finding]:
    """The first balance that is not the sum of its entries."""
    for row in await connection.fetch(_WRONG_BALANCE):
        subject = f"item {row['item']} at {row['location']} ({row['status']})"
        message = f"the balance holds {row['stored']}, the entries sum to {row['counted']}"
        yield Finding.of_company(STOCK_BALANCES, row["company_id"], subject, message)


async def stock_value(connection: Connection) -> AsyncIterator[Finding]:
    """The first company whose layers and stock account part, and the first entry and item that are worth otherwise."""
    for row in await connection.fetch(_WRONG_VALUE):
        first = await connection.fetchrow(_FIRST_WRONG_POSTING, row["company_id"])
        where = f"; first in posting {first['posting_id']}" if first is not None else ""
        message = f"layers are worth {row['layers']}, the stock account {row['account']}{where}"
        yield Finding(check=STOCK_VALUE, subject=f"company {row['company_id']}", message=message)
    for row in await connection.fetch(_WRONG_ENTRY):
        message = f"the entry is worth {row['value']}, its layers {row['layers']} for {row['quantity']}"
        yield Finding.of_company(STOCK_VALUE, row["company_id"], f"entry {row['id']}", message)
    for row in await connection.fetch(_VALUE_ELSEWHERE):
        subject = f"entry {row['id']}"
        message = "goods that are not on hand or not ours carry a value"
        yield Finding.of_company(STOCK_VALUE, row["company_id"], subject, message)
    for row in await connection.fetch(_WRONG_STANDARD):
        message = f"balances at standard cost are worth {row['value']}, their layers {row['layers']}"
        yield Finding.of_company(STOCK_VALUE, row["company_id"], f"item {row['code']}", message)


async def value_pools(connection: Connection) -> AsyncIterator[Finding]:
    """The first pool and the first layer that are not the sum of their changes, and the first item whose pools do not
    hold what is on hand.
    """
    for what, statement in (("pool", _WRONG_POOL), ("layer", _WRONG_LAYER)):
        for row in await connection.fetch(statement):
            subject = f"item {row['code']}, {what} {row['id']}"
            stored, counted = f"{row['quantity']} worth {row['value']}", f"{row['counted']} worth {row['worth']}"
            message = f"it holds {stored}, its changes sum to {counted}"
            yield Finding.of_company(VALUE_POOLS, row["company_id"], subject, message)
    for row in await connection.fetch(_WRONG_QUANTITY):
        message = f"{row['quantity']} are on hand, the pools hold {row['pooled']}"
        yield Finding.of_company(VALUE_POOLS, row["company_id"], f"item {row['code']}", message)


async def stock_below_zero(connection: Connection) -> AsyncIterator[Finding]:
    """The first balance, pool or layer below zero of an item that may not be."""
    for row in await connection.fetch(_BELOW_ZERO):
        message = f"a {row['what']} holds {row['quantity']}"
        yield Finding.of_company(STOCK_BELOW_ZERO, row["company_id"], f"item {row['code']}", message)


async def reservations(connection: Connection) -> AsyncIterator[Finding]:
    """The first balance and the first reservation that do not promise what allocations ask."""
    for row in await connection.fetch(_WRONG_RESERVED):
        subject = f"item {row['code']} at {row['location']}"
        message = f"{row['stored']} of {row['quantity']} are reserved, allocations ask {row['counted']}"
        yield Finding.of_company(RESERVATIONS, row["company_id"], subject, message)
    for row in await connection.fetch(_WRONG_RESERVATION):
        message = (
            f"it is over {row['quantity']} ({row['fulfilled']} gone), allocations {row['allocated']} ({row['gone']})"
        )
        subject = f"reservation {row['number']}"
        yield Finding.of_company(RESERVATIONS, row["company_id"], subject, message)


async def transfers(connection: Connection) -> AsyncIterator[Finding]:
    """The first line of a transfer whose goods are not where it says."""
    for row in await connection.fetch(_WRONG_TRANSFER):
        subject = f"transfer {row['number']} line {row['position']}"
        message = (
            f"the line says {row['shipped_quantity']} left and {row['stored']} arrived or were lost, moves took "
            f"{row['departed']} into transit and {row['counted']} out of it"
        )
        yield Finding.of_company(TRANSFERS, row["company_id"], subject, message)


async def stock_turnover(connection: Connection) -> AsyncIterator[Finding]:
    """The first day or month whose turnover of goods, or of value, is not the sum of its entries or layers."""
    for what, statement in (("goods", _TURNED_GOODS), ("value", _TURNED_VALUE)):
        for row in await connection.fetch(statement):
            subject = f"item {row['item']}"
            message = f"the {row['grain'].lower()} of {row['starts_on']} is off by {row['difference']} in {what}"
            yield Finding.of_company(STOCK_TURNOVER, row["company_id"], subject, message)


VERIFIERS: Mapping[str, Verifier] = {
    GOODS_BALANCE: goods_balance,
    STOCK_BALANCES: stock_balances,
    STOCK_VALUE: stock_value,
    STOCK_TURNOVER: stock_turnover,
    VALUE_POOLS: value_pools,
    STOCK_BELOW_ZERO: stock_below_zero,
    RESERVATIONS: reservations,
    TRANSFERS: transfers,
}
