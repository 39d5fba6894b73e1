"""What the books are set up with: packs, tax codes, payment terms; masters without a story follow from their record."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError, Rejected
from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.quantity import RATE, in_scale, not_negative, positive
from domain.core.work import Work
from domain.finance.chart import load_taxes_and_terms
from domain.finance.masters import tax_code_ids
from domain.finance.models import (
    AccountRole,
    InstalmentShare,
    InstalmentStart,
    PaymentTerms,
    PaymentTermsInstalment,
    TaxCode,
    TaxKind,
    TaxMethod,
    TaxRule,
)
from domain.finance.packs import PackName, pack
from domain.finance.rules.terms import HUNDRED, Instalment, check_terms
from domain.master_data.calendars import DayMove
from domain.master_data.day_rules import working_days
from domain.master_data.working_days import WorkingDays


@command(action=Action.ADMINISTER, record=TaxCode, zh="加载财务包")
class LoadFinancePack:
    """Give a company the tax codes and payment terms of a country or region; codes it has keep their rules."""

    pack: PackName = argument(doc="The pack.", zh="财务包")


@part
class TaxRuleInput:
    """One tax of a code; rules are computed in the order given."""

    name: str = argument(doc="Name of the tax.", zh="名称")
    kind: TaxKind = argument(doc="What it is before the law.", zh="税种性质", default=TaxKind.VAT)
    method: TaxMethod = argument(doc="How it is computed.", zh="计税方法", default=TaxMethod.PERCENT)
    percent: Decimal | None = argument(doc="Share in percent.", zh="税率", number="rate", default=None)
    unit_amount: Money | None = argument(doc="Amount for one unit.", zh="单位税额", default=None)
    valid_from: date = argument(doc="First day it holds.", zh="生效日期", default=date(2000, 1, 1))
    valid_to: date | None = argument(doc="Last day it holds.", zh="失效日期", default=None)
    is_deductible: bool = argument(
        doc="Whether it is deducted when we buy; a levy or excise never is.", zh="可抵扣", default=True
    )


@command(action=Action.CREATE, record=TaxCode, zh="创建税码")
class CreateTaxCode:
    """Add a tax code with its rules."""

    code: str = argument(doc="Short code.", zh="税码")
    name: str = argument(doc="Name.", zh="名称")
    rules: tuple[TaxRuleInput, ...] = argument(doc="Its taxes, in order; none for a tax-free code.", zh="税则")
    name_zh: str | None = argument(doc="Chinese name.", zh="中文名称", default=None)
    country: str | None = argument(doc="Country whose law it follows.", zh="国家", default=None)
    price_includes_tax: bool = argument(
        doc="Whether prices on lines with it include its taxes.", zh="价格含税", default=False
    )


@part
class InstalmentInput:
    """One instalment of payment terms."""

    share: InstalmentShare = argument(
        doc="Which part of the invoice it is.", zh="份额方式", default=InstalmentShare.REMAINDER
    )
    percent: Decimal | None = argument(doc="Percentage of the whole.", zh="百分比", number="rate", default=None)
    fixed_amount: Money | None = argument(doc="Fixed amount.", zh="固定金额", default=None)
    start: InstalmentStart = argument(
        doc="From when days are counted.", zh="起算日", default=InstalmentStart.INVOICE_DATE
    )
    months: int = argument(doc="Months added first.", zh="加月数", default=0)
    days: int = argument(doc="Days added then.", zh="加天数", default=0)
    fixed_day: int | None = argument(
        doc="Day of the month it falls due, 31 for the last.", zh="固定付款日", default=None
    )
    minimum_days: int = argument(doc="Days that must pass at least.", zh="最短天数", default=0)


@command(action=Action.CREATE, record=PaymentTerms, zh="创建付款条件")
class CreatePaymentTerms:
    """Add payment terms."""

    code: str = argument(doc="Short code.", zh="代码")
    name: str = argument(doc="Name.", zh="名称")
    instalments: tuple[InstalmentInput, ...] = argument(doc="Its instalments, in order.", zh="分期")
    name_zh: str | None = argument(doc="Chinese name.", zh="中文名称", default=None)
    discount_percent: Decimal | None = argument(
        doc="What is taken off for paying early.", zh="现金折扣率", number="rate", default=None
    )
    discount_days: int | None = argument(doc="Days within which paying is early.", zh="折扣天数", default=None)
    calendar_id: UUID | None = argument(
        doc="The calendar on whose working days payments fall due; any day is one unless given.", zh="工作日历",
        reference="work_calendar", default=None,
    )  # fmt: skip
    day_move: DayMove | None = argument(
        doc="To which working day a due day moves that is none; the next unless given.", zh="非工作日顺延方式",
        default=None,
    )


async def load_finance_packs(work: Work, commands: Sequence[LoadFinancePack]) -> Results[TaxCode]:
    """The first tax code of each pack, all of its codes and terms now the company's; running it again adds nothing."""
    ids: list[UUID] = []
    for one in commands:
        await load_taxes_and_terms(work, one.pack)
        first = pack(one.pack).tax_codes[0]["code"]
        ids.append((await tax_code_ids(work, [first]))[first])
    return Results(ids)


