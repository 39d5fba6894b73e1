"""Adding up a group, pure: what each balance is translated at, what is eliminated, and what others own of it.

Assets and liabilities stand at the closing rate, income and expense of each month at the average published for the
period that holds it, equity at the rates of the days of its entries, unless the group account says otherwise (IAS 21.39
to 21.41). A year that was closed is carried into equity at the average of the period that ends with it, so equity keeps
what its income was translated at; the vouchers that close the span itself are left out. What is left over is the
adjustment of translation (IAS 21.41). What a company earned before the month in which it came to the group is no result
of the group's, but equity that it came with (IFRS 10.B88).

Eliminated is what accounts hold with another company of the selection, as translated (IFRS 10.B86). Of equity only the
group's share is: the rest belongs to others, who own their percentage of each line of equity and of the result
(IFRS 10.B94). Amounts are debit positive; a run is a list of lines that sums to zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.consolidation.models import ConsolidationLineKind, GroupRole, Translation
from domain.core.errors import DomainError, Rejected
from domain.core.money import EXACT, ROUNDING, ZERO, product, to_minor_unit, total
from domain.finance.models import AccountKind
from domain.finance.rules import ONE, months
from domain.finance.rules.translation import LocalBalance, translate

HUNDRED: Final = Decimal(100)
RESULTS: Final = frozenset({AccountKind.INCOME, AccountKind.EXPENSE})

# Companies of one run; a larger group is added up in steps.
MEMBERS_MAX: Final = 200


class ConsolidationIncomplete(DomainError):
    """Something is missing without which the companies cannot be added up; all of it is named."""

    code = "CONSOLIDATION_INCOMPLETE"
    zh = "无法合并：{gaps_zh}。"
    en = "The companies cannot be added up: {gaps}."


@dataclass(slots=True)
class Gaps:
    """What a run lacks, collected so that one refusal names all of it."""

    found: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, en: str, zh: str) -> None:
        """Name one thing that is missing, once."""
        self.found[en] = zh

    def check(self) -> None:
        """Raises: ConsolidationIncomplete when anything is missing."""
        if self.found:
            found = sorted(self.found.items())
            raise ConsolidationIncomplete(
                gaps="; ".join(en for en, _ in found), gaps_zh="；".join(zh for _, zh in found)
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A group account as the rules see it."""

    id: UUID
    code: str
    kind: AccountKind
    translation: Translation
    role: GroupRole | None = None
    is_eliminated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What an account of a company counts as, and the rate that is given for it where it is historical."""

    target: Target
    historical: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What moved on an account of a company in one month, or over all days of it for assets and liabilities.

    `carried` is the same in the group's currency, each entry at the rate of its day; `partner` the other company of the
    group that it was with.
    """

    account: str
    kind: AccountKind
    amount: Decimal
    carried: Decimal
    month: date | None = None
    is_closing: bool = False
    partner: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A company of a run: its rates to the group's currency, as published.

    `averages` are (day, rate) by day: a rate is the average of the period that ends on its day. One that is `given`
    stands for every month of the span.
    """

    id: UUID
    code: str
    currency: str
    percent: Decimal
    closing: Decimal | None
    averages: Sequence[tuple[date, Decimal]] = ()
    given: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days of a run: whole months."""

    starts_on: date
    ends_on: date

    def checked(self) -> "Span":
        """Itself. Raises: Rejected unless it begins with a month and ends with one."""
        if self.ends_on < self.starts_on or self.starts_on.day != 1 or month_end(self.ends_on) != self.ends_on:
            raise Rejected(
                ("endsOn",), what="last day", value=self.ends_on.isoformat(),
                reason=f"a span from {self.starts_on.isoformat()} covers whole months",
                reason_zh=f"自 {self.starts_on.isoformat()} 起须为整月",
            )  # fmt: skip
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a run."""

    kind: ConsolidationLineKind
    target: Target
    member: Member
    amount: Decimal
    account: str | None = None
    partner: UUID | None = None
    local: Decimal | None = None
    translation: Translation | None = None
    rate: Decimal | None = None


def month_end(day: date) -> date:
    """The last day of the day's month."""
    [(_, _, ends_on)] = months(day, day)
    return ends_on


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """An amount in the company's currency with all that decides its translation."""

    account: str
    target: Target
    amount: Decimal
    translation: Translation
    carried: Decimal | None = None
    rate: Decimal | None = None
    partner: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What the companies are added up by: accounts by role, the span, the currency, and what is found missing; `came`
    is the first day of companies in the group.
    """

    roles: Mapping[GroupRole, Target]
    span: Span
    currency: str
    gaps: Gaps
    came: Mapping[UUID, date] = field(default_factory=dict[UUID, date])

    def need(self, role: GroupRole) -> Target | None:
        """The account of the role; its lack is a gap."""
        if role not in self.roles:
            self.gaps.add(f"no group account plays {role.value}", f"没有用于 {role.value} 的集团科目")
        return self.roles.get(role)

    def average(self, member: Member, month: date) -> Decimal | None:
        """The average for a month of the company's: of the first period published that ends with it or later, within
        the span where the month is, before it otherwise.
        """
        if member.currency == self.currency:
            return ONE
        is_within = month >= self.span.starts_on
        if is_within and member.given is not None:
            return member.given
        last_on = month_end(month)
        for day, rate in member.averages:
            if day >= last_on and (day <= self.span.ends_on if is_within else day < self.span.starts_on):
                return rate
        self._rate_missing(member, Translation.AVERAGE, last_on)
        return None

    def first_month(self, *members: UUID) -> date:
        """The first month whose income and expense of the companies, or between them, are the group's: that of the
        span, or in which the last of them came.
        """
        came = [self.came[id_].replace(day=1) for id_ in members if id_ in self.came]
        return max([self.span.starts_on, *came])

    def closing(self, member: Member) -> Decimal | None:
        """The company's closing rate; its lack is a gap."""
        if member.closing is None:
            self._rate_missing(member, Translation.CLOSING, self.span.ends_on)
        return member.closing

    def _rate_missing(self, member: Member, kind: Translation, day: date) -> None:
        pair = f"{member.currency}/{self.currency} {kind.value} {day.isoformat()}"
        self.gaps.add(f"there is no rate {pair} for company {member.code}", f"公司 {member.code} 缺少汇率 {pair}")


