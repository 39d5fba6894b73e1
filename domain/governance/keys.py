"""Commands on API keys: a program acts as a user with one, in the roles it names, until it ends or is revoked.

The key's text is made here, shown once in the payload, and kept as its SHA-256 alone: it has 256 random bits, so a slow
hash would add nothing. It reads skein_<prefix>_<43 characters of base64url>, so that scanners of source code find one
that was left somewhere, and the prefix says which to revoke.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.core.accounts import ApiKey, UserAccount
from domain.core.actors import Action, Audience
from domain.core.commands import Results, Reveal, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.ids import new_id
from domain.core.policy import audiences_of
from domain.core.work import Work
from domain.governance.policy import PARENTS, hold_policy, raise_version

KEY_MARK = "skein_"
KEY_BYTES = 32
PREFIX_BYTES = 6

LABEL_LENGTH_MAX = 200
CLIENT_LENGTH_MAX = 64

# How long the old key may count beside the new one while programs are told the new one.
OVERLAP_HOURS_MAX = 168

_KEY = (Reveal("key", "The whole key, for the Authorization header as a bearer; told in this answer and never again."),)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key as made: `text` goes to its owner and is kept nowhere, the rest into the table."""

    text: str
    prefix: str
    digest: bytes


def new_api_key() -> NewKey:
    """A key of 256 random bits, found by its open prefix."""
    prefix = secrets.token_hex(PREFIX_BYTES)
    text = f"{KEY_MARK}{prefix}_{secrets.token_urlsafe(KEY_BYTES)}"
    return NewKey(text=text, prefix=prefix, digest=hashlib.sha256(text.encode()).digest())


@command(action=Action.ADMINISTER, record=ApiKey, zh="创建接口密钥", reveals=_KEY)
class CreateApiKey:
    """Let a program act as a user. The answer holds the key, this once."""

    user_id: UUID = argument(doc="As whom the program acts.", zh="用户", reference="user_account")
    label: str = argument(doc="What the key is for.", zh="用途")
    scopes: tuple[str, ...] = argument(doc="Roles it may use; all its user's unless given.", zh="范围", default=())
    expires_at: datetime | None = argument(doc="When it ends; never unless given.", zh="到期时间", default=None)
    client: str | None = argument(
        doc="The application that uses it; one of its own unless given.", zh="应用", default=None
    )


async def create_api_key(work: Work, commands: Sequence[CreateApiKey]) -> Results[ApiKey]:
    """The keys, good from the commit on; each reveals its text.

    Raises: NotFound, Rejected (per row). Emits: ApiKeyCreated.
    """
    users = await work.lock(UserAccount, [one.user_id for one in commands])
    audiences = audiences_of((row["role"], row["parent"]) for row in await work.fetch(PARENTS))
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        user = users.get(one.user_id)
        refusal = _key_refused(work, one, user, audiences)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        made = new_api_key()
        rows.append(
            {
                "id": new_id(), "user_id": one.user_id, "label": one.label, "prefix": made.prefix,
                "digest": made.digest, "client": one.client or f"key:{made.prefix}", "scopes": list(one.scopes),
                "expires_at": one.expires_at,
            }
        )  # fmt: skip
        work.reveal(rows[-1]["id"], {"key": made.text})
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit("ApiKeyCreated", ApiKey, await work.insert(ApiKey, rows))
    return Results(outcomes)


def _key_refused(
    work: Work, one: CreateApiKey, user: Row | None, audiences: Mapping[str, Audience]
) -> DomainError | None:
    """Why there can be no such key, or None."""
    if user is None:
        return NotFound(("user",), what="user", key=str(one.user_id))
    if not one.label.strip() or len(one.label) > LABEL_LENGTH_MAX:
        return _length("label", one.label, LABEL_LENGTH_MAX)
    if one.client is not None and (not one.client.strip() or len(one.client) > CLIENT_LENGTH_MAX):
        return _length("client", one.client, CLIENT_LENGTH_MAX)
    for scope in one.scopes:
        if audiences.get(scope) != user["audience"]:
            reason, reason_zh = "its user can hold no such role", "该用户不能拥有此角色"
            return Rejected(("scopes",), what="scopes", value=scope[:80], reason=reason, reason_zh=reason_zh)
    if one.expires_at is not None and one.expires_at <= work.now:
        reason, reason_zh = "it lies in the past", "时间已过"
        value = one.expires_at.isoformat()
        return Rejected(("expiresAt",), what="expiresAt", value=value, reason=reason, reason_zh=reason_zh)
    return None