async def create_tax_codes(work: Work, commands: Sequence[CreateTaxCode]) -> Results[TaxCode]:
    """The codes with their rules; a refusal stands in its own place.

    Raises per row: Rejected. Raises: AlreadyExists.
    """
    outcomes = [_checked_code(one) for one in commands]
    accepted = [(new_id(), one) for one, outcome in zip(commands, outcomes, strict=True) if outcome is None]
    if accepted:
        await work.insert(TaxCode, [_code_row(id_, one) for id_, one in accepted])
        rules = [_rule_row(id_, place, rule) for id_, one in accepted for place, rule in enumerate(one.rules, start=1)]
        if rules:
            await work.insert(TaxRule, rules)
    made = iter([id_ for id_, _ in accepted])
    return Results([next(made) if outcome is None else outcome for outcome in outcomes])


def _checked_code(one: CreateTaxCode) -> DomainError | None:
    try:
        for place, rule in enumerate(one.rules):
            _check_rule(rule, ("rules", place))
    except DomainError as refusal:
        return refusal
    return None


def _check_rule(rule: TaxRuleInput, path: tuple[str | int, ...]) -> None:
    is_fixed = rule.method is TaxMethod.FIXED_PER_UNIT
    if is_fixed != (rule.unit_amount is not None) or is_fixed == (rule.percent is not None):
        raise Rejected(
            path, what="tax rule", value=rule.name, reason="a fixed tax has an amount a unit, any other a percentage",
            reason_zh="定额税须填单位税额，其他税须填税率",
        )  # fmt: skip
    if rule.percent is not None:
        in_scale(rule.percent, RATE, "percent", (*path, "percent"))
        if rule.kind is TaxKind.WITHHOLDING:
            not_negative(rule.percent, RATE, "percent", (*path, "percent"))
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        raise Rejected(
            (*path, "validTo"), what="last day", value=rule.valid_to.isoformat(),
            reason=f"it is before {rule.valid_from.isoformat()}", reason_zh=f"早于 {rule.valid_from.isoformat()}",
        )  # fmt: skip


def _code_row(id_: UUID, one: CreateTaxCode) -> dict[str, object]:
    return {
        "id": id_,
        "code": one.code,
        "name": one.name,
        "name_zh": one.name_zh,
        "country": one.country,
        "price_includes_tax": one.price_includes_tax,
    }


# The accounts on which each kind of tax lands when we sell and when we buy; what is not deducted is part of the cost.
_ROLES: dict[TaxKind, tuple[AccountRole, AccountRole | None]] = {
    TaxKind.VAT: (AccountRole.TAX_OUTPUT, AccountRole.TAX_INPUT),
    TaxKind.LEVY: (AccountRole.TAX_LEVY, None),
    TaxKind.EXCISE: (AccountRole.TAX_OUTPUT, None),
    TaxKind.WITHHOLDING: (AccountRole.TAX_WITHHELD_BY_CUSTOMERS, AccountRole.TAX_WITHHELD_FROM_SUPPLIERS),
}


