"""Compiled grants say what Casbin says, for every role, company, field and command."""

from itertools import product
from uuid import UUID

import pytest

from authz.grants import abilities, compile_grants, system_actor
from authz.policy import Policy, baseline, parse
from domain.core.actors import Action, Actor, Audience, Grants
from domain.core.columns import Tier
from tests.authz.coordinates import NAMED, POLICY, commands, coordinates, enforced

ROLES = sorted(baseline().audiences)

SMALL = """
g, clerk, STAFF
g, lead, clerk
g, auditor, STAFF
g, outsider, SUPPLIER
p, STAFF, master_data, INTERNAL, READ, allow
p, clerk, procurement, COMMERCIAL, READ, allow
p, clerk, procurement, *, CREATE, allow
p, clerk, PurchaseOrder.note, *, READ, deny
p, lead, procurement, *, *, allow
p, lead, CancelOrder, *, *, deny
p, auditor, procurement, CONFIDENTIAL, READ, allow
p, auditor, Employee.number, *, READ, allow
p, auditor, SealLedger, *, *, allow
p, outsider, procurement, PUBLIC, READ, allow
"""
SMALL_COORDINATES = [
    (module, tier, name)
    for module in ("master_data", "procurement", "people")
    for tier in Tier
    for name in ("PurchaseOrder.note", "PurchaseOrder.total", "Employee.number")
]
SMALL_COMMANDS = [
    (module, action, name)
    for module in ("master_data", "procurement", "people")
    for action in Action
    for name in ("CancelOrder", "CreateOrder", "SealLedger")
]


def actor(roles: dict[int, set[str]], audience: Audience = Audience.STAFF) -> Actor:
    """An actor who holds these roles."""
    held = {company: frozenset(names) for company, names in roles.items()}
    return Actor(id=UUID(int=1), name="someone", audience=audience, roles=held)


def small() -> Policy:
    """A policy with inheritance, wildcards and every kind of denial."""
    return parse(SMALL, version=3)


# Of the names that no line names each so many is asked about by itself, in the soak every one.
SPREAD = 60


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("spread", [SPREAD, pytest.param(1, marks=pytest.mark.soak)])
def test_names_that_no_line_names_are_alike_to_casbin(role: str, spread: int) -> None:
    fields = [one for one in coordinates() if one.name not in NAMED][::spread]
    for each in fields:
        said = POLICY.enforcer.enforce(role, each.module, each.name, each.tier.value, "READ")
        assert enforced(role, each.module, each.name, each.tier.value, "READ") is bool(said), (role, each.name)
    for spec in [one for one in commands() if one.name not in NAMED][::spread]:
        said = POLICY.enforcer.enforce(role, spec.module, spec.name, "", spec.action.value)
        assert enforced(role, spec.module, spec.name, "", spec.action.value) is bool(said), (role, spec.name)


@pytest.mark.parametrize("role", ROLES)
def test_every_field_is_readable_exactly_where_casbin_says_so(role: str) -> None:
    policy = POLICY
    grants = compile_grants(policy, actor({2: {role}}, policy.audiences[role]), (1, 2, 3))
    for each in coordinates():
        allowed = enforced(role, each.module, each.name, each.tier.value, "READ")
        assert grants.readable(each.module, each.tier, each.name) == ({2} if allowed else set()), (role, each.name)


@pytest.mark.parametrize("role", ROLES)
def test_every_command_may_be_performed_exactly_where_casbin_says_so(role: str) -> None:
    policy = POLICY
    grants = compile_grants(policy, actor({2: {role}}, policy.audiences[role]), (1, 2, 3))
    for spec in commands():
        allowed = enforced(role, spec.module, spec.name, "", spec.action.value)
        # What a line grants to the audience by name is everyone's in the group itself, whatever role they hold.
        own = {0} if enforced(policy.audiences[role], spec.module, spec.name, "", spec.action.value) else set()
        assert grants.may(spec.module, spec.action, spec.name) == ({2} if allowed else set()) | own, (role, spec.name)


@pytest.mark.parametrize("role", ["clerk", "lead", "auditor", "outsider"])
def test_inheritance_wildcards_and_denials_mean_what_casbin_says(role: str) -> None:
    policy = small()
    grants = compile_grants(policy, actor({5: {role}}, policy.audiences[role]), (5, 6))
    for module, tier, name in SMALL_COORDINATES:
        allowed = policy.enforcer.enforce(role, module, name, tier.value, "READ")
        assert grants.readable(module, tier, name) == ({5} if allowed else set()), (role, module, tier, name)
    for module, action, name in SMALL_COMMANDS:
        allowed = policy.enforcer.enforce(role, module, name, "", action.value)
        assert grants.may(module, action, name) == ({5} if allowed else set()), (role, module, action, name)


