"""The group as one: its chart and members, and runs that translate, eliminate and add up its companies.

It stands above the modules that post, because it reads the books of all of them: the ledger by month, dealings between
companies by party, stock that came from another company. Nothing here posts in the ledger of a company.
"""

from domain.consolidation import models, verify
from domain.consolidation.commands import COMMANDS, MAINTAINED
from domain.consolidation.models import ConsolidationRun
from domain.consolidation.reports import ConsolidatedBalanceLine, consolidated_balances
from domain.master_data.maintenance import events_of

RECORDS = models.RECORDS
REPORTS = {ConsolidatedBalanceLine: consolidated_balances}
HANDLERS = {}
EVENTS = {
    **events_of(MAINTAINED),
    "ConsolidationPerformed": ConsolidationRun,
    "ConsolidationWithdrawn": ConsolidationRun,
}
VERIFIERS = verify.VERIFIERS

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "REPORTS", "VERIFIERS"]
