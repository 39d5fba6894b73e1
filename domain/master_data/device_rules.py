"""Device identifiers: check digits and canonical forms of GS1 and HIBCC codes.

A wrong check digit is a fact about a value, not a fault of the caller: these functions answer, they never refuse a
value that a regulator has published. They raise only for text that is no code of its kind at all.
"""

# The GS1 keys by number of digits: GTIN-8, GTIN-12 (UPC-A), GTIN-13 (EAN), GTIN-14, GSIN, SSCC.
GS1_LENGTHS = frozenset({8, 12, 13, 14, 17, 18})
GTIN_LENGTHS = frozenset({8, 12, 13, 14})
GTIN_DIGITS = 14

# ANSI/HIBC 2.6, table of check character values: a character's value is its place.
HIBC_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"


def is_digits(value: str) -> bool:
    """Whether the text is one or more of the ten ASCII digits; other scripts' digits are not a code."""
    return value.isascii() and value.isdigit()


def gs1_check_digit(body: str) -> str:
    """The check digit of a GS1 key given without it: weights 3, 1, 3, ... from the right.

    Source: GS1 General Specifications, 7.9.1. Raises: ValueError when the body is not digits.
    """
    if not is_digits(body):
        raise ValueError(f"{body!r} is not a row of digits")
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def gs1_check_digit_valid(key: str) -> bool:
    """Whether a whole GS1 key has a length that GS1 assigns and ends in its check digit."""
    return is_digits(key) and len(key) in GS1_LENGTHS and gs1_check_digit(key[:-1]) == key[-1]


def normal_gtin(gtin: str) -> str:
    """The 14-digit form of a GTIN, padded with zeros on the left; the check digit is the same in every form.

    Raises: ValueError when the text is not a GTIN of 8, 12, 13 or 14 digits.
    """
    if not is_digits(gtin) or len(gtin) not in GTIN_LENGTHS:
        raise ValueError(f"{gtin!r} is not a GTIN of 8, 12, 13 or 14 digits")
    return gtin.zfill(GTIN_DIGITS)


def hibc_check_character(body: str) -> str:
    """The modulo 43 check character of an HIBC text given without it, the leading '+' included.

    Raises: ValueError when a character is not of the HIBC set.
    """
    values = [HIBC_CHARACTERS.find(character) for character in body]
    if not values or min(values) < 0:
        raise ValueError(f"{body!r} is not a text of HIBC characters")
    return HIBC_CHARACTERS[sum(values) % len(HIBC_CHARACTERS)]


def hibc_check_character_valid(text: str) -> bool:
    """Whether a whole HIBC text, '+' to check character, ends in its check character."""
    body, last = text[:-1], text[-1:]
    return bool(body) and all(letter in HIBC_CHARACTERS for letter in text) and hibc_check_character(body) == last


def check_digit_valid(agency: str, identifier: str) -> bool | None:
    """Whether a device identifier's own check digit is right; None where the agency gives identifiers none.

    Only GS1 identifiers carry one. HIBCC's check character closes the printed symbol, not the identifier that a
    register holds; ICCBBA, IFA and the Chinese agencies check elsewhere.
    """
    return gs1_check_digit_valid(identifier) if agency == "GS1" else None


def is_normal_length(agency: str, identifier: str) -> bool:
    """Whether an identifier has the length its agency registers: 14 digits for GS1; the others vary."""
    return agency != "GS1" or len(identifier) == GTIN_DIGITS


def normal_identifier(agency: str, identifier: str) -> str:
    """The form under which an identifier is found: a GTIN in 14 digits, any other code in capitals, trimmed.

    A GS1 value that is no GTIN stays as it was registered.
    """
    code = identifier.strip().upper()
    if agency == "GS1" and is_digits(code) and len(code) in GTIN_LENGTHS:
        return normal_gtin(code)
    return code
