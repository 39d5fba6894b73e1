"""What must hold of deferrals, leases and commitments, recomputed from their lines, entries and vouchers."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier

# The lines of a deferral sum to it.
_DEFERRAL = """
SELECT d.company_id, d.number, d.amount, coalesce(sum(l.amount), 0) AS planned
FROM deferral d LEFT JOIN deferral_line l ON l.company_id = d.company_id AND l.deferral_id = d.id
GROUP BY d.company_id, d.id HAVING d.amount <> coalesce(sum(l.amount), 0)
ORDER BY d.company_id, d.number LIMIT 1
"""

# A run of releases moved on each account of the balance sheet what the lines that name it say.
_RELEASE = """
SELECT e.company_id, e.number, released.amount, coalesce(-sum(l.amount), 0) AS posted
FROM (
    SELECT dl.company_id, dl.journal_entry_id, d.account_id, sum(dl.amount) AS amount
    FROM deferral_line dl JOIN deferral d ON d.company_id = dl.company_id AND d.id = dl.deferral_id
    WHERE dl.journal_entry_id IS NOT NULL AND d.account_id <> d.result_account_id GROUP BY 1, 2, 3
) AS released
JOIN journal_entry e ON e.company_id = released.company_id AND e.id = released.journal_entry_id
LEFT JOIN journal_line l ON l.company_id = e.company_id AND l.journal_entry_id = e.id
    AND l.account_id = released.account_id
GROUP BY e.company_id, e.id, e.number, released.account_id, released.amount
HAVING released.amount <> coalesce(-sum(l.amount), 0) ORDER BY e.company_id, e.number LIMIT 1
"""

# A lease is worth what its payments take off, as it was valued first and anew since; it ends at nothing, and owes what
# its posted payments have left. What it owes has moved by these alone, by the vouchers that name it.
_LEASE = """
SELECT l.company_id, l.number, l.liability, l.present_value + l.remeasured - coalesce(p.paid, 0) AS left_over,
       m.moved
FROM lease l CROSS JOIN LATERAL (
    SELECT sum(principal) AS planned, sum(principal) FILTER (WHERE journal_entry_id IS NOT NULL) AS paid,
           min(closing) FILTER (WHERE position = l.months) AS ends_at
    FROM lease_line p WHERE p.company_id = l.company_id AND p.lease_id = l.id
) AS p
CROSS JOIN LATERAL (
    SELECT coalesce(sum(j.amount), 0) AS moved FROM journal_entry e
    JOIN journal_line j ON j.company_id = e.company_id AND j.journal_entry_id = e.id
    WHERE e.company_id = l.company_id AND e.source_id = l.id AND e.source_kind = 'Lease'
      AND j.account_id = l.liability_account_id
) AS m
WHERE (l.present_value + l.remeasured, l.liability, 0::numeric, m.moved) IS DISTINCT FROM
      (p.planned, l.present_value + l.remeasured - coalesce(p.paid, 0), p.ends_at, coalesce(p.paid, 0) - l.remeasured)
ORDER BY l.company_id, l.number LIMIT 1
"""

# What is promised is what the entries of a commitment come to, the first of which made it: no voucher did. What a
# voucher spent of it is promised again by its reversal.
_COMMITMENT = """
SELECT c.company_id, c.number, c.open_amount, coalesce(sum(e.amount), 0) AS counted
FROM commitment c LEFT JOIN commitment_entry e ON e.company_id = c.company_id AND e.commitment_id = c.id
GROUP BY c.company_id, c.id
HAVING c.open_amount <> coalesce(sum(e.amount), 0)
    OR c.amount <> coalesce(sum(e.amount) FILTER (WHERE e.amount > 0 AND e.journal_entry_id IS NULL), 0)
ORDER BY c.company_id, c.number LIMIT 1
"""

_PROMISED_AGAIN = """
SELECT c.company_id, c.number, r.number AS voucher, min(s.spent) AS spent, coalesce(sum(b.amount), 0) AS again
FROM (
    SELECT company_id, commitment_id, journal_entry_id, -sum(amount) AS spent FROM commitment_entry
    WHERE journal_entry_id IS NOT NULL GROUP BY 1, 2, 3
) AS s
JOIN journal_entry r ON r.company_id = s.company_id AND r.reverses_id = s.journal_entry_id
JOIN commitment c ON c.company_id = s.company_id AND c.id = s.commitment_id
LEFT JOIN commitment_entry b ON b.company_id = r.company_id AND b.journal_entry_id = r.id AND b.commitment_id = c.id
GROUP BY c.company_id, c.id, r.company_id, r.id
HAVING min(s.spent) <> coalesce(sum(b.amount), 0) ORDER BY c.company_id, c.number LIMIT 1
"""

DEFERRALS = "deferrals"
COMMITMENTS = "commitments"
LEASES = "leases"


async def deferrals(connection: Connection) -> AsyncIterator[Finding]:
    """The first deferral that its plan does not sum to, the first release that is not what its lines say."""
    for row in await connection.fetch(_DEFERRAL):
        message = f"{row['amount']} was deferred, its months have {row['planned']}"
        yield Finding.of_company(DEFERRALS, row["company_id"], row["number"], message)
    for row in await connection.fetch(_RELEASE):
        message = f"its deferrals release {row['amount']}, it posted {row['posted']}"
        yield Finding.of_company(DEFERRALS, row["company_id"], row["number"], message)


async def leases(connection: Connection) -> AsyncIterator[Finding]:
    """The first lease that does not end at nothing, or owes other than its payments have left."""
    for row in await connection.fetch(_LEASE):
        message = (
            f"it is said to owe {row['liability']}, its payments leave {row['left_over']}; "
            f"its vouchers took off {row['moved']}"
        )
        yield Finding.of_company(LEASES, row["company_id"], row["number"], message)


async def commitments(connection: Connection) -> AsyncIterator[Finding]:
    """The first commitment that its entries do not come to, the first that a voucher spent which is taken back."""
    for row in await connection.fetch(_COMMITMENT):
        message = f"{row['open_amount']} is said to be promised, its entries come to {row['counted']}"
        yield Finding.of_company(COMMITMENTS, row["company_id"], row["number"], message)
    for row in await connection.fetch(_PROMISED_AGAIN):
        message = f"{row['spent']} of it is spent no more by {row['voucher']}, {row['again']} is promised again"
        yield Finding.of_company(COMMITMENTS, row["company_id"], row["number"], message)


VERIFIERS: Mapping[str, Verifier] = {DEFERRALS: deferrals, LEASES: leases, COMMITMENTS: commitments}
