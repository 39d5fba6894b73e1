"""What must hold between open items, invoices, payments and the ledger, recomputed from their rows."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier

# On every day, what a party's items of a control account come to is what the account moved for it: then they agree at
# every date, in the transaction's currency and, valuations included, in the company's.
_CONTROL = """
WITH ledger AS (
    SELECT l.company_id, l.account_id, l.party_id, l.transaction_currency AS currency, l.occurred_on AS day,
           sum(l.transaction_amount) AS transaction, sum(l.amount) AS amount
    FROM journal_line l JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE a.role IN ('RECEIVABLE', 'PAYABLE', 'CUSTOMER_PREPAYMENT', 'SUPPLIER_PREPAYMENT')
    GROUP BY 1, 2, 3, 4, 5
), items AS (
    SELECT e.company_id, i.account_id, i.party_id, i.transaction_currency AS currency, e.occurred_on AS day,
           sum(e.transaction_amount) AS transaction, sum(e.amount) AS amount
    FROM open_item_entry e JOIN open_item i ON i.company_id = e.company_id AND i.id = e.open_item_id
    GROUP BY 1, 2, 3, 4, 5
)
SELECT a.company_id, a.code, m.* FROM (
    SELECT company_id AS of_company, account_id, currency, day,
           coalesce(l.transaction, 0) AS ledger_transaction, coalesce(l.amount, 0) AS ledger_amount,
           coalesce(s.transaction, 0) AS item_transaction, coalesce(s.amount, 0) AS item_amount
    FROM ledger l FULL JOIN items s USING (company_id, account_id, party_id, currency, day)
) AS m JOIN account a ON a.company_id = m.of_company AND a.id = m.account_id
WHERE (ledger_transaction, ledger_amount) <> (item_transaction, item_amount)
ORDER BY a.company_id, day, a.code, currency LIMIT 1
"""

# What a matching says the rate cost is what its voucher charges for it; what a payment says was paid before there was
# an invoice is what its voucher moved on prepayments.
_SAID = """
SELECT company_id, number, said, posted FROM (
    SELECT m.company_id, m.number, m.exchange_difference AS said, m.journal_entry_id,
           ARRAY['EXCHANGE_DIFFERENCE'] AS roles, false AS in_transaction
    FROM matching m
    UNION ALL
    SELECT p.company_id, p.number, CASE p.direction WHEN 'IN' THEN -p.prepaid ELSE p.prepaid END, p.journal_entry_id,
           ARRAY['CUSTOMER_PREPAYMENT', 'SUPPLIER_PREPAYMENT'], true
    FROM payment p
) AS document
CROSS JOIN LATERAL (
    SELECT coalesce(sum(CASE WHEN in_transaction THEN l.transaction_amount ELSE l.amount END), 0) AS posted
    FROM journal_line l JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE l.company_id = document.company_id AND l.journal_entry_id = document.journal_entry_id
      AND a.role = ANY (roles)
) AS ledger
WHERE said <> posted ORDER BY company_id, number LIMIT 1
"""

# An item is what it came from, and what is open is that less what was matched.
_ITEM = """
SELECT i.company_id, i.source_number, i.instalment, i.open_transaction_amount, i.open_amount,
       s.open_transaction, s.open_company
FROM open_item i CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.transaction_amount) FILTER (WHERE e.kind <> 'REVALUATION'), 0) AS open_transaction,
           coalesce(sum(e.amount) FILTER (WHERE e.kind <> 'REVALUATION'), 0) AS open_company,
           coalesce(sum(e.transaction_amount) FILTER (WHERE e.kind = 'ORIGIN'), 0) AS transaction,
           coalesce(sum(e.amount) FILTER (WHERE e.kind = 'ORIGIN'), 0) AS amount
    FROM open_item_entry e WHERE e.company_id = i.company_id AND e.open_item_id = i.id
) AS s
WHERE (i.open_transaction_amount, i.open_amount, i.transaction_amount, i.amount)
   <> (s.open_transaction, s.open_company, s.transaction, s.amount)
