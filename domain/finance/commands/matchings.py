"""Matchings: open items of a party set against each other, and undone."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.money import ZERO, Money
from domain.core.work import Work
from domain.finance.chart import accounts_by_role
from domain.finance.journal import accounts, hold_periods, post_vouchers
from domain.finance.models import AccountRole, Matching, SubLedger
from domain.finance.open_items import (
    MATCHING_NUMBERS,
    Match,
    Undone,
    found,
    ledgers_of_matchings,
    lock_items,
    lock_taken,
    match_voucher,
    paired_matchings,
    sub_ledgers_of,
    undo_matches,
    write_matches,
)
from domain.finance.rates import company_currency
from domain.finance.reversals import Reversal, reversal_vouchers
from domain.finance.rules import Period, PeriodClosed
from domain.finance.rules.journals import in_minor_units, line_count
from domain.finance.rules.open_items import Item, PairedItem, Part, check_matchable, settle, take


@part
class MatchInput:
    """An open item and how much of it is matched."""

    open_item_id: UUID = argument(doc="The item.", zh="未清项", reference="open_item")
    amount: Money | None = argument(
        doc="How much of it, as a positive amount; all that is open unless given.", zh="核销金额", default=None
    )


@command(action=Action.POST, record=Matching, zh="核销未清项", key_required=True)
class MatchOpenItems:
    """Set open items of one party and currency against each other: what is owed and what is due come to zero.

    What the change of a rate between them realises is posted.
    """

    party_id: UUID = argument(doc="Whose items.", zh="往来单位", reference="party")
    items: tuple[MatchInput, ...] = argument(doc="The items, at least two.", zh="未清项")
    matched_on: date | None = argument(doc="Day from which it counts; today unless given.", zh="核销日期", default=None)


@command(action=Action.POST, record=Matching, zh="取消核销", key_required=True)
class UnmatchOpenItems:
    """Undo a matching as a whole: its items are open again, and what it realised is taken back."""

    matching_id: UUID = argument(doc="The matching.", zh="核销", reference="matching")
    undone_on: date | None = argument(
        doc="Day from which it counts no more; today unless given.", zh="取消日期", default=None
    )


async def match_open_items(work: Work, commands: Sequence[MatchOpenItems]) -> Results[Matching]:
    """The matchings; a refusal stands in its own place.

    Posts: what items of different accounts or rates differ by. Raises per row: NotFound, AnotherParty,
    CurrencyMismatch, MatchedBeforeItem, ExceedsOpenAmount, MatchingUnbalanced, PeriodClosed, Rejected. Emits:
    OpenItemsMatched.
    """
    currency = await company_currency(work)
    items = await lock_items(work, [item.open_item_id for one in commands for item in one.items])
    ledgers = sub_ledgers_of(await accounts_by_role(work))
    today = work.now.date()
    days = [one.matched_on or today for one in commands]
    periods = {
        (ledger, day): period
        for ledger in sorted(set(ledgers.values()))
        for day, period in (await hold_periods(work, ledger, days)).items()
    }
    outcomes: list[Match | DomainError] = []
    for one in commands:
        try:
            match = _match(one, items, ledgers, one.matched_on or today, currency=currency)
            period = periods[match.sub_ledger, match.matched_on]
            if isinstance(period, PeriodClosed):
                raise period
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        items.update((taken.item.id, taken.after) for taken in match.settlement.parts)
        outcomes.append(match)
    await _write(work, [one for one in outcomes if isinstance(one, Match)])
    return Results([one.id if isinstance(one, Match) else one for one in outcomes])


def _match(
    one: MatchOpenItems, items: Mapping[UUID, Item], ledgers: Mapping[UUID, SubLedger], on: date, *, currency: str
) -> Match:
    line_count(len(one.items))
    if len({wish.open_item_id for wish in one.items}) != len(one.items):
        raise Rejected(
            ("items",), what="items", value=len(one.items), reason="an item is named twice", reason_zh="未清项重复"
        )
    first = found(items, one.items[0].open_item_id, ("items", 0, "openItem"))
    parts: list[Part] = []
    for place, wish in enumerate(one.items):
        path = ("items", place)
        item = found(items, wish.open_item_id, (*path, "openItem"))
        try:
            check_matchable(item, one.party_id, first.currency, on)
            parts.append(take(item, _wanted(wish, item), currency))
        except DomainError as refusal:
            raise refusal.at(*path) from None
    concerned = {ledgers[part_.item.account_id] for part_ in parts}
    if len(concerned) > 1:
        raise Rejected(
            ("items",), what="items", value=first.number,
            reason="receivables and payables are not set against each other", reason_zh="应收与应付不能直接核销",
        )  # fmt: skip
    return Match(
        party_id=one.party_id,
        matched_on=on,
        currency=first.currency,
        sub_ledger=concerned.pop(),
        settlement=settle(parts, [], first.currency),
    )


def _wanted(wish: MatchInput, item: Item) -> Decimal:
    if wish.amount is None:
        return item.open_transaction
    amount = in_minor_units(wish.amount.in_currency(item.currency, "amount"), "amount", ("amount",)).amount
    return amount if item.open_transaction > ZERO else -amount


async def _write(work: Work, matches: Sequence[Match]) -> None:
    if not matches:
        return
    own = await accounts(work, AccountRole.EXCHANGE_DIFFERENCE)
    numbers = await work.number(MATCHING_NUMBERS, len(matches))
    made = [(one, match_voucher(one, number, own)) for one, number in zip(matches, numbers, strict=True)]
    posted = [(one.entry_id, voucher) for one, voucher in made if voucher is not None]
    await post_vouchers(work, [voucher for _, voucher in posted], ids=[id_ for id_, _ in posted])
    await write_matches(work, matches, numbers, frozenset(id_ for id_, _ in posted))
    work.emit("OpenItemsMatched", Matching, [one.id for one in matches])


async def unmatch_open_items(work: Work, commands: Sequence[UnmatchOpenItems]) -> Results[Matching]:
    """The matchings, undone; a refusal stands in its own place.

    Posts: the opposite of what each posted. Raises per row: NotFound, WrongState, PairedItem, PeriodClosed, Rejected.
    Emits: OpenItemsUnmatched.
    """
    rows = await work.lock(Matching, [one.matching_id for one in commands])
    today = work.now.date()
    periods: dict[SubLedger, Mapping[date, Period | PeriodClosed]] = {}
    for ledger in (SubLedger.PAYABLES, SubLedger.RECEIVABLES):
        periods[ledger] = await hold_periods(work, ledger, [one.undone_on or today for one in commands])
    ledgers = await ledgers_of_matchings(work, rows)
    paired = await paired_matchings(work, rows)
    accepted: dict[UUID, date] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            row = rows.get(one.matching_id)
            if row is None:
                raise NotFound(("matching",), what="matching", key=str(one.matching_id))
            if row["undone_on"] is not None or row["id"] in accepted:
                raise WrongState(what="matching", key=row["number"], state="UNDONE", transition="be undone")
            if row["id"] in paired:
                raise PairedItem(("matching",), document=row["number"])
            on = one.undone_on or today
            if on < row["matched_on"]:
                raise Rejected(
                    ("undoneOn",), what="day", value=on.isoformat(),
                    reason=f"it is before the matching's, {row['matched_on'].isoformat()}",
                    reason_zh=f"早于核销日期 {row['matched_on'].isoformat()}",
                )  # fmt: skip
            period = periods[ledgers[row["id"]]][on]
            if isinstance(period, PeriodClosed):
                raise period
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        accepted[row["id"]] = on
        outcomes.append(row["id"])
    if accepted:
        await _undo(work, accepted, {id_: rows[id_]["journal_entry_id"] for id_ in accepted}, ledgers)
        work.emit("OpenItemsUnmatched", Matching, list(accepted))
    return Results(outcomes)


async def _undo(
    work: Work, days: Mapping[UUID, date], entries: Mapping[UUID, UUID | None], ledgers: Mapping[UUID, SubLedger]
) -> None:
    """The items are locked before the reversals are numbered."""
    taken = await lock_taken(work, days)
    reversals = [
        Reversal(entry_id=entry_id, on=days[id_], sub_ledger=ledgers[id_])
        for id_, entry_id in entries.items()
        if entry_id is not None
    ]
    posted = await post_vouchers(work, await reversal_vouchers(work, reversals))
    reversed_by = dict(zip([id_ for id_, entry_id in entries.items() if entry_id is not None], posted, strict=True))
    undone = [Undone(matching_id=id_, on=on, entry_id=reversed_by.get(id_)) for id_, on in days.items()]
    await undo_matches(work, undone, taken)
