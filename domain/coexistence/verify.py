"""What must hold between source systems and records; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from sqlalchemy import Text, and_, bindparam, select

from domain.coexistence.models import LegacyKey
from domain.core.database import Connection
from domain.core.records import Record
from domain.core.verify import Finding, Verifier

LEGACY_KEYS = "legacy keys"

_key = LegacyKey.table
_TYPES = select(_key.c.record_type).distinct().order_by(_key.c.record_type)


async def legacy_keys(connection: Connection) -> AsyncIterator[Finding]:
    """Every legacy key names a record that exists, of a kind that exists."""
    for row in await connection.fetch(_TYPES):
        kind = row["record_type"]
        table = Record.metadata.tables.get(kind)
        if table is None:
            yield Finding(check=LEGACY_KEYS, subject=kind, message="no such kind of record exists")
            continue
        same = [table.c.id == _key.c.record_id]
        if "company_id" in table.primary_key.columns:
            same.append(table.c.company_id == _key.c.company_id)
        stray = (
            select(_key.c.company_id, _key.c.key)
            .select_from(_key.outerjoin(table, and_(*same)))
            .where(_key.c.record_type == bindparam("kind", type_=Text()), table.c.id.is_(None))
            .order_by(_key.c.company_id, _key.c.key)
            .limit(1)
        )
        for found in await connection.fetch(stray, kind=kind):
            subject = f"{kind} {found['key']} of company {found['company_id']}"
            yield Finding(check=LEGACY_KEYS, subject=subject, message="its record does not exist")


VERIFIERS: Mapping[str, Verifier] = {LEGACY_KEYS: legacy_keys}
