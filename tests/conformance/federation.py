"""Federation: Apollo's compatibility suite over the roots of our subgraph, and our own graph behind its gateway."""

import sys

from tests.conformance.environments import found, node, node_suite, npm_environment
from tests.conformance.ground import Ground, serving
from tests.conformance.suites import Outcome

SCHEMA = "node_modules/@apollo/federation-subgraph-compatibility-tests/products.graphql"


async def compatibility(ground: Ground) -> Outcome:
    """What the suite's tests find at its products schema, served as `tests.conformance.products` says."""
    place = await npm_environment("federation")
    command = [sys.executable, "-m", "tests.conformance.products", str(place / SCHEMA)]
    async with serving(command, {}) as url:
        return await found([node(place), "compatibility.mjs"], place, ground, PRODUCTS_URL=url)


async def gateway(ground: Ground) -> Outcome:
    """What Apollo's gateway makes of our own graph beside another subgraph."""
    return await node_suite(ground, "federation", "gateway.mjs", GRAPH_SUPPLIER_TOKEN=await ground.token("supplier"))
