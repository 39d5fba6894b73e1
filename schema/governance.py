"""Governance in the graph: accounts, roles and the policy are changed by audited commands."""

import strawberry

from domain.governance.accounts import (
    CreateUser,
    DeactivateUser,
    LinkPartner,
    RevokeToken,
)
from domain.governance.documents import ChangeApplication, DeployDocuments, RegisterApplication, RetireDeployment
from domain.governance.identities import LinkIdentity, UnlinkIdentity
from domain.governance.keys import CreateApiKey, RevokeApiKey, RotateApiKey
from domain.governance.merges import (
    ApproveItemMerge,
    ApprovePartyMerge,
    ProposeItemMerge,
    ProposePartyMerge,
    RejectItemMerge,
    RejectPartyMerge,
    UndoItemMerge,
    UndoPartyMerge,
)
from domain.governance.merges.models import ItemMerge, PartyMerge
from domain.governance.models import ClientApplication, RegisteredDocument
from domain.governance.permissions import AddPolicyRule, GrantRole, RemovePolicyRule, RevokeRole
from domain.governance.sign_in import ChangePassword, LogIn, LogOut, RenewToken, SetPassword
from domain.governance.signing import RotateSigningKey
from domain.governance.tiers import AssignKeyTier, AssignUserTier, ChangeClientTier
from schema.commands import performs
from schema.derive import graph_type, root_many, root_one

for _record in (ClientApplication, RegisteredDocument, PartyMerge, ItemMerge):
    graph_type(_record)


@strawberry.type
class GovernanceQuery:
    client_application = root_one(ClientApplication)
    client_applications = root_many(ClientApplication)
    registered_documents = root_many(RegisteredDocument)
    party_merges = root_many(PartyMerge)
    item_merges = root_many(ItemMerge)


@strawberry.type
class GovernanceMutation:
    register_application = performs(RegisterApplication)
    change_application = performs(ChangeApplication)
    deploy_documents = performs(DeployDocuments)
    retire_deployment = performs(RetireDeployment)
    log_in = performs(LogIn)
    renew_token = performs(RenewToken)
    log_out = performs(LogOut)
    change_password = performs(ChangePassword)
    set_password = performs(SetPassword)
    create_user = performs(CreateUser)
    deactivate_user = performs(DeactivateUser)
    link_identity = performs(LinkIdentity)
    unlink_identity = performs(UnlinkIdentity)
    link_partner = performs(LinkPartner)
    revoke_token = performs(RevokeToken)
    create_api_key = performs(CreateApiKey)
    rotate_api_key = performs(RotateApiKey)
    revoke_api_key = performs(RevokeApiKey)
    rotate_signing_key = performs(RotateSigningKey)
    grant_role = performs(GrantRole)
    revoke_role = performs(RevokeRole)
    add_policy_rule = performs(AddPolicyRule)
    remove_policy_rule = performs(RemovePolicyRule)
    change_client_tier = performs(ChangeClientTier)
    assign_user_tier = performs(AssignUserTier)
    assign_key_tier = performs(AssignKeyTier)
    propose_party_merge = performs(ProposePartyMerge)
    approve_party_merge = performs(ApprovePartyMerge)
    reject_party_merge = performs(RejectPartyMerge)
    undo_party_merge = performs(UndoPartyMerge)
    propose_item_merge = performs(ProposeItemMerge)
    approve_item_merge = performs(ApproveItemMerge)
    reject_item_merge = performs(RejectItemMerge)
    undo_item_merge = performs(UndoItemMerge)
