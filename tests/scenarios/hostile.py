"""What a hostile or careless client may send: for every mutation of the graph, its input with one thing wrong.

The list is the schema's own. An input is first made as plausible as its types tell: references name records that are
there, amounts are small, days lie in an open period. Then one leaf after the other is replaced by what must be refused.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
)

COMPANY, DAY = "ANSER-SZ", "2026-11-20"
DEPTH_MAX = 4
LINES_TOO_MANY = 10_001
# More of a line than this is sent once, in the list that is too long.
REPEATED = 3
LONG = "x" * 20_000

# By scalar, what is wrong; the name of the wrong says whether it may ever be taken.
WRONG: dict[str, tuple[tuple[str, Any], ...]] = {
    "Decimal": (
        ("negative", "-1"), ("zero", "0"), ("huge", "1" + "0" * 30), ("large", "99999999999999.999999"),
        ("too fine", "0.00000000001"), ("no number", "1e30"), ("fine", "1.2345678"),
    ),
    "Date": (("far away", "0001-01-01"), ("far away", "9999-12-31"), ("no day", "2026-02-30"), ("leap", "2028-02-29")),
    "DateTime": (("far away", "0001-01-01T00:00:00Z"), ("far away", "9999-12-31T23:59:59Z"), ("no instant", "now")),
    "String": (("empty", ""), ("blank", " \t"), ("NUL", "a\u0000b"), ("long", LONG), ("half a pair", "\ud83d")),
    "Int": (("negative", -1), ("zero", 0), ("large", 2**31 - 1), ("no number", "many")),
    "ID": (("no id", "rubbish"), ("empty", ""), ("NUL", "\u0000")),
}  # fmt: skip
CURRENCIES = (("unknown", "XXZ"), ("other", "JPY"), ("lower case", "cny"), ("NUL", "C\u0000Y"))
# Whatever else is said, these are never taken.
NEVER = {
    "huge", "no number", "no day", "no instant", "too fine", "no id", "other type", "foreign", "gone", "too many",
    "NUL",
}  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """One input with one thing wrong; `place` is where, `wrong` what."""

    mutation: str
    place: str
    wrong: str
    input: dict[str, Any]


@dataclass
class Known:
    """Global ids of what is there, by type: in the company, and in another."""

    own: dict[str, list[str]]
    foreign: dict[str, list[str]]


class Inputs:
    """Plausible inputs, and what may be wrong with them."""

    def __init__(self, schema: GraphQLSchema, known: Known, chance: random.Random) -> None:
        self.schema = schema
        self.known = known
        self.chance = chance

    def plausible(self, type_: GraphQLInputType, name: str = "", depth: int = 0) -> Any:
        """A value of a type that nothing is wrong with, as far as types tell."""
        if isinstance(type_, GraphQLNonNull):
            return self.plausible(type_.of_type, name, depth)
        if isinstance(type_, GraphQLList):
            return [self.plausible(type_.of_type, name, depth)]
        if isinstance(type_, GraphQLEnumType):
            return self.chance.choice(sorted(type_.values))
        if isinstance(type_, GraphQLScalarType):
            return self._scalar(type_.name, name)
        assert isinstance(type_, GraphQLInputObjectType)
        if type_.name.endswith("Reference"):
            return self._reference(type_.name.removesuffix("Reference"))
        given: dict[str, Any] = {}
        for key, field in type_.fields.items():
            is_needed = isinstance(field.type, GraphQLNonNull)
            if is_needed or key == "company" or (depth < DEPTH_MAX and self.chance.random() < 0.4):
                given[key] = self.plausible(field.type, key, depth + 1)
        return given

    def _scalar(self, kind: str, name: str) -> Any:
        return {
            "Decimal": "1", "Date": DAY, "DateTime": f"{DAY}T08:00:00Z", "Int": 1, "Boolean": False, "Float": 1.0,
            "ID": "rubbish",
        }.get(kind, "CNY" if "urrency" in name else f"A{self.chance.randrange(10**6)}")  # fmt: skip

    def _reference(self, record: str) -> dict[str, str]:
        if record == "Company":
            return {"code": COMPANY}
        ids = self.known.own.get(record)
        return {"id": self.chance.choice(ids)} if ids else {"id": "rubbish"}

    def attacks(self, mutation: str) -> Iterator[Attack]:
        """The input of a mutation as it is, then with one thing wrong at every place of it."""
        assert self.schema.mutation_type is not None
        type_ = self.schema.mutation_type.fields[mutation].args["input"].type
        base = self.plausible(type_)
        yield Attack(mutation, "", "nothing", base)
        for path, of in list(places(get_named_type(type_), base)):
            for wrong, value in self._wrong(of, path):
                yield Attack(mutation, ".".join(map(str, path)), wrong, replaced(base, path, value))

    def _wrong(self, type_: GraphQLInputType, path: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
        bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(bare, GraphQLList):
            one = self.plausible(bare.of_type)
            yield "empty", []
            yield "repeated", [one] * REPEATED
            yield "too many", [one] * LINES_TOO_MANY
        elif isinstance(bare, GraphQLInputObjectType):
            record = bare.name.removesuffix("Reference")
            yield "other type", {"id": self._other(record)}
            if foreign := self.known.foreign.get(record):
                yield "foreign", {"id": foreign[0]}
            yield "gone", {"id": GONE.get(record, "rubbish")}
        elif isinstance(bare, GraphQLEnumType):
            yield "no number", "NOPE"
        elif "urrency" in str(path[-1]):
            yield from CURRENCIES
        else:
            yield from WRONG.get(bare.name, ())

    def _other(self, record: str) -> str:
        names = sorted(name for name in self.known.own if name != record)
        return self.known.own[self.chance.choice(names)][0]


# Ids that name nothing, by type; filled as far as the tests know any.
GONE: dict[str, str] = {}


def places(type_: Any, value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every place in an input, with the type that stands there."""
    for key, one in value.items():
        declared = type_.fields[key].type
        yield (*path, key), declared
        bare = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
        if isinstance(bare, GraphQLList):
            inner = get_named_type(bare)
            if isinstance(inner, GraphQLInputObjectType) and not inner.name.endswith("Reference"):
                yield from places(inner, one[0], (*path, key, 0))
            else:
                yield (*path, key, 0), bare.of_type
        elif isinstance(bare, GraphQLInputObjectType) and not bare.name.endswith("Reference"):
            yield from places(bare, one, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    """A copy of an input with another value at one place."""
    if not path:
        return by
    key, *rest = path
    if isinstance(value, list):
        return [replaced(one, tuple(rest), by) if place == key else one for place, one in enumerate(value)]
    return {**value, key: replaced(value[key], tuple(rest), by)}
