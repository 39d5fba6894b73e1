"""The baseline goes into the tables once, and what was decided there stays."""

from uuid import UUID

import asyncpg

from authz.policy import baseline
from authz.tables import load_account, load_baseline, load_policy, policy_version, shipped_duties
from domain.core.actors import Audience
from domain.core.database import Connection

USER = UUID(int=11)


async def test_the_tables_say_what_the_shipped_policy_says(connection: asyncpg.Connection) -> None:
    await load_baseline(Connection(connection))
    loaded = await load_policy(Connection(connection))
    assert set(loaded.lines) == set(baseline().lines)
    assert set(loaded.inherits) == set(baseline().inherits)
    assert await connection.fetchval("SELECT count(*) FROM duty_conflict") == len(shipped_duties())


async def test_a_second_load_changes_nothing(connection: asyncpg.Connection) -> None:
    lines = len(baseline().lines) + len(baseline().inherits) + len(shipped_duties())
    assert await load_baseline(Connection(connection)) == lines
    version = await policy_version(Connection(connection))
    assert await load_baseline(Connection(connection)) == 0
    assert await policy_version(Connection(connection)) == version == 2


async def test_a_rule_that_was_removed_here_stays_removed(connection: asyncpg.Connection) -> None:
    await load_baseline(Connection(connection))
    await connection.execute(
        "UPDATE policy_rule SET archived_at = now(), origin = 'LOCAL' WHERE role = 'hr' AND tier = 'PERSONAL'"
    )
    assert await load_baseline(Connection(connection)) == 0
    roles = {(line.role, line.tier) for line in (await load_policy(Connection(connection))).lines}
    assert ("hr", "PERSONAL") not in roles


async def test_a_rule_that_was_made_here_stays(connection: asyncpg.Connection) -> None:
    await load_baseline(Connection(connection))
    await connection.execute(
        "INSERT INTO policy_rule (id, origin, role, target, tier, action, effect) "
        "VALUES ($1, 'LOCAL', 'hr', 'finance', 'INTERNAL', 'READ', 'ALLOW')",
        USER,
    )
    assert await load_baseline(Connection(connection)) == 0
    assert "finance" in {line.target for line in (await load_policy(Connection(connection))).lines_of("hr")}


async def test_a_rule_that_the_release_no_longer_ships_is_withdrawn(connection: asyncpg.Connection) -> None:
    await load_baseline(Connection(connection))
    await connection.execute(
        "INSERT INTO policy_rule (id, origin, role, target, tier, action, effect) "
        "VALUES ($1, 'BASELINE', 'hr', 'finance', 'INTERNAL', 'READ', 'ALLOW')",
        USER,
    )
    assert await load_baseline(Connection(connection)) == 1
    assert await connection.fetchval("SELECT archived_at IS NOT NULL FROM policy_rule WHERE id = $1", USER) is True
    assert await policy_version(Connection(connection)) == 3


async def test_an_account_answers_what_it_holds_now(connection: asyncpg.Connection) -> None:
    await connection.execute(
        "INSERT INTO user_account (id, name, display_name, audience, locale) VALUES ($1, 'mei', 'Mei', 'STAFF', 'zh')",
        USER,
    )
    await connection.execute(
        "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at, valid_to_at) VALUES "
        "(gen_random_uuid(), $1, 'buyer', 1, now() - interval '1 day', NULL), "
        "(gen_random_uuid(), $1, 'hr', 0, now() - interval '1 day', now() + interval '1 day'), "
        "(gen_random_uuid(), $1, 'quality', 1, now() - interval '2 days', now() - interval '1 day'), "
        "(gen_random_uuid(), $1, 'sales', 1, now() + interval '2 days', NULL)",
        USER,
    )
    account = await load_account(Connection(connection), "mei")
    assert account is not None
    assert (account.id, account.audience, account.is_active, account.is_demo) == (USER, Audience.STAFF, True, False)
    assert account.roles == ((0, "hr"), (1, "buyer"))
    assert account.changes_at == await connection.fetchval("SELECT now() + interval '1 day'")
    actor = account.actor("web")
    assert actor.roles == {0: frozenset({"hr"}), 1: frozenset({"buyer"})}
    assert (actor.locale, actor.client, actor.sites, actor.partners) == ("zh", "web", None, frozenset())
    assert account.actor("web", only=["buyer"]).roles == {1: frozenset({"buyer"})}


async def test_an_unknown_account_is_none(connection: asyncpg.Connection) -> None:
    assert await load_account(Connection(connection), "nobody") is None