ORDER BY i.company_id, i.source_number, i.instalment LIMIT 1
"""

# What a matching takes of its items comes to what was given up of them, or to nothing once it is undone.
_MATCHING = """
SELECT m.company_id, m.number, abs(coalesce(sum(e.transaction_amount), 0)) AS taken,
       CASE WHEN m.undone_on IS NULL THEN m.discount + m.written_off ELSE 0 END AS given_up
FROM matching m LEFT JOIN open_item_entry e ON e.company_id = m.company_id AND e.matching_id = m.id
GROUP BY m.company_id, m.id
HAVING abs(coalesce(sum(e.transaction_amount), 0))
    <> CASE WHEN m.undone_on IS NULL THEN m.discount + m.written_off ELSE 0 END
    OR (m.undone_on IS NOT NULL AND sum(e.amount) <> 0)
ORDER BY m.company_id, m.number LIMIT 1
"""

# An invoice is the sum of its lines and of its taxes.
_INVOICE = """
SELECT i.company_id, i.number, i.net, i.tax, l.net AS line_net, l.tax AS line_tax, t.tax AS rule_tax
FROM customer_invoice i
CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.net), 0) AS net, coalesce(sum(l.tax), 0) AS tax FROM customer_invoice_line l
    WHERE l.company_id = i.company_id AND l.customer_invoice_id = i.id
) AS l
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.tax) FILTER (WHERE r.kind <> 'WITHHOLDING'), 0) AS tax,
           coalesce(sum(t.tax) FILTER (WHERE r.kind = 'WITHHOLDING'), 0) AS withheld
    FROM customer_invoice_tax t JOIN tax_rule r ON r.company_id = t.company_id AND r.id = t.tax_rule_id
    WHERE t.company_id = i.company_id AND t.customer_invoice_id = i.id
) AS t
WHERE (i.net, i.tax, i.tax, i.withheld) <> (l.net, l.tax, t.tax, t.withheld)
ORDER BY i.company_id, i.number LIMIT 1
"""

# The voucher of an invoice or payment moves the party's account by what the document says, as do its items.
_DOCUMENT = """
SELECT company_id, number, said, opened FROM (
    SELECT i.company_id, i.id, i.number, i.total - i.withheld AS said FROM customer_invoice i
    UNION ALL
    SELECT p.company_id, p.id, p.number, CASE p.direction WHEN 'IN' THEN -p.amount ELSE p.amount END FROM payment p
) AS document
CROSS JOIN LATERAL (
    SELECT coalesce(sum(o.transaction_amount), 0) AS opened FROM open_item o
    WHERE o.company_id = document.company_id AND o.source_id = document.id
) AS item
WHERE said <> opened ORDER BY company_id, number LIMIT 1
"""

# Invoice numbers count 1, 2, 3 in each company and kind, whatever stands before them.
_GAP = """
SELECT company_id, kind, count(*) AS invoices, max(substring(number from '[0-9]+$')::bigint) AS last
FROM customer_invoice GROUP BY company_id, kind
HAVING max(substring(number from '[0-9]+$')::bigint) <> count(*)
    OR min(substring(number from '[0-9]+$')::bigint) <> 1
ORDER BY company_id, kind LIMIT 1
"""

# Red letters take back of each blue line no more than it charged.
_OVER_CREDITED = """
SELECT b.company_id, i.number, b.position FROM customer_invoice_line b
JOIN customer_invoice i ON i.company_id = b.company_id AND i.id = b.customer_invoice_id
CROSS JOIN LATERAL (
    SELECT sum(r.quantity) AS quantity, sum(r.net) AS net, sum(r.tax) AS tax FROM customer_invoice_line r
    WHERE r.company_id = b.company_id AND r.credits_id = b.id
) AS red
WHERE sign(b.quantity) * (b.quantity + red.quantity) < 0 OR sign(b.net) * (b.net + red.net) < 0
    OR sign(b.tax) * (b.tax + red.tax) < 0
