"""Search over masters: by what a name or code begins with, by its words and their parts, and by words misspelt.

A record declares the columns that are searched: names and codes, and at most one longer text. One GIN index over what
`skein_search` makes of them serves every way of asking: the words themselves (found by their beginnings), neighbouring
pairs of Chinese characters, every ending of a value without spaces (so a code is found by any part), each value from
its beginning whatever its punctuation, and for a word of letters what is left of its beginning when one letter is
missing. Two words that share such a remainder differ by one letter left out, added, replaced or by two exchanged, so a
misspelt word costs a few look-ups and no scan. Of the longer text only words are kept: it is found, and ranks last.

Letters are compared without accents, width and the case of Latin ones. The same rules stand twice, here for what is
asked and as a function of the database for what is stored; a test holds them together. They name their letters one by
one, because what a database calls a letter depends on its locale.

Refused: trigrams of an extension, which many servers lack and which tell Chinese apart badly; a table of words beside
the masters, which every way of writing would have to keep; a search engine beside the database, which would need a
second implementation of permission.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final
from unicodedata import normalize

from sqlalchemy import Column, ColumnElement, Integer, Text, cast, func, null
from sqlalchemy.dialects.postgresql import TSVECTOR

from domain.core.columns import NAME_LENGTH_MAX, spec_of

# Rows that one search ranks, as many as the largest page: what is better comes first, and more words say more.
MATCHES_MAX = 100
# Fewer rows than this are no reason to believe that the words are spelt as they were meant.
FOUND_FEW = 10
# A longer text is no search, and would make one statement look up too many words.
TEXT_MAX = 200
WORDS_MAX = 16

# A shorter word is found as it is: so many others begin with it, or are one letter from it.
BEGINNING_MIN = 3
MISSPELT_MIN = 4
# Letters of a word among which one may be wrong.
MISSPELT_LENGTH = 8
# Characters of a value that tell it from others that begin alike.
VALUE_LENGTH = 64

# Chinese and Japanese characters are not divided by spaces; other letters make words.
_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_LETTERS = "0-9a-z\u00b5-\u024f\u0370-\u058f\u05d0-\u11ff"
_ACCENTS = "\u0300-\u036f"
_FOLDED = str.maketrans(ascii_uppercase, ascii_lowercase)
# What stands between words; a point between two digits does not.
_BETWEEN = rf"(?:[^{_LETTERS}{_CJK}.]|(?<![0-9])[.]|[.](?![0-9]))+"


def _escaped(pattern: str) -> str:
    """A pattern with its letters beyond ASCII as the database writes them."""
    return "".join(letter if letter.isascii() else f"\\u{ord(letter):04x}" for letter in pattern)


_FOLD_SQL: Final = (
    "lower(CASE WHEN octet_length(given) = char_length(given) THEN given "
    f"ELSE regexp_replace(normalize(given, NFKD), '[{_escaped(_ACCENTS)}]', '', 'g') END COLLATE \"C\")"
)
_SQUEEZE_SQL: Final = f"regexp_replace({_FOLD_SQL}, '[^{_escaped(_LETTERS + _CJK)}]+', '', 'g')"

# What is indexed of a longer text and some names and codes. An index calls it without a search path: it uses nothing
# but the database's own.
_SEARCH_SQL: Final = f"""
CREATE OR REPLACE FUNCTION skein_search(prose text, VARIADIC texts text[]) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
DECLARE
    found text[] := '{{}}';
    given text; folded text; squeezed text; word text; place int; names_left int := cardinality(texts); is_name bool;
BEGIN
    FOREACH given IN ARRAY texts || ARRAY[prose] LOOP
        is_name := names_left > 0;
        names_left := names_left - 1;
        CONTINUE WHEN given IS NULL;
        folded := {_FOLD_SQL};
        squeezed := left({_SQUEEZE_SQL}, {VALUE_LENGTH});
        CONTINUE WHEN squeezed = '';
        IF is_name THEN
            found := found || ('=' || squeezed);
        END IF;
        IF is_name AND folded ~ '^[!-~]+$' THEN
            FOR place IN 1 .. length(squeezed) - {BEGINNING_MIN - 1} LOOP
                found := found || substr(squeezed, place);
            END LOOP;
        END IF;
        folded := regexp_replace(folded, '([{_escaped(_CJK)}]+)', ' \\1 ', 'g');
        FOREACH word IN ARRAY regexp_split_to_array(folded, '{_escaped(_BETWEEN)}') LOOP
            CONTINUE WHEN word = '';
            IF word ~ '^[{_escaped(_CJK)}]' THEN
                FOR place IN 1 .. length(word) LOOP
                    found := found || substr(word, place, 2);
                END LOOP;
                CONTINUE;
            END IF;
            found := found || left(word, {VALUE_LENGTH});
            IF is_name AND length(word) >= {MISSPELT_MIN} AND word !~ '[0-9]' THEN
                word := left(word, {MISSPELT_LENGTH});
                found := found || ('~' || word);
                FOR place IN 1 .. length(word) LOOP
                    found := found || ('~' || left(word, place - 1) || substr(word, place + 1));
                END LOOP;
            END IF;
        END LOOP;
    END LOOP;
    RETURN array_to_tsvector(found);
