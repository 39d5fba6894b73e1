"""What a suite is: a row of the table of goals, something that is run against a server, and what it must reach."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.conformance.ground import Ground


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried; `fault` says what was wrong, None that it held."""

    name: str
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a suite found, and figures of its own to be printed beside it."""

    checks: tuple[Check, ...]
    figures: tuple[str, ...] = ()

    @property
    def held(self) -> int:
        """How many checks held."""
        return sum(check.fault is None for check in self.checks)

    @property
    def faults(self) -> tuple[Check, ...]:
        """The checks that did not hold."""
        return tuple(check for check in self.checks if check.fault is not None)


Run = Callable[[Ground], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One suite. `reached` is how many checks held when it was last reviewed: fewer, or any fault, is a failure."""

    row: int
    name: str
    reached: int
    run: Run
    # The same suite against a stock server, where it can be run there.
    stock: Run | None = None
    # Whether it runs before every change is taken; the others run by `make conformance`.
    quick: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A row of the table of goals: what it is about, the goal, and what stock strawberry was found to do."""

    name: str
    goal: str
    stock: str


POINTS = {
    1: Point("GraphQL over HTTP", "61 of 61 audits of graphql-http", "53"),
    2: Point("graphql-transport-ws", "every probe of the protocol", "19 of 30"),
    3: Point("Server-sent events", "graphql-sse distinct mode, real Accept headers, resume", "off"),
    4: Point("Federation", "23 of 23 of the compatibility suite; our graph composes", "21"),
    5: Point("Attacks", "0 of 12 succeed", "6 of 12 open"),
    6: Point("Limits", "each limit refuses by its code", "hangs"),
    7: Point("Cost", "actual <= requested, throttled by 429", "none"),
    8: Point("Errors", "each error coded and traced", "500s"),
    9: Point("Field permission", "0 leaks", "2.5 to 14 times slower"),
    10: Point("Introspection", "by audience", "all or nothing"),
    11: Point("Revocation", "next read, streams within 5 s", "never"),
    12: Point("Idempotency", "one effect a key", "none"),
    13: Point("Concurrency", "0 lost updates in 1,000 racing writes", "none"),
    14: Point("Numbers", "exact round trip, no NaN, Infinity, exponent, excess scale", "floats"),
    15: Point("Resume", "200 cuts: 0 lost, 0 twice, in order", "none"),
    16: Point("Persisted documents", "manifests of codegen, Relay, Apollo", "none"),
    17: Point("SDL", "0 findings of graphql-eslint, all described", "20"),
    18: Point("Clients", "six clients run", "-"),
    19: Point("Statements", "constant at 1, 10, 100 rows", "N+1"),
    20: Point("Fuzz", "no 5xx, no uncoded error, equal bytes", "4 of 87"),
    # Not a row of the table: where the files of bulk operations and backups are kept.
    21: Point("Object stores", "exports, uploads and backups over S3", "none"),
}
