"""The group's balances as a report: what each run came to, account by account, step by step.

Every figure is a sum of `consolidationLines` of the same run and group account; each of those names the company and the
account it comes from, whose entries `accountLedger` lists.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, func, select
from sqlalchemy.orm import Mapped

from domain.consolidation.models import (
    ConsolidationLine,
    ConsolidationLineKind,
    ConsolidationRun,
    GroupAccount,
)
from domain.core.columns import Tier, amount_column, code_column, enum_column, reference
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, any_values
from domain.finance.models import CURRENCY_LENGTH, AccountKind
from domain.finance.reports import figure
from domain.finance.statements import row_id, text_of


class ConsolidatedSection(StrEnum):
    """The parts of the statements of a group."""

    ASSETS = "ASSETS"
    LIABILITIES = "LIABILITIES"
    EQUITY = "EQUITY"
    INCOME = "INCOME"
    EXPENSES = "EXPENSES"


_SECTIONS = {
    AccountKind.ASSET: ("1 ", ConsolidatedSection.ASSETS),
    AccountKind.LIABILITY: ("2 ", ConsolidatedSection.LIABILITIES),
    AccountKind.EQUITY: ("3 ", ConsolidatedSection.EQUITY),
    AccountKind.INCOME: ("4 ", ConsolidatedSection.INCOME),
    AccountKind.EXPENSE: ("5 ", ConsolidatedSection.EXPENSES),
}


@part
class ConsolidatedBalanceArguments:
    """The run that is reported."""

    run: str = argument(doc="Number of the run.", zh="合并编号")


def step(doc: str, zh: str) -> Any:
    """A figure in the group's currency."""
    return amount_column(doc=doc, zh=zh, unit="currency", tier=Tier.CONFIDENTIAL)


class ConsolidatedBalanceLine(
    Report,
    zh="合并报表行",
    arguments=ConsolidatedBalanceArguments,
    order="place",
    check=any_values,
    section="section",
    totals=("translated", "adjusted", "eliminated", "unrealised_profit", "minority", "amount"),
    section_totals=("amount",),
    reads=(ConsolidationLine, ConsolidationRun, GroupAccount),
):
    """What one group account comes to in a run: debit positive, so the lines of a run sum to zero."""

    __tablename__ = "consolidated_balance_line"

    place: Mapped[str] = code_column(
        doc="Where the line stands: its section, then the number of its account.", zh="行次", tier=Tier.INTERNAL,
        order=True, length_max=100,
    )  # fmt: skip
    section: Mapped[str] = enum_column(ConsolidatedSection, doc="The part of the statements it stands in.", zh="项目")
    consolidation_run_id: Mapped[UUID] = reference("consolidation_run", doc="The run.", zh="合并报表")
    group_account_id: Mapped[UUID] = reference("group_account", doc="The account of the group.", zh="集团科目")
    currency: Mapped[str] = code_column(
        doc="Currency of the group.", zh="集团币种", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    translated: Mapped[Decimal] = step("The companies' own balances, translated and added up.", "折算合计")
    adjusted: Mapped[Decimal] = step("What translation at different rates leaves over.", "折算差额")
    eliminated: Mapped[Decimal] = step("What the companies hold with each other, taken off.", "内部抵销")
    unrealised_profit: Mapped[Decimal] = step("Profit of one company in the stock of another, taken off.", "未实现利润")
    minority: Mapped[Decimal] = step("What others own of the companies.", "少数股东")
    amount: Mapped[Decimal] = step("What the group holds, owes, earned or spent.", "合并金额")


_STEPS = {
    "translated": ConsolidationLineKind.TRANSLATION,
    "adjusted": ConsolidationLineKind.ADJUSTMENT,
    "eliminated": ConsolidationLineKind.ELIMINATION,
    "unrealised_profit": ConsolidationLineKind.UNREALISED_PROFIT,
    "minority": ConsolidationLineKind.MINORITY,
}


def consolidated_balances(asked: Asked) -> Lines:
    """A line a group account that the run touches."""
    line, run, account = asked.of(ConsolidationLine), asked.of(ConsolidationRun), asked.of(GroupAccount)
    number = case(*((account.c.kind == text_of(kind), text_of(text)) for kind, (text, _) in _SECTIONS.items()))
    section = case(*((account.c.kind == text_of(kind), text_of(name)) for kind, (_, name) in _SECTIONS.items()))
    steps: dict[str, ColumnElement[Any]] = {
        name: figure(line.c.amount, line.c.kind == text_of(kind)) for name, kind in _STEPS.items()
    }
    return (
        select(
            line.c.company_id,
            row_id(line.c.company_id, run.c.id, account.c.id).label("id"),
            func.concat(number, account.c.code, type_=Text()).label("place"),
            section.label("section"),
            run.c.id.label("consolidation_run_id"),
            account.c.id.label("group_account_id"),
            run.c.currency,
            *(one.label(name) for name, one in steps.items()),
            func.sum(line.c.amount).label("amount"),
        )
        .select_from(
            line.join(run, and_(run.c.company_id == line.c.company_id, run.c.id == line.c.consolidation_run_id)).join(
                account, account.c.id == line.c.group_account_id
            )
        )
        .where(run.c.number == asked["run"])
        .group_by(line.c.company_id, run.c.id, run.c.currency, account.c.id, account.c.code, account.c.kind)
    )
