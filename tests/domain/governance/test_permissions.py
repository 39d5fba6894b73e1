"""Roles and rules change by command: checked against the duties, audited, and the version raised."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from authz.grants import compile_grants
from authz.policy import baseline
from authz.tables import load_account, load_policy
from domain.core.accounts import Effect
from domain.core.actors import Actor, Audience
from domain.core.errors import Forbidden
from domain.core.perform import perform
from domain.governance import AddPolicyRule, GrantRole, RemovePolicyRule, RevokeRole
from tests.domain.governance.conftest import Office


def rule(role: str, target: str, tier: str, action: str, effect: Effect = Effect.ALLOW) -> AddPolicyRule:
    """A rule to add."""
    return AddPolicyRule(role=role, target=target, tier=tier, action=action, effect=effect)


async def rule_id(office: Office, role: str, target: str, action: str) -> UUID:
    """The id of a live rule."""
    found = "SELECT id FROM policy_rule WHERE role = $1 AND target = $2 AND action = $3 AND archived_at IS NULL"
    return await office.raw.fetchval(found, role, target, action)


async def test_a_granted_role_is_held_and_the_version_is_raised(office: Office) -> None:
    user = await office.user("mei")
    version = await office.version()
    await office.done(GrantRole(user_id=user, role="buyer", company_number=1))
    account = await load_account(office.connection, "mei")
    assert account is not None and account.roles == ((1, "buyer"),)
    assert await office.version() == version + 1


async def test_a_grant_is_audited_and_told(office: Office) -> None:
    user = await office.user("mei")
    (assignment,) = await office.done(GrantRole(user_id=user, role="buyer", company_number=1))
    entry = await office.raw.fetchrow("SELECT * FROM audit_entry WHERE record_id = $1", assignment)
    assert (entry["command"], entry["actor_name"], entry["record_type"], entry["before"]) == (
        "GrantRole", "administrator", "role_assignment", None,
    )  # fmt: skip
    told = await office.raw.fetchrow("SELECT event, record_ids FROM outbox_event WHERE event = 'RoleGranted'")
    assert told["record_ids"] == [assignment]


async def test_a_revoked_role_ends_at_once_and_stays_readable(office: Office) -> None:
    user = await office.user("mei")
    (assignment,) = await office.done(GrantRole(user_id=user, role="buyer", company_number=1))
    version = await office.version()
    assert await office.done(RevokeRole(assignment_id=assignment)) == [assignment]
    row = await office.raw.fetchrow("SELECT valid_from_at <= valid_to_at AS ended FROM role_assignment")
    assert row["ended"] is True
    assert await office.version() == version + 1


async def test_a_role_that_ended_cannot_be_revoked_again(office: Office) -> None:
    user = await office.user("mei")
    (assignment,) = await office.done(GrantRole(user_id=user, role="buyer", company_number=1))
    await office.done(RevokeRole(assignment_id=assignment))
    assert await office.refused(RevokeRole(assignment_id=assignment)) == [
        ("WRONG_STATE", {
            "what": "Role assignment", "key": str(assignment), "state": "ENDED", "transition": "be revoked",
        }),
    ]  # fmt: skip


async def test_the_same_role_is_not_granted_twice(office: Office) -> None:
    user = await office.user("mei")
    await office.done(GrantRole(user_id=user, role="buyer", company_number=1))
    again = GrantRole(user_id=user, role="buyer", company_number=1)
    expected = ("ALREADY_EXISTS", {"what": "role assignment", "key": "mei buyer 1"})
    assert await office.refused(again) == [expected]
    other = GrantRole(user_id=user, role="buyer", company_number=2)
    assert await office.refused(other, other) == [("ALREADY_EXISTS", {"what": "role assignment", "key": "mei buyer 2"})]


@pytest.mark.parametrize("first, second, pair", [
    ("buyer", "controller", ("CreatePurchaseAgreement", "ApprovePurchaseAgreement")),
    ("controller", "warehouse", ("ApprovePurchaseOrder", "ReceivePurchaseOrder")),
    ("buyer", "warehouse", ("CreatePurchaseOrder", "ReceivePurchaseOrder")),
    ("controller", "group_admin", ("AddPolicyRule", "ApprovePurchaseOrder")),
])  # fmt: skip
async def test_conflicting_duties_are_not_granted_to_one_person_in_one_company(
    office: Office, first: str, second: str, pair: tuple[str, str]
) -> None:
    user = await office.user("mei")
    await office.done(GrantRole(user_id=user, role=first, company_number=1))
    expected = ("SEGREGATION_OF_DUTIES", {"duty": pair[0], "conflicting": pair[1]})
    assert await office.refused(GrantRole(user_id=user, role=second, company_number=1)) == [expected]
    assert await office.refused(GrantRole(user_id=user, role=second, company_number=0)) == [expected]


async def test_conflicting_duties_may_be_held_in_different_companies(office: Office) -> None:
    user = await office.user("mei")
    await office.done(
        GrantRole(user_id=user, role="buyer", company_number=1),
        GrantRole(user_id=user, role="controller", company_number=2),
    )
    account = await load_account(office.connection, "mei")
    assert account is not None and account.roles == ((1, "buyer"), (2, "controller"))


async def test_one_batch_cannot_unite_what_two_grants_may_not(office: Office) -> None:
    user = await office.user("mei")
    refusals = await office.refused(
        GrantRole(user_id=user, role="buyer", company_number=1),
        GrantRole(user_id=user, role="controller", company_number=1),
    )
    assert [code for code, _ in refusals] == ["SEGREGATION_OF_DUTIES"]


async def test_nobody_grants_a_role_to_oneself(office: Office) -> None:
    user = await office.user("mei")
    office.admin = Actor(id=user, name="mei", audience=Audience.STAFF, roles={0: frozenset({"group_admin"})})
    ((code, values),) = await office.refused(GrantRole(user_id=user, role="auditor", company_number=0))
    assert (code, values["value"], values["reason"]) == ("INVALID_VALUE", "mei", "nobody grants a role to oneself")


@pytest.mark.parametrize("role", ["emperor", "system", "STAFF", ""])
async def test_a_role_that_no_user_can_hold_is_refused(office: Office, role: str) -> None:
    user = await office.user("mei")
    ((code, values),) = await office.refused(GrantRole(user_id=user, role=role, company_number=1))
    assert (code, values["value"]) == ("INVALID_VALUE", role)


async def test_a_role_of_another_audience_is_refused(office: Office) -> None:
    user = await office.user("acme", Audience.SUPPLIER)
    ((code, values),) = await office.refused(GrantRole(user_id=user, role="buyer", company_number=1))
    assert (code, values["reason"]) == ("INVALID_VALUE", "it is no role of SUPPLIER")


@pytest.mark.parametrize("more, what", [
    ({"company_number": -1}, "companyNumber"),
    ({"company_number": 40_000}, "companyNumber"),
    ({"company_number": 1, "valid_to_at": datetime.now(UTC) - timedelta(days=1)}, "validToAt"),
])  # fmt: skip
async def test_a_grant_that_could_never_hold_is_refused(office: Office, more: dict[str, Any], what: str) -> None:
    user = await office.user("mei")
    ((code, values),) = await office.refused(GrantRole(user_id=user, role="buyer", **more))
    assert (code, values["what"]) == ("INVALID_VALUE", what)


async def test_an_unknown_user_is_refused(office: Office) -> None:
    ghost = UUID(int=404)
    expected = ("NOT_FOUND", {"what": "user", "key": str(ghost)})
    assert await office.refused(GrantRole(user_id=ghost, role="buyer", company_number=1)) == [expected]


async def test_a_rule_counts_from_the_version_it_raised(office: Office) -> None:
    version = await office.version()
    await office.done(rule("quality", "procurement", "COMMERCIAL", "READ"))
    policy = await load_policy(office.connection)
    assert policy.version == version + 1
    assert policy.enforcer.enforce("quality", "procurement", "PurchaseOrder.totalDue", "COMMERCIAL", "READ") is True
    assert (
        baseline().enforcer.enforce("quality", "procurement", "PurchaseOrder.totalDue", "COMMERCIAL", "READ") is False
    )


async def test_a_removed_rule_no_longer_counts_and_stays_readable(office: Office) -> None:
    removed = await rule_id(office, "hr", "people", "READ")
    await office.done(RemovePolicyRule(rule_id=removed))
    policy = await load_policy(office.connection)
    assert policy.enforcer.enforce("hr", "people", "EmployeePayRate.rate", "PERSONAL", "READ") is False
    row = await office.raw.fetchrow(
        "SELECT archived_at IS NOT NULL AS gone, origin FROM policy_rule WHERE id = $1", removed
    )
    assert (row["gone"], row["origin"]) == (True, "LOCAL")


async def test_a_removed_rule_cannot_be_removed_again(office: Office) -> None:
    removed = await rule_id(office, "hr", "people", "READ")
    await office.done(RemovePolicyRule(rule_id=removed))
    ((code, values),) = await office.refused(RemovePolicyRule(rule_id=removed))
    assert (code, values["state"]) == ("WRONG_STATE", "ARCHIVED")


async def test_a_rule_that_unites_conflicting_duties_in_a_role_is_refused(office: Office) -> None:
    first = ("SEGREGATION_OF_DUTIES", {"duty": "CreatePurchaseAgreement", "conflicting": "ApprovePurchaseAgreement"})
    assert await office.refused(rule("buyer", "procurement", "*", "APPROVE")) == [first]
    orders = ("SEGREGATION_OF_DUTIES", {"duty": "CreatePurchaseOrder", "conflicting": "ApprovePurchaseOrder"})
    assert await office.refused(rule("buyer", "ApprovePurchaseOrder", "*", "*")) == [orders]


async def test_a_rule_that_unites_conflicting_duties_in_a_person_is_refused(office: Office) -> None:
    user = await office.user("mei")
    await office.done(
        GrantRole(user_id=user, role="buyer", company_number=1),
        GrantRole(user_id=user, role="quality", company_number=1),
    )
    expected = ("SEGREGATION_OF_DUTIES", {"duty": "CreatePurchaseAgreement", "conflicting": "ApprovePurchaseAgreement"})
    assert await office.refused(rule("quality", "procurement", "*", "APPROVE")) == [expected]


async def test_a_denial_that_keeps_duties_apart_cannot_be_removed(office: Office) -> None:
    for command in (
        "CreatePurchaseOrder", "CreatePurchaseAgreement", "CreatePurchaseRequisition", "OrderDirectSupply",
        "CreateSupplierInvoice",
    ):  # fmt: skip
        await office.done(rule("controller", command, "*", "*", Effect.DENY))
    await office.done(rule("controller", "procurement", "*", "CREATE"))
    kept = await rule_id(office, "controller", "CreatePurchaseOrder", "*")
    expected = ("SEGREGATION_OF_DUTIES", {"duty": "CreatePurchaseOrder", "conflicting": "ApprovePurchaseOrder"})
    assert await office.refused(RemovePolicyRule(rule_id=kept)) == [expected]


@pytest.mark.parametrize("line, reason", [
    (("hr", "people", "PERSONAL", "READ", Effect.DENY), "only a field or a command can be denied"),
    (("hr", "people", "SECRET", "READ", Effect.ALLOW), "there is no such tier"),
    (("ghost", "people", "PERSONAL", "READ", Effect.ALLOW), "there is no such role"),
])  # fmt: skip
async def test_a_line_that_means_nothing_is_refused(office: Office, line: tuple[Any, ...], reason: str) -> None:
    ((code, values),) = await office.refused(rule(*line))
    assert (code, values["reason"][: len(reason)]) == ("INVALID_VALUE", reason)


async def test_a_line_that_stands_already_is_refused(office: Office) -> None:
    ((code, values),) = await office.refused(rule("hr", "people", "PERSONAL", "READ"))
    assert (code, values["key"]) == ("ALREADY_EXISTS", "hr, people, PERSONAL, READ, allow")


@pytest.mark.parametrize("role", ["controller", "buyer", "auditor", "hr", "supplier"])
async def test_only_the_administrator_of_the_group_changes_permissions(office: Office, role: str) -> None:
    user = await office.user("mei")
    actor = Actor(id=UUID(int=5), name="x", audience=baseline().audiences[role], roles={0: frozenset({role})})
    grants = compile_grants(baseline(), actor, (1, 2))
    with pytest.raises(Forbidden):
        await perform(office.connection, actor, grants, 0, [GrantRole(user_id=user, role="buyer", company_number=1)])
    assert await office.count("role_assignment") == 0


async def test_an_administrator_of_one_company_changes_no_permission(office: Office) -> None:
    user = await office.user("mei")
    actor = Actor(id=UUID(int=5), name="x", audience=Audience.STAFF, roles={1: frozenset({"group_admin"})})
    grants = compile_grants(baseline(), actor, (1, 2))
    with pytest.raises(Forbidden):
        await perform(office.connection, actor, grants, 0, [GrantRole(user_id=user, role="buyer", company_number=1)])
