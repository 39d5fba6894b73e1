"""GraphQL over HTTP: POST and GET at one path, by the letter of the specification, on raw ASGI.

Raw, because routing and request objects cost as much CPU as a whole planned read. Faults of the transport (body, media
type, method) are refused before anything is parsed; only application/json is taken, so that no form of a foreign page
can post (CSRF).
"""

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Protocol, cast
from urllib.parse import parse_qs

import orjson
from graphql import OperationType

from domain.core.actors import Audience
from resolvers.errors import code_of
from resolvers.request import (
    Answer,
    GraphRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    Operation,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from server import federated_tracing
from server.documents import persisted_id
from server.faults import fault_answer, span_of, trace_of
from server.gate import Gate
from server.observe import TIMING, server_timing
from server.sessions import Authority, BearerSession, address_of

BODY_BYTES_MAX = 1_048_576

# `Skein-Withheld: errors` asks for one FORBIDDEN error a withheld field, beside its place in extensions.withheld.
WITHHELD = b"skein-withheld"

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
EVENTS = "text/event-stream"
HTML = "text/html"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

_CONTENT_TYPES = {media: f"{media}; charset=utf-8".encode() for media in (GRAPHQL_JSON, JSON, HTML, EVENTS)}


class EventStream(Protocol):
    """Answers an operation as server-sent events."""

    async def __call__(self, exchange: "Exchange", operation: Operation, session: BearerSession, /) -> None: ...


class Exchange:
    """One HTTP request and the one response to it."""

    __slots__ = ("headers", "origins", "receive", "scope", "send", "started", "trace_id")

    def __init__(self, scope: Scope, receive: Receive, send: Send, origins: frozenset[str]) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.headers: Headers = dict(scope["headers"])
        self.trace_id = trace_of(self.headers.get(b"traceparent"))
        self.origins = origins
        self.started = False

    def shared_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers of every response: who may read it across origins, and that nobody may guess its type."""
        headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
            (b"vary", b"accept, origin"),
        ]
        origin = self.headers.get(b"origin")
        if origin is not None and origin.decode("latin-1") in self.origins:
            headers.append((b"access-control-allow-origin", origin))
        return headers

    async def respond(self, answer: Answer, media: str) -> None:
        """Send a finished answer."""
        status = 200 if media == JSON and answer.status == 400 and not answer.fixed else answer.status
        headers = self.shared_headers()
        headers.append((b"content-type", _CONTENT_TYPES[media]))
        headers.append((b"content-length", b"%d" % len(answer.body)))
        headers.extend((name.encode(), value.encode()) for name, value in answer.headers.items())
        self.started = True
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": answer.body})


class GraphEndpoint:
    """The ASGI application at /graphql for HTTP."""

    def __init__(
        self,
        gate: Gate,
        authority: Authority,
        *,
        events: EventStream,
        page: bytes,
        origins: frozenset[str] = frozenset(),
    ) -> None:
        self._gate = gate
        self._authority = authority
        self._events = events
        self._page = page
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange(scope, receive, send, self._origins)
        media = JSON
        try:
            match scope["method"]:
                case "POST":
                    media = json_media(exchange.headers.get(b"accept", b"*/*"))
                    await self._graph(exchange, read_posted(await read_body(exchange), exchange.trace_id))
                case "GET" if wants_page(exchange.headers.get(b"accept", b"")):
                    await exchange.respond(Answer(status=200, body=self._page), HTML)
                case "GET":
                    media = json_media(exchange.headers.get(b"accept", b"*/*"))
                    await self._graph(exchange, read_query(scope["query_string"], exchange.trace_id), is_get=True)
                case "OPTIONS":
                    await self._preflight(exchange)
                case method:
                    raise MethodNotAllowed(method=method)
        except Exception as error:
            # The one place where a request's faults become its answer; unforeseen ones are logged there.
            if exchange.started:
                raise
            self._gate.observer.turned_away(exchange.trace_id, code_of(error))
            answer = fault_answer(error, exchange.trace_id)
            if answer.status == 405:
                answer = Answer(status=405, body=answer.body, fixed=True, headers={"allow": "POST, GET, OPTIONS"})
            await exchange.respond(answer, JSON if media == EVENTS else media)

    async def _graph(self, exchange: Exchange, request: GraphRequest, *, is_get: bool = False) -> None:
        started = time.time_ns()
        if exchange.headers.get(WITHHELD) == b"errors":
            request.withheld_as_errors = True
        if b"traceparent" in exchange.headers:
            request.parent_span = span_of(exchange.headers[b"traceparent"])
        authorization = exchange.headers.get(b"authorization")
        given = authorization.decode("latin-1") if authorization else None
        session = await BearerSession.begin(self._authority, given, address_of(exchange.scope))
        accept = exchange.headers.get(b"accept", b"*/*")
        media = json_media(accept)
        try:
            operation = self._gate.prepare(request, session, only_reads=is_get)
            kind = operation.node.operation
            if kind is OperationType.SUBSCRIPTION or media == EVENTS:
                if not takes_events(accept):
                    self._gate.observer.turned_away(exchange.trace_id, NotAcceptable.code)
                    raise NotAcceptable()
                await self._events(exchange, operation, session)
                return
            answer = await self._gate.answer(operation, session)
            if exchange.headers.get(federated_tracing.HEADER) == federated_tracing.ASKED:
                answer = federated_tracing.traced(answer, started)
            if TIMING in exchange.headers and session.actor.audience is Audience.STAFF:
                answer.headers = {**answer.headers, "server-timing": server_timing(request)}
        except Exception as error:
            if exchange.started:
                raise
            answer = fault_answer(error, exchange.trace_id, session.actor.locale)
            if answer.status == 405:
                answer = Answer(status=405, body=answer.body, fixed=True, headers={"allow": "POST"})
            if media == EVENTS and not answer.fixed:
                await exchange.respond(as_events(answer), EVENTS)
                return
        await exchange.respond(answer, JSON if media == EVENTS else media)

    async def _preflight(self, exchange: Exchange) -> None:
        """Tell a browser what an allowed foreign origin may send."""
        headers = exchange.shared_headers()
        headers.append((b"access-control-allow-methods", b"POST, GET, OPTIONS"))
        taken = b"authorization, content-type, traceparent, last-event-id, skein-withheld, skein-timing"
        headers.append((b"access-control-allow-headers", taken))
        headers.append((b"access-control-max-age", b"600"))
        exchange.started = True
        await exchange.send({"type": "http.response.start", "status": 204, "headers": headers})
        await exchange.send({"type": "http.response.body", "body": b""})


async def read_body(exchange: Exchange) -> bytes:
    """The whole body, refused as soon as it is known to be too large.

    Raises: UnsupportedMediaType, PayloadTooLarge.
    """
    if not is_json(exchange.headers.get(b"content-type", b"")):
        raise UnsupportedMediaType()
    if exchange.headers.get(b"content-encoding", b"identity") != b"identity":
        raise UnsupportedMediaType()
    declared = exchange.headers.get(b"content-length", b"0")
    if not declared.isdigit() or len(declared) > 19 or int(declared) > BODY_BYTES_MAX:
        raise PayloadTooLarge(limit=BODY_BYTES_MAX)
    message = await exchange.receive()
    body = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await exchange.receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX:
            raise PayloadTooLarge(limit=BODY_BYTES_MAX)
    return b"".join(parts)


def read_posted(body: bytes, trace_id: str) -> GraphRequest:
    """The request in a JSON body. Raises: MalformedRequest."""
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedRequest(reason="the body is not JSON", reason_zh="内容不是 JSON") from None
    return read_request(decoded, trace_id)


def read_query(query_string: bytes, trace_id: str) -> GraphRequest:
    """The request in a query string, variables and extensions as JSON. Raises: MalformedRequest."""
    try:
        given = parse_qs(query_string.decode("ascii"), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        raise MalformedRequest(reason="the query string is not readable", reason_zh="查询字符串无法读取") from None
    fields: dict[str, Any] = {}
    for name in ("query", "documentId", "operationName", "variables", "extensions"):
        values = given.get(name, [])
        if len(values) > 1:
            raise MalformedRequest(reason=f"{name} is given twice", reason_zh=f"{name} 重复")
        if not values or (not values[0] and name != "query"):
            continue
        fields[name] = values[0]
        if name in ("variables", "extensions"):
            try:
                fields[name] = orjson.loads(values[0])
            except orjson.JSONDecodeError:
                raise MalformedRequest(reason=f"{name} is not JSON", reason_zh=f"{name} 不是 JSON") from None
    return read_request(fields, trace_id)


def read_request(decoded: Any, trace_id: str) -> GraphRequest:
    """The request in a decoded JSON value, its shape checked; unknown members are ignored. Raises: MalformedRequest."""
    if not isinstance(decoded, dict):
        raise MalformedRequest(reason="the body is not a JSON object", reason_zh="内容不是 JSON 对象")
    fields = cast(dict[str, Any], decoded)
    query, name, extensions = fields.get("query"), fields.get("operationName"), _object(fields, "extensions")
    document_id = fields.get("documentId")
    if document_id is not None or "persistedQuery" in extensions:
        document_id = persisted_id(query, document_id, extensions.get("persistedQuery"))
    elif not isinstance(query, str):
        raise MalformedRequest(reason="query is not a string", reason_zh="query 不是字符串")
    if name is not None and not isinstance(name, str):
        raise MalformedRequest(reason="operationName is not a string", reason_zh="operationName 不是字符串")
    return GraphRequest(
        query=query or "", document_id=document_id, operation_name=name, variables=_object(fields, "variables"),
        extensions=extensions, trace_id=trace_id,
    )  # fmt: skip


def _object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedRequest(reason=f"{name} is not an object", reason_zh=f"{name} 不是对象")
    return cast(dict[str, Any], value)


def as_events(answer: Answer) -> Answer:
    """A refusal of the document or its variables as a stream of one result: `graphql-sse` wishes it told in an
    accepted stream, because a browser shows its page nothing of a refused one.
    """
    return Answer(status=200, body=b"event: next\ndata: " + answer.body + b"\n\nevent: complete\ndata:\n\n")


@lru_cache(maxsize=256)
def is_json(content_type: bytes) -> bool:
    """Whether a body is declared as JSON in UTF-8; nothing else is taken."""
    media, *parameters = (part.strip().lower() for part in content_type.decode("latin-1").split(";"))
    charsets = [value.strip(' "') for key, _, value in (one.partition("=") for one in parameters) if key == "charset"]
    return media == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


@lru_cache(maxsize=256)
def accepted(accept: bytes) -> Mapping[str, float]:
    """The weight of each media range in an Accept header (RFC 9110, 12.5.1)."""
    weights: dict[str, float] = {}
    for part in accept.decode("latin-1").split(",")[:50]:
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for key, _, value in (one.partition("=") for one in parameters):
            if key.strip() == "q":
                weight = _quality(value.strip())
        if media:
            weights[media] = weight
    return weights


def _quality(text: str) -> float:
    """A quality between 0 and 1; an unreadable one counts nothing."""
    digits = text.replace(".", "", 1)
    return min(float(text), 1.0) if digits.isascii() and digits.isdigit() else 0.0


@lru_cache(maxsize=256)
def json_media(accept: bytes) -> str:
    """The media type of the answer: the JSON the client prefers, events only where it takes no JSON.

    Raises: NotAcceptable when it takes neither.
    """
    weights = accepted(accept) or {"*/*": 1.0}
    wildcard = max(weights.get("application/*", 0.0), weights.get("*/*", 0.0))
    modern = weights.get(GRAPHQL_JSON, 0.0)
    legacy = weights.get(JSON, wildcard)
    if modern > 0 and modern >= weights.get(JSON, 0.0):
        return GRAPHQL_JSON
    if legacy > 0:
        return JSON
    if weights.get(EVENTS, 0.0) > 0:
        return EVENTS
    raise NotAcceptable()


@lru_cache(maxsize=256)
def wants_page(accept: bytes) -> bool:
    """Whether a browser navigates here: it names HTML and no JSON."""
    weights = accepted(accept)
    return weights.get(HTML, 0.0) > 0 and JSON not in weights and GRAPHQL_JSON not in weights


@lru_cache(maxsize=256)
def takes_events(accept: bytes) -> bool:
    """Whether the client named text/event-stream; a wildcard does not mean a stream."""
    return accepted(accept).get(EVENTS, 0.0) > 0
