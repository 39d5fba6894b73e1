"""The policy as a value: its lines, the role graph, and the Casbin enforcer that gives them their meaning.

A deny names one field or one command; a module or a tier is withheld by not granting it. So what a deny takes away
never depends on what another line grants, and `Grants` can hold both as plain sets. What Casbin would accept and this
page does not is refused when the policy is made, with the line in the message.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import casbin  # pyright: ignore[reportMissingTypeStubs]  # the library ships no types; what is used is wrapped here

from domain.core.actors import Action, Audience
from domain.core.columns import Tier

HERE = Path(__file__).parent
MODEL = HERE / "model.conf"
BASELINE = HERE / "policy.csv"

READ = "READ"
ANY = "*"

# The tiers that a grant up to a tier opens: what one may know of a price, one may know of the order it stands on.
OPENED: Mapping[Tier, frozenset[Tier]] = {
    Tier.PUBLIC: frozenset({Tier.PUBLIC}),
    Tier.INTERNAL: frozenset({Tier.PUBLIC, Tier.INTERNAL}),
    Tier.COMMERCIAL: frozenset({Tier.PUBLIC, Tier.INTERNAL, Tier.COMMERCIAL}),
    Tier.CONFIDENTIAL: frozenset({Tier.PUBLIC, Tier.INTERNAL, Tier.COMMERCIAL, Tier.CONFIDENTIAL}),
    Tier.PERSONAL: frozenset({Tier.PUBLIC, Tier.INTERNAL, Tier.PERSONAL}),
}


class PolicyInvalid(ValueError):
    """A line or a role that means nothing, or something else than it seems to say."""


@dataclass(frozen=True, slots=True)
class Line:
    """One grant or denial: `target` is a module, a field ("Type.field") or a command ("ApprovePurchaseOrder")."""

    role: str
    target: str
    tier: str
    action: str
    effect: str

    @property
    def is_field(self) -> bool:
        """Whether the line names one field."""
        return "." in self.target

    @property
    def is_command(self) -> bool:
        """Whether the line names one command; module names are lower case, command names are not."""
        return not self.is_field and self.target[:1].isupper()

    @property
    def is_module(self) -> bool:
        """Whether the line names a module."""
        return not self.is_field and not self.is_command

    @property
    def tiers(self) -> frozenset[Tier]:
        """The tiers a reading line opens."""
        return frozenset(Tier) if self.tier == ANY else OPENED[Tier(self.tier)]

    @property
    def actions(self) -> frozenset[Action]:
        """The actions the line allows; none for a line that only reads."""
        if self.action == ANY:
            return frozenset(Action)
        return frozenset() if self.action == READ else frozenset({Action(self.action)})

    @property
    def reads(self) -> bool:
        """Whether the line is about reading."""
        return self.action in (READ, ANY)


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
        for line in self.lines:
            problem = problem_of(line)
            if problem:
                raise PolicyInvalid(f"{line}: {problem}")
        unknown = {line.role for line in self.lines} - set(self.audiences) - {audience.value for audience in Audience}
        if unknown:
            raise PolicyInvalid(f"roles without an audience: {', '.join(sorted(unknown))}")

    @cached_property
    def audiences(self) -> Mapping[str, Audience]:
        """The audience of each role, found by following its parents.

        Raises: PolicyInvalid for a cycle, or a role that ends at no audience or at several.
        """
        parents: dict[str, set[str]] = {}
        for role, parent in self.inherits:
            parents.setdefault(role, set()).add(parent)
        audiences: dict[str, Audience] = {}
        for role in parents:
            ends = {name for name in ancestors(role, parents) if name not in parents}
            if len(ends) != 1 or not ends <= set(Audience):
                raise PolicyInvalid(f"role {role} ends at {sorted(ends)}, not at one audience")
            audiences[role] = Audience(ends.pop())
        return audiences

    @cached_property
    def enforcer(self) -> Any:
        """Casbin over these lines. Linear in the policy: for compiling and for proofs, never for a request."""
        enforcer: Any = casbin.Enforcer(str(MODEL))
        enforcer.add_function("reaches", reaches)
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


def reaches(granted: str, asked: str) -> bool:
    """Whether a grant up to one tier opens another; Casbin's matcher calls it, with "" asked by actions."""
    return granted == ANY or (asked != "" and Tier(asked) in OPENED[Tier(granted)])


def ancestors(role: str, parents: Mapping[str, Iterable[str]]) -> set[str]:
    """Every role reached from `role`, itself left out.

    Raises: PolicyInvalid when a role reaches itself.
    """
    found: set[str] = set()
    waiting = list(parents.get(role, ()))
    while waiting:
        name = waiting.pop()
        if name == role:
            raise PolicyInvalid(f"role {role} inherits itself")
        if name not in found:
            found.add(name)
            waiting.extend(parents.get(name, ()))
    return found


def problem_of(line: Line) -> str:
    """Why a line is not acceptable, or nothing."""
    if line.effect not in ("allow", "deny"):
        return "the effect is neither allow nor deny"
    if line.tier != ANY and line.tier not in set(Tier):
        return "there is no such tier"
    if line.action not in (READ, ANY) and line.action not in set(Action):
        return "there is no such action"
    if line.is_field:
        return "" if (line.tier, line.action) == (ANY, READ) else "a field is granted or denied as `*, READ`"
    if line.is_command:
        return "" if (line.tier, line.action) == (ANY, ANY) else "a command is granted or denied as `*, *`"
    if line.effect == "deny":
        return "only a field or a command can be denied; withhold a module by not granting it"
    return "only READ has a tier" if line.tier != ANY and line.action != READ else ""


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
