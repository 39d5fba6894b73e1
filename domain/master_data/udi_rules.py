"""Unique device identifiers as they are scanned from a label, read into what they say (pure).

Four agencies' forms: GS1 (element string with FNC1, the bracketed form printed below a symbol, Digital Link), HIBCC
(ANSI/HIBC 2.6), ICCBBA (ISBT 128), IFA (PPN in ANSI MH10.8 format 06). The identifier is that under which a register
holds the device (`device_rules.normal_identifier`). A wrong check digit of a GTIN is kept and flagged, as a register's
own may be wrong; the check character of a HIBC symbol and of a PPN guards the scan itself, so a wrong one is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from stdnum import numdb  # pyright: ignore[reportMissingTypeStubs]

from domain.core.errors import DomainError
from domain.master_data.device_rules import (
    gs1_check_digit_valid,
    hibc_check_character_valid,
    is_digits,
    normal_gtin,
    normal_identifier,
)
from domain.master_data.devices import IssuingAgency

# The separator that stands for FNC1 within a scan, and what encloses ANSI MH10.8 records.
GS, RS, EOT = "\x1d", "\x1e", "\x04"

_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_BRACKETED = re.compile(r"\((\d{2,4})\)")
_GTIN_AI, _LOT_AI, _SERIAL_AI, _MADE_AI, _EXPIRES_AI = "01", "10", "21", "11", "17"
# IFA: 9N pharmacy product number, 8P GTIN beside it.
_IFA_HEAD = re.compile(rf"^\[\)>{RS}?06{GS}")


class UdiUnreadable(DomainError):
    """A text that begins like a device identifier and does not go on like one."""

    code = "UDI_UNREADABLE"
    zh = "无法识别 UDI {value}：{reason_zh}。"
    en = "{value} cannot be read as a UDI: {reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Udi:
    """What a scan says: whose identifier, of which device, and of which production."""

    agency: IssuingAgency
    identifier: str
    lot: str | None = None
    serial: str | None = None
    made_on: date | None = None
    expires_on: date | None = None
    check_digit_valid: bool | None = None


def is_scanned(text: str) -> bool:
    """Whether a text begins like a scan of one of the forms that are read."""
    return _reader(text.strip()) is not None


def read_udi(text: str, today: date) -> Udi:
    """What a scan says; `today` tells the century of years with two digits. Raises: UdiUnreadable."""
    scan = text.strip()
    reader = _reader(scan)
    if reader is None:
        raise _unreadable(text, "it begins like no agency's form", "不属于任何发码机构的格式")
    return reader(_SYMBOLOGY.sub("", scan), today)


def _reader(scan: str) -> Callable[[str, date], Udi] | None:
    plain = _SYMBOLOGY.sub("", scan)
    if plain.startswith(("http://", "https://")):
        return _digital_link
    if plain.startswith("["):
        return _ifa
    if plain.startswith("="):
        return _iccbba
    if plain.startswith("+"):
        return _hibcc
    if plain.startswith("(") or re.match(rf"^{GS}?(00|01|02)\d{{14}}", plain):
        return _bracketed if plain.startswith("(") else _element_string
    return None


def _unreadable(value: str, reason: str, reason_zh: str) -> UdiUnreadable:
    shown = value.replace(GS, "<GS>").replace(RS, "<RS>").replace(EOT, "<EOT>")
    return UdiUnreadable(("udi",), value=shown, reason=reason, reason_zh=reason_zh)


# --- GS1 ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _application_identifiers() -> Any:
    """The table of GS1's application identifiers."""
    return numdb.get("gs1_ai")


def _lengths(ai_and_more: str) -> tuple[str, int, bool] | None:
    """The application identifier that a text begins with, the most characters it takes, whether a separator ends it."""
    found = _application_identifiers().info(ai_and_more)
    ai, about = found[0]
    if not about:
        return None
    most = sum(int(number) for number in re.findall(r"[NXYZ]\[?\.*\[?(\d+)", about["format"]))
    return ai, most, "fnc1" in about


