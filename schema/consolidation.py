"""The group as one, in the graph."""

import strawberry

from domain import consolidation
from domain.consolidation.models import (
    AccountMapping,
    ConsolidationLine,
    ConsolidationMember,
    ConsolidationRun,
    GroupAccount,
    GroupMember,
    IntercompanyGoods,
    IntercompanyTrade,
    StockProfitLine,
)
from domain.consolidation.reports import ConsolidatedBalanceLine
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in (*consolidation.RECORDS, *consolidation.REPORTS):
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class ConsolidationQuery:
    group_account = root_one(GroupAccount)
    group_accounts = root_many(GroupAccount)
    group_members = root_many(GroupMember)
    account_mappings = root_many(AccountMapping)
    intercompany_trade = root_one(IntercompanyTrade)
    intercompany_trades = root_many(IntercompanyTrade)
    intercompany_goods = root_many(IntercompanyGoods)
    consolidation_run = root_one(ConsolidationRun)
    consolidation_runs = root_many(ConsolidationRun)
    consolidation_members = root_many(ConsolidationMember)
    consolidation_lines = root_many(ConsolidationLine)
    stock_profit_lines = root_many(StockProfitLine)
    consolidated_balances = root_many(ConsolidatedBalanceLine)


ConsolidationMutation = mutations("ConsolidationMutation", consolidation.COMMANDS)
