"""Conversions: goods are used up to make others, which are worth what was used and what was added."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError, Rejected
from domain.core.ids import new_id
from domain.core.money import ZERO, Money
from domain.core.quantity import AMOUNT, not_negative
from domain.core.work import Work
from domain.finance.journal import accounts, company_currency
from domain.finance.models import AccountRole
from domain.inventory.balances import counter_location
from domain.inventory.commands.issues import IssueLineInput
from domain.inventory.entries import write_book
from domain.inventory.known import Known, known_of, line_count
from domain.inventory.models import MoveKind, StockMove, StockStatus, ValuationMethod
from domain.inventory.pools import valuations
from domain.inventory.posting import apply_acts, open_book
from domain.inventory.rules import Act, Line, StockKey, Valuation, plain_legs
from domain.master_data.places import LocationKind

ROLES = (AccountRole.WORK_IN_PROCESS, AccountRole.COST_OF_SALES, AccountRole.PURCHASE_PRICE_VARIANCE)


@part
class ProductInput:
    """Goods that are made."""

    item_id: UUID = argument(doc="What is made.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where it goes.", zh="库位", reference="location")
    quantity: Decimal = argument(doc="How much is made.", zh="数量", number="quantity")
    lot_number: str | None = argument(doc="Its lot.", zh="批号", default=None)
    status: StockStatus = argument(doc="Status of what is made.", zh="库存状态", default=StockStatus.RELEASED)


@command(action=Action.POST, record=StockMove, zh="库存转换", key_required=True)
class ConvertStock:
    """Use goods up to make others at once, such as a kit or another pack: nothing stays in production."""

    lines: tuple[IssueLineInput, ...] = argument(doc="What is used up.", zh="投入行")
    product: ProductInput = argument(doc="What is made.", zh="产出")
    added_cost: Money | None = argument(
        doc="Cost of the work, in the company's currency; taken from work in process.", zh="附加成本", default=None
    )
    converted_on: date | None = argument(doc="Day of the conversion; today unless given.", zh="转换日期", default=None)


async def convert_stock(work: Work, commands: Sequence[ConvertStock]) -> Results[StockMove]:
    """The moves that used goods up and made others; a refusal stands in its own place.

    What is made is worth what was used up for it and the cost added, now and when either is corrected later; at
    standard cost the difference is variance. Raises per row: NotFound, Rejected, InsufficientStock, PeriodClosed.
    Emits: StockChanged.
    """
    lines = [line for one in commands for line in (*one.lines, one.product)]
    known = await known_of(work, lines, [line.location_id for line in lines])
    own = await accounts(work, *ROLES)
    inside = await counter_location(work, LocationKind.PRODUCTION)
    currency = await company_currency(work)
    methods = await valuations(work, {one.product.item_id for one in commands if one.product.item_id in known.items})
    planned: list[Act | DomainError] = []
    for one in commands:
        try:
            used = _used(one, known, inside, own, methods.get(one.product.item_id, Valuation()))
            made = _made(one, known, inside, own, currency)
            on = one.converted_on or work.now.date()
            act = Act(id=new_id(), kind=MoveKind.PRODUCTION, occurred_on=on, lines=(*used, made), is_conversion=True)
            planned.append(act)
        except DomainError as refusal:
            planned.append(refusal)
    acts = [one for one in planned if isinstance(one, Act)]
    if not acts:
        return Results([one for one in planned if isinstance(one, DomainError)])
    book = await open_book(work, acts, ROLES)
    outcomes = iter(await apply_acts(book, acts))
    told = [one if isinstance(one, DomainError) else next(outcomes) for one in planned]
    if book.drafts:
        await write_book(work, book)
    return Results(told)


def _used(
    one: ConvertStock, known: Known, inside_id: UUID, own: dict[AccountRole, UUID], product: Valuation
) -> list[Line]:
    """What is used up, checked. Raises: NotFound, Rejected."""
    line_count(len(one.lines))
    # Late costs of what was used follow it into what was made, unless that is at standard cost.
    is_standard = product.method is ValuationMethod.STANDARD
    correction = own[AccountRole.PURCHASE_PRICE_VARIANCE] if is_standard else None
    lines: list[Line] = []
    for place, asked in enumerate(one.lines):
        try:
            key = known.key(asked, asked.location_id, asked.status)
            if asked.status is not StockStatus.RELEASED:
                reason, reason_zh = "only released goods are available", "仅放行的库存可用"
                raise Rejected(("status",), what="status", value=asked.status, reason=reason, reason_zh=reason_zh)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        lines.append(
            Line(
                source=key, target=StockKey(key.item_id, inside_id, key.lot_id), quantity=asked.quantity,
                account_id=own[AccountRole.WORK_IN_PROCESS], correction_id=correction,
            )
        )  # fmt: skip
    return lines


def _made(one: ConvertStock, known: Known, inside_id: UUID, own: dict[AccountRole, UUID], currency: str) -> Line:
    """What is made, checked; the cost added comes from work in process. Raises: NotFound, Rejected."""
    product, added = one.product, ZERO
    try:
        key = known.key(product, product.location_id, product.status)
        known.stock_place(product.location_id, is_new=True)
    except DomainError as refusal:
        raise refusal.at("product") from None
    if one.added_cost is not None:
        added = one.added_cost.in_currency(currency, "added cost").amount
        not_negative(added, AMOUNT, "added cost", ("addedCost",))
        if one.added_cost.to_minor_unit() != one.added_cost:
            reason, reason_zh = f"{currency} has no smaller part", f"小数位超过 {currency} 的最小单位"
            raise Rejected(("addedCost",), what="added cost", value=added, reason=reason, reason_zh=reason_zh)
    return Line(
        source=StockKey(key.item_id, inside_id, key.lot_id),
        target=key,
        quantity=product.quantity,
        cost=added,
        counter=plain_legs(((own[AccountRole.WORK_IN_PROCESS], -added, key.item_id),), currency),
        account_id=own[AccountRole.COST_OF_SALES],
        variance_id=own[AccountRole.PURCHASE_PRICE_VARIANCE],
        correction_id=own[AccountRole.COST_OF_SALES],
    )
