"""Commands on linked identities: whom the tokens of another issuer stand for.

A subject is linked by hand or by a program that administers accounts, never by its first token: an account is a
decision. Which issuers count at all is a setting of the operator.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from domain.core.accounts import UserAccount, UserIdentity
from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import AlreadyExists, DomainError, NotFound, Rejected, WrongState
from domain.core.ids import new_id
from domain.core.work import Work
from domain.governance.policy import hold_policy, raise_version

_identity = UserIdentity.table
_LIVE = select(_identity.c.issuer, _identity.c.subject).where(
    _identity.c.archived_at.is_(None), _identity.c.subject == func.any(bindparam("subjects", type_=ARRAY(Text())))
)


@command(action=Action.ADMINISTER, record=UserIdentity, zh="关联身份")
class LinkIdentity:
    """Let the tokens that another issuer makes for a subject act as a user."""

    user_id: UUID = argument(doc="Whom the subject stands for.", zh="用户", reference="user_account")
    issuer: str = argument(doc="The issuer, exactly as its tokens name it (iss).", zh="签发方")
    subject: str = argument(doc="The subject, exactly as its tokens name it (sub).", zh="主体")


async def link_identity(work: Work, commands: Sequence[LinkIdentity]) -> Results[UserIdentity]:
    """The links made, good from the commit on.

    Raises: NotFound, Rejected, AlreadyExists (per row). Emits: IdentityLinked.
    """
    await hold_policy(work)
    users = await work.lock(UserAccount, [one.user_id for one in commands])
    rows = await work.fetch(_LIVE, subjects=[one.subject for one in commands])
    live = {(row["issuer"], row["subject"]) for row in rows}
    outcomes: list[UUID | DomainError] = []
    made: list[Mapping[str, Any]] = []
    for one in commands:
        pair = (one.issuer, one.subject)
        if one.user_id not in users:
            outcomes.append(NotFound(("user",), what="user", key=str(one.user_id)))
        elif not all(pair):
            what = "subject" if one.issuer else "issuer"
            outcomes.append(Rejected((what,), what=what, value="", reason="it is empty", reason_zh="不能为空"))
        elif pair in live:
            outcomes.append(AlreadyExists(what="linked identity", key=" ".join(pair)))
        else:
            live.add(pair)
            made.append({"id": new_id(), "user_id": one.user_id, "issuer": one.issuer, "subject": one.subject})
            outcomes.append(made[-1]["id"])
    if made:
        work.emit("IdentityLinked", UserIdentity, await work.insert(UserIdentity, made))
        await raise_version(work)
    return Results(outcomes)


@command(action=Action.ADMINISTER, record=UserIdentity, zh="解除身份关联")
class UnlinkIdentity:
    """Let a subject's tokens no longer count; the next request with one is refused."""

    identity_id: UUID = argument(doc="The link that ends.", zh="关联身份", reference="user_identity")


async def unlink_identity(work: Work, commands: Sequence[UnlinkIdentity]) -> Results[UserIdentity]:
    """The links, archived.

    Raises: NotFound, WrongState (per row). Emits: IdentityUnlinked.
    """
    await hold_policy(work)
    rows = await work.lock(UserIdentity, [one.identity_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    ended: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        row, key = rows.get(one.identity_id), str(one.identity_id)
        if row is None:
            outcomes.append(NotFound(("identity",), what="linked identity", key=key))
        elif row["archived_at"] is not None or row["id"] in ended:
            outcomes.append(WrongState(what="Linked identity", key=key, state="ARCHIVED", transition="be unlinked"))
        else:
            ended[row["id"]] = {"id": row["id"], "archived_at": work.now}
            outcomes.append(row["id"])
    if ended:
        await work.update(UserIdentity, list(ended.values()), fields=("archived_at",))
        work.emit("IdentityUnlinked", UserIdentity, list(ended))
        await raise_version(work)
    return Results(outcomes)
