"""Accounts, policy and the data dictionary in the graph."""

import strawberry

from domain import core
from domain.core.accounts import (
    ApiKey,
    DutyConflict,
    PartnerLink,
    PolicyRule,
    RoleAssignment,
    RoleParent,
    SignIn,
    SigningKey,
    SignInGuard,
    SiteRestriction,
    TokenRevocation,
    UserAccount,
    UserIdentity,
)
from domain.core.client_tiers import ClientTier
from domain.core.dictionary import DataDictionaryEntry
from schema.derive import graph_type, root_many, root_one

for _record in core.RECORDS:
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class CoreQuery:
    data_dictionary = root_many(DataDictionaryEntry)
    client_tier = root_one(ClientTier)
    client_tiers = root_many(ClientTier)
    user_account = root_one(UserAccount)
    user_accounts = root_many(UserAccount)
    user_identities = root_many(UserIdentity)
    role_assignments = root_many(RoleAssignment)
    policy_rules = root_many(PolicyRule)
    role_parents = root_many(RoleParent)
    duty_conflicts = root_many(DutyConflict)
    partner_links = root_many(PartnerLink)
    site_restrictions = root_many(SiteRestriction)
    api_keys = root_many(ApiKey)
    sign_ins = root_many(SignIn)
    sign_in_guards = root_many(SignInGuard)
    signing_keys = root_many(SigningKey)
    token_revocations = root_many(TokenRevocation)