def _length(what: str, value: str, most: int) -> Rejected:
    reason, reason_zh = f"it has 1 to {most} characters", f"长度须为 1 至 {most} 个字符"
    return Rejected((what,), what=what, value=value[:40], reason=reason, reason_zh=reason_zh)


# What a key hands on to the one that takes its place.
KEPT = ("user_id", "label", "client", "scopes", "expires_at", "client_tier_id")


@command(action=Action.ADMINISTER, record=ApiKey, zh="轮换接口密钥", reveals=_KEY)
class RotateApiKey:
    """Give a program a new key in the place of one it has. The answer holds the new one, this once."""

    key_id: UUID = argument(doc="The key whose place is taken.", zh="接口密钥", reference="api_key")
    overlap_hours: int = argument(doc="How long both count.", zh="并行时间", unit="h", default=24)


async def rotate_api_key(work: Work, commands: Sequence[RotateApiKey]) -> Results[ApiKey]:
    """The new keys, each of the same user, roles and end as the old, which ends after the overlap.

    Raises: NotFound, WrongState, Rejected (per row). Emits: ApiKeyRotated.
    """
    await hold_policy(work)
    rows = await work.lock(ApiKey, [one.key_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    made: list[Mapping[str, Any]] = []
    ending: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        row = rows.get(one.key_id)
        if row is None:
            outcomes.append(NotFound(("key",), what="API key", key=str(one.key_id)))
        elif (state := _state(row, work.now)) != "ACTIVE" or row["id"] in ending:
            outcomes.append(WrongState(what="API key", key=row["prefix"], state=state, transition="be rotated"))
        elif not 0 <= one.overlap_hours <= OVERLAP_HOURS_MAX:
            reason, reason_zh = f"it is 0 to {OVERLAP_HOURS_MAX}", f"须为 0 至 {OVERLAP_HOURS_MAX}"
            value = one.overlap_hours
            outcomes.append(
                Rejected(("overlapHours",), what="overlapHours", value=value, reason=reason, reason_zh=reason_zh)
            )
        else:
            new, ends = new_api_key(), work.now + timedelta(hours=one.overlap_hours)
            ending[row["id"]] = {"id": row["id"], "expires_at": min(row["expires_at"] or ends, ends)}
            kept = {name: row[name] for name in KEPT}
            made.append(
                {**kept, "id": new_id(), "prefix": new.prefix, "digest": new.digest, "rotated_from_id": row["id"]}
            )
            work.reveal(made[-1]["id"], {"key": new.text})
            outcomes.append(made[-1]["id"])
    if made:
        await work.update(ApiKey, list(ending.values()), fields=("expires_at",))
        work.emit("ApiKeyRotated", ApiKey, await work.insert(ApiKey, made))
        await raise_version(work)
    return Results(outcomes)


def _state(row: Row, now: datetime) -> str:
    """What has become of a key."""
    if row["revoked_at"] is not None:
        return "REVOKED"
    return "EXPIRED" if row["expires_at"] is not None and row["expires_at"] <= now else "ACTIVE"


@command(action=Action.ADMINISTER, record=ApiKey, zh="吊销接口密钥")
class RevokeApiKey:
    """Make a key worthless; the next request with it is refused."""

    key_id: UUID = argument(doc="The key that ends.", zh="接口密钥", reference="api_key")


async def revoke_api_key(work: Work, commands: Sequence[RevokeApiKey]) -> Results[ApiKey]:
    """The keys, revoked.

    Raises: NotFound, WrongState (per row). Emits: ApiKeyRevoked.
    """
    await hold_policy(work)
    rows = await work.lock(ApiKey, [one.key_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    ended: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        row = rows.get(one.key_id)
        if row is None:
            outcomes.append(NotFound(("key",), what="API key", key=str(one.key_id)))
        elif row["revoked_at"] is not None or row["id"] in ended:
            outcomes.append(WrongState(what="API key", key=row["prefix"], state="REVOKED", transition="be revoked"))
        else:
            ended[row["id"]] = {"id": row["id"], "revoked_at": work.now}
            outcomes.append(row["id"])
    if ended:
        await work.update(ApiKey, list(ended.values()), fields=("revoked_at",))
        work.emit("ApiKeyRevoked", ApiKey, list(ended))
        await raise_version(work)
    return Results(outcomes)
