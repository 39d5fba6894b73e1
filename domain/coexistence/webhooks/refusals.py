"""Why a command on webhooks is refused, beside the refusals that every module has."""

from domain.core.errors import DomainError


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
