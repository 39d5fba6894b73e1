"""When two masters may be one thing recorded twice (pure): names compared as people read them, and codes that agree.

A name is compared without the form of the company (Co., Ltd., GmbH, 有限公司), without case, width, accents and
punctuation, in simplified characters. Numbers must agree: the First and the Second People's Hospital are two hospitals,
and a screw of 8 mm is none of 10 mm, however alike the rest.

Likeness is a whole percentage. What stands below `LIKELY` is no candidate.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Any, Final, cast
from uuid import UUID

from opencc import OpenCC
from rapidfuzz import fuzz

from domain.core.search import fold, sought

# Pairs below this are different things with similar names.
LIKELY: Final = 70
# Names below this are not alike.
ALIKE: Final = 86

# What follows a company's own name, in capitals or not, with or without points.
_FORMS: Final = frozenset(
    "gmbh mbh ag kg kgaa ohg ug ev se ltd limited inc incorporated corp corporation co company llc llp lp plc pllc sa "  # noqa: SIM905 shorter
    "sas sarl sasu srl spa snc sl slu lda bv nv cv ab as asa oy oyj aps kk kft zrt doo sro pty pte sdn bhd pvt pt tbk "
    "tic sti group holding holdings und and & the".split()
)
# Longest first: each ends with another.
_FORMS_ZH: Final = (
    "股份有限责任公司", "有限责任公司", "股份有限公司", "集团有限公司", "控股有限公司", "有限公司", "集团公司",
    "株式会社", "有限会社", "分公司", "公司", "集团",
)  # fmt: skip
_NUMERALS: Final = "一二三四五六七八九十"
_WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[^\W\d_]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class DuplicateReason(StrEnum):
    """Why two masters may be one."""

    EQUAL_CREDIT_CODE = "EQUAL_CREDIT_CODE"
    EQUAL_IDENTIFIER = "EQUAL_IDENTIFIER"
    EQUAL_CODE = "EQUAL_CODE"
    EQUAL_NAME = "EQUAL_NAME"
    SIMILAR_NAME = "SIMILAR_NAME"
    EQUAL_MODEL = "EQUAL_MODEL"
    EQUAL_CHANNEL = "EQUAL_CHANNEL"


# How much one reason alone says; each further one adds `MORE`. A similar name says what it is alike, less this much.
_WORTH: Final = {
    DuplicateReason.EQUAL_CREDIT_CODE: 99,
    DuplicateReason.EQUAL_IDENTIFIER: 98,
    DuplicateReason.EQUAL_NAME: 92,
    DuplicateReason.EQUAL_MODEL: 80,
    DuplicateReason.EQUAL_CODE: 75,
    DuplicateReason.EQUAL_CHANNEL: 30,
}
_SIMILAR_LESS: Final = 8
_MORE: Final = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: its words without the company's form, and the numbers in it."""

    text: str
    numbers: tuple[str, ...]

    @property
    def is_chinese(self) -> bool:
        """Whether it is compared character by character."""
        return bool(_CHINESE.search(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """What of a party is compared; `identifiers` are (scheme, number), `channels` squeezed addresses and numbers."""

    id: UUID
    code: str
    names: tuple[str, ...]
    credit_code: str | None
    country: str | None
    is_person: bool
    identifiers: frozenset[tuple[str, str]]
    channels: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What of an item is compared; `identifiers` are (agency, normal value) of scopes that are of one item."""

    id: UUID
    code: str
    names: tuple[str, ...]
    model: str | None
    size: str | None
    manufacturer_id: UUID | None
    unit_id: UUID
    kind: str
    identifiers: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two masters are, in whole percent, and why."""

    score: int
    reasons: tuple[DuplicateReason, ...]


@lru_cache(maxsize=2)
def _converter(way: str) -> Callable[[str], str]:
    made = cast(Any, OpenCC(way))  # it has no types
    return made.convert


def simplified(text: str) -> str:
    """The text in simplified Chinese characters."""
    return _converter("t2s")(text)


def traditional(text: str) -> str:
    """The text in traditional Chinese characters."""
    return _converter("s2t")(text)


def squeezed(text: str | None) -> str:
    """A code or number without case, spaces and punctuation."""
    return sought(text or "").squeezed


@lru_cache(maxsize=20_000)
def comparable(name: str) -> Name:
    """A name as it is compared; one that is nothing but a company's form keeps it."""
    folded = fold(name)
    if _CHINESE.search(folded):
        folded = simplified(folded)
        folded = re.sub(r"[(（].{0,4}[)）]", lambda found: found[0][1:-1], folded)
        for form in _FORMS_ZH:
            if folded.endswith(form) and len(folded) > len(form) + 1:
                folded = folded.removesuffix(form)
                break
    # B.V. and S.p.A. are words, a point between digits stays.
    folded = re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1", folded)
    words = _WORD.findall(folded)
    kept = [word for word in words if word not in _FORMS] or words
    numbers = sorted(word.replace(",", ".") for word in kept if word[0].isdigit())
    numbers += re.findall(f"第[{_NUMERALS}]+", folded)
    return Name(" ".join(kept), tuple(numbers))


def name_likeness(one: str, other: str) -> int:
    """How alike two names are, 0 to 100; 0 where their numbers differ or they are of different scripts."""
    left, right = comparable(one), comparable(other)
    if left.numbers != right.numbers or left.is_chinese != right.is_chinese or not left.text or not right.text:
        return 0
    if left.text.replace(" ", "") == right.text.replace(" ", ""):
        return 100
    if left.is_chinese:
        return min(99, int(fuzz.ratio(left.text.replace(" ", ""), right.text.replace(" ", ""))))
    return min(99, int(fuzz.token_sort_ratio(left.text, right.text)))


def _best(ones: Iterable[str], others: Iterable[str]) -> int:
    return max((name_likeness(one, other) for one, other in product(ones, others)), default=0)


def _named(likeness: int) -> dict[DuplicateReason, int]:
    """The reason that a likeness of names is, with what it says."""
    if likeness == 100:
        return {DuplicateReason.EQUAL_NAME: _WORTH[DuplicateReason.EQUAL_NAME]}
    return {DuplicateReason.SIMILAR_NAME: likeness - _SIMILAR_LESS} if likeness >= ALIKE else {}


def _summed(found: dict[DuplicateReason, int]) -> Likeness | None:
    """What the reasons say together; None where that is too little."""
    if not found:
        return None
    score = min(max(found.values()) + _MORE * (len(found) - 1), 100)
    return Likeness(score, tuple(sorted(found, key=lambda one: (-found[one], one)))) if score >= LIKELY else None


def party_likeness(one: PartyFacts, other: PartyFacts) -> Likeness | None:
    """How alike two parties are; None for no candidates.

    Two credit codes are two legal entities, a firm is no person. People of one name are candidates only where they are
    reached under one address or number: names of people repeat.
    """
    codes = {one.credit_code, other.credit_code}
    if one.is_person != other.is_person or len(codes - {None}) > 1:
        return None
    found: dict[DuplicateReason, int] = {}
    numbers = {number for _, number in one.identifiers}, {number for _, number in other.identifiers}
    credit = one.credit_code or other.credit_code
    if credit is not None and all(credit in {own.credit_code} | held for own, held in zip((one, other), numbers)):  # noqa: B905 two and two
        found[DuplicateReason.EQUAL_CREDIT_CODE] = _WORTH[DuplicateReason.EQUAL_CREDIT_CODE]
    if one.identifiers & other.identifiers:
        found[DuplicateReason.EQUAL_IDENTIFIER] = _WORTH[DuplicateReason.EQUAL_IDENTIFIER]
    named = _named(_best(one.names, other.names))
    if one.channels & other.channels and named:
        found[DuplicateReason.EQUAL_CHANNEL] = _WORTH[DuplicateReason.EQUAL_CHANNEL]
    if not one.is_person or found:
        found |= named
    if squeezed(one.code) == squeezed(other.code):
        found[DuplicateReason.EQUAL_CODE] = _WORTH[DuplicateReason.EQUAL_CODE]
    is_elsewhere = one.country is not None and other.country is not None and one.country != other.country
    if is_elsewhere and set(found) <= {DuplicateReason.SIMILAR_NAME, DuplicateReason.EQUAL_NAME}:
        return None
    return _summed(found)


def item_likeness(one: ItemFacts, other: ItemFacts) -> Likeness | None:
    """How alike two items are; None for no candidates.

    A name alone says nothing where makers, models, sizes or kinds differ: a catalogue has many screws of one name.
    """
    found: dict[DuplicateReason, int] = {}
    if one.identifiers & other.identifiers:
        found[DuplicateReason.EQUAL_IDENTIFIER] = _WORTH[DuplicateReason.EQUAL_IDENTIFIER]
    if squeezed(one.code) == squeezed(other.code):
        found[DuplicateReason.EQUAL_CODE] = _WORTH[DuplicateReason.EQUAL_CODE]
    models = squeezed(one.model), squeezed(other.model)
    is_apart = (
        one.manufacturer_id != other.manufacturer_id
        or models[0] != models[1]
        or squeezed(one.size) != squeezed(other.size)
        or one.kind != other.kind
    )
    if not is_apart:
        likeness = _best(one.names, other.names)
        found |= _named(likeness)
        if models[0] and likeness >= LIKELY:
            found[DuplicateReason.EQUAL_MODEL] = _WORTH[DuplicateReason.EQUAL_MODEL]
    return _summed(found)
