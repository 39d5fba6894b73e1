"""What a line of the policy means, without the engine that decides by it.

The commands that change the policy check lines here; `authz` gives the same lines to Casbin and compiles its answers.

A deny names one field or one command; a module, a type or a tier is withheld by not granting it. So what a deny takes
away never depends on what another line grants, and `Grants` can hold both as plain sets. What Casbin would accept and
this page does not is refused when the policy is made, with the line in the message.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.core.actors import Action, Audience
from domain.core.columns import Tier

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
    """One grant or denial: `target` is a module, a type of it ("TaxCode"), a field ("Type.field") or a command
    ("ApprovePurchaseOrder"). Types are read, commands are performed: the action tells them apart.
    """

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
        return not self.is_field and self.target[:1].isupper() and self.action != READ

    @property
    def is_type(self) -> bool:
        """Whether the line names one type of a module: what is granted is read of its rows, and of no others."""
        return not self.is_field and self.target[:1].isupper() and self.action == READ

    @property
    def is_module(self) -> bool:
        """Whether the line names a module."""
        return not self.is_field and not self.is_command and not self.is_type

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


def type_of(coordinate: str) -> str:
    """The type that a field belongs to: 'TaxCode' of 'TaxCode.name'; a type's own name stands for its rows."""
    return coordinate.partition(".")[0]


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
    if line.role == Audience.ANONYMOUS and not line.is_command:
        return "without credentials nothing is read, and only commands that are named are performed"
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
        return "only a field or a command can be denied; withhold a module or a type by not granting it"
    return "only READ has a tier" if line.tier != ANY and line.action != READ else ""


def audiences_of(inherits: Iterable[tuple[str, str]]) -> Mapping[str, Audience]:
    """The audience of each role, found by following its parents.

    Raises: PolicyInvalid for a cycle, or a role that ends at no audience or at several.
    """
    parents = parents_of(inherits)
    audiences: dict[str, Audience] = {}
    for role in parents:
        ends = {name for name in ancestors(role, parents) if name not in parents}
        if len(ends) != 1 or not ends <= set(Audience):
            raise PolicyInvalid(f"role {role} ends at {sorted(ends)}, not at one audience")
        audiences[role] = Audience(ends.pop())
    return audiences


def parents_of(inherits: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    """The parents of each role."""
    parents: dict[str, set[str]] = {}
    for role, parent in inherits:
        parents.setdefault(role, set()).add(parent)
    return parents


def check(lines: Sequence[Line], inherits: Sequence[tuple[str, str]]) -> None:
    """Make sure that the lines and the role graph are a policy.

    Raises: PolicyInvalid.
    """
    for line in lines:
        problem = problem_of(line)
        if problem:
            raise PolicyInvalid(f"{line}: {problem}")
    unknown = {line.role for line in lines} - set(audiences_of(inherits)) - {audience.value for audience in Audience}
    if unknown:
        raise PolicyInvalid(f"roles without an audience: {', '.join(sorted(unknown))}")
