"""The words that a printed report needs beside the labels of the data dictionary, in Chinese and English."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from domain.consolidation.reports import ConsolidatedSection
from domain.core.records import Record
from domain.core.reports import Report, title_of
from domain.finance.aging import USUAL_DAYS, AgedItemLine, AgedSide, AgedView
from domain.finance.budget_status import BudgetView
from domain.finance.models import AccountKind, BudgetStatus, OpenItem
from domain.finance.reports import TrialBalanceView
from domain.finance.statements import (
    BalanceSheetLine,
    BalanceSheetSection,
    ProfitAndLossLine,
    ProfitAndLossSection,
)
from domain.inventory.ageing import AgeBand
from domain.inventory.models import StockStatus
from domain.inventory.reports import MovementView, StockMovementLine, StockValuationLine, StockView
from domain.inventory.tracing import TraceDirection
from domain.inventory.value_movements import StockValueMovementLine
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
    AgeBand: {
        "UP_TO_30": "30 天以内", "UP_TO_90": "31–90 天", "UP_TO_180": "91–180 天", "UP_TO_365": "181–365 天",
        "OVER_365": "365 天以上", "UNKNOWN": "未知",
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

# What an open item is known by, as it has no key of its own: the number of its document.
KEYS: Final[Mapping[type[Record], str]] = {OpenItem: "source_number"}

# (Chinese, English) of reports that are not called as one line of them is.
TITLES: Final[Mapping[type[Report], tuple[str, str]]] = {
    AgedItemLine: ("账龄分析表", "Aged items"),
    StockMovementLine: ("收发存汇总表", "Stock movements"),
    StockValuationLine: ("存货计价表", "Stock valuation"),
    StockValueMovementLine: ("收发存汇总表（金额）", "Stock movements in value"),
}

# What the sum over all lines is called where it is more than a total.
TOTALS: Final[Mapping[type[Report], tuple[str, str]]] = {ProfitAndLossLine: ("净利润", "Net profit or loss")}

# Sections that are added up below the last, and what their sum is called.
SECTION_SUMS: Final[Mapping[type[Report], tuple[tuple[str, str], tuple[str, ...]]]] = {
    BalanceSheetLine: (
        ("负债和所有者权益总计", "Total liabilities and equity"),
        (BalanceSheetSection.LIABILITIES, BalanceSheetSection.EQUITY),
    )
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


def titled(report: type[Report], locale: str) -> str:
    """The title of the page."""
    found = TITLES.get(report)
    return title_of(report, locale) if found is None else found[0 if locale.startswith("zh") else 1]


def _aged_headings(given: Mapping[str, str], locale: str) -> Mapping[str, str]:
    """The days that each age covers, as they were asked for."""
    first, second, third = (
        int(given.get(name, usual)) for name, usual in zip(
            ("daysFirst", "daysSecond", "daysThird"), USUAL_DAYS.values(), strict=True
        )
    )  # fmt: skip
    spans = [f"1–{first - 1}", f"{first}–{second - 1}", f"{second}–{third - 1}", f"{third}"]
    names = ("overdueFirst", "overdueSecond", "overdueThird", "overdueLast")
    if locale.startswith("zh"):
        words = [f"逾期 {span} 天" for span in spans[:-1]] + [f"逾期 {third} 天以上"]
    else:
        words = [f"{span} days" for span in spans[:-1]] + [f"{third} days or more"]
    return dict(zip(names, words, strict=True))


# Headings that follow from what was asked: arguments by their names in the graph -> column -> its heading.
SPOKEN_HEADINGS: Final[Mapping[type[Report], Callable[[Mapping[str, str], str], Mapping[str, str]]]] = {
    AgedItemLine: _aged_headings
}
