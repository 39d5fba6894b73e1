"""What both fuzzers share: values of our scalars, and what is wrong with an answer."""

from typing import Any

from hypothesis import strategies as st
from hypothesis_graphql import nodes

# The scalars that GraphQL itself does not know.
DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, places=6).map(lambda one: f"{one:f}")
SCALARS = {
    "Decimal": DECIMALS.map(nodes.String),
    "Date": st.dates().map(lambda day: nodes.String(day.isoformat())),
    "DateTime": st.datetimes().map(lambda instant: nodes.String(f"{instant.isoformat()}Z")),
    "Cursor": st.text(min_size=1, max_size=20).map(nodes.String),
    "JSON": st.integers(-5, 5).map(lambda number: nodes.Int(str(number))),
    "_Any": st.text(max_size=20).map(nodes.String),
}
# A refused credential tries nothing: cases after it would hold without having been looked at.
FORBIDDEN = {"INTERNAL_ERROR", "UNAUTHENTICATED", ""}
# What ends the credential that a fuzzer works with; tried last, when it may.
ENDING = ("logOut", "revokeToken", "rotateSigningKey", "deactivateUser", "revokeRole", "setPassword", "changePassword")

TRACE_CHARACTERS = 32
TOLD_CHARACTERS = 300


def fault_of(status: int, text: str, answer: Any, *, may_have_ended: bool = False) -> str | None:
    """What is wrong with an answer: a server error, an error without a code or trace, or one that nobody foresaw."""
    if status >= 500:
        return f"{status}: {text[:TOLD_CHARACTERS]}"
    for error in answer.get("errors", []):
        extensions = error.get("extensions", {})
        code = extensions.get("code", "")
        if code == "UNAUTHENTICATED" and may_have_ended:
            continue
        if code in FORBIDDEN or len(extensions.get("traceId", "")) != TRACE_CHARACTERS:
            return f"uncoded, unforeseen or untraced: {text[:TOLD_CHARACTERS]}"
    return None
