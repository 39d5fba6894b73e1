"""The group as one: its chart and members, trades between them, and runs that translate, eliminate and add them up.

It stands above the modules that post: a trade makes both sides of one act, through the same functions that invoices and
payments of the world outside go through, in a work beside the work (`Work.beside`), so that neither stands alone.
"""

from domain.consolidation import models, verify
from domain.consolidation.commands import COMMANDS, MAINTAINED
from domain.consolidation.models import ConsolidationRun, IntercompanyTrade
from domain.consolidation.reports import ConsolidatedBalanceLine, consolidated_balances
from domain.master_data.maintenance import events_of

RECORDS = models.RECORDS
REPORTS = {ConsolidatedBalanceLine: consolidated_balances}
HANDLERS = {}
EVENTS = {
    **events_of(MAINTAINED),
    "IntercompanyTraded": IntercompanyTrade,
    "ConsolidationPerformed": ConsolidationRun,
    "ConsolidationWithdrawn": ConsolidationRun,
}
VERIFIERS = verify.VERIFIERS

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "REPORTS", "VERIFIERS"]
