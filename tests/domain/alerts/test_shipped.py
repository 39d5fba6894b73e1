"""The rules of alerts that every installation begins with: what they watch, and who is asked to act."""

import csv
from pathlib import Path
from uuid import UUID

import pytest

from authz.grants import compile_grants
from domain.alerts.models import AlertKind, AlertSeverity
from domain.alerts.watching import SWEEPS
from domain.core.actors import Action, Actor, Audience
from domain.core.columns import Tier
from tests.graph.conftest import COMPANIES, POLICY

SHIPPED = Path(__file__).parents[3] / "migrations/reference/alert_rule.csv"
RULES = list(csv.DictReader(SHIPPED.read_text(encoding="utf-8").splitlines()))
ROLES = sorted({row[name] for row in RULES for name in ("owner_role", "escalation_role")} - {""})


def test_each_condition_has_a_rule_and_is_looked_at_by_itself() -> None:
    assert {row["kind"] for row in RULES} == {kind.value for kind in AlertKind}
    # Each is looked at by its sweep; one more is that for what nobody took.
    assert len({sweep.name for sweep in SWEEPS}) == len(AlertKind) + 1


def test_what_is_more_than_news_becomes_the_matter_of_another_role_where_nobody_takes_it() -> None:
    for row in RULES:
        is_news = row["severity"] == AlertSeverity.INFO.value
        assert (row["escalate_after_hours"] == "", row["escalation_role"] == "") == (is_news, is_news), row["code"]
        assert row["owner_role"] != row["escalation_role"]


@pytest.mark.parametrize("role", ROLES)
def test_who_is_asked_to_act_sees_the_alert_and_may_take_it(role: str) -> None:
    actor = Actor(id=UUID(int=1), name=role, audience=Audience.STAFF, roles={1: frozenset({role})})
    grants = compile_grants(POLICY, actor, COMPANIES)
    assert 1 in grants.may("alerts", Action.ACKNOWLEDGE, "AcknowledgeAlert")
    assert 1 in grants.opened("alerts", Tier.INTERNAL, "Alert")
