"""Whatever is wrong with the input of any mutation, the answer is a published code, and nothing was written."""

import math
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from graphql import GraphQLSchema, build_client_schema, get_introspection_query, get_named_type

from domain.core.actors import Audience
from tests.conftest import run_apart
from tests.scenarios.hostile import NEVER, Attack, Inputs, Known
from tests.scenarios.test_bad_input import counted
from tests.server.conftest import Serving, bearer, serving_at

SEED = 7
# Of so many mutations the fast suite sends one input; the soak sends everything there is, for as long as it may.
SLICE = 0.4
# Whether something was written is looked at after so many mutations, and after each that was taken.
MUTATIONS_PER_LOOK = 15
SECONDS = float(os.environ.get("SKEIN_SOAK_SECONDS", "60")) / 2
# What ends the credential that is used, or changes who may what while others are tried.
APART = {
    "logOut", "revokeToken", "rotateSigningKey", "deactivateUser", "revokeRole", "setPassword", "changePassword",
    "setClientTier", "changeClientTier",
}  # fmt: skip
FAULTS = {"INTERNAL_ERROR", "UNAUTHENTICATED", "", None}
WHO = "everybody"


async def prepared(url: str) -> None:
    """A person with every role of staff, and clients that may spend as much as they like."""
    connection = await asyncpg.connect(url)
    user = uuid4()
    await connection.execute(
        "INSERT INTO user_account (id, name, display_name, audience, locale) VALUES ($1, $2, $2, $3, 'en')",
        user, WHO, Audience.STAFF.value,
    )  # fmt: skip
    roles = sorted(set(await connection.fetchval("SELECT array_agg(DISTINCT role) FROM role_assignment")))
    await connection.executemany(
        "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at) "
        "VALUES ($1, $2, $3, 0, now() - interval '1 hour')",
        [(uuid4(), user, role) for role in roles if role not in ("customer", "supplier")],
    )
    await connection.execute("UPDATE client_tier SET bucket = 1000000, restore_rate = 1000000")
    await connection.close()


