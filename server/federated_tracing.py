"""Federated tracing: how long a subgraph took, for a gateway that asks for it (Apollo's `ftv1`).

A gateway sends the header `apollo-federation-include-trace: ftv1` and takes the trace out of `extensions.ftv1` again: a
protobuf message in base64. Ours has one node, the operation: a planned operation is one statement, so that its fields
have no times of their own. The four fields used are written by hand; the message's library would be the largest
dependency of the server.
"""

import base64
import time
from dataclasses import replace

from resolvers.request import Answer

HEADER = b"apollo-federation-include-trace"
ASKED = b"ftv1"

_NANOSECONDS = 1_000_000_000
_VARINT, _LENGTH = 0, 2

# Field numbers of Apollo's `Trace` and of google.protobuf.Timestamp.
_END_TIME, _START_TIME, _DURATION, _ROOT = 3, 4, 11, 14
_SECONDS, _NANOS = 1, 2

_DATA, _EXTENSIONS = b'{"data":', b'{"extensions":{'


def traced(answer: Answer, started: int) -> Answer:
    """The answer with its trace in `extensions`; one with errors is left as it is: a gateway counts those itself.

    `started` is the nanosecond of the epoch at which the request came.
    """
    entry = b'"ftv1":"' + base64.b64encode(trace(started, time.time_ns())) + b'"'
    if answer.body.startswith(_EXTENSIONS):
        body = _EXTENSIONS + entry + b"," + answer.body[len(_EXTENSIONS) :]
    elif answer.body.startswith(_DATA):
        body = _EXTENSIONS + entry + b"}," + answer.body[1:]
    else:
        return answer
    return replace(answer, body=body)


def trace(started: int, ended: int) -> bytes:
    """The message of an operation between two nanoseconds of the epoch."""
    return b"".join((
        _message(_END_TIME, _timestamp(ended)), _message(_START_TIME, _timestamp(started)),
        _number(_DURATION, ended - started), _message(_ROOT, b""),
    ))  # fmt: skip


def _timestamp(nanoseconds: int) -> bytes:
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    return _number(_SECONDS, seconds) + _number(_NANOS, rest)


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _LENGTH) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    """A whole number in groups of seven bits, the lowest first."""
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)
