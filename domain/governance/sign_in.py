"""Commands of those who sign in with a password: log in, renew, log out, change or set a password.

A failure is what becomes true: it is counted under the name that was tried, whether or not there is such an account,
and under the address, and pauses grow with the count. Every failure has one answer, after the same work, so that no
answer tells whether a name, a password or an account was wrong. The rows that count are locked while a password is
checked: guesses under one name stand in line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Text, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Uuid

from domain.core.accounts import GuardKind, SignIn, SignInGuard, TokenRevocation, UserAccount, UserPassword
from domain.core.actors import Action, CredentialKind
from domain.core.columns import Instant
from domain.core.commands import Results, Reveal, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.handling import Handling, Sweep
from domain.core.ids import new_id
from domain.core.tokens import NewToken
from domain.core.work import Work
from domain.governance.attempts import (
    ACCOUNT_FREE,
    ADDRESS_FREE,
    Attempts,
    after_failure,
    neighbourhood,
    pause_left,
)
from domain.governance.passwords import hashed, is_outdated, is_right, weakness
from domain.governance.policy import hold_policy, raise_version

# A token is renewed without a password until its sign-in ends.
TOKEN_MINUTES = 60
SIGN_IN_HOURS = 12

# As long as a name or the name of an application may be.
NAME_LENGTH_MAX = 64
CLIENT_LENGTH_MAX = 64

# Ids of guards follow from what they count, so that two first failures at once meet on one row.
GUARDS = UUID("6b1f7c52-6a0e-4d5e-9a55-0c6a1d8f7e21")

_SESSION = (
    Reveal("accessToken", "Bearer token for the Authorization header; null when refused."),
    Reveal("expiresAt", "When the token ends: renew it before; null when refused.", "DateTime"),
)

# Failures count for an hour; what an administrator may want to look at is kept for a month.
GUARDS_KEPT = timedelta(days=30)
FORGET_EVERY_SECONDS = 3_600.0

_user, _password, _guard, _sign_in = UserAccount.table, UserPassword.table, SignInGuard.table, SignIn.table
_FORGET = delete(_guard).where(
    func.coalesce(_guard.c.failed_at, _guard.c.recorded_at) < bindparam("before", type_=Instant)
)
_ACCOUNT = (
    select(_user.c.id, _user.c.name, _user.c.is_active, _user.c.archived_at, _user.c.is_demo, _password.c.hash)
    .add_columns(_password.c.id.label("password_id"))
    .outerjoin_from(_user, _password, _password.c.user_id == _user.c.id)
    .where(_user.c.name == bindparam("name", type_=Text()))
)
_PASSWORDS = select(_password.c.id, _password.c.user_id).where(
    _password.c.user_id == func.any(bindparam("users", type_=ARRAY(Uuid())))
)
_NAMES = select(_user.c.name).where(_user.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))))
_wanted = (
    func.unnest(
        bindparam("ids", type_=ARRAY(Uuid())),
        bindparam("kinds", type_=ARRAY(Text())),
        bindparam("subjects", type_=ARRAY(Text())),
    )
    .table_valued("id", "kind", "subject")
    .render_derived(name="wanted")
)
_MAKE_GUARDS = (
    insert(_guard)
    .from_select(["id", "kind", "subject"], select(_wanted), include_defaults=False)
    .on_conflict_do_nothing(index_elements=["kind", "subject"])
)
_OWN_SIGN_IN = select(_sign_in.c.id, _sign_in.c.expires_at, _sign_in.c.client, _sign_in.c.recorded_at).where(
    _sign_in.c.id == bindparam("id", type_=Uuid()), _sign_in.c.user_id == bindparam("user_id", type_=Uuid())
)


class SignInRefused(DomainError):
    """Name or password are wrong, or the account may not sign in; which, is not said."""

    is_recorded = True
    code = "SIGN_IN_REFUSED"
    zh = "用户名或密码不正确。"
    en = "Name or password are not right."


class SignInPaused(DomainError):
    """Too many attempts failed under this name or from this address; none is looked at for a while."""

    code = "SIGN_IN_PAUSED"
    zh = "失败次数过多，请在 {retry_after_seconds} 秒后重试。"
    en = "Too many attempts failed; try again in {retry_after_seconds} seconds."


class NoSignIn(DomainError):
    """The credential goes back to no sign-in with a password, or to one that has ended."""

    code = "NO_SIGN_IN"
    zh = "此凭据并非来自有效的密码登录。"
    en = "The credential goes back to no sign-in that still holds."


# What logging in can be refused with: all that those without credentials know of refusals.
SIGN_IN_REFUSALS: tuple[type[DomainError], ...] = (SignInRefused, SignInPaused, Rejected)


@command(action=Action.CHANGE, record=SignIn, zh="登录", reveals=_SESSION, costly=True)
class LogIn:
    """Give name and password, get a token."""

    name: str = argument(doc="Name of the account.", zh="用户名")
    password: str = argument(doc="Its password.", zh="密码", secret=True)
    client: str = argument(doc="Name of the application that signs in.", zh="应用", default="default")


async def log_in(work: Work, commands: Sequence[LogIn]) -> Results[SignIn]:
    """The sign-ins; each reveals its token.

    Raises: SignInRefused (recorded), SignInPaused, Rejected (per row). Emits: SignedIn, SignInFailed.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        if not 0 < len(one.client) <= CLIENT_LENGTH_MAX or one.client.startswith("key:"):
            reason, reason_zh = f"1 to {CLIENT_LENGTH_MAX} characters", f"长度须为 1 至 {CLIENT_LENGTH_MAX} 个字符"
            value = one.client[:CLIENT_LENGTH_MAX]
            outcomes.append(Rejected(("client",), what="client", value=value, reason=reason, reason_zh=reason_zh))
            continue
        proof = await _proof(work, one.name, one.password)
        outcomes.append(proof if isinstance(proof, DomainError) else await _begin(work, proof, one.client))
    return Results(outcomes)


