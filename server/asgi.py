"""The ASGI application: the graph at /graphql on raw ASGI, everything else through Starlette.

Composed in one place and in order: database, identity, visible schemas, dispatcher, roads, hub, background work. What
is composed at start is taken down in reverse at the end, after the open streams were told.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

import asyncpg
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.core.database import LOST, Database, Limits, connect, to_json
from domain.core.errors import Overloaded, RequestError
from domain.core.outbox import CHANNEL
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import InternalError, MethodNotAllowed, NoSuchPath
from resolvers.watch import Hub
from resolvers.write import WriteRoad
from schema.graph import MUTATIONS
from server.background import background_works
from server.documents import Documents
from server.downloads import Downloads
from server.faults import error_entries, trace_of
from server.gate import Gate
from server.graph_events import EventStreams
from server.graph_http import GraphEndpoint, Receive, Scope, Send
from server.graph_sockets import SocketEndpoint
from server.identity import ISSUER, Identity, Tokens
from server.integration import companions_of, storage_of
from server.issuers import Issuers, read_issuers
from server.leading import surviving
from server.logs import configure_logs
from server.metrics import Metrics, Sharing
from server.observe import Observer
from server.page import graphiql_page
from server.printed_reports import PrintedReports
from server.printing import PrintedDocuments
from server.roads import Roads, VisibleSchemas, unlimited
from server.scrape import Scrape
from server.settings import Settings
from server.signing import KeyRing
from server.throttle import Throttle
from server.tiers import Tiers
from server.tracing import configured_spans
from server.uploads import Uploads

log = structlog.get_logger("server")

GRAPH_PATH = "/graphql"
# A probe must answer sooner than the one who probes gives up.
READY_SECONDS = 2.0
RECONNECT_SECONDS = 1.0
STOP_SECONDS = 5.0
# How long others may keep our public keys; a new one is published for longer before it signs.
KEYS_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What one process serves with."""

    database: Database
    identity: Identity
    hub: Hub
    gate: Gate
    scrape: Scrape
    http: GraphEndpoint
    sockets: SocketEndpoint
    downloads: Downloads
    uploads: Uploads
    documents: PrintedDocuments
    reports: PrintedReports


