"""What whoever runs the machines does to who may come in: the first account that administers, and the key of tokens.

Making the administrator again gives the account a new password, so that one that was lost is no disaster. Both go
through the same commands as in the graph: the audit tells what was done, and by whom.
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Text, bindparam, select

from authz.grants import system_actor
from authz.tables import load_rotations
from domain.core.accounts import RoleAssignment, UserAccount
from domain.core.actors import Audience
from domain.core.records import GROUP
from domain.governance import CreateUser, GrantRole, RotateSigningKey, SetPassword
from server.console import console
from server.preflight import Refused
from server.signing import signing_key

OPERATOR = system_actor("operator", UUID("00000000-0000-7000-8000-6f7065720000"))
ROLE = "group_admin"

_user, _assignment = UserAccount.table, RoleAssignment.table
_ACCOUNT = select(_user.c.id, _user.c.is_active, _user.c.audience).where(
    _user.c.name == bindparam("name", type_=Text())
)
_HOLDS = select(_assignment.c.id).where(
    _assignment.c.user_id == bindparam("user"), _assignment.c.role == ROLE, _assignment.c.company_number == GROUP,
    _assignment.c.archived_at.is_(None), _assignment.c.valid_to_at.is_(None),
)  # fmt: skip


async def make_administrator(url: str, name: str, password: str) -> list[str]:
    """What was done, a line each: the account, its role in the group and every company, its password.

    All of it or, where a password is too weak, nothing. Raises: Refused, Rejected.
    """
    done: list[str] = []
    async with console(url, OPERATOR) as operator, operator.connection.raw.transaction():
        row = await operator.connection.fetchrow(_ACCOUNT, name=name)
        if row is not None and not (row["is_active"] and row["audience"] == Audience.STAFF):
            raise Refused(f"{name} is an account that cannot administer: it is not active, or not of the staff")
        if row is None:
            user = await operator.perform(CreateUser(name=name, display_name=name, audience=Audience.STAFF))
            done.append(f"account {name} created")
        else:
            user = row["id"]
        if await operator.connection.fetchrow(_HOLDS, user=user) is None:
            await operator.perform(GrantRole(user_id=user, role=ROLE, company_number=GROUP))
            done.append(f"{name} is {ROLE} of the group and every company")
        await operator.perform(SetPassword(user_id=user, password=password))
        done.append(f"the password of {name} is set; whoever was signed in with it is not any more")
    return done


async def rotate_key(url: str, secret: bytes, announced_minutes: int, overlap_hours: int) -> list[str]:
    """What holds now, a line each: the new generation with its id and from when it signs, the end of those before."""
    command = RotateSigningKey(announced_minutes=announced_minutes, overlap_hours=overlap_hours)
    async with console(url, OPERATOR) as operator:
        await operator.perform(command)
        newest = (await load_rotations(operator.connection))[-1]
    key_id = signing_key(secret, newest.generation).thumbprint()
    signs_from, until = (datetime.fromtimestamp(one, UTC) for one in (newest.signs_from, newest.previous_until))
    return [
        f"generation {newest.generation}, key {key_id}, signs from {signs_from:%Y-%m-%d %H:%M:%S} UTC",
        f"tokens of the keys before are taken until {until:%Y-%m-%d %H:%M:%S} UTC, or until they end",
    ]
