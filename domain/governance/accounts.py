"""Commands on accounts: who may sign in, for which partner; and whose tokens no longer count."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.core.accounts import PartnerLink, TokenRevocation, UserAccount
from domain.core.actors import PARTNERS, Action, Audience
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.ids import new_id
from domain.core.work import Work
from domain.governance.policy import hold_policy, raise_version

# What can be typed, read out and put in a log without doubt.
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
LOCALE = re.compile(r"(en|zh)(-[A-Za-z]{2,4})?")


@command(action=Action.ADMINISTER, record=UserAccount, zh="创建用户账号")
class CreateUser:
    """Open an account. It may nothing until it is granted a role."""

    name: str = argument(doc="Name to sign in with: lower case, digits, and . _ @ -.", zh="用户名")
    display_name: str = argument(doc="Name as people read it.", zh="显示名称")
    audience: Audience = argument(doc="Kind of reader, which fixes the visible schema.", zh="受众")
    locale: str = argument(doc="Language of messages: en or zh.", zh="语言", default="en")
    email: str | None = argument(doc="Address for messages.", zh="电子邮箱", default=None)
    is_demo: bool = argument(doc="Whether it works on the loopback address only.", zh="演示账号", default=False)


async def create_user(work: Work, commands: Sequence[CreateUser]) -> Results[UserAccount]:
    """The new accounts.

    Raises: Rejected (per row), AlreadyExists. Emits: UserCreated.
    """
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        refusal = _account_refused(one)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        rows.append(
            {
                "id": new_id(), "name": one.name, "display_name": one.display_name, "email": one.email,
                "audience": one.audience.value, "locale": one.locale, "is_demo": one.is_demo, "is_active": True,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit("UserCreated", UserAccount, await work.insert(UserAccount, rows))
    return Results(outcomes)


def _account_refused(one: CreateUser) -> DomainError | None:
    """Why there can be no such account, or None."""
    if not NAME.fullmatch(one.name):
        reason, reason_zh = "use 1 to 64 of a-z 0-9 . _ @ -", "须为 1 至 64 个小写字母、数字或 . _ @ -"
        return Rejected(("name",), what="name", value=one.name[:80], reason=reason, reason_zh=reason_zh)
    if not one.display_name.strip():
        reason, reason_zh = "it is empty", "不能为空"
        return Rejected(("displayName",), what="displayName", value="", reason=reason, reason_zh=reason_zh)
    if not LOCALE.fullmatch(one.locale):
        reason, reason_zh = "messages exist in en and zh", "消息仅有 en 与 zh"
        return Rejected(("locale",), what="locale", value=one.locale[:20], reason=reason, reason_zh=reason_zh)
    if one.audience is Audience.ANONYMOUS:
        reason, reason_zh = "an account is somebody", "账号不能匿名"
        return Rejected(("audience",), what="audience", value="ANONYMOUS", reason=reason, reason_zh=reason_zh)
    return None


@command(action=Action.ADMINISTER, record=UserAccount, zh="停用用户账号")
class DeactivateUser:
    """Let an account no longer sign in; its tokens and keys stop with it."""

    user_id: UUID = argument(doc="The account that ends.", zh="用户", reference="user_account")


async def deactivate_user(work: Work, commands: Sequence[DeactivateUser]) -> Results[UserAccount]:
    """The accounts, switched off.

    Raises: NotFound, WrongState (per row). Emits: UserDeactivated.
    """
    await hold_policy(work)
    rows = await work.lock(UserAccount, [one.user_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    ended: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        row = rows.get(one.user_id)
        if row is None:
            outcomes.append(NotFound(("user",), what="user", key=str(one.user_id)))
        elif not row["is_active"] or row["id"] in ended:
            key = row["name"]
            outcomes.append(WrongState(what="User account", key=key, state="INACTIVE", transition="be deactivated"))
        else:
            ended[row["id"]] = {"id": row["id"], "is_active": False}
            outcomes.append(row["id"])
    if ended:
        await work.update(UserAccount, list(ended.values()), fields=("is_active",))
        work.emit("UserDeactivated", UserAccount, list(ended))
        await raise_version(work)
    return Results(outcomes)


@command(action=Action.ADMINISTER, record=PartnerLink, zh="关联合作伙伴")
class LinkPartner:
    """Let a partner's user see the rows of a party."""

    user_id: UUID = argument(doc="Who acts for the partner.", zh="用户", reference="user_account")
    party_id: UUID = argument(doc="The party whose rows the user sees.", zh="业务伙伴", reference="party")


async def link_partner(work: Work, commands: Sequence[LinkPartner]) -> Results[PartnerLink]:
    """The links made.

    Raises: NotFound, Rejected for a member of staff (per row), AlreadyExists. Emits: PartnerLinked.
    """
    await hold_policy(work)
    users = await work.lock(UserAccount, [one.user_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        user = users.get(one.user_id)
        if user is None:
            outcomes.append(NotFound(("user",), what="user", key=str(one.user_id)))
        elif Audience(user["audience"]) not in PARTNERS:
            reason, reason_zh = "it is no partner's account", "不是合作伙伴账号"
            outcomes.append(Rejected(("user",), what="user", value=user["name"], reason=reason, reason_zh=reason_zh))
        else:
            rows.append({"id": new_id(), "user_id": one.user_id, "party_id": one.party_id})
            outcomes.append(rows[-1]["id"])
    if rows:
        work.emit("PartnerLinked", PartnerLink, await work.insert(PartnerLink, rows))
        await raise_version(work)
    return Results(outcomes)


@command(action=Action.ADMINISTER, record=TokenRevocation, zh="吊销令牌")
class RevokeToken:
    """Make one bearer token of a user worthless, or every one issued until now; the next request with it is refused."""

    user_id: UUID = argument(doc="Whose token.", zh="用户", reference="user_account")
    token_id: UUID | None = argument(
        doc="The token (jti); all issued until now unless given.", zh="令牌标识", default=None
    )


async def revoke_token(work: Work, commands: Sequence[RevokeToken]) -> Results[TokenRevocation]:
    """The revocations.

    Raises: NotFound (per row). Emits: TokenRevoked.
    """
    await hold_policy(work)
    users = await work.lock(UserAccount, [one.user_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        if one.user_id not in users:
            outcomes.append(NotFound(("user",), what="user", key=str(one.user_id)))
            continue
        rows.append({"id": new_id(), "user_id": one.user_id, "token_id": one.token_id, "revoked_at": work.now})
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit("TokenRevoked", TokenRevocation, await work.insert(TokenRevocation, rows))
        await raise_version(work)
    return Results(outcomes)