class Application:
    """The whole application; `services` is there between startup and shutdown, `composed` called when they are."""

    def __init__(self, settings: Settings, composed: Callable[[], None]) -> None:
        self._settings = settings
        self._composed = composed
        self.services: Services | None = None
        self._rest = Starlette(
            routes=[
                Route("/health/live", _live),
                Route("/health/ready", self._ready),
                Route("/exports/{run_id:uuid}.jsonl", self._download),
                Route("/results/{run_id:uuid}.jsonl", self._download),
                Route("/uploads/{upload_id:uuid}.jsonl", self._upload, methods=["POST", "PUT"]),
                Route("/documents/{file_id:uuid}.pdf", self._document),
                Route("/reports/{file_id:uuid}", self._report),
                Route("/metrics", self._metrics),
                Route("/.well-known/jwks.json", self._keys),
            ],
            lifespan=self._lifespan,
            exception_handlers={404: _nothing_here, 405: _not_so, 500: _broken},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        services = self.services
        if services is not None and scope["type"] != "lifespan" and scope["path"] == GRAPH_PATH:
            endpoint = services.http if scope["type"] == "http" else services.sockets
            await endpoint(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "no socket here"})
        else:
            await self._rest(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            self.services = await compose(self._settings, stack)
            self._composed()
            with _told_to_end(self.services.hub.stop):
                yield
            self.services.hub.stop()
            self.services = None

    async def _ready(self, _: Request) -> Response:
        """200 when the database answers in time."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                assert self.services is not None, "the application has started"
                async with self.services.database.acquire() as connection:
                    await connection.fetchval("SELECT 1")
        except (TimeoutError, Overloaded, asyncpg.PostgresError, *LOST):
            return JSONResponse({"status": "unavailable"}, status_code=503)
        return JSONResponse({"status": "ready", "policyVersion": self.services.identity.version})

    async def _download(self, request: Request) -> Response:
        """The file of a bulk export or the result of a bulk mutation, at its signed address."""
        assert self.services is not None, "the application has started"
        return await self.services.downloads(request)

    async def _upload(self, request: Request) -> Response:
        """Take the file of a bulk mutation, at its signed address."""
        assert self.services is not None, "the application has started"
        return await self.services.uploads(request)

    async def _document(self, request: Request) -> Response:
        """A document of one record as PDF, at its signed address."""
        assert self.services is not None, "the application has started"
        return await self.services.documents(request)

    async def _report(self, request: Request) -> Response:
        """A report as a file, at its signed address."""
        assert self.services is not None, "the application has started"
        return await self.services.reports(request)

    async def _metrics(self, request: Request) -> Response:
        """The figures of this installation, for those who may see them."""
        assert self.services is not None, "the application has started"
        scrape = self.services.scrape
        return await scrape() if scrape.is_allowed(request) else await _nothing_here(request, NoSuchPath())

    async def _keys(self, _: Request) -> Response:
        """The public keys of our own tokens (RFC 7517)."""
        assert self.services is not None, "the application has started"
        return JSONResponse(self.services.identity.keys, headers={"cache-control": f"max-age={KEYS_SECONDS}"})


@contextmanager
def _told_to_end(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` as soon as a signal ends the process: the server waits for open streams before it ends the rest.

    In a thread there are no signals, and whoever started the thread ends it.
    """
    loop, kept = asyncio.get_running_loop(), {}

    def ending(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)
        kept[number](number, frame)

    if current_thread() is main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            previous = signal.getsignal(number)
            if callable(previous):
                kept[number] = previous
                signal.signal(number, ending)
    try:
        yield
    finally:
        for number, previous in kept.items():
            signal.signal(number, previous)


async def _live(_: Request) -> Response:
    return JSONResponse({"status": "live"})


def _coded(request: Request, fault: RequestError, status: int) -> Response:
    trace_id = trace_of(request.headers.get("traceparent", "").encode("latin-1"))
    body = to_json({"errors": error_entries(fault, trace_id)})
    return Response(body, status_code=status, media_type="application/json")


def _missing(request: Request) -> Response:
    return _coded(request, NoSuchPath(), 404)


async def _nothing_here(request: Request, _: Exception) -> Response:
    return _missing(request)


async def _not_so(request: Request, _: Exception) -> Response:
    return _coded(request, MethodNotAllowed(method=request.method), 405)


async def _broken(request: Request, _: Exception) -> Response:
    """What nobody foresaw; it is raised again after this answer, and logged by the server."""
    return _coded(request, InternalError(), 500)


def _files(settings: Settings, roads: Roads) -> tuple[Downloads, Uploads]:
    """What hands out files and takes them, at signed addresses."""
    storage, secrets = storage_of(settings), settings.signing_secrets()
    downloads = Downloads(roads, storage, secrets, _missing)
    return downloads, Uploads(roads, storage, secrets, _missing)


async def compose(settings: Settings, stack: AsyncExitStack) -> Services:
    """Everything that one process serves with, taken down when `stack` unwinds."""
    url = settings.database_url
    if url is None:
        raise ValueError("the application needs database_url; `skein serve` finds the embedded one")
    limits = settings.limits
    database = await Database.open(url, settings.pool_size, limits=limits, processes=settings.workers)
    stack.push_async_callback(database.close)
    keys = KeyRing(*settings.signing_secrets())
    issuers = Issuers(read_issuers(settings.issuers_file, ISSUER))
    identity = Identity(database, keys, serves_demo=settings.is_local, issuers=issuers)
    await identity.refresh()

    read = ReadRoad(database)
    write = WriteRoad(database, read, tuple(MUTATIONS.values()), Tokens(keys, serves_demo=settings.is_local))
    schemas = VisibleSchemas(identity)
    schemas.prepare()
    dispatcher = Dispatcher(schemas, read=read, write=write)
    roads = Roads(database, identity, read, dispatcher, unlimited(schemas, read), settings.is_local)
    tiers, throttle, documents = Tiers(database), Throttle(database), Documents(database)
    write.companions = companions_of(settings, roads, schemas, documents)
    downloads, uploads = _files(settings, roads)
    hub = Hub(dispatcher, read, database, identity.renewed)
    await hub.open()
    await tiers.refresh()
    await documents.refresh()
    observer = compose_observer(settings, stack)
    gate = Gate(dispatcher, tiers, throttle, observer, documents=documents)
    stack.push_async_callback(throttle.settle, ending=True)
    stop = asyncio.Event()
    watches: dict[str, Callable[[], Awaitable[None]]] = {
        "identity": identity.watch,
        "watch": hub.run,
        "tiers": tiers.watch,
        "documents": documents.watch,
        "throttle": throttle.watch,
        "listen": lambda: _listen(url, limits, hub),
    }
    sharing = Sharing(observer.metrics, settings.data_dir / "metrics") if settings.workers > 1 else None
    if sharing is not None:
        watches["sharing"] = sharing.watch
    jobs = background_works(settings, stop, database.committed) if settings.background else {}
    tasks = [asyncio.create_task(surviving(name, work, stop)) for name, work in watches.items()]
    background = [asyncio.create_task(surviving(name, work, stop)) for name, work in jobs.items()]
    stack.push_async_callback(_end, tasks, background, stop)
    sockets = SocketEndpoint(gate, identity, hub, origins=settings.origins)
    observer.metrics.gauges = {
        **process_gauges(database, throttle),
        "sockets": lambda: sockets.count,
        "streams": lambda: hub.count,
        "documents": lambda: dispatcher.remembered,
        "plans": lambda: read.plans.count,
    }
    return Services(
        database=database,
        identity=identity,
        hub=hub,
        gate=gate,
        scrape=Scrape(
            metrics=observer.metrics, database=database, hub=hub, token=settings.metrics_token, sharing=sharing
        ),
        http=GraphEndpoint(
            gate, identity, events=EventStreams(gate, hub), page=graphiql_page(), origins=settings.origins
        ),
        sockets=sockets,
        downloads=downloads,
        uploads=uploads,
        documents=PrintedDocuments(roads, settings.signing_secrets(), _missing),
        reports=PrintedReports(roads, settings.signing_secrets(), _missing),
    )


def process_gauges(database: Database, throttle: Throttle) -> dict[str, Callable[[], int]]:
    """What is asked of the connections and the buckets of this process when somebody looks."""
    return {
        "connections_lent": lambda: database.lent,
        "connections_waiting": lambda: database.waiting,
        "connections_awaited": lambda: database.awaited,
        "connections_refused": lambda: database.refused,
        "clients": lambda: throttle.clients,
        "bucket_writes": lambda: throttle.writes,
    }


def compose_observer(settings: Settings, stack: AsyncExitStack) -> Observer:
    """Who is told of every request; spans are sent where the environment names a collector."""
    spans = configured_spans()
    if spans is not None:
        stack.callback(spans[1].shutdown)
    logs = settings.log_level in ("debug", "info")
    return Observer(Metrics(), logs_requests=logs, tracer=spans[0] if spans else None)


async def _listen(url: str, limits: Limits, hub: Hub) -> None:
    """Wake the hub at each notification, on a session of its own; the hub's polling covers what is missed meanwhile."""
    connection = await connect(url, limits)
    try:
        gone = asyncio.Event()
        raw: Any = connection.raw
        raw.add_termination_listener(lambda _: gone.set())
        await connection.raw.add_listener(CHANNEL, lambda *_: hub.wake())
        hub.wake()
        await gone.wait()
        raise ConnectionResetError("the session that listens has ended")
    finally:
        connection.raw.terminate()


async def _end(
    tasks: Sequence[asyncio.Task[None]], background: Sequence[asyncio.Task[None]], stop: asyncio.Event
) -> None:
    """Let background work finish what it is in the middle of, then end everything."""
    stop.set()
    if background:
        await asyncio.wait(background, timeout=STOP_SECONDS)
    for task in (*tasks, *background):
        task.cancel()
    await asyncio.gather(*tasks, *background, return_exceptions=True)


def create_app(settings: Settings, *, composed: Callable[[], None] = lambda: None) -> Application:
    """The application for these settings; `database_url` must be among them. `composed` is called when it has begun."""
    configure_logs(settings.log_level)
    return Application(settings, composed)
