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

CONSOLIDATION = "consolidation"


async def consolidation(connection: Connection) -> AsyncIterator[Finding]:
    """The first step of a run that does not come to zero, the first run that is current though another followed."""
    for row in await connection.fetch(_RUN):
        of = f" of {row['code']}" if row["code"] else ""
        message = f"the step {row['step']}{of} is off by {row['amount']}"
        yield _finding(row["company_id"], row["number"], message)
    for row in await connection.fetch(_EDITIONS):
        yield _finding(row["company_id"], row["number"], "it is current, but was run again")


def _finding(company_id: int, subject: str, message: str) -> Finding:
    return Finding(check=CONSOLIDATION, subject=f"company {company_id}, {subject}", message=message)


VERIFIERS: Mapping[str, Verifier] = {CONSOLIDATION: consolidation}
