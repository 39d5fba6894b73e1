"""Requests to addresses that others named: only where this house may be made to go.

A subscriber chooses an address; the server that asks it stands inside the network (server-side request forgery). So the
name is resolved here, every address it has must be public, and the connection is made to the very address that was
looked at: a name that answers differently the second time (DNS rebinding) gains nothing. Redirects are not followed,
proxies of the environment not used, an answer is read to a few hundred bytes, and everything has one time limit.
"""

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import SOCK_STREAM, gaierror
from typing import Any, cast
from urllib.parse import urlsplit

import httpcore

from domain.coexistence.webhooks.models import EXCERPT_LENGTH_MAX

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

CONNECT_SECONDS = 5.0
# The whole exchange: a receiver takes a message and works on it afterwards.
TOTAL_SECONDS = 15.0
CONNECTIONS_MAX = 16
KEEP_SECONDS = 30.0
# Bytes of an answer that are read; the rest is not, and the connection is closed.
ANSWER_BYTES_MAX = 4 * EXCERPT_LENGTH_MAX

# Addresses that only look public: Azure's host channel, which hands out credentials to whoever asks from inside.
INSIDE = frozenset({ip_address("168.63.129.16")})
# Ways to write an IPv4 address in an IPv6 one that `ipaddress` does not take apart: NAT64 (RFC 6052), IPv4-compatible.
EMBEDDING = (ip_network("64:ff9b::/96"), ip_network("::/96"))


class TargetRefused(Exception):
    """The address may not be reached from here."""


class Unreachable(Exception):
    """Nothing that can be used was answered; the message is a stable code for the log."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of a request: the status, the beginning of the answer, and why there is none (a stable code)."""

    status: int | None
    excerpt: str | None
    failure: str | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Targets:
    """Which addresses may be reached: public ones over https, and what an operator allows besides."""

    networks: tuple[Network, ...] = ()
    plain_http: bool = False

    def problem(self, url: str) -> str:
        """Why the address may not be named at all, before it is resolved; or nothing."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not self.plain_http:
            return "it is not https"
        try:
            literal = ip_address(parts.hostname or "")
        except ValueError:
            return ""
        return "" if self.allows(literal) else "it is not a public address"

    def allows(self, address: Address) -> bool:
        """Whether a connection may be made to the address."""
        if any(address.version == network.version and address in network for network in self.networks):
            return True
        return all(one.is_global and not one.is_multicast and one not in INSIDE for one in _meant(address))


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of a setting, separated by commas. Raises: ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _meant(address: Address) -> Iterable[Address]:
    """The address, and the IPv4 addresses that it stands for."""
    yield address
    if isinstance(address, IPv6Address):
        for inner in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())):
            if inner is not None:
                yield inner
        if any(address in network for network in EMBEDDING):
            yield IPv4Address(int(address) & 0xFFFFFFFF)


class _Guarded(httpcore.AsyncNetworkBackend):
    """Resolves a name, looks at every address, and connects to one of those it looked at."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets
        self._backend: httpcore.AsyncNetworkBackend = cast(Any, httpcore.AnyIOBackend)()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=SOCK_STREAM)
        except (gaierror, UnicodeError) as unknown:
            raise httpcore.ConnectError("the name does not resolve") from unknown
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        # One address inside is enough to refuse the name: which one is taken must not be left to chance.
        for address in addresses:
            if not self._targets.allows(ip_address(address.partition("%")[0])):
                raise TargetRefused(address)
        for place, address in enumerate(addresses):
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place + 1 == len(addresses):
                    raise
        raise httpcore.ConnectError("the name has no address")


class Outbound:
    """Posts bodies to addresses that others named; close it at the end."""

    def __init__(self, targets: Targets, *, tls: ssl.SSLContext | None = None, seconds: float = TOTAL_SECONDS) -> None:
        self.targets = targets
        self._seconds = seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or ssl.create_default_context(), network_backend=_Guarded(targets),
            max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX, keepalive_expiry=KEEP_SECONDS,
        )  # fmt: skip

    async def close(self) -> None:
        """End all connections."""
        await self._pool.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reached:
        """What came of posting the body; never raises for what the other side does."""
        began = time.monotonic()
        status: int | None = None
        excerpt: str | None = None
        try:
            if self.targets.problem(url):
                raise TargetRefused(url)
            async with asyncio.timeout(self._seconds):
                status, excerpt = await self._exchange(url, list(headers.items()), body)
            failure = None if 200 <= status < 300 else "HTTP_STATUS"
        except Exception as fault:
            failure = _failure(fault)
            if failure is None:
                raise
        return Reached(status, excerpt, failure, round((time.monotonic() - began) * 1_000))

    async def get(self, url: str, bytes_max: int) -> bytes:
        """The whole body at an address. Raises: Unreachable."""
        try:
            if self.targets.problem(url):
                raise TargetRefused(url)
            async with asyncio.timeout(self._seconds):
                limits = {"timeout": {"connect": CONNECT_SECONDS, "pool": self._seconds}}
                async with self._pool.stream("GET", url, extensions=limits) as answer:
                    read = bytearray()
                    async for chunk in answer.aiter_stream():
                        read += chunk
                        if len(read) > bytes_max:
                            raise Unreachable("TOO_LARGE")
                    if answer.status != 200:
                        raise Unreachable("HTTP_STATUS")
                    return bytes(read)
        except Exception as fault:
            failure = _failure(fault)
            if failure is None:
                raise
            raise Unreachable(failure) from fault

    async def _exchange(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> tuple[int, str]:
        limits = {"timeout": {"connect": CONNECT_SECONDS, "pool": self._seconds}}
        async with self._pool.stream("POST", url, headers=headers, content=body, extensions=limits) as answer:
            read = bytearray()
            async for chunk in answer.aiter_stream():
                read += chunk
                if len(read) >= ANSWER_BYTES_MAX:
                    break
            return answer.status, readable(bytes(read[:ANSWER_BYTES_MAX]))


def readable(answer: bytes) -> str:
    """The beginning of an answer as text that a database and a terminal can take."""
    text = answer.decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)[:EXCERPT_LENGTH_MAX]


def _failure(fault: Exception) -> str | None:
    """The stable code of what went wrong on the way; None for what is a fault of ours."""
    if isinstance(fault, TargetRefused):
        return "TARGET_REFUSED"
    if isinstance(fault, TimeoutError | httpcore.TimeoutException):
        return "TIMEOUT"
    if isinstance(fault, httpcore.ConnectError):
        return "CONNECT_FAILED"
    if isinstance(fault, httpcore.NetworkError | httpcore.ProtocolError | OSError):
        return "CONNECTION_BROKEN"
    return None