def _rule_row(tax_code_id: UUID, position: int, rule: TaxRuleInput) -> dict[str, object]:
    sales, purchase = _ROLES[rule.kind]
    return {
        "tax_code_id": tax_code_id,
        "position": position,
        "name": rule.name,
        "kind": rule.kind,
        "method": rule.method,
        "percent": rule.percent,
        "unit_amount": rule.unit_amount.amount if rule.unit_amount else None,
        "currency": rule.unit_amount.currency if rule.unit_amount else None,
        "sales_role": sales,
        "purchase_role": purchase if rule.is_deductible else None,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
    }


async def create_payment_terms(work: Work, commands: Sequence[CreatePaymentTerms]) -> Results[PaymentTerms]:
    """The terms with their instalments; a refusal stands in its own place.

    Raises per row: Rejected. Raises: AlreadyExists.
    """
    days = await working_days(work, [one.calendar_id for one in commands])
    outcomes = [_checked_terms(one, days) for one in commands]
    accepted = [(new_id(), one) for one, outcome in zip(commands, outcomes, strict=True) if outcome is None]
    if accepted:
        await work.insert(PaymentTerms, [_terms_row(id_, one) for id_, one in accepted])
        instalments = [
            _instalment_row(id_, place, instalment)
            for id_, one in accepted
            for place, instalment in enumerate(one.instalments, start=1)
        ]
        await work.insert(PaymentTermsInstalment, instalments)
    made = iter([id_ for id_, _ in accepted])
    return Results([next(made) if outcome is None else outcome for outcome in outcomes])


def _checked_terms(one: CreatePaymentTerms, days: Mapping[UUID, WorkingDays]) -> DomainError | None:
    try:
        check_terms([_instalment(instalment) for instalment in one.instalments])
        if (one.discount_percent is None) != (one.discount_days is None):
            raise Rejected(
                ("discountPercent",), what="discount", value=one.discount_percent,
                reason="a discount has a percentage and days", reason_zh="现金折扣须同时填写折扣率与天数",
            )  # fmt: skip
        if one.discount_percent is not None:
            positive(one.discount_percent, RATE, "discount", ("discountPercent",))
            positive(HUNDRED - one.discount_percent, RATE, "rest", ("discountPercent",))
        if one.calendar_id is None and one.day_move is not None:
            reason, reason_zh = "a day moves on the working days of a calendar", "须同时指定工作日历"
            raise Rejected(
                ("calendar",), what="calendar", value=one.day_move.value, reason=reason, reason_zh=reason_zh
            )
        if one.calendar_id is not None and one.calendar_id not in days:
            reason, reason_zh = "it has no shift, so no day of it is worked", "未设置班次，没有工作日"
            raise Rejected(
                ("calendar",), what="calendar", value=str(one.calendar_id), reason=reason, reason_zh=reason_zh
            )
    except DomainError as refusal:
        return refusal
    return None


def _instalment(one: InstalmentInput) -> Instalment:
    return Instalment(
        share=one.share,
        value=one.fixed_amount.amount if one.fixed_amount else one.percent,
        start=one.start,
        months=one.months,
        days=one.days,
        fixed_day=one.fixed_day,
        minimum_days=one.minimum_days,
    )


def _terms_row(id_: UUID, one: CreatePaymentTerms) -> dict[str, object]:
    return {
        "id": id_,
        "code": one.code,
        "name": one.name,
        "name_zh": one.name_zh,
        "discount_percent": one.discount_percent,
        "discount_days": one.discount_days,
        "calendar_id": one.calendar_id,
        "day_move": None if one.calendar_id is None else one.day_move or DayMove.NEXT,
    }


def _instalment_row(terms_id: UUID, position: int, one: InstalmentInput) -> dict[str, object]:
    return {
        "payment_terms_id": terms_id,
        "position": position,
        "share": one.share,
        "percent": one.percent,
        "fixed_amount": one.fixed_amount.amount if one.fixed_amount else None,
        "currency": one.fixed_amount.currency if one.fixed_amount else None,
        "start": one.start,
        "months": one.months,
        "days": one.days,
        "fixed_day": one.fixed_day,
        "minimum_days": one.minimum_days,
    }