ORDER BY b.company_id, i.number, b.position LIMIT 1
"""

# A run of payments is the sum of its lines, which are open exactly while it is.
_PROPOSAL = """
SELECT p.company_id, p.number, p.status, p.total, coalesce(sum(l.amount), 0) AS counted,
       count(*) FILTER (WHERE l.is_open) AS open_lines
FROM payment_proposal p
LEFT JOIN payment_proposal_line l ON l.company_id = p.company_id AND l.payment_proposal_id = p.id
GROUP BY p.company_id, p.id
HAVING p.total <> coalesce(sum(l.amount), 0)
    OR count(*) FILTER (WHERE l.is_open <> (p.status IN ('PROPOSED', 'APPROVED'))) > 0
ORDER BY p.company_id, p.number LIMIT 1
"""

# An asset is worth what its entries come to, never less than it will be at the end.
_ASSET = """
SELECT a.company_id, a.number, a.book_value, coalesce(sum(e.amount), 0) AS counted
FROM fixed_asset a
LEFT JOIN fixed_asset_entry e ON e.company_id = a.company_id AND e.fixed_asset_id = a.id
GROUP BY a.company_id, a.id
HAVING a.book_value <> coalesce(sum(e.amount), 0)
    OR (a.disposed_on IS NOT NULL AND a.book_value <> 0)
    OR (a.disposed_on IS NULL AND (a.book_value < a.residual
        OR (a.months_done = a.months_total AND a.book_value <> a.residual)
        OR (a.method = 'UNITS' AND a.used = a.capacity AND a.book_value <> a.residual)))
ORDER BY a.company_id, a.number LIMIT 1
"""

# In a further book too; and what became of an asset began with an acquisition, or as a part of another.
_ASSET_BOOK = """
SELECT b.company_id, a.number || ' in ' || d.code AS number, b.book_value, coalesce(sum(e.amount), 0) AS counted
FROM asset_book b
JOIN fixed_asset a ON a.company_id = b.company_id AND a.id = b.fixed_asset_id
JOIN depreciation_book d ON d.company_id = b.company_id AND d.id = b.depreciation_book_id
LEFT JOIN asset_book_entry e ON e.company_id = b.company_id AND e.asset_book_id = b.id
GROUP BY b.company_id, b.id, a.company_id, a.id, d.company_id, d.id
HAVING b.book_value <> coalesce(sum(e.amount), 0)
    OR (a.disposed_on IS NOT NULL AND b.book_value <> 0)
    OR (a.disposed_on IS NULL AND (b.book_value < b.residual
        OR (b.months_done = b.months_total AND b.book_value <> b.residual)))