def translation_of(group: Group, member: Member, moved: Sequence[Moved], mapping: Mapping[str, Mapped]) -> list[Line]:
    """The lines of one company: each account translated, and the adjustment that makes them zero.

    Raises: Unbalanced for a ledger that does not come to zero.
    """
    group.closing(member)
    found = _merged(_pieces(group, member, moved, mapping))
    if group.gaps.found:
        return []
    result = translate([_local(one) for one in found], None, None, group.currency)
    lines = [
        _line(ConsolidationLineKind.TRANSLATION, member, piece, amount)
        for piece, amount in zip(found, result.amounts, strict=True)
    ]
    adjusting = group.need(GroupRole.TRANSLATION_ADJUSTMENT) if result.adjustment else None
    if adjusting is not None:
        lines.append(
            Line(kind=ConsolidationLineKind.ADJUSTMENT, target=adjusting, member=member, amount=result.adjustment)
        )
    return lines


def elimination_of(group: Group, member: Member, moved: Sequence[Moved], mapping: Mapping[str, Mapped]) -> list[Line]:
    """The lines that take off what one company holds with others of the group; the pairs are completed by
    `differences_of`.
    """
    own = [one for one in moved if one.partner is not None]
    closed = _closed_until(group, moved)
    open_ = [one for one in own if one.kind not in RESULTS or closed is None or one.month is None or one.month > closed]
    open_ = [one for one in open_ if not _is_before(group, member, one)]
    found = _merged(one for one in _pieces(group, member, open_, mapping) if one.target.is_eliminated)
    if group.gaps.found:
        return []
    lines: list[Line] = []
    for piece in found:
        worth = _worth(piece, group.currency)
        if piece.target.kind is AccountKind.EQUITY:
            worth = share_of(worth, member.percent, group.currency)
        if worth:
            lines.append(replace(_line(ConsolidationLineKind.ELIMINATION, member, piece, -worth), local=None))
    return lines


