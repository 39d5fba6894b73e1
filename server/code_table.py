"""`python -m server.code_table`: docs/error-codes.md, printed from the refusals themselves.

A test holds the page to it, `make snapshots` prints it anew.
"""

from collections.abc import Sequence

from domain.core.errors import DomainError, Refusal
from resolvers.codes import error_codes, refusals_by_code
from server.faults import status_of
from server.identity import Unauthenticated
from server.throttle import Throttled

HEAD = """# Error codes

<!-- Printed by `make snapshots` from the code; do not edit. -->

Every `code` that an answer can carry: the enum `ErrorCode` of the graph. **Where**: an entry of `userErrors`, or an
entry of `errors` with the HTTP status that a request has which is refused as a whole; `application/json` answers 200
where the status stands in brackets. See [errors](errors.md).

| code | where | what it means | 中文 |
|---|---|---|---|
"""

# What the edge answers and what closes a socket; their messages stand where they are raised.
EDGE: dict[str, Sequence[type[Refusal]]] = {"UNAUTHENTICATED": (Unauthenticated,), "THROTTLED": (Throttled,)}


def code_table() -> str:
    """The page."""
    kinds = {**EDGE, **refusals_by_code()}
    rows = [
        f"| `{code}` | {_where(kinds.get(code, ()))} | {_cell(meaning)} | {_cell(_zh(kinds.get(code, ())))} |"
        for code, meaning in error_codes().items()
    ]
    return HEAD + "\n".join(rows) + "\n"


def _where(kinds: Sequence[type[Refusal]]) -> str:
    places = ["`userErrors`"] if any(issubclass(kind, DomainError) for kind in kinds) else []
    found = {status_of(kind) for kind in kinds if not issubclass(kind, DomainError)}
    places += [f"`errors` {status}" if fixed else f"`errors` ({status})" for status, fixed in sorted(found)]
    return ", ".join(places) or "`errors`"


def _zh(kinds: Sequence[type[Refusal]]) -> str:
    return next((kind.zh for kind in kinds), "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    print(code_table(), end="")
