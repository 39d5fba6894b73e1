"""Translation of a foreign operation, pure: each balance at the rate of its kind, the difference shown apart.

Assets and liabilities at the closing rate, income and expense at the average, equity at the rate of its day (IAS 21.39,
21.41; ASC 830-30-45). Because the source balances and the rates differ, the translated amounts leave a difference: the
cumulative translation adjustment, part of equity. Rates are units of the group's currency for one local unit; amounts
debit positive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.core.errors import DomainError
from domain.core.ledger import Unbalanced
from domain.core.money import product, to_minor_unit, total
from domain.finance.models import AccountKind


class TranslationRateMissing(DomainError):
    code = "TRANSLATION_RATE_MISSING"
    zh = "科目 {account} 缺少 {rate_type} 汇率。"
    en = "There is no {rate_type} rate for account {account}."


CLOSING: Final = "closing"
AVERAGE: Final = "average"
HISTORICAL: Final = "historical"

RATE_OF_KIND: Final[Mapping[AccountKind, str]] = {
    AccountKind.ASSET: CLOSING,
    AccountKind.LIABILITY: CLOSING,
    AccountKind.INCOME: AVERAGE,
    AccountKind.EXPENSE: AVERAGE,
    AccountKind.EQUITY: HISTORICAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBalance:
    """What an account holds in local currency, debit positive; `historical` is the rate of its day, for equity.

    An account that is translated otherwise than its kind names its own `rate`; one whose entries each kept the rate of
    their day says what they came to: `carried`.
    """

    account: str
    kind: AccountKind
    amount: Decimal
    historical: Decimal | None = None
    rate: Decimal | None = None
    carried: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Translated:
    """The amounts in the order of the balances, and the adjustment that balances them (credit negative)."""

    amounts: tuple[Decimal, ...]
    adjustment: Decimal


def translate(
    balances: Sequence[LocalBalance], closing: Decimal | None, average: Decimal | None, currency: str
) -> Translated:
    """The balances in the group's `currency`, each rounded once.

    Raises: Unbalanced for a source that does not come to zero, TranslationRateMissing.
    """
    difference = total([one.amount for one in balances])
    if difference:
        raise Unbalanced(book="local", group="translation", difference=difference)
    amounts = tuple(
        to_minor_unit(product(one.amount, _rate(one, closing, average)), currency)
        if one.carried is None
        else one.carried
        for one in balances
    )
    return Translated(amounts=amounts, adjustment=-total(amounts))


def _rate(balance: LocalBalance, closing: Decimal | None, average: Decimal | None) -> Decimal:
    if balance.rate is not None:
        return balance.rate
    name = RATE_OF_KIND[balance.kind]
    rate = {CLOSING: closing, AVERAGE: average, HISTORICAL: balance.historical}[name]
    if rate is None:
        raise TranslationRateMissing(account=balance.account, rate_type=name)
    return rate