def _is_before(group: Group, member: Member, one: Moved) -> bool:
    """Whether it was earned with another company before both were of the group: it was earned outside."""
    if one.kind not in RESULTS or one.month is None or one.partner is None:
        return False
    return group.span.starts_on <= one.month < group.first_month(member.id, one.partner)


def differences_of(group: Group, eliminated: Sequence[Line], members: Mapping[UUID, Member]) -> list[Line]:
    """For each pair of companies the line that takes what their eliminations leave over."""
    left: defaultdict[tuple[UUID, UUID], Decimal] = defaultdict(lambda: ZERO)
    for line in eliminated:
        assert line.partner is not None, "what is eliminated is with another company"
        first, second = sorted((line.member.id, line.partner))
        left[first, second] = EXACT.add(left[first, second], line.amount)
    differing = {pair: amount for pair, amount in left.items() if amount}
    target = group.need(GroupRole.ELIMINATION_DIFFERENCE) if differing else None
    if target is None:
        return []
    return [
        Line(
            kind=ConsolidationLineKind.ELIMINATION, target=target, member=members[first], partner=second, amount=-amount
        )
        for (first, second), amount in differing.items()
    ]


def goods_of(group: Group, member: Member, sold: Sequence[Moved], mapping: Mapping[str, Mapped]) -> list[Line]:
    """The lines that take off the other side of goods sold to others of the group: what `elimination_of` takes off as
    income of the seller was no expense of the buyer, who has it in stock or in cost of sales. So cost of sales loses as
    much; what of it is still in stock is unrealised profit (`stock_profits`).

    `sold` is what the seller's accounts of income moved with such trades.
    """
    taken = elimination_of(group, member, sold, mapping)
    cost = group.need(GroupRole.COST_OF_SALES) if taken else None
    if cost is None:
        return []
    return [
        Line(kind=line.kind, target=cost, member=member, partner=line.partner, amount=-line.amount) for line in taken
    ]


def minority_of(group: Group, member: Member, lines: Sequence[Line]) -> list[Line]:
    """The lines that show what others own of a company: their share of its equity, and of its result.

    `lines` are those of the company's translation.
    """
    if member.percent == HUNDRED:
        return []
    others = EXACT.subtract(HUNDRED, member.percent)
    interest, of_result = group.need(GroupRole.MINORITY_INTEREST), group.need(GroupRole.MINORITY_RESULT)
    if interest is None or of_result is None:
        return []
    held: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
    targets: dict[UUID, Target] = {}
    for line in lines:
        if line.target.kind in (AccountKind.ASSET, AccountKind.LIABILITY):
            continue
        target = of_result if line.target.kind in RESULTS else line.target
        targets[target.id] = target
        held[target.id] = EXACT.add(held[target.id], line.amount)
    given = [(targets[id_], -share_of(amount, others, group.currency)) for id_, amount in held.items()]
    given = [(target, amount) for target, amount in given if amount]
    rest = -total([amount for _, amount in given])
    return [
        Line(kind=ConsolidationLineKind.MINORITY, target=target, member=member, amount=amount)
        for target, amount in (*given, *([(interest, rest)] if rest else []))
    ]


def share_of(amount: Decimal, percent: Decimal, currency: str) -> Decimal:
    """A percentage of an amount, rounded to the minor unit."""
    return to_minor_unit(ROUNDING.divide(product(amount, percent), HUNDRED), currency)


def _closed_until(group: Group, moved: Iterable[Moved]) -> date | None:
    """The last month before the span with which a year was closed and not opened again; None where none was."""
    closings: defaultdict[tuple[date, str], Decimal] = defaultdict(lambda: ZERO)
    for one in moved:
        if one.is_closing and one.kind in RESULTS and one.month is not None and one.month < group.span.starts_on:
            closings[one.month, one.account] = EXACT.add(closings[one.month, one.account], one.amount)
    return max((month for (month, _), amount in closings.items() if amount), default=None)


