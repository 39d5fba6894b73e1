"""What must hold in the money book, recomputed from the vouchers; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier
from domain.finance.turnover import COUNTED

# A voucher sums to zero in the company's currency, in the group's, and in the transactions' where all lines share one.
_UNBALANCED = """
SELECT e.company_id, e.number, count(l.id) AS line_count,
       coalesce(sum(l.amount), 0) AS amount, coalesce(sum(l.transaction_amount), 0) AS transaction,
       coalesce(sum(l.group_amount), 0) AS in_group
FROM journal_entry e LEFT JOIN journal_line l ON l.company_id = e.company_id AND l.journal_entry_id = e.id
GROUP BY e.company_id, e.id, e.number
HAVING count(l.id) = 0 OR sum(l.amount) <> 0 OR sum(l.group_amount) <> 0
    OR (count(DISTINCT l.transaction_currency) = 1 AND sum(l.transaction_amount) <> 0)
ORDER BY e.company_id, e.number LIMIT 1
"""

# Voucher numbers count 1, 2, 3 in each company, kind and period, which stand in the number before its last dash.
_GAP = """
SELECT company_id, series, count(*) AS vouchers, max(counter) AS last
FROM (
    SELECT company_id, regexp_replace(number, '[0-9]+$', '') AS series,
           substring(number from '[0-9]+$')::bigint AS counter
    FROM journal_entry
) AS numbered
GROUP BY company_id, series
HAVING min(counter) <> 1 OR max(counter) <> count(*)
ORDER BY company_id, series LIMIT 1
"""

# A line counts on its voucher's day, in an account of its company.
_STRAY_LINE = """
SELECT e.company_id, e.number, l.position
FROM journal_line l JOIN journal_entry e ON e.company_id = l.company_id AND e.id = l.journal_entry_id
JOIN fiscal_period p ON p.company_id = e.company_id AND p.id = e.period_id
WHERE l.occurred_on <> e.occurred_on OR e.occurred_on NOT BETWEEN p.starts_on AND p.ends_on
ORDER BY e.company_id, e.number, l.position LIMIT 1
"""

# What closing a period stored, against the lines up to its end.
_STORED = """
SELECT b.company_id, a.code, p.code AS period, b.currency, b.closing, b.transaction_closing,
       s.closing AS counted, s.transaction_closing AS transaction_counted
FROM account_balance b
JOIN account a ON a.company_id = b.company_id AND a.id = b.account_id
JOIN fiscal_period p ON p.company_id = b.company_id AND p.id = b.period_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.amount), 0) AS closing, coalesce(sum(l.transaction_amount), 0) AS transaction_closing,
           coalesce(sum(l.amount) FILTER (WHERE l.amount > 0 AND l.occurred_on >= p.starts_on), 0) AS debit,
           coalesce(-sum(l.amount) FILTER (WHERE l.amount < 0 AND l.occurred_on >= p.starts_on), 0) AS credit
    FROM journal_line l
    WHERE l.company_id = b.company_id AND l.account_id = b.account_id AND l.transaction_currency = b.currency
      AND l.occurred_on <= p.ends_on
) AS s
WHERE (b.closing, b.transaction_closing, b.debit, b.credit) <> (s.closing, s.transaction_closing, s.debit, s.credit)
ORDER BY b.company_id, p.starts_on, a.code LIMIT 1
"""

# An account that moved up to the end of a closed period has a stored balance in it.
_NOT_STORED = """
SELECT p.company_id, p.code AS period, a.code
FROM fiscal_period p
JOIN journal_line l ON l.company_id = p.company_id AND l.occurred_on <= p.ends_on
JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
WHERE p.sub_ledger = 'GENERAL' AND p.state <> 'OPEN'
  AND NOT EXISTS (SELECT FROM account_balance b WHERE b.company_id = p.company_id AND b.period_id = p.id
                  AND b.account_id = l.account_id AND b.currency = l.transaction_currency)
