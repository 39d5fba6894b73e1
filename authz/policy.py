"""The policy as a value: its lines, the role graph, and the Casbin enforcer that gives them their meaning."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import casbin  # pyright: ignore[reportMissingTypeStubs]  # the library ships no types; what is used is wrapped here

from domain.core.actors import Audience
from domain.core.policy import Line, PolicyInvalid, audiences_of, check, reaches, type_of

HERE = Path(__file__).parent
MODEL = HERE / "model.conf"
BASELINE = HERE / "policy.csv"
DUTIES = HERE / "duties.csv"


@dataclass(frozen=True, eq=False)
class Policy:
    """Every line and every step of the role graph, at one version.

    Compared by identity: two policies of one version can differ (another database), so caches hang on the object.

    Raises: PolicyInvalid.
    """

    version: int
    lines: tuple[Line, ...]
    inherits: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        check(self.lines, self.inherits)

    @cached_property
    def audiences(self) -> Mapping[str, Audience]:
        """The audience of each role."""
        return audiences_of(self.inherits)

    @cached_property
    def enforcer(self) -> Any:
        """Casbin over these lines. Linear in the policy: for compiling and for proofs, never for a request."""
        enforcer: Any = casbin.Enforcer(str(MODEL))
        enforcer.add_function("reaches", reaches)
        enforcer.add_function("typeOf", type_of)
        enforcer.add_named_policies("p", [list(astuple(line)) for line in self.lines])
        enforcer.add_named_grouping_policies("g", [list(step) for step in self.inherits])
        return enforcer

    def lines_of(self, role: str) -> tuple[Line, ...]:
        """The lines that hold for a role, its own and inherited, as Casbin's role manager resolves them."""
        rows: list[list[str]] = self.enforcer.get_implicit_permissions_for_user(role)
        return tuple(Line(*row) for row in rows)

    @cached_property
    def cache(self) -> dict[Any, Any]:
        """What has been compiled from this policy, by its compiler's key."""
        return {}


def parse(text: str, version: int) -> Policy:
    """The policy that a CSV text says.

    Raises: PolicyInvalid with the number of the line.
    """
    lines: list[Line] = []
    inherits: list[tuple[str, str]] = []
    for number, row in enumerate(text.splitlines(), start=1):
        if not row.strip() or row.startswith("#"):
            continue
        match [value.strip() for value in row.split(",")]:
            case ["p", role, target, tier, action, effect]:
                lines.append(Line(role, target, tier, action, effect))
            case ["g", role, parent]:
                inherits.append((role, parent))
            case _:
                raise PolicyInvalid(f"line {number} is no policy line: {row}")
    return Policy(version=version, lines=tuple(lines), inherits=tuple(inherits))


def baseline() -> Policy:
    """The policy as shipped, version 1."""
    return parse(BASELINE.read_text(encoding="utf-8"), version=1)