@pytest.fixture(scope="module")
def besieged(copy_purchases: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The demonstration without background work, so that only requests could write."""
    url = copy_purchases()
    run_apart(prepared(url))
    with serving_at(url, tmp_path_factory.mktemp("besieged"), background=False) as serving:
        yield serving


# Refusals that are written down: who guesses passwords is paused.
COUNTED = {"logIn"}


class Siege:
    """One client that sends inputs and judges the answers."""

    def __init__(self, serving: Serving, client: httpx.AsyncClient) -> None:
        self.serving = serving
        self.client = client
        self.codes: Counter[str] = Counter()
        self.faults: list[str] = []

    async def ask(self, query: str, **variables: Any) -> tuple[int, Any]:
        response = await self.client.post(self.serving.url, json={"query": query, "variables": variables})
        return response.status_code, response.json()

    async def schema(self) -> GraphQLSchema:
        _, answer = await self.ask(get_introspection_query(input_value_deprecation=True))
        return build_client_schema(answer["data"])

    async def known(self, schema: GraphQLSchema, company: str) -> dict[str, list[str]]:
        """Some global ids by type, of one company where its records belong to one."""
        found: dict[str, list[str]] = {}
        assert schema.query_type is not None
        for name, field in schema.query_type.fields.items():
            type_name = get_named_type(field.type).name
            if type_name.endswith("Connection") and all(not str(one.type).endswith("!") for one in field.args.values()):
                of = f', companies: ["{company}"]' if "companies" in field.args else ""
                _, answer = await self.ask(f"{{ {name}(first: 3{of}) {{ nodes {{ id }} }} }}")
                rows = ((answer.get("data") or {}).get(name) or {}).get("nodes") or []
                if rows:
                    found[type_name.removesuffix("Connection")] = [row["id"] for row in rows]
        return found

    async def send(self, schema: GraphQLSchema, attack: Attack) -> bool:
        """Whether it was taken; what is wrong with the answer is noted."""
        assert schema.mutation_type is not None
        field = schema.mutation_type.fields[attack.mutation]
        key = "idempotencyKey" in field.args
        of = f"($input: {field.args['input'].type}" + (f", $key: {field.args['idempotencyKey'].type})" if key else ")")
        call = f"{attack.mutation}(input: $input{', idempotencyKey: $key' if key else ''})"
        query = f"mutation{of} {{ {call} {{ userErrors {{ code message path }} }} }}"
        try:
            status, answer = await self.ask(query, input=attack.input, **({"key": str(uuid4())} if key else {}))
        except (UnicodeEncodeError, ValueError) as unsendable:
            if attack.wrong != "half a pair":
                self.faults.append(f"{attack.mutation} {attack.place} {attack.wrong}: {unsendable!r}")
            return False
        errors = answer.get("errors", [])
        payload = (answer.get("data") or {}).get(attack.mutation)
        codes = [one.get("extensions", {}).get("code") for one in errors] + [
            one["code"] for one in (payload or {}).get("userErrors", [])
        ]
        self.codes[codes[0] if codes else "taken"] += 1
        at = f"{attack.mutation} {attack.place or '-'} {attack.wrong}"
        if status >= 500 or FAULTS & set(codes):
            told = (errors or (payload or {}).get("userErrors") or [answer])[0]
            self.faults.append(f"{at}: {status} {codes} {str(told)[:300]} {str(attack.input)[:400]}")
        if not codes and attack.wrong in NEVER:
            self.faults.append(f"{at}: taken {str(attack.input)[:400]}")
        return not codes


TRACES = (
    "SELECT (SELECT count(*) FROM audit_entry) AS audit_entry, (SELECT count(*) FROM outbox_event) AS outbox_event, "
    "(SELECT count(*) FROM idempotency_key) AS idempotency_key, (SELECT count(*) FROM stock_entry) AS stock_entry, "
    "(SELECT count(*) FROM journal_line) AS journal_line"
)


async def traces(url: str) -> dict[str, Any]:
    """What every command leaves that writes at all: cheaper to look at than every table."""
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(TRACES)
    await connection.close()
    return dict(row)


Pick = Callable[[list[Attack]], list[Attack]]
Look = Callable[[str], Awaitable[dict[str, Any]]]


async def besiege(
    serving: Serving, chance: random.Random, pick: Pick, look: Look, until: float = math.inf
) -> tuple[Siege, int, int]:
    """Every mutation attacked while there is time, and how many of how many.

    What is refused changes nothing that `look` sees.
    """
    headers = {"authorization": bearer(WHO), "accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        siege = Siege(serving, client)
        schema = await siege.schema()
        known = Known(await siege.known(schema, "ANSER-SZ"), await siege.known(schema, "ANSER-SH"))
        shared = {name for name, ids in known.own.items() if set(ids) & set(known.foreign.get(name, []))}
        known.foreign = {name: ids for name, ids in known.foreign.items() if name not in shared}
        assert schema.mutation_type is not None
        names = sorted(schema.mutation_type.fields.keys() - APART)
        chance.shuffle(names)
        before, tried = await look(serving.database_url), 0
        for name in names:
            if time.monotonic() > until:
                break
            tried += 1
            if "input" not in schema.mutation_type.fields[name].args:
                continue
            for attack in pick(list(Inputs(schema, known, chance).attacks(name))):
                if await siege.send(schema, attack) or name in COUNTED:
                    before = await look(serving.database_url)
            if pick is list or tried % MUTATIONS_PER_LOOK == 0 or tried == len(names):
                after = await look(serving.database_url)
                changed = {table: (before[table], after[table]) for table in after if after[table] != before[table]}
                if changed:
                    siege.faults.append(f"up to {name}: refused, yet written: {changed}")
                before = after
        return siege, tried, len(names)


async def test_a_slice_of_what_is_wrong_is_refused_by_name(besieged: Serving):
    chance = random.Random(SEED)
    siege, tried, names = await besiege(
        besieged, chance, lambda attacks: [chance.choice(attacks)] if chance.random() < SLICE else [], traces
    )
    if siege.faults:
        pytest.fail("\n".join(siege.faults), pytrace=False)
    assert tried == names
    assert len(siege.codes) > 5


@pytest.mark.soak
async def test_whatever_is_wrong_with_any_input_is_refused_by_name(besieged: Serving):
    chance = random.Random(random.SystemRandom().randrange(10**9))
    siege, tried, names = await besiege(besieged, chance, list, counted, time.monotonic() + SECONDS)
    print(f"{tried} of {names} mutations, {siege.codes.most_common(12)}")
    if siege.faults:
        pytest.fail("\n".join(siege.faults), pytrace=False)
