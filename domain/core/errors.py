"""Refusals: each a named value with a stable public code and a message in zh and en.

A `DomainError` becomes an entry of `userErrors`, typed with its data; a `RequestError` (permission, validation, unknown
things named in the request) becomes a top-level error. The code is the contract, the message is for people.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

Path = tuple[str | int, ...]

# The values that name a thing: a record, a field, a command, a transition.
_NAMES = frozenset({"what", "command", "duty", "conflicting", "transition"})

# Chinese sets no space between two of its own characters; a template cannot know whether a value is Chinese.
_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")

# A number written with more places than this is not written out.
_PLACES_MAX = 100


@dataclass(frozen=True, slots=True)
class Label:
    """The word by which people know a thing."""

    en: str
    zh: str


def trimmed(number: Decimal) -> Decimal:
    """The same number without trailing zeros after the point and without an exponent."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not -_PLACES_MAX <= exponent <= _PLACES_MAX:
        return number
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


class Refusal(Exception):
    """The common root; `values` fill the message template and travel to the client.

    A subclass sets `code` (SCREAMING_SNAKE, never reused) and the two templates. Values must never be secrets.
    """

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    # What code calls a thing -> what people call it; `domain.core.labels` reads it from the declarations.
    labels: ClassVar[Mapping[str, Label]] = {}
    # The same of each command's own arguments, which go first where its refusal is told.
    arguments: ClassVar[Mapping[str, Mapping[str, Label]]] = {}

    def __init__(self, path: Path = (), **values: Any) -> None:
        super().__init__(self.code, values)
        self.path = path
        self.values: Mapping[str, Any] = {
            name: trimmed(value) if isinstance(value, Decimal) else value for name, value in values.items()
        }

    def message(self, locale: str = "en", command: str | None = None) -> str:
        """The sentence for a reader of `locale`, with this refusal's values; the things it names by their labels, and
        where a command was refused by those of its arguments first.
        """
        is_zh = locale.startswith("zh")
        named = {name: label for name in _NAMES & self.values.keys() if (label := self._label(name, command))}
        told = {name: _told(value, named.get(name), is_zh=is_zh) for name, value in self.values.items()}
        if is_zh:
            return _GAP.sub("", self.zh.format(**told))
        text = self.en.format(**told)
        # A label stands in lower case; a template that begins with a name begins a sentence.
        is_named = any(self.en.startswith(f"{{{name}}}") for name in named)
        return text[:1].upper() + text[1:] if is_named else text

    def _label(self, name: str, command: str | None) -> Label | None:
        """The label of the thing that a value names."""
        value = self.values[name]
        return self.arguments.get(command or "", {}).get(value) or self.labels.get(value)

    def at(self, *path: str | int) -> "Refusal":
        """This refusal with `path` before its own; returns itself so that it can be raised or collected."""
        self.path = (*path, *self.path)
        return self


def _told(value: Any, label: Label | None, *, is_zh: bool) -> Any:
    """What is said of one value of a refusal: a name by its label, a number without an exponent where it is short."""
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) <= _PLACES_MAX else value
    return value if label is None else label.zh if is_zh else label.en


class DomainError(Refusal):
    """The business says no: an entry of `userErrors`; nothing of the command's row was written.

    A refusal that `is_recorded` is itself what becomes true: what its command wrote, such as a count of failures,
    stands.
    """

    is_recorded: ClassVar[bool] = False


class RequestError(Refusal):
    """The request itself is wrong or not allowed: a top-level error."""


class Forbidden(RequestError):
    code = "FORBIDDEN"
    zh = "您无权执行 {what}。"
    en = "You may not do this: {what}."


class FieldNotReadable(RequestError):
    """A filter, order, group or aggregate names a field the reader may not read in all companies asked."""

    code = "FIELD_NOT_READABLE"
    zh = "字段 {coordinate} 在所选公司中不全部可读，不能用于{use}。"
    en = "{coordinate} is not readable in all companies asked, so it cannot be used to {use}."


class NotFound(DomainError):
    code = "NOT_FOUND"
    zh = "找不到 {what} {key}。"
    en = "There is no {what} {key}."


class Unknown(RequestError):
    """A read names something that does not exist, or that the reader may not know of: the answer is the same."""

    code = "NOT_FOUND"
    zh = "找不到 {what} {key}。"
    en = "There is no {what} {key}."


class InvalidInput(RequestError):
    """A value that is no value of its type: excess scale, NaN, a malformed id or cursor."""

    code = "BAD_USER_INPUT"
    zh = "{what} 的值 {value} 无效：{reason_zh}。"
    en = "{value} is not valid for {what}: {reason}."


class Rejected(DomainError):
    """A value that breaks a rule of the business, such as a negative quantity."""

    code = "INVALID_VALUE"
    zh = "{what} 的值 {value} 不被接受：{reason_zh}。"
    en = "{what} {value} is refused: {reason}."


class WrongState(DomainError):
    code = "WRONG_STATE"
    zh = "{what} {key} 处于状态 {state}，不能{transition}。"
    en = "{what} {key} is {state} and cannot {transition}."


class StaleVersion(DomainError):
    code = "STALE_VERSION"
    zh = "{what} {key} 已是版本 {current_version}，您依据的是版本 {expected_version}。"
    en = "{what} {key} is at version {current_version}; you expected {expected_version}."


class IdempotencyKeyReused(RequestError):
    code = "IDEMPOTENCY_KEY_REUSED"
    zh = "幂等键 {key} 已用于不同的请求内容。"
    en = "The idempotency key {key} was used with another input."


class IdempotencyKeyRequired(RequestError):
    code = "IDEMPOTENCY_KEY_REQUIRED"
    zh = "{command} 需要 idempotencyKey。"
    en = "{command} needs an idempotencyKey."


class IdempotencyInProgress(RequestError):
    code = "IDEMPOTENCY_IN_PROGRESS"
    zh = "使用幂等键 {key} 的请求仍在执行。"
    en = "A request with the idempotency key {key} is still running."


class SegregationOfDuties(DomainError):
    code = "SEGREGATION_OF_DUTIES"
    zh = "职责分离：{duty} 与 {conflicting} 不能由同一人在同一单据上执行。"
    en = "Segregation of duties: {duty} and {conflicting} on one document need two people."


class CurrencyMismatch(DomainError):
    code = "CURRENCY_MISMATCH"
    zh = "{what} 使用 {currency}，应为 {expected}。"
    en = "{what} is in {currency}, expected {expected}."


class Overloaded(RequestError):
    code = "OVERLOADED"
    zh = "服务器繁忙，请稍后重试。"
    en = "The server has no free connection; try again."


class AlreadyExists(DomainError):
    code = "ALREADY_EXISTS"
    zh = "{what} {key} 已存在。"
    en = "{what} {key} exists already."


class StillReferenced(DomainError):
    code = "STILL_REFERENCED"
    zh = "{what} {key} 仍被其他记录引用。"
    en = "{what} {key} is still named by other records."


class RecordBusy(RequestError):
    """Another transaction holds a row longer than one waits for it."""

    code = "RECORD_BUSY"
    zh = "所需记录正被其他操作占用，请稍后重试。"
    en = "Another operation holds a record this one needs; try again."


class BatchTooLarge(RequestError):
    code = "BATCH_TOO_LARGE"
    zh = "一次最多 {limit} 条命令，收到 {count} 条。"
    en = "{count} commands at once; at most {limit} are taken."
