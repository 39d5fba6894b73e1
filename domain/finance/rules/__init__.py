"""The rules of money, pure: no session, no clock, no actor; one file a subject, its source named.

`vouchers` is what every posting obeys and is re-exported here; other modules use it through this package.
"""

from domain.finance.rules.vouchers import (
    COMPANY_CURRENCY,
    MONEY,
    ONE,
    PAR,
    AccountKey,
    AccountMissing,
    Closing,
    EarlierPeriodOpen,
    LaterPeriodClosed,
    Leg,
    Movement,
    Period,
    PeriodClosed,
    Quote,
    RateMissing,
    Voucher,
    agreeing,
    carried_quote,
    check_voucher,
    closings,
    find_quote,
    find_rate,
    first_open_day,
    in_company_currency,
    in_group_currency,
    months,
    moving,
    open_period,
    period_after,
    period_of,
    rounded,
)

__all__ = [
    "COMPANY_CURRENCY", "MONEY", "ONE", "PAR", "AccountKey", "AccountMissing", "Closing", "EarlierPeriodOpen",
    "LaterPeriodClosed", "Leg", "Movement", "Period", "PeriodClosed", "Quote", "RateMissing", "Voucher", "agreeing",
    "carried_quote", "check_voucher", "closings", "find_quote", "find_rate", "first_open_day",
    "in_company_currency", "in_group_currency", "months", "moving", "open_period", "period_after", "period_of",
    "rounded",
]  # fmt: skip
