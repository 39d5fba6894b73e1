"""Coexistence with legacy systems in the graph."""

import strawberry

from domain import coexistence
from domain.coexistence.models import ImportIssue, ImportRun, LegacyKey, SourceSystem
from schema.derive import graph_type, root_many

for _record in coexistence.RECORDS:
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class CoexistenceQuery:
    source_systems = root_many(SourceSystem)
    legacy_keys = root_many(LegacyKey)
    import_runs = root_many(ImportRun)
    import_issues = root_many(ImportIssue)
