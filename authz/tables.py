"""The policy and the accounts as tables: the shipped baseline goes in, what holds now comes out.

The tables are the truth. A release may add lines to the baseline and withdraw its own; a line that was removed here
stays removed, one that was made here stays.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from authz.policy import BASELINE, DUTIES, Policy, parse
from domain.core.accounts import POLICY_VERSION_ID, Effect, Origin
from domain.core.actors import Actor, Audience, Session
from domain.core.database import Connection, Row
from domain.core.ids import new_id
from domain.core.policy import Line
from domain.core.tokens import Rotation

Key = tuple[str, ...]

VERSION = "SELECT version FROM policy_version"
LOCKED_VERSION = "SELECT version FROM policy_version FOR UPDATE"
FIRST_VERSION = "INSERT INTO policy_version (id) VALUES ($1) ON CONFLICT DO NOTHING"
RAISE_VERSION = "UPDATE policy_version SET version = version + 1"

RULES = "SELECT role, target, tier, action, effect FROM policy_rule WHERE archived_at IS NULL ORDER BY role, id"
PARENTS = "SELECT role, parent FROM role_parent WHERE archived_at IS NULL ORDER BY role, parent"
SIGNING_KEYS = "SELECT generation, signs_from_at, previous_until_at FROM signing_key ORDER BY generation"
COMPANIES = "SELECT company_id FROM company WHERE company_id <> 0 ORDER BY company_id"
STANDING = (
    "SELECT coalesce((SELECT version FROM policy_version), 0) AS version, "
    "ARRAY(SELECT company_id FROM company WHERE company_id <> 0 ORDER BY company_id) AS companies"
)


@dataclass(frozen=True, slots=True)
class _Shipped:
    """One table of the baseline: how its rows are read, added and withdrawn."""

    known: str
    add: str
    withdraw: str


RULE_TABLE = _Shipped(
    known="SELECT id, archived_at, origin, role, target, tier, action, effect FROM policy_rule",
    add=(
        "INSERT INTO policy_rule (id, origin, role, target, tier, action, effect) "
        "SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])"
    ),
    withdraw="UPDATE policy_rule SET archived_at = now(), version = version + 1 WHERE id = ANY($1::uuid[])",
)
PARENT_TABLE = _Shipped(
    known="SELECT id, archived_at, origin, role, parent FROM role_parent",
    add=(
        "INSERT INTO role_parent (id, origin, role, parent) "
        "SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])"
    ),
    withdraw="UPDATE role_parent SET archived_at = now(), version = version + 1 WHERE id = ANY($1::uuid[])",
)
DUTY_TABLE = _Shipped(
    known="SELECT id, archived_at, origin, duty, conflicting, reason FROM duty_conflict",
    add=(
        "INSERT INTO duty_conflict (id, origin, duty, conflicting, reason) "
        "SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])"
    ),
    withdraw="UPDATE duty_conflict SET archived_at = now(), version = version + 1 WHERE id = ANY($1::uuid[])",
)


def shipped_duties() -> list[Key]:
    """The rows of duties.csv: two commands and why they conflict."""
    with DUTIES.open(encoding="utf-8", newline="") as file:
        rows = (row for row in file if row.strip() and not row.startswith("#"))
        return [tuple(row) for row in csv.reader(rows, skipinitialspace=True)]


async def load_baseline(connection: Connection) -> int:
    """The number of rows added or withdrawn, so that the tables hold this release's baseline; 0 if they did."""
    policy = parse(BASELINE.read_text(encoding="utf-8"), version=1)
    rules = [(line.role, line.target, line.tier, line.action, line.effect.upper()) for line in policy.lines]
    async with connection.raw.transaction():
        await connection.fetch(FIRST_VERSION, POLICY_VERSION_ID)
        await connection.fetch(LOCKED_VERSION)
        changed = await _ship(connection, RULE_TABLE, rules)
        changed += await _ship(connection, PARENT_TABLE, policy.inherits)
        changed += await _ship(connection, DUTY_TABLE, shipped_duties())
        if changed:
            await connection.execute(RAISE_VERSION)
    return changed


async def _ship(connection: Connection, table: _Shipped, wanted: Sequence[Key]) -> int:
    """Add what the release brings, withdraw what it no longer has; what was decided here stays as it is."""
    live: dict[Key, tuple[UUID, str]] = {}
    removed_here: set[Key] = set()
    for row in await connection.fetch(table.known):
        values: list[Any] = list(row.values())
        key: Key = tuple(values[3:])
        if row["archived_at"] is None:
            live[key] = (row["id"], row["origin"])
        elif row["origin"] == Origin.LOCAL:
            removed_here.add(key)
    missing = [key for key in dict.fromkeys(wanted) if key not in live and key not in removed_here]
    gone = [id_ for key, (id_, origin) in live.items() if origin == Origin.BASELINE and key not in set(wanted)]
    if missing:
        columns = [list(values) for values in zip(*missing, strict=True)]
        origins = [Origin.BASELINE.value] * len(missing)
        await connection.fetch(table.add, [new_id() for _ in missing], origins, *columns)
    if gone:
        await connection.fetch(table.withdraw, gone)
    return len(missing) + len(gone)


async def policy_version(connection: Connection) -> int:
    """The version that the tables are at; 0 before the baseline was loaded."""
    return await connection.fetchval(VERSION) or 0


