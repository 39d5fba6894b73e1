"""Casbin policy -> `Grants`: compiled once per role set and policy, then only looked up.

A role held for company 0 holds in the group and in every company. A role of another audience than the actor's gives
nothing: a supplier's account that was handed `buyer` by mistake stays a supplier. A command that a line grants to an
audience itself, such as to log out, is everyone's of that audience, role or none; without credentials there is only
that.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from authz.policy import Policy
from domain.core.actors import Action, Actor, Audience, Grants
from domain.core.columns import Tier
from domain.core.policy import type_of
from domain.core.records import GROUP

K = TypeVar("K", bound=Hashable)

# Role sets and grants kept per policy; beyond it all are dropped and compiled anew (2 ms each).
CACHE_MAX = 4_096

SYSTEM_ROLE = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What one set of roles may, wherever it is held."""

    tiers: frozenset[tuple[str, Tier]]
    allowed: frozenset[str]
    denied: frozenset[str]
    actions: frozenset[tuple[str, Action]]
    commands: frozenset[str]

    def readable(self, module: str, tier: Tier, coordinate: str) -> bool:
        """Whether the field may be read."""
        granted = (module, tier) in self.tiers or (type_of(coordinate), tier) in self.tiers
        return (granted or coordinate in self.allowed) and coordinate not in self.denied

    def may(self, module: str, action: Action, command: str) -> bool:
        """Whether the command may be performed."""
        granted = (module, action) in self.actions or command in self.commands
        return granted and command not in self.denied


def abilities(policy: Policy, roles: frozenset[str]) -> Abilities:
    """What the roles may together: the union of their grants without the union of their denials."""
    key = ("abilities", roles)
    if key not in policy.cache:
        lines = {line for role in roles if role in policy.audiences for line in policy.lines_of(role)}
        allows = [line for line in lines if line.effect == "allow"]
        named = [line for line in allows if line.is_field or line.is_command]
        modules = [line for line in allows if line.is_module or line.is_type]
        _remember(
            policy,
            key,
            Abilities(
                tiers=frozenset((line.target, tier) for line in modules if line.reads for tier in line.tiers),
                allowed=frozenset(line.target for line in named if line.is_field),
                denied=frozenset(line.target for line in lines if line.effect == "deny"),
                actions=frozenset((line.target, action) for line in modules for action in line.actions),
                commands=frozenset(line.target for line in named if line.is_command),
            ),
        )
    return policy.cache[key]


def own_abilities(policy: Policy, audience: Audience) -> Abilities:
    """What everyone of the audience may without any role: the commands that a line grants to the audience by name."""
    lines = [line for line in policy.lines if line.role == audience and line.is_command]
    return Abilities(
        tiers=frozenset(), allowed=frozenset(), actions=frozenset(),
        denied=frozenset(line.target for line in lines if line.effect == "deny"),
        commands=frozenset(line.target for line in lines if line.effect == "allow"),
    )  # fmt: skip


def compile_grants(policy: Policy, actor: Actor, companies: tuple[int, ...]) -> Grants:
    """What the policy allows the actor in each of the companies and in the group (0).

    `Grants.companies` are those where a role is held, ascending, the group left out. Equal role sets share one value.
    """
    held = {company: _roles_in(policy, actor, company) for company in sorted({GROUP, *companies})}
    key = ("grants", actor.audience, tuple(held.items()))
    if key not in policy.cache:
        by_company = {company: abilities(policy, roles) for company, roles in held.items()}
        own = own_abilities(policy, actor.audience)
        in_group = by_company[GROUP]
        by_company[GROUP] = replace(
            in_group, commands=in_group.commands | own.commands, denied=in_group.denied | own.denied
        )
        _remember(
            policy,
            key,
            Grants(
                version=policy.version,
                audience=actor.audience,
                companies=tuple(company for company, roles in held.items() if roles and company != GROUP),
                tiers=_where({company: able.tiers for company, able in by_company.items()}),
                allowed=_where({company: able.allowed for company, able in by_company.items()}),
                denied=_where({company: able.denied for company, able in by_company.items()}),
                actions=_where({company: able.actions for company, able in by_company.items()}),
                commands=_where({company: able.commands for company, able in by_company.items()}),
            ),
        )
    return policy.cache[key]


def system_actor(name: str, key: UUID) -> Actor:
    """The actor of a process that works in its own name, such as an importer; `key` is its id in the audit."""
    return Actor(id=key, name=name, audience=Audience.STAFF, roles={GROUP: frozenset({SYSTEM_ROLE})}, client="system")


def _roles_in(policy: Policy, actor: Actor, company: int) -> frozenset[str]:
    """The roles that count for the actor in one company: its own and the group-wide ones, of its audience."""
    roles = actor.roles.get(company, frozenset()) | actor.roles.get(GROUP, frozenset())
    return frozenset(role for role in roles if policy.audiences.get(role) is actor.audience)


def _where(by_company: Mapping[int, Iterable[K]]) -> Mapping[K, frozenset[int]]:
    """The companies in which each thing holds."""
    found: dict[K, set[int]] = {}
    for company, things in by_company.items():
        for thing in things:
            found.setdefault(thing, set()).add(company)
    return {thing: frozenset(where) for thing, where in found.items()}


def _remember(policy: Policy, key: Hashable, value: Abilities | Grants) -> None:
    """Keep what was compiled, within the limit."""
    if len(policy.cache) >= CACHE_MAX:
        policy.cache.clear()
    policy.cache[key] = value