ORDER BY p.company_id, p.starts_on, a.code LIMIT 1
"""

# What turnover says of a day or month, against its lines.
_TURNED = f"""
WITH counted AS ({COUNTED}), stored AS (
    SELECT company_id, account_id, currency, group_currency, is_closing, grain, starts_on, sum(debit) AS debit,
           sum(credit) AS credit, sum(transaction_debit) AS transaction_debit,
           sum(transaction_credit) AS transaction_credit, sum(group_debit) AS group_debit,
           sum(group_credit) AS group_credit
    FROM account_turnover GROUP BY company_id, account_id, currency, group_currency, is_closing, grain, starts_on
)
SELECT company_id, coalesce(a.code, account_id::text) AS code, grain, starts_on,
       coalesce(s.debit, 0) - coalesce(s.credit, 0) AS stored, coalesce(c.debit, 0) - coalesce(c.credit, 0) AS counted
FROM stored s FULL JOIN counted c
    USING (company_id, account_id, currency, group_currency, is_closing, grain, starts_on)
LEFT JOIN (SELECT company_id, id AS account_id, code FROM account) AS a USING (company_id, account_id)
WHERE (s.debit, s.credit, s.transaction_debit, s.transaction_credit, s.group_debit, s.group_credit)
    IS DISTINCT FROM (c.debit, c.credit, c.transaction_debit, c.transaction_credit, c.group_debit, c.group_credit)
ORDER BY company_id, starts_on, grain, code LIMIT 1
"""

JOURNAL_BALANCE = "journal balance"
VOUCHER_NUMBERS = "voucher numbers"
ACCOUNT_BALANCES = "account balances"
ACCOUNT_TURNOVER = "account turnover"


async def journal_balance(connection: Connection) -> AsyncIterator[Finding]:
    """The first voucher that does not sum to zero, and the first line that counts on another day than its voucher."""
    for row in await connection.fetch(_UNBALANCED):
        what = (
            "has no lines"
            if not row["line_count"]
            else f"is off by {row['amount'] or row['transaction'] or row['in_group']}"
        )
        yield Finding.of_company(JOURNAL_BALANCE, row["company_id"], row["number"], f"the voucher {what}")
    for row in await connection.fetch(_STRAY_LINE):
        message = f"line {row['position']} counts on another day or period than the voucher"
        yield Finding.of_company(JOURNAL_BALANCE, row["company_id"], row["number"], message)


async def voucher_numbers(connection: Connection) -> AsyncIterator[Finding]:
    """The first series of vouchers with a gap."""
    for row in await connection.fetch(_GAP):
        message = f"{row['vouchers']} vouchers, the last numbered {row['last']}"
        yield Finding.of_company(VOUCHER_NUMBERS, row["company_id"], f"{row['series']}*", message)


async def account_balances(connection: Connection) -> AsyncIterator[Finding]:
    """The first stored balance that is not the sum of its lines, and the first that is missing."""
    for row in await connection.fetch(_STORED):
        message = f"stored {row['closing']} ({row['transaction_closing']} {row['currency']}), counted {row['counted']}"
        yield Finding.of_company(ACCOUNT_BALANCES, row["company_id"], f"{row['code']} in {row['period']}", message)
    for row in await connection.fetch(_NOT_STORED):
        subject = f"{row['code']} in {row['period']}"
        message = "the period is closed without a stored balance"
        yield Finding.of_company(ACCOUNT_BALANCES, row["company_id"], subject, message)


async def account_turnover(connection: Connection) -> AsyncIterator[Finding]:
    """The first day or month whose turnover is not the sum of its lines."""
    for row in await connection.fetch(_TURNED):
        subject = f"{row['code']} in the {row['grain'].lower()} of {row['starts_on']}"
        message = f"turned over {row['stored']}, counted {row['counted']}"
        yield Finding.of_company(ACCOUNT_TURNOVER, row["company_id"], subject, message)


VERIFIERS: Mapping[str, Verifier] = {
    JOURNAL_BALANCE: journal_balance,
    VOUCHER_NUMBERS: voucher_numbers,
    ACCOUNT_BALANCES: account_balances,
    ACCOUNT_TURNOVER: account_turnover,
}
