"""Partner qualification, pure: may this device go to this customer, there, on that day; if not, which check says so.

Asked at quote, order, pick and ship. What a jurisdiction asks is a row (`QualificationRule`), not code: whether a
registration is needed and on which day it must hold (China: the day of manufacture, Regulation on the Supervision and
Administration of Medical Devices, State Council Decree No. 739, article 55), whether the customer needs a licence, and
in which edition of the catalogue its scope is written (China: the 2017 catalogue since 2018-08-01, CFDA Announcement
No. 143 of 2017).

A check that would fail only on the day of shipping warns at the order and blocks the pick.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.core.errors import DomainError
from domain.sales.models import DateBasis


class Stage(StrEnum):
    """When a qualification is asked for."""

    QUOTE = "QUOTE"
    ORDER = "ORDER"
    PICK = "PICK"
    SHIP = "SHIP"


# At these stages goods are about to move: what is wrong on the day blocks. Earlier, only what is wrong already does.
MOVING: Final = frozenset({Stage.PICK, Stage.SHIP})


class NotQualified(DomainError):
    """A device may not go to a customer: which check failed, and on what date."""

    code = "NOT_QUALIFIED"
    zh = "物料 {item} 不能销售给 {customer}：{check} 在 {day} 不满足（{reason_zh}）。"
    en = "{item} may not go to {customer}: the {check} check fails on {day}: {reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A licence of a customer."""

    number: str
    catalogue: str | None
    codes: frozenset[str]
    territories: frozenset[str]
    valid_from: date
    valid_to: date

    def holds(self, on: date) -> bool:
        """Whether it is valid on the day."""
        return self.valid_from <= on <= self.valid_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A country's permission to sell an item."""

    number: str
    country: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """What a country asks during a time."""

    country: str
    needs_registration: bool
    basis: DateBasis
    needs_licence: bool
    catalogue: str | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What is to go where, to whom, and when; `codes` are the item's categories by catalogue edition.

    `made_on` is known once a lot is chosen.
    """

    item: str
    codes: frozenset[tuple[str, str]]
    customer: str
    country: str
    territory: str | None
    ordered_on: date
    ship_on: date
    made_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What the customer and the item have to show."""

    permits: Sequence[Permit]
    registrations: Sequence[Registration]
    jurisdictions: Sequence[Jurisdiction]


def qualified(sale: Sale, papers: Papers, stage: Stage, today: date) -> list[str]:
    """The warnings of a sale that is allowed: what will block it on the day of shipping, if nothing changes.

    Raises: NotQualified.
    """
    asked = [one for one in papers.jurisdictions if one.country == sale.country and _covers(one, sale.ordered_on)]
    if not asked:
        return []
    rule = max(asked, key=lambda one: one.valid_from)
    on = max(today, sale.ship_on) if stage in MOVING else sale.ordered_on
    warnings: list[str] = []
    if rule.needs_registration:
        warnings += _either(stage, sale, lambda day: _check_registration(sale, papers, rule, day), on)
    if rule.needs_licence:
        warnings += _either(stage, sale, lambda day: _check_licence(sale, papers, rule, day), on)
    return warnings


def _either(stage: Stage, sale: Sale, check: Callable[[date], None], on: date) -> list[str]:
    """No warning where the check holds throughout; raises NotQualified where it fails on the day that counts now."""
    check(on)
    if stage in MOVING or sale.ship_on <= on:
        return []
    try:
        check(sale.ship_on)
    except NotQualified as later:
        return [later.message()]
    return []


def _check_registration(sale: Sale, papers: Papers, rule: Jurisdiction, on: date) -> None:
    basis = {DateBasis.MADE: sale.made_on or on, DateBasis.SHIPPED: on, DateBasis.ORDERED: sale.ordered_on}[rule.basis]
    own = [one for one in papers.registrations if one.country == sale.country]
    if not any(one.valid_from <= basis <= one.valid_to for one in own):
        known = ", ".join(f"{one.number} {one.valid_from} to {one.valid_to}" for one in own) or "none"
        raise _refusal(sale, "registration", basis, f"registrations in {sale.country}: {known}", f"注册证：{known}")


def _check_licence(sale: Sale, papers: Papers, rule: Jurisdiction, on: date) -> None:
    """A licence that holds, whose scope in the edition that counts covers the item, in a territory that does."""
    holding = [one for one in papers.permits if one.holds(on)]
    if not holding:
        last = max((one.valid_to for one in papers.permits), default=None)
        reason = "the customer has no licence" if last is None else f"the last licence ended on {last}"
        raise _refusal(sale, "licence", on, reason, "无有效许可证" if last is None else f"许可证已于 {last} 到期")
    wanted = {code for catalogue, code in sale.codes if rule.catalogue in (None, catalogue)}
    covering = [one for one in holding if rule.catalogue in (None, one.catalogue) and wanted & one.codes]
    if not covering:
        scopes = _told(f"{code} ({one.catalogue})" for one in holding for code in sorted(one.codes))
        item = _told(sorted(wanted)) or "no code in that catalogue"
        reason = f"its scope {scopes} does not cover {item} of {rule.catalogue or 'any catalogue'}"
        raise _refusal(sale, "licence scope", on, reason, f"许可范围 {scopes} 不含 {item}")
    if sale.territory is not None and not any(not p.territories or sale.territory in p.territories for p in covering):
        places = _told(sorted({place for one in covering for place in one.territories}))
        reason = f"the licence holds in {places}, the goods go to {sale.territory}"
        raise _refusal(sale, "territory", on, reason, f"许可地域为 {places}，送货至 {sale.territory}")


def _covers(one: Jurisdiction, on: date) -> bool:
    return one.valid_from <= on and (one.valid_to is None or on <= one.valid_to)


def _told(words: Iterable[str]) -> str:
    return ", ".join(words)


def _refusal(sale: Sale, check: str, on: date, reason: str, reason_zh: str) -> NotQualified:
    return NotQualified(
        item=sale.item, customer=sale.customer, check=check, day=on.isoformat(), reason=reason, reason_zh=reason_zh
    )
