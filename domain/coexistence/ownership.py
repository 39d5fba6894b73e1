"""What an account asks of the house for itself alone: webhooks, exports, imports. Only the owner decides about it,
since it runs under the owner's grants; an administrator may stop it.
"""

from domain.core.actors import Audience
from domain.core.columns import Tier
from domain.core.commands import CommandSpec
from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.records import GROUP
from domain.core.work import Work


class NotOwner(DomainError):
    """Only the account whose grants count may do this: it decides what of its sight leaves the house, and where to."""

    code = "NOT_OWNER"
    zh = "{what} {key} 属于其他账号。"
    en = "{what} {key} belongs to another account."


class TooMany(DomainError):
    """A limit of the house that keeps one account from taking what is there for all."""

    code = "LIMIT_REACHED"
    zh = "{what} 最多 {limit} 个。"
    en = "There are at most {limit} of {what}."


def used_roles(work: Work) -> list[str]:
    """The roles with which the actor works now, wherever it holds them: what it asks for later counts no others."""
    return sorted({role for roles in work.actor.roles.values() for role in roles})


def sees_all(work: Work) -> bool:
    """Whether the actor sees what others own, too: it is staff and reads the module in the group."""
    return work.actor.audience is Audience.STAFF and GROUP in work.grants.opened("coexistence", Tier.INTERNAL, "")


def check_owner(work: Work, row: Row, what: str, *, administers: CommandSpec | None = None) -> None:
    """Make sure that the actor owns the row, or may perform the command `administers`. Raises: NotOwner."""
    if row["user_id"] == work.actor.id:
        return
    if administers is None or GROUP not in work.grants.may(administers.module, administers.action, administers.name):
        key = row.get("name") or str(row["id"])
        raise NotOwner(what=what, key=key)
