"""What people do to see the group as one, one file a subject."""

from collections.abc import Mapping
from typing import Any

from domain.consolidation.commands.charts import (
    AccountMappingInput,
    LoadGroupChart,
    MapAccounts,
    MapAccountsByCode,
    load_group_charts,
    map_accounts,
    map_accounts_by_code,
)
from domain.consolidation.commands.goods import (
    IntercompanyGoodsInput,
    SellGoodsBetweenCompanies,
    sell_goods_between_companies,
)
from domain.consolidation.commands.runs import (
    RunConsolidation,
    StockProfitInput,
    TranslationRateInput,
    WithdrawConsolidation,
    run_consolidations,
    withdraw_consolidations,
)
from domain.consolidation.commands.trades import (
    IntercompanyLineInput,
    SettleIntercompanyTrade,
    TradeBetweenCompanies,
    settle_intercompany_trades,
    trade_between_companies,
)
from domain.consolidation.models import GroupAccount, GroupMember
from domain.core.actors import Action
from domain.core.commands import Handler
from domain.master_data.maintenance import maintained

MAINTAINED: Mapping[type[Any], Handler] = {
    **maintained(GroupAccount, fixed=("kind",), action=Action.ADMINISTER),
    **maintained(GroupMember, fixed=("member_id", "valid_from"), action=Action.ADMINISTER),
}
COMMANDS: Mapping[type[Any], Handler] = {
    **MAINTAINED,
    LoadGroupChart: load_group_charts,
    MapAccounts: map_accounts,
    MapAccountsByCode: map_accounts_by_code,
    TradeBetweenCompanies: trade_between_companies,
    SellGoodsBetweenCompanies: sell_goods_between_companies,
    SettleIntercompanyTrade: settle_intercompany_trades,
    RunConsolidation: run_consolidations,
    WithdrawConsolidation: withdraw_consolidations,
}

__all__ = [
    "COMMANDS", "MAINTAINED", "AccountMappingInput", "IntercompanyGoodsInput", "IntercompanyLineInput",
    "LoadGroupChart", "MapAccounts", "MapAccountsByCode", "RunConsolidation", "SellGoodsBetweenCompanies",
    "SettleIntercompanyTrade", "StockProfitInput", "TradeBetweenCompanies",
    "TranslationRateInput", "WithdrawConsolidation",
]  # fmt: skip
