"""The money that acts move: stock, the other side of each line, and what is left over between them."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from domain.core.money import EXACT, ZERO, total
from domain.finance.models import AccountRole
from domain.finance.rules import Leg, moving
from domain.inventory.posting import Draft, DraftLeg, StockBook
from domain.inventory.rules import Act, Line, plain_legs


def money_of(book: StockBook, draft: Draft) -> tuple[Leg, ...]:
    """The money that an act moves: by line, stock and what is on the other side."""
    gained = [EXACT.add(gone.value, come.value) for gone, come in zip(draft.legs[::2], draft.legs[1::2], strict=True)]
    takers = [
        _taker(line, gone, come)
        for line, gone, come in zip(draft.act.lines, draft.legs[::2], draft.legs[1::2], strict=True)
    ]
    if draft.act.counter:
        return act_money(draft.act, gained, takers, book.own[AccountRole.STOCK], book.currency)
    legs: list[Leg] = []
    used = ZERO
    for place, line in enumerate(draft.act.lines):
        gone, come = draft.legs[2 * place], draft.legs[2 * place + 1]
        is_made = draft.act.is_conversion and (come.pool is not None or come.is_standard)
        counter = (*line.counter, *(_used_up(book, line, used) if is_made else ()))
        told = replace(line, account_id=takers[place], counter=counter)
        used = EXACT.subtract(used, gone.value)
        legs += line_money(told, draft.act, gained[place], book.own[AccountRole.STOCK], book.currency)
    return tuple(legs)


def _taker(line: Line, gone: DraftLeg, come: DraftLeg) -> UUID:
    """The account that takes what is left over of a line."""
    is_standard = gone.is_standard or come.is_standard
    return line.variance_id if is_standard and line.variance_id is not None else line.account_id


def _used_up(book: StockBook, line: Line, used: Decimal) -> tuple[Leg, ...]:
    """The other side of goods made: what was used up for them leaves production."""
    wip = book.own[AccountRole.WORK_IN_PROCESS]
    return plain_legs(((wip, -used, line.target.item_id),), book.currency)


def line_money(line: Line, act: Act, gained: Decimal, stock_id: UUID, currency: str) -> tuple[Leg, ...]:
    """The money entries of a line whose goods changed the value of stock by `gained`.

    Stock, the other side, and what is left over between them; nothing where goods only changed places.
    """
    item = line.source.item_id
    left_over = -EXACT.add(gained, total([leg.amount for leg in line.counter]))
    stock = plain_legs(((stock_id, gained, item),), currency, act.site_id)
    rest = plain_legs(((line.account_id, left_over, item),), currency, act.site_id)
    legs = moving((*stock, *line.counter, *rest))
    return tuple(replace(leg, party_id=leg.party_id or act.party_id) for leg in legs)


def act_money(
    act: Act, gained: Sequence[Decimal], takers: Sequence[UUID], stock_id: UUID, currency: str
) -> tuple[Leg, ...]:
    """The money entries of an act whose other side is told as a whole; `gained` by line.

    What is left over of each item goes to the account that `takers` name for its first line.
    """
    items = [line.source.item_id for line in act.lines]
    taken_by = dict(zip(reversed(items), reversed(takers), strict=True))
    stock = plain_legs(
        ((stock_id, value, item) for item, value in zip(items, gained, strict=True)), currency, act.site_id
    )
    left_over = dict.fromkeys(taken_by, ZERO)
    for item, amount in (*zip(items, gained, strict=True), *((leg.item_id, leg.amount) for leg in act.counter)):
        of = items[0] if item is None or item not in left_over else item
        left_over[of] = EXACT.subtract(left_over[of], amount)
    rest = plain_legs(((taken_by[item], left_over[item], item) for item in dict.fromkeys(items)), currency, act.site_id)
    return moving((*stock, *act.counter, *rest))
