"""The policy says what it seems to say, or is refused."""

import pytest

from authz.grants import abilities
from authz.policy import Policy, baseline, parse
from domain import COMMANDS, LADDER, RECORDS, REPORTS
from domain.core.actors import Audience
from domain.core.columns import Tier
from domain.core.policy import OPENED, PolicyInvalid, reaches

STAFF_ROLES = {
    "group_admin", "controller", "accountant", "requester", "buyer", "warehouse", "planner", "quality", "sales", "hr",
    "auditor", "integration", "system",
}  # fmt: skip


def refused(*rows: str) -> str:
    """The message with which a policy of these rows is refused."""
    with pytest.raises(PolicyInvalid) as caught:
        parse("\n".join(("g, clerk, STAFF", *rows)), version=1)
    return str(caught.value)


def test_the_shipped_roles_belong_to_their_audiences() -> None:
    expected = dict.fromkeys(STAFF_ROLES, Audience.STAFF)
    expected |= {"supplier": Audience.SUPPLIER, "customer": Audience.CUSTOMER}
    assert baseline().audiences == expected


def test_the_shipped_policy_names_only_modules_that_exist() -> None:
    modules = {module.__name__.removeprefix("domain.") for module in LADDER}
    assert {line.target for line in baseline().lines if line.is_module} - modules == set()


def test_the_shipped_policy_names_only_types_that_exist() -> None:
    types = {record.__name__ for record in (*RECORDS.values(), *REPORTS)}
    assert {line.target for line in baseline().lines if line.is_type} - types == set()


def test_the_shipped_policy_names_only_commands_that_exist() -> None:
    commands = {command.__name__ for command in COMMANDS}
    assert {line.target for line in baseline().lines if line.is_command} - commands == set()


def test_the_auditor_takes_exports_and_papers_performs_nothing_else_and_reads_nothing_personal() -> None:
    lines = baseline().lines_of("auditor")
    own = {"LogIn", "RenewToken", "LogOut", "ChangePassword", "PrintDocument", "PrintReport"}
    exports = {"BulkExport", "SignBulkExport", "CancelBulkExport"}
    assert {line.target for line in lines if line.action != "READ"} == own | exports
    assert {tier for line in lines if not line.is_command for tier in line.tiers} == set(Tier) - {Tier.PERSONAL}


def test_a_grant_up_to_a_tier_opens_the_tiers_below_it() -> None:
    assert [tier for tier in Tier if reaches("COMMERCIAL", tier)] == [Tier.PUBLIC, Tier.INTERNAL, Tier.COMMERCIAL]
    assert [tier for tier in Tier if reaches("PERSONAL", tier)] == [Tier.PUBLIC, Tier.INTERNAL, Tier.PERSONAL]
    assert [tier for tier in Tier if not reaches("CONFIDENTIAL", tier)] == [Tier.PERSONAL]
    assert [tier for tier in Tier if reaches("*", tier)] == list(Tier)
    assert reaches("*", "") and not reaches("PUBLIC", "")
    assert set(OPENED) == set(Tier)


def test_a_denied_module_is_refused() -> None:
    assert refused("p, clerk, people, PERSONAL, READ, deny").endswith(
        "only a field or a command can be denied; withhold a module or a type by not granting it"
    )


def test_a_line_that_means_nothing_is_refused() -> None:
    assert "without credentials nothing is read" in refused("p, ANONYMOUS, master_data, PUBLIC, READ, allow")
    assert "without credentials nothing is read" in refused("p, ANONYMOUS, Item.code, *, READ, allow")
    assert refused("p, clerk, people, SECRET, READ, allow").endswith("there is no such tier")
    assert refused("p, clerk, people, *, BURN, allow").endswith("there is no such action")
    assert refused("p, clerk, people, INTERNAL, CREATE, allow").endswith("only READ has a tier")
    assert refused("p, clerk, people, INTERNAL, *, allow").endswith("only READ has a tier")
    assert refused("p, clerk, Item.code, PUBLIC, READ, allow").endswith("a field is granted or denied as `*, READ`")
    assert refused("p, clerk, GrantRole, *, CREATE, allow").endswith("a command is granted or denied as `*, *`")
    assert refused("p, clerk, people, INTERNAL, READ, maybe").endswith("the effect is neither allow nor deny")


def test_a_type_of_a_module_is_granted_alone() -> None:
    line = parse("g, clerk, STAFF\np, clerk, TaxCode, INTERNAL, READ, allow", version=1)
    [able] = {abilities(line, frozenset({"clerk"}))}
    assert able.readable("finance", Tier.INTERNAL, "TaxCode.name")
    assert able.readable("finance", Tier.PUBLIC, "TaxCode")
    assert not able.readable("finance", Tier.COMMERCIAL, "TaxCode.name")
    assert not able.readable("finance", Tier.INTERNAL, "JournalEntry.number")
    asked = ("clerk", "finance", "TaxCode.name", "INTERNAL", "READ")
    assert line.enforcer.enforce(*asked)
    assert not line.enforcer.enforce("clerk", "finance", "JournalEntry.number", "INTERNAL", "READ")
    assert "only a field or a command can be denied" in refused("p, clerk, TaxCode, INTERNAL, READ, deny")


def test_a_malformed_row_is_refused_with_its_number() -> None:
    assert refused("p, clerk, people") == "line 2 is no policy line: p, clerk, people"


def test_a_role_without_an_audience_is_refused() -> None:
    assert refused("p, ghost, people, INTERNAL, READ, allow") == "roles without an audience: ghost"


def test_a_role_of_two_audiences_is_refused() -> None:
    assert refused("g, clerk, SUPPLIER") == "role clerk ends at ['STAFF', 'SUPPLIER'], not at one audience"


def test_a_role_that_inherits_itself_is_refused() -> None:
    assert refused("g, a, b", "g, b, a", "p, a, people, INTERNAL, READ, allow") == "role a inherits itself"


def test_comments_and_empty_lines_say_nothing() -> None:
    policy = parse("# a comment\n\n  \ng, clerk, STAFF\n", version=7)
    assert (policy.version, policy.lines, policy.inherits) == (7, (), (("clerk", "STAFF"),))


def test_a_policy_without_lines_allows_nothing() -> None:
    policy = Policy(version=1, lines=(), inherits=(("clerk", "STAFF"),))
    assert policy.enforcer.enforce("clerk", "people", "Employee.number", "PUBLIC", "READ") is False
