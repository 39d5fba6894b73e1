"""Who acts, and what they may: frozen values, computed before any work begins.

`Actor` says who, `Grants` what. Both are plain data: the policy that made them (Casbin) stays in `authz`, the header
that named them in `server`; the domain and the planner only look things up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.core.columns import Tier

EMPTY: frozenset[int] = frozenset()


class Audience(StrEnum):
    """The kinds of reader; each has its own visible schema."""

    ANONYMOUS = "ANONYMOUS"
    SUPPLIER = "SUPPLIER"
    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"


PARTNERS = frozenset({Audience.SUPPLIER, Audience.CUSTOMER})


class Action(StrEnum):
    """What a command does to a record, as the policy names it."""

    CREATE = "CREATE"
    CHANGE = "CHANGE"
    APPROVE = "APPROVE"
    POST = "POST"
    IMPORT = "IMPORT"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    ADMINISTER = "ADMINISTER"


class CredentialKind(StrEnum):
    """What a caller shows."""

    TOKEN = "TOKEN"
    KEY = "KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The credential that an actor came with: a bearer token, or an API key.

    `id` is what ends it when it is revoked: the sign-in that a token goes back to, the token itself where there was
    none, or the key. `issuer` is who made it; without `expires_at` it has no end of its own. `signed_in_at` is when a
    password was given for it.
    """

    id: UUID
    kind: CredentialKind
    issuer: str
    expires_at: datetime | None = None
    signed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, client or process that asks.

    `partners` are the parties whose rows a partner may see (empty for staff); `sites` restricts staff to sites, None
    means every site. `client` names the application: idempotency keys are unique within it. Processes of our own have
    no `session`.
    """

    id: UUID
    name: str
    audience: Audience
    roles: Mapping[int, frozenset[str]]
    partners: frozenset[UUID] = frozenset()
    sites: frozenset[UUID] | None = None
    locale: str = "en"
    client: str = "default"
    display_name: str = ""
    session: Session | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """What the policy allows one actor, compiled; every answer is the set of company numbers where it holds.

    Company 0 (`records.GROUP`) stands for the group: guarded fields of group records need it. `tiers` maps (module or
    type, tier) to companies where that tier is readable; `allowed` and `denied` hold the lines that name one field
    ("Type.field"); `actions` maps (module, action) to companies, `commands` a single command by name; `denied` holds
    denied commands too.
    """

    version: int
    audience: Audience
    companies: tuple[int, ...]
    tiers: Mapping[tuple[str, Tier], frozenset[int]]
    allowed: Mapping[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])
    denied: Mapping[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])
    actions: Mapping[tuple[str, Action], frozenset[int]] = field(
        default_factory=dict[tuple[str, Action], frozenset[int]]
    )
    commands: Mapping[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])

    def readable(self, module: str, tier: Tier, coordinate: str) -> frozenset[int]:
        """The companies in which the field `coordinate` ("PurchaseOrder.totalDue") may be read."""
        granted = self.opened(module, tier, coordinate.partition(".")[0]) | self.allowed.get(coordinate, EMPTY)
        return granted - self.denied.get(coordinate, EMPTY)

    def opened(self, module: str, tier: Tier, type_name: str) -> frozenset[int]:
        """The companies in which a tier is readable of a type ("TaxCode"): all of its module, or it alone."""
        return self.tiers.get((module, tier), EMPTY) | self.tiers.get((type_name, tier), EMPTY)

    def may(self, module: str, action: Action, command: str) -> frozenset[int]:
        """The companies in which `command` ("ApprovePurchaseOrder"), an `action` of `module`, may be performed."""
        granted = self.actions.get((module, action), EMPTY) | self.commands.get(command, EMPTY)
        return granted - self.denied.get(command, EMPTY)
