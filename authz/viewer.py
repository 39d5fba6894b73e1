"""Who am I, and what may I do: the answer to `viewer`."""

from collections.abc import Mapping
from typing import Any

from domain.core.actors import Actor, Grants


def viewer(actor: Actor, grants: Grants, codes: Mapping[str, int]) -> dict[str, Any]:
    """The reader as it may see itself; a role that gives nothing in its audience is named too.

    `codes` are the numbers of the companies by code; a company is shown by its code.
    """
    return {
        "name": actor.name,
        "audience": actor.audience.value,
        "roles": sorted({role for roles in actor.roles.values() for role in roles}),
        "companies": sorted(code for code, number in codes.items() if number in grants.companies),
        "locale": actor.locale,
    }
