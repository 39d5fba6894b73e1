"""Who am I, and what may I do: the answer to `viewer`."""

from typing import Any

from domain.core.actors import Actor, Grants


def viewer(actor: Actor, grants: Grants) -> dict[str, Any]:
    """The reader as it may see itself; a role that gives nothing in its audience is named too."""
    return {
        "name": actor.name,
        "audience": actor.audience.value,
        "roles": sorted({role for roles in actor.roles.values() for role in roles}),
        "companies": list(grants.companies),
        "locale": actor.locale,
    }
