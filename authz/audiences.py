"""What an audience can ever see: the visible schema.

A coordinate that no role of the audience may read in any company does not exist for it: not in introspection, not in
validation, not in messages. Roles are asked one at a time: several read no more together, since denials add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authz.grants import Abilities, abilities, own_abilities
from authz.policy import Policy
from domain.core.actors import Action, Audience
from domain.core.columns import Tier


@dataclass(frozen=True)
class Visible:
    """What exists for an audience under one policy. Hashable: equal views share one schema."""

    audience: Audience
    roles: frozenset[Abilities] = field(repr=False)

    def visible(self, module: str, tier: Tier, coordinate: str) -> bool:
        """Whether some role of the audience may read the field ("PurchaseOrder.totalDue") somewhere."""
        return any(role.readable(module, tier, coordinate) for role in self.roles)

    def performable(self, module: str, action: Action, command: str) -> bool:
        """Whether some role of the audience may perform the command ("ApprovePurchaseOrder") somewhere."""
        return any(role.may(module, action, command) for role in self.roles)


def visible_to(policy: Policy, audience: Audience) -> Visible:
    """What exists for the audience; the anonymous audience has no role, so nothing but its own commands does."""
    names = [role for role, its in policy.audiences.items() if its is audience]
    able = [own_abilities(policy, audience), *(abilities(policy, frozenset({name})) for name in names)]
    return Visible(audience=audience, roles=frozenset(able))


def views(policy: Policy) -> Mapping[Audience, Visible]:
    """Every audience's view."""
    return {audience: visible_to(policy, audience) for audience in Audience}