@pytest.mark.parametrize("first, second", list(product(["clerk", "lead", "auditor"], repeat=2)))
def test_two_roles_together_mean_what_casbin_says_of_one_who_holds_both(first: str, second: str) -> None:
    policy = small()
    policy.enforcer.add_named_grouping_policies("g", [["both", role] for role in {first, second}])
    grants = compile_grants(policy, actor({1: {first, second}}), (1,))
    for module, tier, name in SMALL_COORDINATES:
        allowed = policy.enforcer.enforce("both", module, name, tier.value, "READ")
        assert grants.readable(module, tier, name) == ({1} if allowed else set()), (module, tier, name)
    for module, action, name in SMALL_COMMANDS:
        allowed = policy.enforcer.enforce("both", module, name, "", action.value)
        assert grants.may(module, action, name) == ({1} if allowed else set()), (module, action, name)


def test_a_role_in_one_company_gives_nothing_in_another() -> None:
    grants = compile_grants(baseline(), actor({1: {"buyer"}, 2: {"warehouse"}}), (1, 2, 3))
    assert grants.companies == (1, 2)
    assert grants.readable("procurement", Tier.COMMERCIAL, "PurchaseOrder.totalDue") == {1}
    assert grants.readable("procurement", Tier.INTERNAL, "PurchaseOrder.status") == {1, 2}
    assert grants.may("procurement", Action.CREATE, "CreatePurchaseOrder") == {1}
    assert grants.may("procurement", Action.POST, "ReceivePurchaseOrder") == {2}


def test_a_role_in_the_group_holds_in_the_group_and_in_every_company() -> None:
    grants = compile_grants(baseline(), actor({0: {"auditor"}}), (1, 2, 3))
    assert grants.companies == (1, 2, 3)
    assert grants.readable("procurement", Tier.CONFIDENTIAL, "PurchaseOrder.totalDue") == {0, 1, 2, 3}


def test_a_role_of_another_audience_gives_nothing() -> None:
    grants = compile_grants(baseline(), actor({0: {"controller"}}, Audience.SUPPLIER), (1,))
    assert (grants.companies, grants.tiers, grants.actions) == ((), {}, {})
    assert set(grants.commands) == {"LogIn", "RenewToken", "LogOut", "ChangePassword", "PrintDocument"}


def test_an_unknown_role_gives_nothing() -> None:
    assert compile_grants(baseline(), actor({1: {"emperor"}}), (1,)).tiers == {}


def test_an_audience_is_no_role() -> None:
    assert compile_grants(baseline(), actor({1: {"STAFF"}}), (1,)).tiers == {}


def test_the_anonymous_actor_may_log_in_and_nothing_else() -> None:
    grants = compile_grants(baseline(), actor({}, Audience.ANONYMOUS), (1, 2))
    own = {"LogIn": frozenset({0})}
    assert grants == Grants(version=1, audience=Audience.ANONYMOUS, companies=(), tiers={}, commands=own)


def test_a_command_of_an_audience_can_be_denied_to_it() -> None:
    text = "g, clerk, STAFF\np, STAFF, LogOut, *, *, allow\np, STAFF, LogOut, *, *, deny"
    grants = compile_grants(parse(text, version=1), actor({}), (1,))
    assert grants.may("governance", Action.CHANGE, "LogOut") == set()


def test_equal_role_sets_share_one_compiled_value() -> None:
    policy = baseline()
    first = compile_grants(policy, actor({1: {"buyer"}}), (1, 2))
    again = Actor(id=UUID(int=2), name="other", audience=Audience.STAFF, roles={1: frozenset({"buyer"})})
    assert compile_grants(policy, again, (1, 2)) is first
    assert abilities(policy, frozenset({"buyer"})) is abilities(policy, frozenset({"buyer"}))


def test_a_process_may_perform_everything() -> None:
    grants = compile_grants(baseline(), system_actor("importer", UUID(int=9)), (1, 2))
    assert {spec.name for spec in commands() if grants.may(spec.module, spec.action, spec.name) != {0, 1, 2}} == set()
