"""Credit notes set against what is open of their invoices, on both sides of the sub-ledger."""

from collections.abc import Sequence
from datetime import date

from domain.core.money import EXACT, total
from domain.core.work import Work
from domain.finance.journal import accounts, post_vouchers
from domain.finance.models import AccountRole, SubLedger
from domain.finance.open_items import MATCHING_NUMBERS, Match, match_voucher, write_matches
from domain.finance.rules.open_items import Item, Part, settle, take


def credit_match(
    credit: Item, items: Sequence[Item], on: date, sub_ledger: SubLedger, currency: str
) -> tuple[Match | None, list[Item]]:
    """A credit note against what is open of its invoice, in the order given, and the items as it leaves them.

    Nothing is matched where nothing is open, or only what counts from a later day.
    """
    sign = -1 if credit.open_transaction > 0 else 1
    left = abs(credit.open_transaction)
    parts: list[Part] = []
    remaining: list[Item] = []
    for item in items:
        amount = min(left, item.open_transaction * sign)
        if amount <= 0 or item.occurred_on > on:
            remaining.append(item)
            continue
        parts.append(take(item, amount * sign, currency))
        remaining.append(parts[-1].after)
        left = EXACT.subtract(left, amount)
    if not parts:
        return None, remaining
    parts.append(take(credit, -total([one.transaction for one in parts]), currency))
    match = Match(
        party_id=credit.party_id, matched_on=on, currency=credit.currency, sub_ledger=sub_ledger,
        settlement=settle(parts, [], credit.currency),
    )  # fmt: skip
    return match, remaining


async def post_matches(work: Work, matches: Sequence[Match]) -> None:
    """The matchings, numbered and written; what the change of a rate between their items realised is posted."""
    if not matches:
        return
    own = await accounts(work, AccountRole.EXCHANGE_DIFFERENCE)
    numbers = await work.number(MATCHING_NUMBERS, len(matches))
    made = [(one, match_voucher(one, number, own)) for one, number in zip(matches, numbers, strict=True)]
    posted = [(one.entry_id, voucher) for one, voucher in made if voucher is not None]
    await post_vouchers(work, [voucher for _, voucher in posted], ids=[id_ for id_, _ in posted])
    await write_matches(work, matches, numbers, frozenset(id_ for id_, _ in posted))
