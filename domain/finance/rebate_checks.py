"""What must hold between rebate agreements, their entries and the ledger; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier
from domain.finance.rebates import earning
from domain.finance.rules.rebates import RebateTierRule

# An agreement is what its entries come to, and nothing it earned is settled twice.
_SUMS = """
SELECT a.company_id, a.id, a.code, a.turnover, a.accrued_amount, a.settled_amount, a.currency, a.basis, a.tiering,
       coalesce(e.turnover, 0) AS counted, coalesce(e.accrued, 0) AS accrued, coalesce(e.settled, 0) AS settled,
       array(SELECT t.from_turnover FROM rebate_tier t WHERE t.company_id = a.company_id
             AND t.rebate_agreement_id = a.id ORDER BY t.position) AS starts,
       array(SELECT t.rate FROM rebate_tier t WHERE t.company_id = a.company_id
             AND t.rebate_agreement_id = a.id ORDER BY t.position) AS rates
FROM rebate_agreement a
LEFT JOIN (
    SELECT company_id, rebate_agreement_id, sum(turnover) AS turnover,
           sum(transaction_amount) FILTER (WHERE kind = 'ACCRUED') AS accrued,
           -sum(transaction_amount) FILTER (WHERE kind = 'SETTLED') AS settled
    FROM rebate_entry GROUP BY 1, 2
) AS e ON e.company_id = a.company_id AND e.rebate_agreement_id = a.id
ORDER BY a.company_id, a.code
"""

# What an entry says, its voucher moved on the accrual account: to the credit where it is given, to the debit where got.
_POSTED = """
SELECT e.company_id, a.code, e.source_number, e.amount, e.transaction_amount, l.amount AS posted,
       l.transaction_amount AS transaction_posted
FROM rebate_entry e
JOIN rebate_agreement a ON a.company_id = e.company_id AND a.id = e.rebate_agreement_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.amount), 0) AS amount, coalesce(sum(l.transaction_amount), 0) AS transaction_amount
    FROM journal_line l
    WHERE l.company_id = e.company_id AND l.journal_entry_id = e.journal_entry_id
      AND l.account_id = a.accrual_account_id
) AS l
WHERE (e.amount, e.transaction_amount)
      <> (l.amount * CASE a.side WHEN 'GIVEN' THEN -1 ELSE 1 END,
          l.transaction_amount * CASE a.side WHEN 'GIVEN' THEN -1 ELSE 1 END)
ORDER BY e.company_id, a.code, e.id LIMIT 1
"""

# A settlement opened items of what it credits or claims, taxes included.
_SETTLED = """
SELECT s.company_id, s.number, s.amount + s.tax AS said, coalesce(sum(i.transaction_amount), 0) AS opened
FROM rebate_settlement s
JOIN rebate_agreement a ON a.company_id = s.company_id AND a.id = s.rebate_agreement_id
LEFT JOIN open_item i ON i.company_id = s.company_id AND i.source_id = s.id
GROUP BY s.company_id, s.id, a.side
HAVING s.amount + s.tax <> coalesce(sum(i.transaction_amount), 0) * CASE a.side WHEN 'GIVEN' THEN -1 ELSE 1 END
ORDER BY s.company_id, s.number LIMIT 1
"""

REBATES = "rebates"


async def rebates(connection: Connection) -> AsyncIterator[Finding]:
    """The first agreement that is not the sum of its entries, or did not earn what its tiers say of its turnover; the
    first entry that its voucher does not say; the first settlement that its items do not come to.
    """
    for row in await connection.fetch(_SUMS):
        tiers = [RebateTierRule(start, rate) for start, rate in zip(row["starts"], row["rates"], strict=True)]
        due = earning(row, tiers, row["turnover"])
        stored = (row["turnover"], row["accrued_amount"], row["settled_amount"])
        if stored != (row["counted"], row["accrued"], row["settled"]) or due != row["accrued_amount"]:
            message = (
                f"it says {stored[0]} turned over, {stored[1]} earned and {stored[2]} settled; its entries "
                f"{row['counted']}, {row['accrued']} and {row['settled']}; its tiers earn {due}"
            )
            yield Finding.of_company(REBATES, row["company_id"], row["code"], message)
            break
    for row in await connection.fetch(_POSTED):
        message = (
            f"{row['source_number']} says {row['transaction_amount']} ({row['amount']}), its voucher "
            f"{row['transaction_posted']} ({row['posted']})"
        )
        yield Finding.of_company(REBATES, row["company_id"], row["code"], message)
    for row in await connection.fetch(_SETTLED):
        message = f"it settles {row['said']} with taxes, its items came from {row['opened']}"
        yield Finding.of_company(REBATES, row["company_id"], row["number"], message)


VERIFIERS: Mapping[str, Verifier] = {REBATES: rebates}
