"""The words that a printed report needs beside the labels of the data dictionary, in Chinese and English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from domain.consolidation.reports import ConsolidatedSection
from domain.finance.aging import AgedSide, AgedView
from domain.finance.budget_status import BudgetView
from domain.finance.models import AccountKind, BudgetStatus
from domain.finance.reports import TrialBalanceView
from domain.finance.statements import BalanceSheetSection, ProfitAndLossSection
from domain.inventory.models import StockStatus
from domain.inventory.reports import MovementView, StockView
from domain.inventory.tracing import TraceDirection
from domain.sales.explaining import PriceRule
from domain.sales.models import PriceOutcome

# Values of closed lists as people read them, by list: one value means different things in two. In English the value
# itself is a word.
VALUES_ZH: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    AccountKind: {
        "ASSET": "资产", "LIABILITY": "负债", "EQUITY": "所有者权益", "INCOME": "收入", "EXPENSE": "费用",
    },
    BalanceSheetSection: {"ASSETS": "资产", "LIABILITIES": "负债", "EQUITY": "所有者权益"},
    ProfitAndLossSection: {"INCOME": "收入", "EXPENSES": "费用"},
    ConsolidatedSection: {
        "ASSETS": "资产", "LIABILITIES": "负债", "EQUITY": "所有者权益", "INCOME": "收入", "EXPENSES": "费用",
    },
    TrialBalanceView: {"ACCOUNT": "按科目", "CURRENCY": "按币种"},
    AgedSide: {"RECEIVABLE": "应收", "PAYABLE": "应付"},
    AgedView: {"PARTY": "按往来单位", "ITEM": "按未清项"},
    BudgetStatus: {"DRAFT": "草稿", "RELEASED": "已下达", "REPLACED": "已替换"},
    BudgetView: {"LINE": "按预算行", "MONTH": "按月份"},
    StockStatus: {
        "QUARANTINE": "待检", "RELEASED": "可用", "ON_HOLD": "冻结", "REJECTED": "不合格", "RECALLED": "召回",
        "EXPIRED": "过期",
    },
    StockView: {"ITEM": "按物料", "LOCATION": "按库位", "LOT": "按批次"},
    MovementView: {"ITEM": "按物料", "LOCATION": "按库位"},
    TraceDirection: {"FORWARD": "向前追溯", "BACK": "向后追溯"},
    PriceRule: {
        "BY_HAND": "手工价", "CONTRACT": "合同价", "TENDER": "中标价", "GENERAL": "通用价目表", "ITEM": "物料目录价",
        "CAP": "限价",
    },
    PriceOutcome: {
        "SETS_PRICE": "采用", "GOES_BEHIND": "次优", "OTHER_CUSTOMER": "其他客户", "OTHER_CURRENCY": "其他币种",
        "OTHER_TERRITORY": "其他地域", "NOT_BEGUN": "未生效", "ENDED": "已失效", "BELOW_QUANTITY": "未达起订量",
        "WITHIN_CAP": "未超限价", "ABOVE_CAP": "超过限价",
    },
}  # fmt: skip

# (Chinese, English)
HEADINGS: Final[Mapping[str, tuple[str, str]]] = {
    "company": ("公司", "Company"),
    "currency": ("币种", "Currency"),
    "total": ("合计", "Total"),
    "result": ("未结转损益", "Result not yet closed"),
    "made": ("制表时间", "Made at"),
    "by": ("制表人", "Made for"),
    "page": ("页", "Page"),
    "lines": ("行数", "Lines"),
    "withheld": ("未显示（无权限）", "Not shown, for want of permission"),
    "empty": ("无数据", "Nothing to show"),
}
