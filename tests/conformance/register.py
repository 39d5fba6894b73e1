"""Every suite, by the rows of the table; who owns a row adds a line here."""

from functools import partial

from tests.conformance import federation, fuzz, object_store, sockets
from tests.conformance.counted import tests
from tests.conformance.environments import node_suite, python_suite
from tests.conformance.ground import ROOT
from tests.conformance.suites import Run, Suite

# The clients of each kind of environment, each with the number of things it does.
PYTHON_CLIENTS = {"gql": 5, "ariadne": 5}
NPM_CLIENTS = {"apollo": 6, "urql": 7, "codegen": 3, "relay": 6}

_audits = partial(node_suite, folder="http_audits", script="audits.mjs")
_lint = partial(node_suite, folder="sdl", script="lint.mjs")
_sse = partial(node_suite, folder="streams", script="sse.mjs")

# Tests that are counted for the table: (row, name, how many there were, what runs them). Who owns a row adds its tests.
COUNTED: tuple[tuple[int, str, int, Run], ...] = (
    (4, "our rows by their keys, on the read road", 21, tests("tests/graph/test_federation.py")),
    (5, "attacks", 32, tests("tests/server/test_attacks.py")),
    (6, "limits of a document", 28, tests("tests/graph/test_limits.py")),
    (
        7,
        "cost and buckets",
        32,
        tests("tests/graph/test_cost.py", "tests/server/test_throttle.py", "tests/server/test_gate.py"),
    ),
    (8, "errors over the wire", 59, tests("tests/graph/test_errors.py", "tests/server/test_graph_http.py")),
    (
        9,
        "leaks",
        25,
        tests(
            "tests/graph/test_leaks.py", "tests/graph/test_leaks_written.py", "tests/graph/test_permission_matrix.py"
        ),
    ),
    (10, "what each audience sees", 21, tests("tests/authz/test_audiences.py", "tests/graph/test_hidden.py")),
    (11, "what is taken away", 4, tests("tests/server/test_revocation.py")),
    (12, "one effect a key", 5, tests("tests/domain/core/test_idempotency.py")),
    (13, "1,000 racing writes", 2, tests("tests/graph/test_races.py", soak=True)),
    (14, "numbers to the last digit", 38, tests("tests/graph/test_numbers.py", soak=True)),
    (
        15,
        "200 servers killed, 200 cuts of lines",
        21,
        tests("tests/graph/test_watch.py", "tests/faults/test_killed_watch.py", soak=True),
    ),
    (16, "persisted documents", 25, tests("tests/server/test_documents.py")),
    (17, "everything is described", 9, tests("tests/house/test_graph.py")),
    (19, "statements", 15, tests("tests/graph/test_statements.py", "tests/graph/test_every_connection.py", soak=True)),
    (20, "planned and executed bytes", 19, tests("tests/graph/test_oracle.py", soak=True)),
)

SUITES: tuple[Suite, ...] = (
    Suite(row=1, name="graphql-http server audits", reached=61, run=_audits, stock=_audits, quick=True),
    Suite(row=2, name="probes over real sockets", reached=51, run=sockets.probe, stock=sockets.probe, quick=True),
    Suite(
        row=2,
        name="the client graphql-ws",
        reached=6,
        run=partial(node_suite, folder="streams", script="ws.mjs"),
        quick=True,
    ),
    Suite(row=3, name="graphql-sse, the wire, real Accept headers", reached=9, run=_sse, stock=_sse, quick=True),
    Suite(row=4, name="federation-subgraph-compatibility", reached=23, run=federation.compatibility),
    Suite(row=4, name="our graph behind Apollo's gateway", reached=3, run=federation.gateway),
    Suite(
        row=17,
        name="graphql-eslint over the SDL and the client examples",
        reached=55,
        quick=True,
        stock=_lint,
        run=partial(_lint, SDL_FILE=str(ROOT / "schema" / "schema.graphql")),
    ),
    *(
        Suite(row=18, name=name, reached=reached, run=partial(node_suite, folder=f"clients/{name}", script="run.mjs"))
        for name, reached in NPM_CLIENTS.items()
    ),
    *(
        Suite(row=18, name=name, reached=reached, run=partial(python_suite, folder=f"clients/{name}", script="run.py"))
        for name, reached in PYTHON_CLIENTS.items()
    ),
    Suite(row=20, name="hypothesis-graphql, a slice", reached=5, run=fuzz.a_slice, quick=True),
    *(Suite(row=row, name=name, reached=reached, run=run) for row, name, reached, run in COUNTED),
    Suite(row=20, name="hypothesis-graphql, every role", reached=25, run=fuzz.hypothesis),
    Suite(row=20, name="schemathesis, every role", reached=9, run=fuzz.schemathesis),
    Suite(row=21, name="moto's S3 server", reached=5, run=object_store.kept),
)
