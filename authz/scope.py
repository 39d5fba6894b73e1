"""Actor + the scope that a record declares -> which rows, as data that the planner turns into SQL.

The values (companies, partners, sites) are always parameters of the statement; only their presence shapes it.
"""

from dataclasses import dataclass

from domain.core.actors import EMPTY, PARTNERS, Actor, Grants
from domain.core.columns import GUARDED_TIERS, Tier
from domain.core.records import GROUP, CompanyRecord, GroupRecord, Partners, Record
from domain.core.reports import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class RowScope:
    """Which rows of a record an actor may see.

    `companies` restricts `company_id` (None: the record belongs to the group and has none). `partner` is the path whose
    party must be one of `actor.partners`, `site` the path whose site must be one of `actor.sites`, `owner` the path
    whose account must be the actor; None: no such test.
    `nothing` is true when no row can be seen at all; the planner then asks nothing.
    """

    companies: frozenset[int] | None = None
    partner: str | None = None
    site: str | None = None
    owner: str | None = None
    nothing: bool = False


NOTHING = RowScope(nothing=True)
IN_GROUP = frozenset({GROUP})


def row_scope(record: type[Record], actor: Actor, grants: Grants) -> RowScope:
    """The rows of `record` that the actor may see.

    Staff see a company's rows where they read INTERNAL of the module or the type, partners where they read PUBLIC and
    the row is theirs or catalogue data. A group record is seen by whoever reads its module in any company; one that has
    an owner by the owner alone, unless its module is read in the group.
    """
    spec, is_partner = record.spec, actor.audience in PARTNERS
    companies = grants.opened(spec.module, Tier.PUBLIC if is_partner else Tier.INTERNAL, record.__name__)
    if issubclass(record, CompanyRecord):
        companies -= {GROUP}
    partner: str | None = None
    sees_all = not is_partner and GROUP in grants.opened(spec.module, Tier.INTERNAL, "")
    owner = None if sees_all else spec.scope.owner
    if is_partner and spec.scope.owner is None:
        if spec.scope.partner is Partners.NOBODY:
            return NOTHING
        if isinstance(spec.scope.partner, str):
            if not actor.partners:
                return NOTHING
            partner = spec.scope.partner
    site = spec.scope.site if actor.sites is not None and not is_partner else None
    if not companies or (site is not None and not actor.sites):
        return NOTHING
    if issubclass(record, GroupRecord):
        return RowScope(partner=partner, site=site, owner=owner)
    # What has an owner is kept in the group, whatever the companies of the roles that it is seen with.
    return RowScope(
        companies=companies if spec.scope.owner is None else IN_GROUP, partner=partner, site=site, owner=owner
    )


def readable_companies(record: type[Record], grants: Grants, tier: Tier, coordinate: str) -> frozenset[int]:
    """The companies in which one field of the record may be read; for a group record {0} or nothing.

    A guarded field of a group record needs the grant in the group itself; its open fields follow the row. A guarded
    figure of a report needs the grant of its tier in every module out of whose guarded values it may be made.
    """
    companies = grants.readable(record.spec.module, tier, coordinate)
    if issubclass(record, Report) and tier in GUARDED_TIERS:
        for module in record.modules_of(tier):
            companies &= grants.tiers.get((module, tier), EMPTY)
    if not issubclass(record, GroupRecord) and record.spec.scope.owner is None:
        return companies
    if tier in GUARDED_TIERS:
        return companies & IN_GROUP
    return IN_GROUP if companies else EMPTY
