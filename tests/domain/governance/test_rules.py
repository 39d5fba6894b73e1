"""What a set of roles could do is the same here as in Casbin, and conflicts of duties follow from it."""

from itertools import combinations

import pytest

from authz.policy import baseline
from authz.tables import shipped_duties
from domain import COMMANDS, LADDER, governance
from domain.core.actors import Action
from domain.core.policy import Line
from domain.governance.policy import BELOW, commands_below
from domain.governance.rules import Rulebook, conflicts, first_new_conflict, held_in, performable
from tests.authz.coordinates import enforced

SPECS = {command.__name__: command.spec for command in COMMANDS}
ROLES = sorted(role for role in baseline().audiences if role != "system")


def shipped() -> Rulebook:
    """The policy as shipped."""
    return Rulebook(
        lines=frozenset(baseline().lines),
        inherits=frozenset(baseline().inherits),
        duties=frozenset((duty, conflicting) for duty, conflicting, _ in shipped_duties()),
        commands=SPECS,
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_could_perform_exactly_what_casbin_lets_it(role: str) -> None:
    book = shipped()
    for name, spec in SPECS.items():
        expected = enforced(role, spec.module, name, "", spec.action.value)
        assert performable(book, {role}, spec) is expected, (role, name)


def test_a_denied_command_cannot_be_performed_whoever_else_grants_it() -> None:
    policy, book = baseline(), shipped().with_line(Line("auditor", "CreatePurchaseOrder", "*", "*", "deny"))
    assert performable(book, {"buyer"}, SPECS["CreatePurchaseOrder"]) is True
    assert performable(book, {"buyer", "auditor"}, SPECS["CreatePurchaseOrder"]) is False
    policy.enforcer.add_named_policies("p", [["auditor", "CreatePurchaseOrder", "*", "*", "deny"]])
    policy.enforcer.add_named_grouping_policies("g", [["both", "buyer"], ["both", "auditor"]])
    assert policy.enforcer.enforce("both", "procurement", "CreatePurchaseOrder", "", Action.CREATE.value) is False


def test_the_shipped_duties_name_commands_that_exist_below_governance() -> None:
    named = {name for duty, conflicting, _ in shipped_duties() for name in (duty, conflicting)}
    own = {command: None for command in COMMANDS if command.__module__.startswith("domain.governance")}
    assert named - set(commands_below(own)) == set()


def test_duties_may_name_the_commands_of_every_module_below_governance() -> None:
    assert list(BELOW) == list(LADDER[1 : LADDER.index(governance)])


@pytest.mark.parametrize("role", ROLES)
def test_no_shipped_role_unites_conflicting_duties(role: str) -> None:
    assert conflicts(shipped(), {role}) == frozenset()


def test_the_pairs_of_shipped_roles_that_conflict_are_known() -> None:
    book = shipped()
    pairs = {pair for pair in combinations(ROLES, 2) if conflicts(book, pair)}
    assert pairs == {
        ("accountant", "buyer"),
        ("accountant", "controller"),
        ("accountant", "sales"),
        ("accountant", "warehouse"),
        ("buyer", "controller"),
        ("buyer", "warehouse"),
        ("controller", "group_admin"),
        ("controller", "planner"),
        ("controller", "requester"),
        ("controller", "sales"),
        ("controller", "warehouse"),
        ("group_admin", "quality"),
        ("sales", "warehouse"),
    }


def test_a_conflict_that_stood_before_is_not_brought_by_a_change() -> None:
    book = shipped()
    old = {"buyer", "controller"}
    assert first_new_conflict(book, book, [(old, {*old, "auditor"})]) is None
    assert first_new_conflict(book, book, [({"buyer"}, old)]) == (
        "CreatePurchaseAgreement", "ApprovePurchaseAgreement",
    )  # fmt: skip


def test_a_role_of_the_group_counts_in_every_company_named() -> None:
    assert held_in([(0, "auditor"), (1, "buyer"), (2, "hr")]) == {
        0: {"auditor"}, 1: {"auditor", "buyer"}, 2: {"auditor", "hr"},
    }  # fmt: skip
    assert held_in([]) == {0: frozenset()}
