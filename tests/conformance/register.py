"""Every suite, by the rows of the table; who owns a row adds a line here."""

from functools import partial

from tests.conformance import federation, sockets
from tests.conformance.environments import node_suite, python_suite
from tests.conformance.ground import ROOT
from tests.conformance.suites import Suite

# The clients of each kind of environment, each with the number of things it does.
PYTHON_CLIENTS = {"gql": 5, "ariadne": 5}
NPM_CLIENTS = {"apollo": 6, "urql": 7, "codegen": 3, "relay": 6}

_audits = partial(node_suite, folder="http_audits", script="audits.mjs")
_lint = partial(node_suite, folder="sdl", script="lint.mjs")
_sse = partial(node_suite, folder="streams", script="sse.mjs")

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
)