def _element_string(text: str, today: date) -> Udi:
    """(01)07035620052132(17)251200(10)A with separators in place of brackets (GS1 General Specifications, 7.8)."""
    return _gs1(text, dict(_elements(text)), today)


def _elements(text: str) -> Iterator[tuple[str, str]]:
    """Each application identifier with its value. Raises: UdiUnreadable."""
    rest = text.lstrip(GS)
    while rest:
        known = _lengths(rest)
        if known is None:
            raise _unreadable(text, f"{rest[:4]} is no application identifier", f"{rest[:4]} 不是应用标识符")
        ai, most, is_ended = known
        rest = rest[len(ai) :]
        value = rest.split(GS, 1)[0] if is_ended else rest[:most]
        if len(value) > most or (not is_ended and (len(value) < most or GS in value)) or not value:
            raise _unreadable(text, f"({ai}) takes {most} characters", f"({ai}) 应为 {most} 个字符")
        yield ai, value
        rest = rest[len(value) :].removeprefix(GS)


def _bracketed(text: str, today: date) -> Udi:
    """(01)07035620052132(17)251200(10)A, as it is printed below a symbol."""
    parts = _BRACKETED.split(text)
    if parts[0] or len(parts) < 3:
        raise _unreadable(text, "it begins with no application identifier", "未以应用标识符开头")
    values: dict[str, str] = {}
    last = ""
    for ai, value in zip(parts[1::2], parts[2::2], strict=True):
        # Brackets may stand in a lot too; those around no application identifier are of the value before.
        known = _lengths(ai)
        if known is None or known[0] != ai or not value:
            values[last] = f"{values.get(last, '')}({ai}){value}"
            continue
        values[ai], last = value, ai
    return _gs1(text, values, today)


def _digital_link(text: str, today: date) -> Udi:
    """https://id.gs1.org/01/07035620052132/10/A?17=251200 (GS1 Digital Link URI Syntax 1.4)."""
    url = urlsplit(text)
    steps = [unquote(step) for step in url.path.split("/") if step]
    if _GTIN_AI not in steps:
        raise _unreadable(text, "it names no GTIN", "未包含 GTIN")
    steps = steps[steps.index(_GTIN_AI) :]
    values = dict(zip(steps[::2], steps[1::2], strict=False))
    values |= {name: value for name, value in parse_qsl(url.query) if is_digits(name)}
    return _gs1(text, values, today)


def _gs1(text: str, values: Mapping[str, str], today: date) -> Udi:
    gtin = values.get(_GTIN_AI, "")
    if not is_digits(gtin) or len(gtin) not in (8, 12, 13, 14):
        raise _unreadable(text, "it holds no GTIN (01)", "不含 GTIN (01)")
    return Udi(
        agency=IssuingAgency.GS1, identifier=normal_gtin(gtin), lot=values.get(_LOT_AI), serial=values.get(_SERIAL_AI),
        made_on=_gs1_day(text, _MADE_AI, values, today), expires_on=_gs1_day(text, _EXPIRES_AI, values, today),
        check_digit_valid=gs1_check_digit_valid(gtin),
    )  # fmt: skip


def _gs1_day(text: str, ai: str, values: Mapping[str, str], today: date) -> date | None:
    """A date YYMMDD; day 00 is the last of the month (7.12). Raises: UdiUnreadable."""
    given = values.get(ai)
    if given is None:
        return None
    if not is_digits(given) or len(given) != 6:
        raise _unreadable(text, f"({ai}) is a date YYMMDD", f"({ai}) 应为 YYMMDD 日期")
    return _day(text, century_of(int(given[:2]), today), int(given[2:4]), int(given[4:]))


def century_of(two_digits: int, today: date) -> int:
    """The year that two digits mean: from 49 years back to 50 ahead (GS1 General Specifications, 7.12)."""
    century, now = divmod(today.year, 100)
    if two_digits - now >= 51:
        century -= 1
    elif two_digits - now <= -50:
        century += 1
    return century * 100 + two_digits