END $$
"""

# How far the best of some texts is from what is sought (squeezed): the way in which they are alike, then the length.
# A text without the first two letters of what is sought, such as a name in another script, is hardly what was meant.
_RANK_SQL: Final = f"""
CREATE OR REPLACE FUNCTION skein_search_rank(sought text, VARIADIC texts text[]) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
DECLARE
    best int := 9999;
    given text; squeezed text; way int;
BEGIN
    FOREACH given IN ARRAY texts LOOP
        CONTINUE WHEN given IS NULL;
        squeezed := {_SQUEEZE_SQL};
        way := CASE WHEN squeezed = sought THEN 0 WHEN starts_with(squeezed, sought) THEN 1000
                    WHEN strpos(squeezed, sought) > 0 THEN 2000
                    WHEN strpos(squeezed, left(sought, 2)) > 0 THEN 3000 ELSE 4000 END;
        best := least(best, way + least(abs(length(squeezed) - length(sought)), 999));
    END LOOP;
    RETURN best;
END $$
"""
# Misspelt words come behind all others.
MISSPELT_RANK = 10_000


def function_statements() -> list[str]:
    """What must be in the database before the indexes; running it again changes nothing.

    A function whose answers change needs a new name: the indexes hold what the old one answered.
    """
    return [_SEARCH_SQL, _RANK_SQL]


def is_prose(column: Column[Any]) -> bool:
    """Whether a column holds a longer text than a name: how near it is says nothing."""
    return (spec_of(column).length_max or 0) > NAME_LENGTH_MAX


def searched(prose: ColumnElement[Any] | None, names: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    """What is indexed of a row: a longer text, and some names and codes."""
    none = cast(null(), Text())
    return func.skein_search(none if prose is None else prose, *(names or [none]), type_=TSVECTOR())


def rank(sought: ColumnElement[Any], names: Sequence[ColumnElement[Any]]) -> ColumnElement[int]:
    """How far a row is from what is sought, by the nearest of its names and codes; 0 is the same."""
    return func.skein_search_rank(sought, *(names or [cast(null(), Text())]), type_=Integer())


@dataclass(frozen=True, slots=True)
class Sought:
    """A search as the database is asked: three queries over the index, each looser than the one before.

    `squeezed` is what is sought without spaces and punctuation; `codes` are the keys under which a number that a
    register gave may stand: as typed, and as a GTIN of 14 digits.
    """

    squeezed: str
    codes: tuple[str, ...]
    beginning: str
    words: str
    misspelt: str


def fold(text: str) -> str:
    """The text without accents, width and the case of Latin letters."""
    return re.sub(f"[{_ACCENTS}]", "", normalize("NFKD", text)).translate(_FOLDED)


@lru_cache(maxsize=1_000)
def sought(text: str) -> Sought:
    """What a text asks for; a text without letters and digits asks for nothing and finds nothing."""
    folded = fold(text)
    squeezed = re.sub(f"[^{_LETTERS}{_CJK}]+", "", folded)[:VALUE_LENGTH]
    if not squeezed:
        return Sought("", (), "", "", "")
    apart = re.sub(f"([{_CJK}]+)", r" \1 ", folded)
    words = [word[:VALUE_LENGTH] for word in re.split(_BETWEEN, apart) if word][:WORDS_MAX]
    code = text.strip().upper()
    gtin = code.zfill(14) if re.fullmatch(r"[0-9]{8}|[0-9]{12,13}", code) else code
    # A code is also found under other punctuation than it was given.
    whole = f" | {_lexeme(squeezed)}:*" if len(squeezed) >= BEGINNING_MIN else ""
    return Sought(
        squeezed, tuple(dict.fromkeys((code, gtin))), f"{_lexeme('=' + squeezed)}:*",
        f"({' & '.join([*(_taken(word) for word in words[:-1]), _word(words[-1])])}){whole}",
        " & ".join(map(_misspelt, words)),
    )  # fmt: skip


def _lexeme(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _taken(word: str) -> str:
    """A word before the last: a number is whole, and half the codes of a register begin alike."""
    return _lexeme(word) if re.search("[0-9]", word) else _word(word)


def _word(word: str) -> str:
    """A word by its beginning; Chinese by each pair of neighbours."""
    if re.match(f"[{_CJK}]", word):
        pairs = [word[place : place + 2] for place in range(len(word) - 1)]
        return "(" + " & ".join(map(_lexeme, pairs)) + ")" if pairs else f"{_lexeme(word)}:*"
    return f"{_lexeme(word)}:*" if len(word) >= BEGINNING_MIN else _lexeme(word)


def _misspelt(word: str) -> str:
    """A word of which one letter may be wrong; of Chinese one half is right."""
    if re.match(f"[{_CJK}]", word):
        half = (len(word) + 1) // 2
        return f"({_word(word[:half])} | {_word(word[-half:])})" if len(word) > 2 else _word(word)
    if len(word) < MISSPELT_MIN or re.search("[0-9]", word):
        return _taken(word)
    start = word[:MISSPELT_LENGTH]
    near = [start, *(start[:place] + start[place + 1 :] for place in range(len(start)))]
    return "(" + " | ".join([*(_lexeme("~" + one) for one in dict.fromkeys(near)), _word(word)]) + ")"
