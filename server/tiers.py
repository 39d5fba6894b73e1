"""Which limits hold for a client: the tiers of the database, looked at every few seconds, and who has which.

A process keeps all tiers and the few accounts and keys that name one; everybody else has the tier of its audience. A
request costs one look-up. Until the tables hold a tier of that code, the defaults of `resolvers.limits` hold.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from domain.core.actors import Actor, Audience
from domain.core.client_tiers import BY_AUDIENCE
from domain.core.database import Database
from resolvers.limits import Limits

# How soon a process knows of a change; a tier only says how much, so seconds do not matter.
POLL_SECONDS = 5.0

# Actors whose client is remembered; identity remembers as many callers.
CLIENTS_MAX = 10_000

TIERS = """
SELECT id, code, tokens, depth, aliases, root_fields, mutations, directives, cost, bucket, restore_rate
FROM client_tier WHERE archived_at IS NULL
"""
HOLDERS = """
SELECT id AS user_id, '' AS client, client_tier_id FROM user_account WHERE client_tier_id IS NOT NULL
UNION ALL
SELECT user_id, client, client_tier_id FROM api_key WHERE client_tier_id IS NOT NULL AND revoked_at IS NULL
"""

# Buckets of callers without an account are named after their addresses within this namespace.
_ADDRESSES = UUID("6e8bc430-9c3a-5d11-9a6e-0f6f2f1f7a31")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTier:
    """What a client may ask in one document, the points its bucket holds, and those it gets back in a second."""

    code: str
    limits: Limits
    bucket: int = 100_000
    restore_rate: int = 5_000

    @property
    def lease(self) -> int:
        """The points that a process takes from the bucket at once: what a second restores."""
        return min(self.restore_rate, self.bucket)


class Client:
    """Whose bucket a request empties, and by which tier.

    `key` is its id as a number, which is found faster, `text` the same for the log. The anonymous are not told apart
    by what they send.
    """

    __slots__ = ("id", "is_anonymous", "key", "text", "tier")

    def __init__(self, id_: UUID, tier: ClientTier, *, is_anonymous: bool = False) -> None:
        self.id = id_
        self.key = id_.int
        self.text = str(id_)
        self.tier = tier
        self.is_anonymous = is_anonymous


class Tiers:
    """Knows the tier of every client; `refresh` before the first use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_code: Mapping[str, ClientTier] = {}
        # Clients found so far, by the identity of their actor, which is kept with it.
        self._found: dict[int, tuple[Actor, Client]] = {}
        # (account, the application of its key or "").
        self._by_holder: Mapping[tuple[UUID, str], ClientTier] = {}

    def of(self, actor: Actor, address: str) -> Client:
        """The client that an actor is; the anonymous ones are told apart by the address they come from.

        A key that names a tier has a bucket of its own, which goes by its application, so that a rotated key keeps it;
        whatever else acts for an account shares the account's.
        """
        if actor.audience is Audience.ANONYMOUS:
            tier = self._coded(BY_AUDIENCE[actor.audience])
            return Client(uuid5(_ADDRESSES, address), tier, is_anonymous=True)
        found = self._found.get(id(actor))
        if found is None:
            if len(self._found) >= CLIENTS_MAX:
                self._found.clear()
            found = self._found[id(actor)] = actor, self._client(actor)
        return found[1]

    def _client(self, actor: Actor) -> Client:
        own = self._by_holder.get((actor.id, actor.client))
        if own is not None:
            return Client(uuid5(actor.id, actor.client), own)
        return Client(actor.id, self._by_holder.get((actor.id, "")) or self._coded(BY_AUDIENCE[actor.audience]))

    async def refresh(self) -> None:
        """Take over what the tables say now."""
        async with self._database.acquire() as connection:
            tiers = {row["id"]: _tier(row) for row in await connection.fetch(TIERS)}
            holders = await connection.fetch(HOLDERS)
        by_code = {tier.code: tier for tier in tiers.values()}
        by_holder = {
            (row["user_id"], row["client"]): tiers[row["client_tier_id"]]
            for row in holders
            if row["client_tier_id"] in tiers
        }
        # Equal tiers keep their objects: what is remembered of a document goes by the object.
        if (by_code, by_holder) != (self._by_code, self._by_holder):
            self._by_code, self._by_holder, self._found = by_code, by_holder, {}

    async def watch(self) -> None:
        """Keep up until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.refresh()

    def _coded(self, code: str) -> ClientTier:
        return self._by_code.get(code) or _SHIPPED


def _tier(row: Any) -> ClientTier:
    limits = Limits(
        tokens=row["tokens"], depth=row["depth"], aliases=row["aliases"], root_fields=row["root_fields"],
        mutations=row["mutations"], directives=row["directives"], cost=row["cost"],
    )  # fmt: skip
    return ClientTier(code=row["code"], limits=limits, bucket=row["bucket"], restore_rate=row["restore_rate"])


# What holds where the tables name no tier, such as before the first migration's reference rows.
_SHIPPED = ClientTier(code="DEFAULT", limits=Limits())
