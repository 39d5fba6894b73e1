"""schemathesis: the values of our scalars, and the check that every error is coded, published and traced."""

from typing import Any

import schemathesis
from answers import SCALARS, fault_of

for _name, _strategy in SCALARS.items():
    schemathesis.graphql.scalar(_name, _strategy)


@schemathesis.check
def every_error_is_coded(ctx: Any, response: Any, case: Any) -> None:
    """A server error, or an error without a code or trace, is a failure."""
    fault = fault_of(response.status_code, response.text, response.json())
    assert fault is None, fault