@command(action=Action.CHANGE, record=SignIn, zh="续签令牌", reveals=_SESSION)
class RenewToken:
    """Get a new token for the sign-in that this request's token goes back to; the old one ends by itself."""


async def renew_token(work: Work, commands: Sequence[RenewToken]) -> Results[SignIn]:
    """The sign-in of the actor; it reveals a new token.

    Raises: NoSignIn (per row).
    """
    session = work.actor.session
    rows = await work.fetch(_OWN_SIGN_IN, id=session.id, user_id=work.actor.id) if session is not None else []
    outcomes: list[UUID | DomainError] = []
    for _ in commands:
        if not rows or rows[0]["expires_at"] <= work.now:
            outcomes.append(NoSignIn())
            continue
        one = rows[0]
        _reveal(work, _SignedIn(one["id"], work.actor.name, one["client"], one["recorded_at"]), one["expires_at"])
        outcomes.append(one["id"])
    return Results(outcomes)


@command(action=Action.CHANGE, record=TokenRevocation, zh="退出登录")
class LogOut:
    """End the sign-in that this request's token goes back to, or every token of the account."""

    everywhere: bool = argument(doc="Whether every other token of the account ends too.", zh="全部退出", default=False)


async def log_out(work: Work, commands: Sequence[LogOut]) -> Results[TokenRevocation]:
    """The revocations; the next request with the token is refused.

    Raises: NoSignIn for an API key, which is revoked instead (per row). Emits: TokenRevoked.
    """
    await hold_policy(work)
    session = work.actor.session
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        if session is None or session.kind is not CredentialKind.TOKEN:
            outcomes.append(NoSignIn())
            continue
        token_id = None if one.everywhere else session.id
        rows.append({"id": new_id(), "user_id": work.actor.id, "token_id": token_id, "revoked_at": work.now})
        outcomes.append(rows[-1]["id"])
    await _revoke(work, rows)
    return Results(outcomes)


@command(action=Action.CHANGE, record=SignIn, zh="修改密码", reveals=_SESSION, costly=True)
class ChangePassword:
    """Change the password of one's own account. Every token issued before ends; the answer holds a new one."""

    password: str = argument(doc="The password that holds now.", zh="当前密码", secret=True)
    new_password: str = argument(doc="The password from now on.", zh="新密码", secret=True)