ORDER BY b.company_id, a.number, d.code LIMIT 1
"""

# What assets have lost is what the accounts that collect it hold by the vouchers of assets.
_ACCUMULATED = """
SELECT company_id, code, sum(held) AS held, sum(posted) AS posted FROM (
    SELECT f.company_id, a.id, a.code, f.accumulated AS held, 0 AS posted
    FROM fixed_asset f JOIN account a ON a.company_id = f.company_id AND a.id = f.accumulated_account_id
    UNION ALL
    SELECT l.company_id, a.id, a.code, 0, -l.amount
    FROM journal_entry e
    JOIN journal_line l ON l.company_id = e.company_id AND l.journal_entry_id = e.id
    JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE e.source_kind IN ('FixedAsset', 'DepreciateAssets') AND EXISTS (
        SELECT FROM fixed_asset f WHERE f.company_id = a.company_id AND f.accumulated_account_id = a.id)
) AS both_sides
GROUP BY company_id, id, code HAVING sum(held) <> sum(posted) ORDER BY company_id, code LIMIT 1
"""

OPEN_ITEMS = "open items"
FIXED_ASSETS = "fixed assets"
PAYMENT_PROPOSALS = "payment proposals"
MATCHINGS = "matchings"
CUSTOMER_INVOICES = "customer invoices"


async def open_items(connection: Connection) -> AsyncIterator[Finding]:
    """The first day on which an account and its items part, and the first item that is not the sum of its entries."""
    for row in await connection.fetch(_CONTROL):
        message = (
            f"on {row['day']} the account moved {row['ledger_transaction']} {row['currency']} ({row['ledger_amount']}),"
            f" its items {row['item_transaction']} ({row['item_amount']})"
        )
        yield Finding.of_company(OPEN_ITEMS, row["company_id"], row["code"], message)
    for row in await connection.fetch(_ITEM):
        message = (
            f"{row['open_transaction_amount']} ({row['open_amount']}) is said to be open,"
            f" its entries come to {row['open_transaction']} ({row['open_company']})"
        )
        yield Finding.of_company(OPEN_ITEMS, row["company_id"], f"{row['source_number']}/{row['instalment']}", message)
    for row in await connection.fetch(_DOCUMENT):
        message = f"the document says {row['said']}, its items came from {row['opened']}"
        yield Finding.of_company(OPEN_ITEMS, row["company_id"], row["number"], message)


async def matchings(connection: Connection) -> AsyncIterator[Finding]:
    """The first matching whose items do not come to what was given up, and the first matching or payment whose voucher
    says otherwise.
    """
    for row in await connection.fetch(_MATCHING):
        message = f"its items are {row['taken']} apart, {row['given_up']} was given up"
        yield Finding.of_company(MATCHINGS, row["company_id"], row["number"], message)
    for row in await connection.fetch(_SAID):
        message = f"it says {row['said']} of rates or prepayments, its voucher {row['posted']}"
        yield Finding.of_company(MATCHINGS, row["company_id"], row["number"], message)


async def customer_invoices(connection: Connection) -> AsyncIterator[Finding]:
    """The first invoice that is not the sum of its lines and taxes, the first gap, the first line taken back twice."""
    for row in await connection.fetch(_INVOICE):
        message = (
            f"it says {row['net']} and {row['tax']} tax, its lines {row['line_net']} and {row['line_tax']},"
            f" its rules {row['rule_tax']}"
        )
        yield Finding.of_company(CUSTOMER_INVOICES, row["company_id"], row["number"], message)
    for row in await connection.fetch(_GAP):
        message = f"{row['invoices']} documents, the last numbered {row['last']}"
        yield Finding.of_company(CUSTOMER_INVOICES, row["company_id"], row["kind"], message)
    for row in await connection.fetch(_OVER_CREDITED):
        subject = f"{row['number']} line {row['position']}"
        message = "red letters take back more than it charged"
        yield Finding.of_company(CUSTOMER_INVOICES, row["company_id"], subject, message)


async def payment_proposals(connection: Connection) -> AsyncIterator[Finding]:
    """The first run that is not the sum of its lines, or whose lines are open when it is not."""
    for row in await connection.fetch(_PROPOSAL):
        message = f"{row['status']}, it says {row['total']}, its lines {row['counted']}, {row['open_lines']} are open"
        yield Finding.of_company(PAYMENT_PROPOSALS, row["company_id"], row["number"], message)


async def fixed_assets(connection: Connection) -> AsyncIterator[Finding]:
    """The first asset that is not worth what its entries come to, in any book; the first account of depreciation that
    holds other than its assets have lost.
    """
    for row in (*await connection.fetch(_ASSET), *await connection.fetch(_ASSET_BOOK)):
        message = f"it is said to be worth {row['book_value']}, its entries come to {row['counted']}"
        yield Finding.of_company(FIXED_ASSETS, row["company_id"], row["number"], message)
    for row in await connection.fetch(_ACCUMULATED):
        message = f"assets have lost {row['held']}, the account collected {row['posted']}"
        yield Finding.of_company(FIXED_ASSETS, row["company_id"], f"account {row['code']}", message)


VERIFIERS: Mapping[str, Verifier] = {
    OPEN_ITEMS: open_items,
    MATCHINGS: matchings,
    CUSTOMER_INVOICES: customer_invoices,
    PAYMENT_PROPOSALS: payment_proposals,
    FIXED_ASSETS: fixed_assets,
}
