"""Who am I, and what may I do: the roots `viewer` and `viewerCan`, answered from what the process holds of the caller.

`viewerCan` answers for one field or command as the roads would: what the caller's audience does not know is answered
like what nobody may.
"""

from collections.abc import Callable, Mapping
from typing import Any

from domain import COMMANDS
from domain.core.actors import Audience, CredentialKind
from domain.core.columns import Tier
from domain.core.commands import CommandSpec
from domain.core.errors import InvalidInput
from domain.core.records import GROUP, is_sharded
from resolvers.catalog import CATALOG, Entity, ToMany, ToOne
from resolvers.global_ids import encode_id
from resolvers.reader import Reader
from resolvers.scanning import parse_udi

_SPECS: Mapping[str, CommandSpec] = {command.spec.name: command.spec for command in COMMANDS}


def viewer(reader: Reader, _: Mapping[str, Any]) -> dict[str, Any]:
    """The reader as it may see itself; a role that gives nothing in its audience is named too."""
    actor, codes = reader.actor, {number: code for code, number in reader.codes.items()}
    session = actor.session
    is_client = session is not None and session.kind is CredentialKind.KEY
    kind = "ANONYMOUS" if actor.audience is Audience.ANONYMOUS else "CLIENT" if is_client else "PERSON"
    return {
        "name": actor.name,
        "displayName": actor.display_name or actor.name,
        "kind": kind,
        "audience": actor.audience.value,
        "roles": sorted({role for roles in actor.roles.values() for role in roles}),
        "roleSets": [
            {"company": codes.get(company), "roles": sorted(roles)}
            for company, roles in sorted(actor.roles.items())
            if company == GROUP or company in codes
        ],
        "companies": _codes(reader, frozenset(reader.grants.companies)),
        "partners": [encode_id(CATALOG["Party"], None, party) for party in sorted(actor.partners)],
        "isRestrictedToSites": actor.sites is not None,
        "locale": actor.locale,
        "client": actor.client,
        "session": None
        if session is None
        else {
            "id": str(session.id),
            "kind": session.kind.value,
            "issuer": session.issuer,
            "expiresAt": session.expires_at,
            "signedInAt": session.signed_in_at,
        },
    }


def viewer_can(reader: Reader, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Where the reader may read the field, or perform the command.

    Raises: InvalidInput unless exactly one is named.
    """
    field, command = arguments.get("field"), arguments.get("command")
    if (field is None) == (command is None):
        reason, reason_zh = "give exactly one of field and command", "请只给出 field 或 command 之一"
        raise InvalidInput(what="viewerCan", value=repr(arguments), reason=reason, reason_zh=reason_zh)
    companies = _where_readable(reader, field) if field is not None else _where_performable(reader, command or "")
    own = frozenset(reader.grants.companies)
    if GROUP in companies:
        return {"extent": "ALL", "companies": _codes(reader, own)}
    companies &= own
    extent = "NONE" if not companies else "ALL" if companies == own else "SOME"
    return {"extent": extent, "companies": _codes(reader, companies)}


LOCAL_ROOTS: Mapping[str, Callable[[Reader, Mapping[str, Any]], Any]] = {
    "viewer": viewer, "viewerCan": viewer_can, "parseUdi": parse_udi,
}  # fmt: skip


def _codes(reader: Reader, companies: frozenset[int]) -> list[str]:
    return sorted(code for code, number in reader.codes.items() if number in companies)


def _where_readable(reader: Reader, coordinate: str) -> frozenset[int]:
    """The companies in which some row answers a value of the field; with the group (0) for what is the group's."""
    type_name, _, field = coordinate.partition(".")
    entity = CATALOG.get(type_name)
    source = entity.fields.get(field) if entity is not None else None
    if entity is None or (source is None and field != "id"):
        return frozenset()
    where = _rows(reader, entity)
    if isinstance(source, ToMany):
        target = CATALOG[source.target]
        return where & _values(reader, target, source.spec.tier, source.reference) & _rows(reader, target)
    if isinstance(source, ToOne):
        where &= _rows(reader, CATALOG[source.target])
    return where if source is None else where & _values(reader, entity, source.spec.tier, source.name)


def _rows(reader: Reader, entity: Entity) -> frozenset[int]:
    """The companies whose rows are in scope; a master of the group is there for all of them."""
    if reader.scope(entity).nothing:
        return frozenset()
    return frozenset(reader.companies(entity, None)) if entity.is_sharded else _everywhere(reader)


def _values(reader: Reader, entity: Entity, tier: Tier, field: str) -> frozenset[int]:
    """The companies in whose rows the field may be read; a master's field may be everywhere or nowhere."""
    companies = reader.readable(entity, tier, field)
    return companies if entity.is_sharded else _everywhere(reader) if companies else frozenset()


def _everywhere(reader: Reader) -> frozenset[int]:
    return frozenset({GROUP, *reader.grants.companies})


def _where_performable(reader: Reader, name: str) -> frozenset[int]:
    """The companies in which the command may be performed; the group for a command about the group's masters."""
    spec = _SPECS.get(name[:1].upper() + name[1:])
    if spec is None:
        return frozenset()
    companies = reader.grants.may(spec.module, spec.action, spec.name)
    if is_sharded(spec.record):
        return companies - {GROUP}
    return frozenset({GROUP}) if spec.performed_in(GROUP, reader.grants) else frozenset()
