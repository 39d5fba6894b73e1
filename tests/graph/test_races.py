"""Clients that race for one record through the graph: whoever is late is told so, and no update is lost."""

import asyncio
from collections.abc import Callable

import pytest

from domain.core.records import GROUP
from tests.graph.test_write import Desk, desk

__all__ = ["desk"]

WRITERS = 8
READ = '{ party(code: "ACME") { version website } }'
CHANGE = """
mutation($input: ChangePartyInput!, $key: String!) {
  changeParty(input: $input, idempotencyKey: $key) { party { version } userErrors { code values } }
}
"""


@pytest.mark.parametrize("turns", [10, pytest.param(125, marks=pytest.mark.soak)])
async def test_no_update_is_lost_among_racing_clients(
    desk: Desk, turns: int, record_property: Callable[[str, object], None]
) -> None:
    """Each client reads the version and writes against it; the late one reads again. 8 clients of 125 turns: 1,000."""
    steward = desk.staff("group_admin", company=GROUP)
    first = (await desk(READ, steward))["data"]["party"]["version"]
    conflicts: list[tuple[int, int, list[str]]] = []

    async def client(name: int) -> None:
        version = first
        for turn in range(turns):
            for attempt in range(100 * WRITERS):
                given = {"party": {"code": "ACME"}, "website": f"https://{name}.example/{turn}"}
                variables = {"input": {**given, "expectedVersion": version}, "key": f"{name}/{turn}/{attempt}"}
                payload = (await desk(CHANGE, steward, **variables))["data"]["changeParty"]
                if payload["party"] is not None:
                    assert payload["userErrors"] == []
                    assert payload["party"]["version"] == version + 1
                    break
                [refused] = payload["userErrors"]
                assert refused["code"] == "STALE_VERSION"
                told = refused["values"]
                conflicts.append((told["expectedVersion"], told["currentVersion"], told["changedFields"]))
                version = told["currentVersion"]
            else:
                raise AssertionError("a client never got through")
            version += 1

    async with asyncio.timeout(300):
        await asyncio.gather(*(client(name) for name in range(WRITERS)))
    assert (await desk(READ, steward))["data"]["party"]["version"] == first + WRITERS * turns
    written = await desk.world.rows("SELECT after ->> 'website' AS site FROM audit_entry WHERE command = 'ChangeParty'")
    assert {row["site"] for row in written} == {
        f"https://{name}.example/{turn}" for name in range(WRITERS) for turn in range(turns)
    }
    assert len(written) == WRITERS * turns
    # Each conflict names the version that is there and what was changed since the one that was expected.
    assert conflicts and all(found > expected for expected, found, _ in conflicts)
    assert {tuple(fields) for _, _, fields in conflicts} == {("website",)}
    record_property("figure", f"{len(written)} racing writes, 0 lost, {len(conflicts)} typed conflicts")
