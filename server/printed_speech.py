"""How printed documents say things in their two languages: words, names, days, numbers, and where words break."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from domain.core.money import minor_unit_digits
from server.printed_words import MONTHS, WORDS

# A text without a space that is longer may be broken every so many characters.
UNBROKEN_MAX, BROKEN_EVERY = 16, 8
ZERO_WIDTH_SPACE: Final = "\u200b"
NO_BREAK: Final = "\u00a0"

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Speech:
    """One of the two languages: its words, names, dates and numbers."""

    is_zh: bool

    def word(self, name: str) -> str:
        return WORDS[name][0 if self.is_zh else 1]

    def name(self, of: Mapping[str, Any] | None) -> str:
        """The name of an item, party or company; the registered one where it has one."""
        if of is None:
            return ""
        english, chinese = of.get("legalName") or of.get("name"), of.get("legalNameZh") or of.get("nameZh")
        return broken((chinese or english if self.is_zh else english or chinese) or "")

    def unit(self, of: Mapping[str, Any] | None) -> str:
        """A unit of measure: its Chinese name, in English its code, as lists of parts have it."""
        found = of or {}
        return (found.get("nameZh") if self.is_zh else None) or found.get("code") or ""

    def day(self, value: str | None) -> str:
        """2026-11-26 as 2026年11月26日 or 26 Nov 2026."""
        if value is None:
            return ""
        on = date.fromisoformat(value)
        return f"{on.year}年{on.month}月{on.day}日" if self.is_zh else f"{on.day} {MONTHS[on.month - 1]} {on.year}"

    def short_day(self, value: str | None) -> str:
        """The day as a table shows it: 2026-11-26, in English 26 Nov 2026."""
        return value or "" if self.is_zh else self.day(value)

    def fact(self, name: str, value: str | None) -> tuple[Fact, ...]:
        """A word and its value, where there is one."""
        return ((self.word(name), broken(value)),) if value else ()


def broken(text: str) -> str:
    """The text with places at which words that are too long for a column may be broken."""
    if len(text) <= UNBROKEN_MAX or max(map(len, text.split())) <= UNBROKEN_MAX:
        return text
    words = (
        ZERO_WIDTH_SPACE.join(word[at : at + BROKEN_EVERY] for at in range(0, len(word), BROKEN_EVERY))
        if len(word) > UNBROKEN_MAX and word.isascii()
        else word
        for word in text.split(" ")
    )
    return " ".join(words)


def money(value: Mapping[str, str] | None) -> str:
    """An amount with the digits of its currency, and more where it has more."""
    if value is None:
        return ""
    amount = Decimal(value["amount"])
    own = max(0, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{max(own, minor_unit_digits(value['currency']))}f}"


def quantity(value: str | None) -> str:
    """A quantity with the digits that it has."""
    return "" if value is None else f"{Decimal(value).normalize():,f}"


def percent(value: str | None) -> str:
    return "" if value is None or not Decimal(value) else f"{Decimal(value).normalize():f} %"