def _pieces(group: Group, member: Member, moved: Sequence[Moved], mapping: Mapping[str, Mapped]) -> Iterator[_Piece]:
    """What the company's ledger says, each amount with its way of translation; what is missing is a gap."""
    closed = _closed_until(group, moved)
    kept: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in moved:
        if one.is_closing and one.month is not None and one.month >= group.span.starts_on:
            continue
        if one.kind in RESULTS and closed is not None and one.month is not None and one.month <= closed:
            # Closed with its year, so it is equity by now; only what came after the closing is left.
            kept[one.account] = EXACT.add(kept[one.account], one.amount)
            continue
        known = mapping.get(one.account)
        if known is None:
            gap = f"account {one.account} of company {member.code} has no group account"
            group.gaps.add(gap, f"公司 {member.code} 的科目 {one.account} 未映射集团科目")
            continue
        yield from _piece(group, member, one, known)
    retained = group.need(GroupRole.RETAINED_EARNINGS) if any(kept.values()) else None
    for account, amount in kept.items():
        if amount and retained is not None and closed is not None:
            yield _Piece(
                account=account, target=retained, amount=amount, translation=Translation.AVERAGE,
                rate=group.average(member, closed),
            )  # fmt: skip


def _piece(group: Group, member: Member, one: Moved, known: Mapped) -> Iterator[_Piece]:
    target, translation = known.target, known.target.translation
    if one.kind in RESULTS and one.month is not None and one.month < group.first_month(member.id):
        # Earned before the span in a year that is not closed yet, or before the company was one of the group: equity of
        # the group, at the average of its month.
        retained = group.need(GroupRole.RETAINED_EARNINGS)
        if retained is None:
            return
        target, translation = retained, Translation.AVERAGE
    elif one.is_closing and known.historical is None:
        translation = Translation.AVERAGE
    piece = _Piece(account=one.account, target=target, amount=one.amount, translation=translation, partner=one.partner)
    if translation is Translation.CLOSING:
        yield replace(piece, rate=group.closing(member))
    elif translation is Translation.AVERAGE:
        yield replace(piece, rate=group.average(member, one.month or group.span.ends_on))
    elif known.historical is not None:
        yield replace(piece, rate=known.historical)
    else:
        yield replace(piece, carried=one.carried)


def _merged(pieces: Iterable[_Piece]) -> list[_Piece]:
    """One piece for each account, partner and rate, in the order of the accounts; none that came to nothing."""
    sums: dict[tuple[object, ...], _Piece] = {}
    for one in pieces:
        key = (one.account, one.target.id, one.translation, one.rate, one.carried is None, one.partner)
        known = sums.get(key)
        if known is None:
            sums[key] = one
            continue
        carried = None if one.carried is None else EXACT.add(known.carried or ZERO, one.carried)
        sums[key] = replace(known, amount=EXACT.add(known.amount, one.amount), carried=carried)
    return sorted(
        (one for one in sums.values() if one.amount or one.carried), key=lambda one: (one.account, one.target.code)
    )


def _local(piece: _Piece) -> LocalBalance:
    return LocalBalance(
        account=piece.account, kind=piece.target.kind, amount=piece.amount, rate=piece.rate, carried=piece.carried
    )


def _worth(piece: _Piece, currency: str) -> Decimal:
    if piece.carried is not None:
        return piece.carried
    assert piece.rate is not None, "a piece without a rate is a gap, and refused before"
    return to_minor_unit(product(piece.amount, piece.rate), currency)


def _line(kind: ConsolidationLineKind, member: Member, piece: _Piece, amount: Decimal) -> Line:
    return Line(
        kind=kind, target=piece.target, member=member, amount=amount, account=piece.account, partner=piece.partner,
        local=piece.amount, translation=piece.translation, rate=piece.rate,
    )  # fmt: skip
