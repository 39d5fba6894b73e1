"""What travels between the server and the roads: a request, a prepared operation, an answer.

The server turns HTTP bodies and socket messages into `GraphRequest`; the dispatcher (`resolvers.operation`) turns that
into an `Operation` (parsed, weighed, validated for the audience); a road answers it with finished bytes. Nobody changes
them; they are not frozen because each is made once a request, and a frozen one takes four times as long to make.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from domain.core.actors import Actor, Grants
from domain.core.errors import RequestError
from resolvers.limits import Limits
from resolvers.stages import Stages


@dataclass(slots=True, kw_only=True)
class GraphRequest:
    """What a client asks, its shape checked and nothing else."""

    # The document's text; empty until a persisted document that is only named was found.
    query: str
    # What the client calls a document that was registered before; it sends no text then.
    document_id: str | None = None
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])
    # 32 hex digits: the caller's trace (W3C traceparent) or one of our own; every error carries it.
    trace_id: str = ""
    # The network address that the request came from, where there is one.
    address: str | None = None
    # Whether each withheld field is told as an error of its own, besides its place in extensions.withheld.
    withheld_as_errors: bool = False
    # The caller's span (W3C traceparent), 16 hex digits.
    parent_span: str = ""
    # What the client's tier allows, known at the gate; None: what the dispatcher allows everyone.
    limits: Limits | None = None
    stages: Stages = field(default_factory=Stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One parsed document. `digest` is the SHA-256 of its text in hex: the key of every cache."""

    digest: str
    node: DocumentNode
    operations: Mapping[str | None, OperationDefinitionNode]


@dataclass(slots=True, kw_only=True)
class Operation:
    """One operation that is allowed to run: within the limits and valid in `schema`, the caller's visible schema.

    `cost` is the most objects it can answer. Variables are as the client sent them, not yet coerced.
    """

    request: GraphRequest
    document: Document
    node: OperationDefinitionNode
    schema: GraphQLSchema
    cost: int


@dataclass(slots=True, kw_only=True)
class Answer:
    """A finished response body, a JSON object.

    `status` is that of application/graphql-response+json. A client that takes application/json gets 200 for faults of
    the document or its variables (400), as GraphQL over HTTP wishes, unless the status is `fixed`. `cost` is the number
    of objects and counts that it holds. Where it has extensions they are its first member, so that the server can add
    to them without reading it.
    """

    status: int
    body: bytes
    fixed: bool = False
    cost: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Road(Protocol):
    """What answers one kind of operation."""

    async def answer(self, operation: Operation, actor: Actor, grants: Grants, /) -> Answer: ...


class PolicyMoved(Exception):
    """The policy is newer than the grants an answer was made for: authenticate again and ask again."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class MalformedRequest(RequestError):
    code = "BAD_REQUEST"
    zh = "请求无法读取：{reason_zh}。"
    en = "The request cannot be read: {reason}."


class PayloadTooLarge(RequestError):
    code = "PAYLOAD_TOO_LARGE"
    zh = "请求超过 {limit} 字节。"
    en = "The request is larger than {limit} bytes."


class UnsupportedMediaType(RequestError):
    code = "UNSUPPORTED_MEDIA_TYPE"
    zh = "请求内容须为 application/json（UTF-8）。"
    en = "Send the request as application/json in UTF-8."


class NotAcceptable(RequestError):
    code = "NOT_ACCEPTABLE"
    zh = "可返回 application/graphql-response+json、application/json 或 text/event-stream。"
    en = "The answer can be application/graphql-response+json, application/json or text/event-stream."


class MethodNotAllowed(RequestError):
    code = "METHOD_NOT_ALLOWED"
    zh = "此处不允许使用 {method}。"
    en = "{method} is not allowed here."


class NoSuchPath(RequestError):
    code = "NO_SUCH_PATH"
    zh = "没有此路径。"
    en = "There is nothing at this path."


class ParseFailed(RequestError):
    code = "GRAPHQL_PARSE_FAILED"
    zh = "文档语法错误：{reason}"
    en = "{reason}"


class ValidationFailed(RequestError):
    code = "GRAPHQL_VALIDATION_FAILED"
    zh = "文档无效：{reason}"
    en = "{reason}"


class VariablesInvalid(RequestError):
    code = "BAD_USER_INPUT"
    zh = "变量无效：{reason}"
    en = "{reason}"


class OperationUnresolved(RequestError):
    code = "OPERATION_RESOLUTION_FAILURE"
    zh = "无法确定要执行的操作：请用 operationName 指明文档中的一个操作。"
    en = "Name one operation of the document in operationName."


class TimedOut(RequestError):
    code = "TIMEOUT"
    zh = "请求在 {seconds} 秒内未能完成，已取消。"
    en = "The request did not finish within {seconds} s and was cancelled."


class FieldWithheld(RequestError):
    """A field answers null for want of permission: told only to a client that prefers errors."""

    code = "FORBIDDEN"
    zh = "您无权查看 {coordinate}，需要权限 {requires}。"
    en = "You may not read {coordinate}: it requires {requires}."


class InternalError(RequestError):
    """Whatever nobody foresaw: the log has the cause under the trace id, the client only the id."""

    code = "INTERNAL_ERROR"
    zh = "服务器内部错误；请提供 traceId 以便查找。"
    en = "Something went wrong inside; the traceId finds it in the log."