async def change_password(work: Work, commands: Sequence[ChangePassword]) -> Results[SignIn]:
    """New sign-ins; each reveals its token.

    Raises: SignInRefused (recorded), SignInPaused, Rejected (per row). Emits: PasswordSet, SignedIn, SignInFailed.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        weak = _weak(one.new_password, work.actor.name, "newPassword")
        proof = weak or await _proof(work, work.actor.name, one.password)
        if isinstance(proof, DomainError):
            outcomes.append(proof)
            continue
        await _set(work, {proof["id"]: one.new_password})
        outcomes.append(await _begin(work, proof, work.actor.client))
    return Results(outcomes)


@command(action=Action.ADMINISTER, record=UserAccount, zh="设置密码", costly=True)
class SetPassword:
    """Give an account a new password. Every token of the account ends, and so does a pause after failures."""

    user_id: UUID = argument(doc="Whose password.", zh="用户", reference="user_account")
    password: str = argument(doc="The password from now on.", zh="密码", secret=True)


async def set_password(work: Work, commands: Sequence[SetPassword]) -> Results[UserAccount]:
    """The accounts.

    Raises: NotFound, Rejected (per row). Emits: PasswordSet.
    """
    # Guards before the policy, as those do who change their own.
    named = await work.fetch(_NAMES, ids=[one.user_id for one in commands])
    guards = await _guards(work, [(GuardKind.ACCOUNT, row["name"]) for row in named])
    await hold_policy(work)
    users = await work.lock(UserAccount, [one.user_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    given: dict[UUID, str] = {}
    for one in commands:
        row = users.get(one.user_id)
        weak = None if row is None else _weak(one.password, row["name"], "password")
        if row is None:
            outcomes.append(NotFound(("user",), what="user", key=str(one.user_id)))
        elif weak is not None:
            outcomes.append(weak)
        else:
            given[one.user_id] = one.password
            outcomes.append(one.user_id)
    await _write_guards(work, {id_: Attempts() for id_, known in guards.items() if known["failures"]})
    await _set(work, given)
    return Results(outcomes)


# --- checking ---------------------------------------------------------------------------------------------------------


async def _proof(work: Work, name: str, password: str) -> Row | DomainError:
    """The account whose password it is, or the refusal; failures are counted."""
    keys = [(GuardKind.ACCOUNT, name[:NAME_LENGTH_MAX])]
    if work.address is not None:
        keys.append((GuardKind.ADDRESS, neighbourhood(work.address)))
    guards = await _guards(work, keys)
    known = {id_: Attempts(row["failures"], row["failed_at"], row["locked_until_at"]) for id_, row in guards.items()}
    pause = max(pause_left(one, work.now) for one in known.values())
    if pause:
        return SignInPaused(retry_after_seconds=pause)
    rows = await work.fetch(_ACCOUNT, name=name[:NAME_LENGTH_MAX])
    account = rows[0] if rows and len(name) <= NAME_LENGTH_MAX else None
    if await is_right(password, account["hash"] if account else None) and account and _may_sign_in(work, account):
        succeeded = _guard_id(*keys[0])
        await _write_guards(work, {id_: Attempts() for id_ in [succeeded] if known[id_].failures})
        if is_outdated(account["hash"]):
            renewed = {"id": account["password_id"], "hash": await hashed(password)}
            await work.update(UserPassword, [renewed], fields=("hash",), audited=False)
        return account
    free = {GuardKind.ACCOUNT.value: ACCOUNT_FREE, GuardKind.ADDRESS.value: ADDRESS_FREE}
    await _write_guards(
        work, {id_: after_failure(one, work.now, free[guards[id_]["kind"]]) for id_, one in known.items()}
    )
    work.emit("SignInFailed", SignInGuard, list(known))
    return SignInRefused()


def _may_sign_in(work: Work, account: Row) -> bool:
    """Whether the account counts here; a demo account does on the loopback address alone."""
    serves_demo = work.issuer is not None and work.issuer.serves_demo
    return account["is_active"] and account["archived_at"] is None and (serves_demo or not account["is_demo"])


def _guard_id(kind: GuardKind, subject: str) -> UUID:
    return uuid5(GUARDS, f"{kind.value}:{subject}")


async def _guards(work: Work, keys: Sequence[tuple[GuardKind, str]]) -> dict[UUID, Row]:
    """The rows that count for these names and addresses, made where there are none, locked."""
    wanted = {_guard_id(kind, subject): (kind.value, subject) for kind, subject in keys}
    kinds, subjects = [kind for kind, _ in wanted.values()], [subject for _, subject in wanted.values()]
    await work.fetch(_MAKE_GUARDS, ids=list(wanted), kinds=kinds, subjects=subjects)
    return await work.lock(SignInGuard, wanted)


async def _write_guards(work: Work, changed: Mapping[UUID, Attempts]) -> None:
    fields = ("failures", "failed_at", "locked_until_at")
    rows = [{"id": id_, **{name: getattr(one, name) for name in fields}} for id_, one in changed.items()]
    if rows:
        await work.update(SignInGuard, rows, fields=fields)


# --- what follows -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _SignedIn:
    """A sign-in that a token can go back to."""

    id: UUID
    user_name: str
    client: str
    at: datetime


async def _begin(work: Work, account: Row, client: str) -> UUID:
    """A new sign-in of the account; its token is revealed."""
    ends = work.now + timedelta(hours=SIGN_IN_HOURS)
    row = {"user_id": account["id"], "client": client, "address": work.address, "expires_at": ends}
    (id_,) = await work.insert(SignIn, [row])
    work.emit("SignedIn", SignIn, [id_])
    _reveal(work, _SignedIn(id_, account["name"], client, work.now), ends)
    return id_


def _reveal(work: Work, signed_in: _SignedIn, until: datetime) -> None:
    """Show a token that ends in an hour, or with its sign-in."""
    assert work.issuer is not None, "the graph gives every command that reveals a token its issuer"
    ends = min(work.now + timedelta(minutes=TOKEN_MINUTES), until)
    new = NewToken(
        user_name=signed_in.user_name, client=signed_in.client, sign_in_id=signed_in.id, signed_in_at=signed_in.at,
        expires_at=ends,
    )  # fmt: skip
    work.reveal(signed_in.id, {"accessToken": work.issuer.issue(new), "expiresAt": ends})


def _weak(password: str, name: str, what: str) -> DomainError | None:
    weak = weakness(password, name)
    return None if weak is None else Rejected((what,), what=what, value="***", reason=weak[0], reason_zh=weak[1])


async def _set(work: Work, given: Mapping[UUID, str]) -> None:
    """The accounts have these passwords from now on, and no token issued before."""
    if not given:
        return
    await hold_policy(work)
    known = {row["user_id"]: row["id"] for row in await work.fetch(_PASSWORDS, users=list(given))}
    hashes = {user: await hashed(password) for user, password in given.items()}
    changed = [{"id": known[user], "hash": text} for user, text in hashes.items() if user in known]
    made = [{"id": new_id(), "user_id": user, "hash": text} for user, text in hashes.items() if user not in known]
    if changed:
        await work.update(UserPassword, changed, fields=("hash",), audited=False)
    if made:
        await work.insert(UserPassword, made, audited=False)
    await work.update(
        UserAccount, [{"id": user, "password_set_at": work.now} for user in given], fields=("password_set_at",)
    )
    work.emit("PasswordSet", UserAccount, list(given))
    await _revoke(work, [{"id": new_id(), "user_id": user, "token_id": None, "revoked_at": work.now} for user in given])


async def _revoke(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        work.emit("TokenRevoked", TokenRevocation, await work.insert(TokenRevocation, rows))
        await raise_version(work)


async def forget_guards(handling: Handling) -> None:
    """What failed long ago counts for nothing, and names people and addresses: it goes, the audit keeps the fact."""
    await handling.connection.execute(_FORGET, before=handling.now - GUARDS_KEPT)


SWEEPS = (Sweep("governance.forget_guards", forget_guards, FORGET_EVERY_SECONDS),)
