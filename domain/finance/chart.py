"""The chart a company begins with, and the periods of its first years.

Codes and Chinese names follow China's accounting standards for enterprises (CAS, application guide, table of accounts);
accounts that automatic postings need and the table lacks are numbered below the account they belong to.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select

from domain.core.work import Work
from domain.finance.models import Account, AccountKind, AccountRole, FiscalPeriod, SubLedger
from domain.finance.rules import months


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One account of the starting chart."""

    code: str
    name: str
    name_zh: str
    kind: AccountKind
    role: AccountRole | None = None


CHART: Final = (
    ChartLine("1001", "Cash on hand", "库存现金", AccountKind.ASSET),
    ChartLine("1002", "Cash at bank", "银行存款", AccountKind.ASSET, AccountRole.BANK),
    ChartLine("1122", "Trade receivables", "应收账款", AccountKind.ASSET, AccountRole.RECEIVABLE),
    ChartLine("1123", "Prepayments", "预付账款", AccountKind.ASSET),
    ChartLine("1405", "Stock", "库存商品", AccountKind.ASSET, AccountRole.STOCK),
    ChartLine("1601", "Fixed assets", "固定资产", AccountKind.ASSET),
    ChartLine("1901", "Stock differences", "待处理财产损溢", AccountKind.ASSET, AccountRole.STOCK_ADJUSTMENT),
    ChartLine("2202", "Trade payables", "应付账款", AccountKind.LIABILITY, AccountRole.PAYABLE),
    ChartLine("220202", "Goods received, not invoiced", "应付暂估", AccountKind.LIABILITY, AccountRole.GR_IR),
    ChartLine("22210101", "Input tax", "进项税额", AccountKind.LIABILITY, AccountRole.TAX_INPUT),
    ChartLine("22210102", "Output tax", "销项税额", AccountKind.LIABILITY, AccountRole.TAX_OUTPUT),
    ChartLine("4001", "Paid-in capital", "实收资本", AccountKind.EQUITY),
    ChartLine("4104", "Retained earnings", "利润分配", AccountKind.EQUITY, AccountRole.RETAINED_EARNINGS),
    ChartLine("4199", "Opening balances", "期初余额", AccountKind.EQUITY, AccountRole.OPENING_BALANCE),
    ChartLine("6001", "Sales", "主营业务收入", AccountKind.INCOME, AccountRole.REVENUE),
    ChartLine("6061", "Exchange differences", "汇兑损益", AccountKind.EXPENSE, AccountRole.EXCHANGE_DIFFERENCE),
    ChartLine("6401", "Cost of sales", "主营业务成本", AccountKind.EXPENSE, AccountRole.COST_OF_SALES),
    ChartLine(
        "640201", "Purchase price variance", "采购价格差异", AccountKind.EXPENSE, AccountRole.PURCHASE_PRICE_VARIANCE
    ),
    ChartLine("640202", "Stock revaluation", "存货重估差异", AccountKind.EXPENSE, AccountRole.STOCK_REVALUATION),
    ChartLine("660309", "Rounding", "尾差", AccountKind.EXPENSE, AccountRole.ROUNDING),
)

_accounts = Account.table
_periods = FiscalPeriod.table
_HAS_CHART = select(func.count()).where(_accounts.c.company_id == bindparam("company_id", type_=SmallInteger()))
_KNOWN_PERIODS = select(_periods.c.sub_ledger, _periods.c.starts_on).where(
    _periods.c.company_id == bindparam("company_id", type_=SmallInteger())
)


async def found_books(work: Work, first_on: date, last_on: date) -> None:
    """The company has the starting chart, if it had no account, and open monthly periods over the days given.

    Running it again adds only the periods that are missing.
    """
    if (await work.fetch(_HAS_CHART))[0][0] == 0:
        await work.insert(
            Account,
            [
                {"code": line.code, "name": line.name, "name_zh": line.name_zh, "kind": line.kind, "role": line.role}
                for line in CHART
            ],
        )
    known = {(row["sub_ledger"], row["starts_on"]) for row in await work.fetch(_KNOWN_PERIODS)}
    missing = [
        {"sub_ledger": ledger, "code": code, "starts_on": starts_on, "ends_on": ends_on, "state": "OPEN"}
        for ledger in SubLedger
        for code, starts_on, ends_on in months(first_on, last_on)
        if (ledger.value, starts_on) not in known
    ]
    if missing:
        await work.insert(FiscalPeriod, missing)


_ROLES = select(_accounts.c.role, _accounts.c.id).where(
    _accounts.c.company_id == bindparam("company_id", type_=SmallInteger()), _accounts.c.role.is_not(None)
)


async def accounts_by_role(work: Work) -> dict[AccountRole, UUID]:
    """The account that plays each role in the company's chart; a role nobody plays is absent."""
    return {AccountRole(row["role"]): row["id"] for row in await work.fetch(_ROLES)}