async def load_policy(connection: Connection) -> Policy:
    """The policy that holds now. The version is read first: a change meanwhile is found at the next look.

    Raises: PolicyInvalid.
    """
    version = await policy_version(connection)
    rules = await connection.fetch(RULES)
    parents = await connection.fetch(PARENTS)
    lines = tuple(
        Line(row["role"], row["target"], row["tier"], row["action"], Effect(row["effect"]).value.lower())
        for row in rules
    )
    return Policy(version=version, lines=lines, inherits=tuple((row["role"], row["parent"]) for row in parents))


async def load_standing(connection: Connection) -> tuple[int, tuple[int, ...]]:
    """The version that the policy is at and the numbers of the legal entities, by one statement."""
    row = await connection.fetchrow(STANDING)
    return (0, ()) if row is None else (row["version"], tuple(row["companies"]))


async def load_companies(connection: Connection) -> tuple[int, ...]:
    """The numbers of the legal entities, ascending."""
    return tuple(row["company_id"] for row in await connection.fetch(COMPANIES))


async def load_rotations(connection: Connection) -> tuple[Rotation, ...]:
    """How the key of our own tokens was changed, oldest first."""
    rows = await connection.fetch(SIGNING_KEYS)
    return tuple(
        Rotation(row["generation"], row["signs_from_at"].timestamp(), row["previous_until_at"].timestamp())
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user account with what it holds at this instant, and until when that answer stays true."""

    id: UUID
    name: str
    display_name: str
    audience: Audience
    locale: str
    is_active: bool
    is_demo: bool
    roles: tuple[tuple[int, str], ...]
    partners: frozenset[UUID]
    sites: frozenset[UUID]
    changes_at: datetime | None
    revoked_at: datetime | None
    revoked_tokens: frozenset[UUID]

    def actor(self, client: str, only: Iterable[str] = (), session: Session | None = None) -> Actor:
        """The account as an actor; `only` narrows its roles, as an API key's scopes do."""
        chosen = frozenset(only)
        roles: dict[int, set[str]] = {}
        for company, role in self.roles:
            if not chosen or role in chosen:
                roles.setdefault(company, set()).add(role)
        return Actor(
            id=self.id,
            name=self.name,
            audience=self.audience,
            roles={company: frozenset(names) for company, names in roles.items()},
            partners=self.partners,
            sites=self.sites or None,
            locale=self.locale,
            client=client,
            display_name=self.display_name,
            session=session,
        )


_ACCOUNT = """
SELECT u.id, u.name, u.display_name, u.audience, u.locale, u.is_demo,
  u.is_active AND u.archived_at IS NULL AS is_active,
  ARRAY(SELECT a.company_number::text || ' ' || a.role FROM role_assignment a
        WHERE a.user_id = u.id AND a.archived_at IS NULL AND a.valid_from_at <= statement_timestamp()
          AND (a.valid_to_at IS NULL OR a.valid_to_at > statement_timestamp()) ORDER BY 1) AS roles,
  ARRAY(SELECT p.party_id FROM partner_link p WHERE p.user_id = u.id AND p.archived_at IS NULL
        UNION SELECT one.id FROM partner_link p JOIN party own ON own.id = p.party_id
          CROSS JOIN LATERAL (SELECT coalesce(own.merged_into_id, own.id) AS id) AS survivor
          JOIN party one ON one.id = survivor.id OR one.merged_into_id = survivor.id
        WHERE p.user_id = u.id AND p.archived_at IS NULL) AS partners,
  ARRAY(SELECT s.site_id FROM site_restriction s WHERE s.user_id = u.id AND s.archived_at IS NULL) AS sites,
  (SELECT min(t) FROM role_assignment a, unnest(ARRAY[a.valid_from_at, a.valid_to_at]) AS t
        WHERE a.user_id = u.id AND a.archived_at IS NULL AND t > statement_timestamp()) AS changes_at,
  (SELECT max(r.revoked_at) FROM token_revocation r WHERE r.user_id = u.id AND r.token_id IS NULL) AS revoked_at,
  ARRAY(SELECT r.token_id FROM token_revocation r WHERE r.user_id = u.id AND r.token_id IS NOT NULL) AS revoked_tokens
FROM user_account u WHERE """
ACCOUNT = _ACCOUNT + "u.name = $1"
LINKED = _ACCOUNT + (
    "u.id = (SELECT i.user_id FROM user_identity i WHERE i.issuer = $1 AND i.subject = $2 AND i.archived_at IS NULL)"
)


async def load_account(connection: Connection, name: str) -> Account | None:
    """The account of that name, or None."""
    return _account(await connection.fetchrow(ACCOUNT, name))


async def load_linked(connection: Connection, issuer: str, subject: str) -> Account | None:
    """The account that another issuer's subject is linked to, or None."""
    return _account(await connection.fetchrow(LINKED, issuer, subject))


def _account(row: Row | None) -> Account | None:
    if row is None:
        return None
    roles = [entry.split(" ", 1) for entry in row["roles"]]
    return Account(
        id=row["id"],
        name=row["name"],
        display_name=row["display_name"],
        audience=Audience(row["audience"]),
        locale=row["locale"],
        is_active=row["is_active"],
        is_demo=row["is_demo"],
        roles=tuple((int(company), role) for company, role in roles),
        partners=frozenset(row["partners"]),
        sites=frozenset(row["sites"]),
        changes_at=row["changes_at"],
        revoked_at=row["revoked_at"],
        revoked_tokens=frozenset(row["revoked_tokens"]),
    )
