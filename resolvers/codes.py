"""The published list of error codes: every code that any answer can carry, gathered from the refusals themselves."""

from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from types import ModuleType

import domain
from domain.coexistence import runs
from domain.core.errors import DomainError, Refusal
from domain.finance.rules import allocation, depreciation, leases, translation
from resolvers import batch, errors, limits, read, request, stored, watch, write

# The modules that refuse; naming them here makes sure that they are loaded before the codes are gathered.
SPEAKERS: tuple[ModuleType, ...] = (
    domain, runs, allocation, depreciation, leases, translation, batch, errors, limits, read, request, stored, watch,
    write,
)  # fmt: skip

# The packages whose refusals are gathered; what the edge of the server answers is listed by hand.
GATHERED = frozenset({"domain", "authz", "resolvers"})
TRANSPORT_CODES: Mapping[str, str] = {
    "UNAUTHENTICATED": "The credential is missing where one is needed, malformed, expired or revoked.",
    "THROTTLED": "The client has used up its cost; Retry-After says when to come back.",
    "RESYNC_REQUIRED": "The cursor is older than the events that are kept; read anew and subscribe again.",
    "SUBSCRIPTION_LIMIT": "The socket carries as many subscriptions as one may.",
    "SLOW_CONSUMER": "The client reads more slowly than events arrive; resume after the last cursor.",
    "DOCUMENT_NOT_ALLOWED": "The client may only run the documents that it registered.",
    "PERSISTED_QUERY_NOT_FOUND": "No document is registered under this id or hash; send its text.",
}


def error_codes() -> Mapping[str, str]:
    """Every published code with what it means: the enum `ErrorCode` of the graph."""
    codes = dict(TRANSPORT_CODES)
    for kind in _refusals(Refusal):
        meaning = (kind.__dict__.get("__doc__") or "").strip().split("\n")[0] or kind.en
        codes.setdefault(kind.code, meaning)
    return dict(sorted(codes.items()))


def refusals_by_code() -> Mapping[str, Sequence[type[Refusal]]]:
    """The refusals behind each code that has any here; what the edge of the server answers has none."""
    found: dict[str, list[type[Refusal]]] = {}
    for kind in _refusals(Refusal):
        found.setdefault(kind.code, []).append(kind)
    return found


def _refusals(root: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in sorted(root.__subclasses__(), key=lambda one: one.__name__):
        if "code" in kind.__dict__ and kind.__module__.partition(".")[0] in GATHERED:
            yield kind
        yield from _refusals(kind)


def user_error_types() -> Mapping[str, tuple[type[DomainError], Sequence[str]]]:
    """Every kind of entry of `userErrors` by the name of its type, with the names of the values its message tells."""
    kinds: dict[str, tuple[type[DomainError], Sequence[str]]] = {}
    for kind in _refusals(DomainError):
        assert issubclass(kind, DomainError)
        told = dict.fromkeys(name for _, name, _, _ in Formatter().parse(kind.en) if name)
        kinds[kind.__name__] = kind, list(told)
    return kinds
