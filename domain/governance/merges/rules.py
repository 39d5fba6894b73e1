"""What keeps two masters from becoming one (pure): each difference that registers or ledgers would not bear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from domain.core.database import Row
from domain.core.errors import DomainError, trimmed
from domain.core.flow import Flow, Transition
from domain.governance.merges.models import MergeStatus

MERGE_FLOW: Final = Flow(
    document="Merge",
    initial=MergeStatus.PROPOSED,
    transitions={
        "be approved": Transition(frozenset({MergeStatus.PROPOSED}), MergeStatus.APPROVED),
        "be rejected": Transition(frozenset({MergeStatus.PROPOSED}), MergeStatus.REJECTED),
        "be undone": Transition(frozenset({MergeStatus.APPROVED}), MergeStatus.UNDONE),
    },
)


class MergeRule(StrEnum):
    """What must agree, or not be, for two masters to become one."""

    TWO_MASTERS = "TWO_MASTERS"
    IN_USE = "IN_USE"
    NOT_MERGED = "NOT_MERGED"
    CREDIT_CODE = "CREDIT_CODE"
    COUNTRY = "COUNTRY"
    PERSON_OR_FIRM = "PERSON_OR_FIRM"
    REGISTERED_NUMBER = "REGISTERED_NUMBER"
    GROUP_COMPANY = "GROUP_COMPANY"
    TERMS_CURRENCY = "TERMS_CURRENCY"
    CONTROL_ACCOUNT = "CONTROL_ACCOUNT"
    PAYMENT_RUN = "PAYMENT_RUN"
    UNIT = "UNIT"
    ITEM_TYPE = "ITEM_TYPE"
    DEVICE_CLASS = "DEVICE_CLASS"
    LOT_POLICY = "LOT_POLICY"
    PRIMARY_IDENTIFIER = "PRIMARY_IDENTIFIER"
    UNIT_CONVERSION = "UNIT_CONVERSION"
    KIT_OF_ITSELF = "KIT_OF_ITSELF"
    VALUATION = "VALUATION"
    STANDARD_COST = "STANDARD_COST"


class MergeConflict(DomainError):
    """Two masters differ in what registers or ledgers would not bear; `company` is empty for what the group holds."""

    code = "MERGE_CONFLICT"
    zh = "{merged} 不能并入 {survivor}（规则 {rule}{where}）：{merged_value} 与 {survivor_value} 冲突。"
    en = "{merged} cannot be merged into {survivor} (rule {rule}{where}): {merged_value} against {survivor_value}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A rule that two masters break, with the values of both; in which company, if one is meant."""

    rule: MergeRule
    merged: Any
    survivor: Any
    company: str | None = None

    def refusal(self, merged: str, survivor: str) -> MergeConflict:
        """The refusal of the merge of two masters by their codes."""
        return MergeConflict(
            merged=merged, survivor=survivor, rule=self.rule.value, company=self.company or "",
            where=f", {self.company}" if self.company else "", merged_value=_told(self.merged),
            survivor_value=_told(self.survivor),
        )  # fmt: skip


def _told(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(map(_told, value)))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, Decimal):
        return f"{trimmed(value):f}"
    return "-" if value is None else str(value)


def differing(rules: Mapping[str, MergeRule], merged: Row, survivor: Row, *, known_only: bool) -> Iterable[Conflict]:
    """The columns in which two rows differ; `known_only` leaves out those that one of them has not."""
    for name, rule in rules.items():
        values = merged[name], survivor[name]
        if values[0] != values[1] and not (known_only and None in values):
            yield Conflict(rule=rule, merged=values[0], survivor=values[1])


def disjoint(
    rule: MergeRule, merged: Iterable[Any], survivor: Iterable[Any], company: str | None = None
) -> list[Conflict]:
    """The conflict of two sets that both have members and share none."""
    ones, others = set(merged), set(survivor)
    if not ones or not others or ones & others:
        return []
    return [Conflict(rule=rule, merged=ones, survivor=others, company=company)]