def _day(text: str, year: int, month: int, day: int) -> date:
    """The day; 0 is the last of its month. Raises: UdiUnreadable."""
    try:
        if day:
            return date(year, month, day)
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        told = f"{year}-{month:02}-{day:02}"
        raise _unreadable(text, f"there is no day {told}", f"不存在日期 {told}") from None


def _day_of_year(text: str, year: int, number: int) -> date:
    found = date(year, 1, 1) + timedelta(days=number - 1)
    if found.year != year:
        raise _unreadable(text, f"{year} has no day {number}", f"{year} 年没有第 {number} 天")
    return found


# --- HIBCC --------------------------------------------------------------------------------------------------------

# ANSI/HIBC 2.6, 2.3.2: after $$ a first digit tells the form of the expiry date, and its length.
_HIBC_DATES: Final[Mapping[str, int]] = {"2": 6, "3": 6, "4": 8, "5": 5, "6": 7, "7": 0}
_HIBC_QUANTITIES: Final[Mapping[str, int]] = {"8": 2, "9": 5}


def _hibcc(text: str, today: date) -> Udi:
    """+A99912345/$$420020216LOT123/16D20130114C: labeller, product and unit; then lot, serial and days."""
    scan = text.strip("*")
    if not hibc_check_character_valid(scan):
        raise _unreadable(text, "its check character is wrong", "校验字符错误")
    primary, *more = scan[1:-1].split("/")
    if not re.fullmatch(r"[A-Z][A-Z0-9]{3}[A-Z0-9]{1,18}[0-9]", primary):
        raise _unreadable(text, "it names no product, which stands in the primary symbol", "不含产品标识（主条码）")
    udi = Udi(agency=IssuingAgency.HIBCC, identifier=normal_identifier("HIBCC", primary), check_digit_valid=True)
    for place, part in enumerate(more):
        udi = _hibc_part(text, udi, part, is_first=place == 0, today=today)
    return udi


def _hibc_part(text: str, udi: Udi, part: str, *, is_first: bool, today: date) -> Udi:
    """What one part of the secondary data adds."""
    if part.startswith("$$"):
        return _hibc_dated(text, udi, part[2:], today)
    if part.startswith("$+"):
        return replace(udi, serial=part[2:] or None)
    if part.startswith("$"):
        return replace(udi, lot=part[1:] or None)
    if part.startswith(("14D", "16D")) and is_digits(part[3:]) and len(part) == 11:
        day = _day(text, int(part[3:7]), int(part[7:9]), int(part[9:]))
        return replace(udi, expires_on=day) if part.startswith("14D") else replace(udi, made_on=day)
    if part.startswith("S"):
        return replace(udi, serial=part[1:] or None)
    if is_first and is_digits(part[:5]):
        day = _day_of_year(text, century_of(int(part[:2]), today), int(part[2:5]))
        return replace(udi, expires_on=day, lot=part[5:] or None)
    return udi


def _hibc_dated(text: str, udi: Udi, rest: str, today: date) -> Udi:
    """After $$: a quantity, the day of expiry in the form its first digit tells, then the lot; after + the serial."""
    is_serial, rest = rest.startswith("+"), rest.removeprefix("+")
    if rest[:1] in _HIBC_QUANTITIES:
        rest = rest[1 + _HIBC_QUANTITIES[rest[0]] :]
    expires_on: date | None = None
    if rest[:1] in ("0", "1"):
        length, digits = 4, rest[:4]
    else:
        length = _HIBC_DATES.get(rest[:1], -1)
        rest = rest[1:]
        digits = rest[: max(length, 0)]
    if length < 0 or (digits and not is_digits(digits)) or len(digits) != length:
        raise _unreadable(text, "its expiry date has no form of HIBC 2.6", "有效期格式不符合 HIBC 2.6")
    numbers = [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]
    match length:
        case 4:
            expires_on = _day(text, century_of(numbers[1], today), numbers[0], 0)
        case 5 | 7:
            expires_on = _day_of_year(text, century_of(numbers[0], today), int(digits[2:5]))
        case 6 if text[text.index("$$") :].lstrip("$+")[:1] == "2":
            expires_on = _day(text, century_of(numbers[2], today), numbers[0], numbers[1])
        case 6 | 8:
            expires_on = _day(text, century_of(numbers[0], today), numbers[1], numbers[2])
        case _:
            expires_on = None
    value = rest[length:] or None
    return replace(udi, expires_on=expires_on, **({"serial": value} if is_serial else {"lot": value}))


