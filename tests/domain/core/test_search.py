"""Search: what the database keeps of a text is what the text is asked for, whatever its letters, also misspelt."""

from collections.abc import Sequence

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.core.search import MISSPELT_MIN, sought
from tests.conftest import run_apart

FOUND = """
SELECT name @@ beginning::tsquery AS beginning, name @@ words::tsquery AS words, prose @@ words::tsquery AS prose,
       name @@ misspelt::tsquery AS misspelt, skein_search_rank(squeezed, given) AS rank
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
     WITH ORDINALITY AS t (given, beginning, words, misspelt, squeezed, place),
LATERAL (SELECT skein_search(NULL, given) AS name, skein_search(given, NULL) AS prose) AS kept
ORDER BY place
"""

# Letters of several scripts, accents before and after composition, full-width forms, punctuation of both worlds.
LETTERS = st.sampled_from("aAbZ019 .,-_/'\\\"&|!:*()éÉäöüßØñÑΩωЖжＡｂ１螺钉骨髓。，（）カな한e\u0301\u3000\t")
TEXTS = st.text(LETTERS, min_size=1, max_size=24)
WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=MISSPELT_MIN, max_size=14), min_size=1, max_size=4)


async def _asked(url: str, texts: Sequence[str], asked: Sequence[str]) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        parts = [sought(one) for one in asked]
        arrays = [[getattr(one, name) for one in parts] for name in ("beginning", "words", "misspelt", "squeezed")]
        return await connection.fetch(FOUND, list(texts), *arrays)
    finally:
        await connection.close()


def asked(url: str, texts: Sequence[str], wanted: Sequence[str]) -> list[asyncpg.Record]:
    """How each text is found by what is wanted of it."""
    return run_apart(_asked(url, texts, wanted))


@settings(max_examples=20)
@given(texts=st.lists(TEXTS, min_size=30, max_size=60))
def test_a_text_is_found_by_itself_whatever_its_letters(database_url: str, texts: list[str]) -> None:
    texts = [one for one in texts if sought(one).squeezed]
    for text, row in zip(texts, asked(database_url, texts, texts), strict=True):
        assert (row["beginning"], row["words"], row["misspelt"], row["rank"]) == (True, True, True, 0), repr(text)


@settings(max_examples=10)
@given(words=WORDS, data=st.data())
def test_a_word_with_one_letter_wrong_is_found(database_url: str, words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    word = data.draw(st.sampled_from(words))
    place = data.draw(st.integers(0, min(len(word), 8) - 1))
    letter = data.draw(st.sampled_from("aqz"))
    swapped = word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :]
    wrong = [
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
        swapped,
    ]
    near = [" ".join(one if other == word else other for other in words) for one in wrong if len(one) >= MISSPELT_MIN]
    for query, row in zip(near, asked(database_url, [text] * len(near), near), strict=True):
        assert row["misspelt"], query


def test_what_is_found_and_how_near_it_is(database_url: str) -> None:
    cases = [
        # text, sought, (begins, words, words of a longer text, misspelt), rank
        ("SC-1508", "sc1508", (True, True, False, True), 0),
        ("SC-1508", "SC 15", (True, True, False, False), 1002),
        ("SC-1508", "508", (False, True, False, True), 2003),
        ("Cortical screw 1.5 x 8 mm", "screw 1.5", (False, True, True, True), 2012),
        ("Cortical screw 1.5 x 8 mm", "1.5 scr", (False, True, True, True), 3014),
        ("Cortical screw 1.5 x 8 mm", "cortcal scrwe", (False, False, False, True), 3007),
        ("Cortical screw 1.5 x 8 mm", "2.5 screw", (False, False, False, False), 4012),
        ("皮质骨螺钉 1.5 x 8 mm", "骨螺钉", (False, True, True, True), 2008),
        ("皮质骨螺钉 1.5 x 8 mm", "钉", (False, True, True, True), 2010),
        ("皮质骨螺钉 1.5 x 8 mm", "皮质骨罗钉", (False, False, False, True), 3006),
        ("皮质骨螺钉 1.5 x 8 mm", "髓内钉", (False, False, False, False), 4008),
        ("Bücher GmbH", "BUCHER", (True, True, True, True), 1004),
        ("Ｎ９５口罩", "n95 口罩", (True, True, True, True), 0),
    ]  # fmt: skip
    rows = asked(database_url, [text for text, *_ in cases], [one for _, one, *_ in cases])
    found = [(row["beginning"], row["words"], row["prose"], row["misspelt"]) for row in rows]
    assert found == [ways for *_, ways, _ in cases]
    assert [row["rank"] for row in rows] == [rank for *_, rank in cases]


def test_a_text_without_letters_asks_for_nothing() -> None:
    assert sought(" -- !").beginning == sought("。").words == sought("").misspelt == ""


def test_a_number_is_looked_for_as_it_is_and_as_a_gtin_of_14_digits() -> None:
    assert sought(" 4006381333931 ").codes == ("4006381333931", "04006381333931")
    assert sought("h123abc").codes == ("H123ABC",)
