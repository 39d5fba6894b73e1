"""What each account turned over by day and by month: appended by postings, folded by a job (`domain.core.turnover`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    code_column,
    column,
    date_column,
    enum_column,
    uuid_column,
)
from domain.core.handling import Handling, Sweep
from domain.core.money import EXACT, ZERO
from domain.core.records import CompanyRecord, Scope
from domain.core.turnover import FOLD_EVERY_SECONDS, Grain, fold, fold_statement
from domain.core.work import Work
from domain.finance.models.ledger import COMPANY_CURRENCY, CURRENCY_LENGTH, JournalKind


class AccountTurnover(
    CompanyRecord, scope=Scope(), zh="科目发生额", exposed=False, retention="as long as the vouchers it sums"
):
    """A share of what an account turned over in a day or month, by transaction currency; shares of one key add up.

    No foreign key: a posting appends here for speed, and what it appends is checked against its lines by `verify`.
    """

    __tablename__ = "account_turnover"

    account_id: Mapped[UUID] = uuid_column(doc="The account.", zh="科目")
    currency: Mapped[str] = code_column(
        doc="Currency of the transactions summed.", zh="原币", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )  # fmt: skip
    grain: Mapped[str] = enum_column(Grain, doc="The span that is covered.", zh="跨度")
    starts_on: Mapped[date] = date_column(doc="First day of the span.", zh="起始日期")
    is_folded: Mapped[bool] = column(
        doc="Whether the job has made one row of the key's rows; a posting appends false.", zh="是否已合并",
        server_default="false",
    )  # fmt: skip
    group_currency: Mapped[str] = code_column(
        doc="Currency of the group's books when it was posted.", zh="集团币种", tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH, code_list="ISO4217",
    )  # fmt: skip
    is_closing: Mapped[bool] = column(
        doc="Whether the vouchers close a year: profit and loss leaves them out.", zh="是否年结凭证",
        server_default="false",
    )  # fmt: skip
    debit: Mapped[Decimal] = amount_column(
        doc="Debits in the company's currency.", zh="借方发生额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    credit: Mapped[Decimal] = amount_column(
        doc="Credits in the company's currency, as a positive amount.", zh="贷方发生额", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    transaction_debit: Mapped[Decimal] = amount_column(
        doc="Debits in the currency of the transactions.", zh="原币借方发生额", unit="currency", tier=Tier.CONFIDENTIAL
    )
    transaction_credit: Mapped[Decimal] = amount_column(
        doc="Credits in the currency of the transactions, as a positive amount.", zh="原币贷方发生额", unit="currency",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    group_debit: Mapped[Decimal] = amount_column(
        doc="Debits in the group's currency.", zh="集团币借方发生额", unit="group_currency", tier=Tier.CONFIDENTIAL
    )
    group_credit: Mapped[Decimal] = amount_column(
        doc="Credits in the group's currency, as a positive amount.", zh="集团币贷方发生额", unit="group_currency",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


_table = AccountTurnover.table
Index("ix_account_turnover_span", _table.c.company_id, _table.c.grain, _table.c.starts_on)
Index("ix_account_turnover_account", _table.c.company_id, _table.c.account_id, _table.c.grain, _table.c.starts_on)
Index("ix_account_turnover_fresh", _table.c.company_id, postgresql_where=~_table.c.is_folded)

# The turnover that lines add up to, one row a key.
COUNTED = """
SELECT l.company_id, l.account_id, l.transaction_currency AS currency, e.group_currency,
       e.kind = 'CLOSING' AS is_closing, s.grain, s.starts_on,
       coalesce(sum(l.amount) FILTER (WHERE l.amount > 0), 0) AS debit,
       coalesce(-sum(l.amount) FILTER (WHERE l.amount < 0), 0) AS credit,
       coalesce(sum(l.transaction_amount) FILTER (WHERE l.transaction_amount > 0), 0) AS transaction_debit,
       coalesce(-sum(l.transaction_amount) FILTER (WHERE l.transaction_amount < 0), 0) AS transaction_credit,
       coalesce(sum(l.group_amount) FILTER (WHERE l.group_amount > 0), 0) AS group_debit,
       coalesce(-sum(l.group_amount) FILTER (WHERE l.group_amount < 0), 0) AS group_credit
FROM journal_line l JOIN journal_entry e ON e.company_id = l.company_id AND e.id = l.journal_entry_id
CROSS JOIN LATERAL (
    VALUES ('DAY', l.occurred_on), ('MONTH', date_trunc('month', l.occurred_on)::date)
) AS s (grain, starts_on)
GROUP BY l.company_id, l.account_id, l.transaction_currency, e.group_currency, e.kind = 'CLOSING', s.grain, s.starts_on
"""
# What a summary that was lost, or lines that came by another road, are made good with: into an empty table.
RECOUNT = f"""
INSERT INTO account_turnover (company_id, id, is_folded, account_id, currency, group_currency, is_closing, grain,
                              starts_on, debit, credit, transaction_debit, transaction_credit, group_debit,
                              group_credit)
SELECT company_id, gen_random_uuid(), true, account_id, currency, group_currency, is_closing, grain, starts_on, debit,
       credit, transaction_debit, transaction_credit, group_debit, group_credit FROM ({COUNTED}) AS counted
"""

KEYS = ("account_id", "currency", "group_currency", "is_closing", "grain", "starts_on")
SUMS = ("debit", "credit", "transaction_debit", "transaction_credit", "group_debit", "group_credit")
_FOLD = fold_statement(_table, KEYS, SUMS)


async def append_turnover(work: Work, entries: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]) -> None:
    """What the vouchers' lines move is in the turnover of its days and months.

    Not audited: the lines, which are, sum to it.
    """
    by_id = {entry["id"]: entry for entry in entries}
    sums: defaultdict[tuple[Any, ...], list[Decimal]] = defaultdict(lambda: [ZERO] * len(SUMS))
    for line in lines:
        entry, day = by_id[line["journal_entry_id"]], line["occurred_on"]
        signed = (line["amount"], line["transaction_amount"], line["group_amount"])
        amounts = [one for amount in signed for one in (amount, -amount)]
        key = (
            line["account_id"], line["transaction_currency"], entry["group_currency"],
            entry["kind"] is JournalKind.CLOSING,
        )  # fmt: skip
        for span in ((Grain.DAY, day), (Grain.MONTH, day.replace(day=1))):
            held = sums[*key, *span]
            for place, one in enumerate(amounts):
                held[place] = EXACT.add(held[place], max(one, ZERO))
    rows = [{**dict(zip(KEYS, key, strict=True)), **dict(zip(SUMS, held, strict=True))} for key, held in sums.items()]
    await work.insert(AccountTurnover, rows, audited=False)


async def fold_turnover(handling: Handling) -> None:
    """Each account has one row a span again."""
    await fold(handling, (_FOLD,))


SWEEPS = (Sweep("finance.fold_turnover", fold_turnover, FOLD_EVERY_SECONDS),)