# --- ICCBBA and IFA -----------------------------------------------------------------------------------------------

_ISBT_DAY: Final = r"[0-9]\d{2}\d{3}"


def _iccbba(text: str, today: date) -> Udi:
    """=/A9999XYZ100T0944=,000025=>014032=}013032&,1000000000000XYZ123 (ISBT 128): the product, then its production."""
    product = re.match(r"^=/([A-Z0-9]{5}[A-Z0-9]{6}[A-Z0-9]{5})", text)
    if product is None:
        raise _unreadable(text, "it begins with no processor product code (=/)", "未以产品代码 (=/) 开头")
    serial = re.search(r"=,([A-Z0-9]{6})", text)
    lot = re.search(r"&,1([A-Z0-9]{18})", text)
    return Udi(
        agency=IssuingAgency.ICCBBA, identifier=product[1],
        serial=serial[1] if serial else None, lot=lot[1].lstrip("0") or None if lot else None,
        expires_on=_isbt_day(text, "=>"), made_on=_isbt_day(text, "=}"),
    )  # fmt: skip


def _isbt_day(text: str, mark: str) -> date | None:
    """A date cyyjjj: c is the third digit of the year from 2000 on (0 is 20yy, 9 is 19yy)."""
    found = re.search(rf"{re.escape(mark)}({_ISBT_DAY})", text)
    if found is None:
        return None
    century, year, day = int(found[1][0]), int(found[1][1:3]), int(found[1][3:])
    return _day_of_year(text, (1000 if century == 9 else 2000) + (900 if century == 9 else century * 100) + year, day)


def _ifa(text: str, today: date) -> Udi:
    """[)>06 9N110375286414 1T12345ABCD D150617 S12345678 with separators (IFA coding system, PPN)."""
    if not _IFA_HEAD.match(text):
        raise _unreadable(text, "it is no record of format 06", "不是 06 格式的数据")
    fields = [one for one in re.split(f"[{GS}{RS}{EOT}]", _IFA_HEAD.sub("", text)) if one]
    number = next((one[2:] for one in fields if one.startswith("9N")), "")
    if not re.fullmatch(r"[0-9A-Z]{4,22}", number):
        raise _unreadable(text, "it holds no pharmacy product number (9N)", "不含药品产品号 (9N)")
    if ppn_check(number[:-2]) != number[-2:]:
        raise _unreadable(text, "the check digits of its product number are wrong", "产品号校验位错误")
    udi = Udi(agency=IssuingAgency.IFA, identifier=number, check_digit_valid=True)
    for one in fields:
        if one.startswith("1T"):
            udi = replace(udi, lot=one[2:])
        elif re.fullmatch(r"D\d{6}", one):
            day = _day(text, century_of(int(one[1:3]), today), int(one[3:5]), int(one[5:]))
            udi = replace(udi, expires_on=day)
        elif re.fullmatch(r"16D\d{8}", one):
            udi = replace(udi, made_on=_day(text, int(one[3:7]), int(one[7:9]), int(one[9:])))
        elif one.startswith("S"):
            udi = replace(udi, serial=one[1:])
    return udi


def ppn_check(body: str) -> str:
    """The check digits of a pharmacy product number given without them: character codes weighted 2, 3, ... modulo 97.

    Source: IFA coding system, specification PPN code, annex.
    """
    return f"{sum(ord(letter) * weight for weight, letter in enumerate(body, start=2)) % 97:02}"
