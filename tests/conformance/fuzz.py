"""Fuzz: hypothesis-graphql and schemathesis against the running server, as every role of the demonstration.

A case is an operation that neither we nor a client wrote. None may end in a server error, or in an error without a
published code and a trace. SKEIN_FUZZ_CASES is the number of cases a role, of each fuzzer.
"""

import asyncio
import json
import math
import os
import re
from collections.abc import Sequence

import httpx

from tests.conformance.environments import found, python_environment, run
from tests.conformance.ground import Ground
from tests.conformance.suites import Check, Outcome

CASES = int(os.environ.get("SKEIN_FUZZ_CASES", "1000"))
ROLES = ("admin", "controller", "buyer", "warehouse", "planner", "hr", "auditor", "supplier", "customer")

# Before every change a few cases of two audiences are tried.
SLICE_CASES = 60
SLICE_ROLES = ("buyer", "supplier")

ROLE_SECONDS = 3_600.0
# What a bucket may hold and restore at most, and how long a process may not know of it.
BUCKET_MAX, RESTORE_RATE_MAX = 2_000_000_000, 1_000_000
KNOWN_SECONDS = 6.0

ROOTS = "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }"
UNTHROTTLE = """
mutation ($input: ChangeClientTierInput!) { changeClientTier(input: $input) { userErrors { message } } }
"""
# As in fuzz/answers.py: what ends the credential that a fuzzer works with. hypothesis-graphql tries it last.
ENDING = ("logOut", "revokeToken", "rotateSigningKey", "deactivateUser", "revokeRole", "setPassword", "changePassword")
_TOLD = re.compile(r"(\d+) generated(?:, (\d+) passed)?")


async def a_slice(ground: Ground) -> Outcome:
    """A few cases of hypothesis-graphql."""
    return await _hypothesis(ground, SLICE_ROLES, SLICE_CASES)


async def hypothesis(ground: Ground) -> Outcome:
    """What hypothesis-graphql finds as each role."""
    await _unthrottled(ground)
    return await _hypothesis(ground, ROLES, CASES)


async def schemathesis(ground: Ground) -> Outcome:
    """What schemathesis finds as each role."""
    ground.tokens.clear()
    await _unthrottled(ground)
    place = await python_environment("fuzz")
    checks: list[Check] = []
    figures: list[str] = []
    for role in ROLES:
        ground.tokens.clear()
        bearer = await ground.bearer(role)
        examples = math.ceil(CASES / await _roots(ground, bearer))
        command = [
            str(place / ".venv" / "bin" / "schemathesis"), "run", ground.url, "--header",
            f"Authorization: {bearer['authorization']}", "--phases", "fuzzing", "--no-color", "--no-shrink",
            "--checks", "not_a_server_error,every_error_is_coded", "--max-examples", str(examples),
            "--suppress-health-check", "all", *(f"--exclude-name=Mutation.{name}" for name in ENDING),
        ]  # fmt: skip
        code, output, complaints = await run(command, place, {"PYTHONPATH": str(place)}, ROLE_SECONDS)
        told = _TOLD.search(output)
        checks.append(Check(f"{role}: schemathesis", None if code == 0 and told else (output + complaints)[-2_000:]))
        figures.append(f"{role}: {told[0] if told else 'nothing told'}")
    return Outcome(tuple(checks), tuple(figures))


async def _hypothesis(ground: Ground, roles: Sequence[str], cases: int) -> Outcome:
    place = await python_environment("fuzz")
    checks: list[Check] = []
    figures: list[str] = []
    for role in roles:
        # A role before may have ended every credential there was.
        ground.tokens.clear()
        tokens = json.dumps({role: await ground.token(role)})
        command = [str(place / ".venv" / "bin" / "python"), "run.py"]
        outcome = await found(command, place, ground, seconds=ROLE_SECONDS, TOKENS=tokens, CASES=str(cases))
        checks += outcome.checks
        figures += outcome.figures
    ground.tokens.clear()
    return Outcome(tuple(checks), tuple(figures))


async def _roots(ground: Ground, bearer: dict[str, str]) -> int:
    """How many queries and mutations the role sees."""
    async with httpx.AsyncClient(headers=bearer, timeout=60) as client:
        shown = (await client.post(ground.url, json={"query": ROOTS})).json()["data"]["__schema"]
    return sum(len(type_["fields"]) for type_ in shown.values() if type_ is not None)


async def _unthrottled(ground: Ground) -> None:
    """Let every client spend more than a fuzzer can, as an administrator does it: through the graph."""
    async with httpx.AsyncClient(headers=await ground.bearer(), timeout=60) as client:
        for code in ("DEFAULT", "PARTNER"):
            wanted = {"tier": {"code": code}, "bucket": BUCKET_MAX, "restoreRate": RESTORE_RATE_MAX}
            response = await client.post(ground.url, json={"query": UNTHROTTLE, "variables": {"input": wanted}})
            assert response.json()["data"]["changeClientTier"]["userErrors"] == [], response.text
    await asyncio.sleep(KNOWN_SECONDS)
