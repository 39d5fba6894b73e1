"""Governance: accounts, roles and the policy, changed by audited commands.

The records of accounts and policy stand in `domain.core.accounts`, below every module, because permission is asked
everywhere; changing them is business of this module alone. Client applications and their documents are its own.
"""

from collections.abc import Mapping
from typing import Any

from domain.core.accounts import (
    ApiKey,
    PartnerLink,
    PolicyRule,
    RoleAssignment,
    SignIn,
    SigningKey,
    SignInGuard,
    TokenRevocation,
    UserAccount,
    UserIdentity,
)
from domain.core.client_tiers import ClientTier
from domain.core.commands import Handler
from domain.governance import merges, models, sign_in
from domain.governance.accounts import (
    CreateUser,
    DeactivateUser,
    LinkPartner,
    RevokeToken,
    create_user,
    deactivate_user,
    link_partner,
    revoke_token,
)
from domain.governance.documents import (
    ChangeApplication,
    DeployDocuments,
    RegisterApplication,
    RetireDeployment,
    change_application,
    deploy_documents,
    register_application,
    retire_deployment,
)
from domain.governance.identities import LinkIdentity, UnlinkIdentity, link_identity, unlink_identity
from domain.governance.keys import (
    CreateApiKey,
    RevokeApiKey,
    RotateApiKey,
    create_api_key,
    revoke_api_key,
    rotate_api_key,
)
from domain.governance.models import ClientApplication
from domain.governance.permissions import (
    AddPolicyRule,
    GrantRole,
    RemovePolicyRule,
    RevokeRole,
    add_policy_rule,
    grant_role,
    remove_policy_rule,
    revoke_role,
)
from domain.governance.sign_in import (
    ChangePassword,
    LogIn,
    LogOut,
    RenewToken,
    SetPassword,
    change_password,
    log_in,
    log_out,
    renew_token,
    set_password,
)
from domain.governance.signing import RotateSigningKey, rotate_signing_key
from domain.governance.tiers import (
    AssignKeyTier,
    AssignUserTier,
    ChangeClientTier,
    assign_key_tier,
    assign_user_tier,
    change_client_tier,
)

RECORDS = (*models.RECORDS, *merges.RECORDS)
COMMANDS: Mapping[type[Any], Handler] = {
    CreateUser: create_user,
    DeactivateUser: deactivate_user,
    RegisterApplication: register_application,
    ChangeApplication: change_application,
    DeployDocuments: deploy_documents,
    RetireDeployment: retire_deployment,
    LogIn: log_in,
    RenewToken: renew_token,
    LogOut: log_out,
    ChangePassword: change_password,
    SetPassword: set_password,
    LinkIdentity: link_identity,
    UnlinkIdentity: unlink_identity,
    LinkPartner: link_partner,
    RevokeToken: revoke_token,
    CreateApiKey: create_api_key,
    RotateApiKey: rotate_api_key,
    RevokeApiKey: revoke_api_key,
    RotateSigningKey: rotate_signing_key,
    GrantRole: grant_role,
    RevokeRole: revoke_role,
    AddPolicyRule: add_policy_rule,
    RemovePolicyRule: remove_policy_rule,
    ChangeClientTier: change_client_tier,
    AssignUserTier: assign_user_tier,
    AssignKeyTier: assign_key_tier,
    **merges.COMMANDS,
}
HANDLERS = {}
SWEEPS = sign_in.SWEEPS
EVENTS = {
    "UserCreated": UserAccount,
    "UserDeactivated": UserAccount,
    "ApplicationRegistered": ClientApplication,
    "ApplicationChanged": ClientApplication,
    "DocumentsDeployed": ClientApplication,
    "DocumentsRetired": ClientApplication,
    "PasswordSet": UserAccount,
    "SignedIn": SignIn,
    "SignInFailed": SignInGuard,
    "IdentityLinked": UserIdentity,
    "IdentityUnlinked": UserIdentity,
    "PartnerLinked": PartnerLink,
    "TokenRevoked": TokenRevocation,
    "SigningKeyRotated": SigningKey,
    "ApiKeyCreated": ApiKey,
    "ApiKeyRotated": ApiKey,
    "ApiKeyRevoked": ApiKey,
    "RoleGranted": RoleAssignment,
    "RoleRevoked": RoleAssignment,
    "PolicyChanged": PolicyRule,
    "ClientTierChanged": ClientTier,
    "UserAccountTierAssigned": UserAccount,
    "ApiKeyTierAssigned": ApiKey,
    **merges.EVENTS,
}
