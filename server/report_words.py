"""The words that a printed report needs beside the labels of the data dictionary, in Chinese and English."""

from collections.abc import Mapping
from typing import Final

# Values of closed lists as people read them; in English the value itself is a word.
VALUES_ZH: Final[Mapping[str, str]] = {
    "ASSET": "资产", "LIABILITY": "负债", "EQUITY": "所有者权益", "INCOME": "收入", "EXPENSE": "费用",
    "ASSETS": "资产", "LIABILITIES": "负债", "EXPENSES": "费用",
    "RELEASED": "可用", "QUARANTINE": "待检", "ON_HOLD": "冻结", "REJECTED": "不合格", "RECALLED": "召回",
    "EXPIRED": "过期", "ITEM": "按物料", "LOCATION": "按库位", "LOT": "按批次", "ACCOUNT": "按科目",
    "CURRENCY": "按币种", "RECEIVABLE": "应收", "PAYABLE": "应付",
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
