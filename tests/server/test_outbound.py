"""Requests to addresses that others named: nothing inside is reached, whatever a name resolves to."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from server.outbound import Outbound, Targets, parse_networks, readable
from tests.server.receiver import Posted, Receiver, receiving, response

LOCAL = Targets(parse_networks("127.0.0.0/8, ::1/128"), plain_http=True)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@asynccontextmanager
async def outbound(targets: Targets = LOCAL, **more: Any) -> AsyncIterator[Outbound]:
    made = Outbound(targets, **more)
    try:
        yield made
    finally:
        await made.close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00:ec2::254",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "64:ff9b::a9fe:a9fe", "ff02::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused_however_it_is_written(address: str) -> None:
    assert not Targets().allows(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert Targets().allows(ip_address(address))


def test_an_operator_allows_networks_by_name_and_nothing_else() -> None:
    targets = Targets(parse_networks("10.1.0.0/16"))
    assert targets.allows(ip_address("10.1.255.1"))
    assert not targets.allows(ip_address("10.2.0.1"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
async def test_this_machine_is_not_reached_by_any_of_its_names(receiver: Receiver, host: str) -> None:
    async with outbound(Targets(plain_http=True)) as sender:
        reached = await sender.post(f"http://{host}:{receiver.port}/", {}, b"{}")
    assert (reached.status, reached.failure) == (None, "TARGET_REFUSED")
    assert receiver.posted == []


async def test_plain_http_is_refused_unless_allowed(receiver: Receiver) -> None:
    async with outbound(Targets(LOCAL.networks)) as sender:
        assert (await sender.post(receiver.url, {}, b"{}")).failure == "TARGET_REFUSED"
    assert receiver.posted == []


async def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def resolve(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        # Public when it is looked at, inside ever after: what a rebinding name server does.
        asked.append(host)
        address = "203.0.113.7" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(type(asyncio.get_running_loop()), "getaddrinfo", resolve)
    connected: list[str] = []

    class Connecting:
        async def connect_tcp(self, host: str, port: int, *_: Any) -> Any:
            connected.append(host)
            raise OSError("nobody there")

    documentation = Targets(parse_networks("203.0.113.0/24"), plain_http=True)
    async with outbound(documentation) as sender:
        sender._pool._network_backend._backend = Connecting()
        reached = await sender.post(f"http://rebinding.example:{receiver.port}/", {}, b"{}")
    assert (reached.failure, connected, asked) == ("CONNECTION_BROKEN", ["203.0.113.7"], ["rebinding.example"])


async def test_a_name_with_one_address_inside_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", (address, port)) for address in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(type(asyncio.get_running_loop()), "getaddrinfo", resolve)
    async with outbound(Targets()) as sender:
        assert (await sender.post("https://mixed.example/", {}, b"{}")).failure == "TARGET_REFUSED"


async def test_an_answer_is_read_to_a_few_hundred_bytes(receiver: Receiver) -> None:
    receiver.answer = lambda _: response(200, b"x" * 5_000_000)
    async with outbound() as sender:
        reached = await sender.post(receiver.url, {}, b"{}")
    assert (reached.status, reached.failure, reached.excerpt) == (200, None, "x" * 500)


async def test_a_receiver_that_never_answers_costs_a_bounded_time() -> None:
    async with receiving() as silent, outbound(seconds=0.3) as sender:

        def never(_: Posted) -> bytes:
            return b"HTTP/1.1 200 -\r\ncontent-length: 10\r\n\r\n"

        silent.answer = never
        began = time.monotonic()
        reached = await sender.post(silent.url, {}, b"{}")
        assert (reached.status, reached.failure) == (None, "TIMEOUT")
        assert time.monotonic() - began < 2


async def test_what_breaks_on_the_way_has_a_name(receiver: Receiver) -> None:
    receiver.answer = lambda _: b"no http at all\r\n\r\n"
    async with outbound() as sender:
        assert (await sender.post(receiver.url, {}, b"{}")).failure == "CONNECTION_BROKEN"
        free = socket.create_server(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        assert (await sender.post(f"http://127.0.0.1:{port}/", {}, b"{}")).failure == "CONNECT_FAILED"
        assert (await sender.post("http://name.invalid/", {}, b"{}")).failure == "CONNECT_FAILED"
    closing = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with closing, outbound() as sender:
        port = closing.sockets[0].getsockname()[1]
        assert (await sender.post(f"https://127.0.0.1:{port}/", {}, b"{}")).failure == "CONNECT_FAILED"


def test_an_excerpt_is_text_that_a_database_and_a_terminal_can_take() -> None:
    assert readable(b"a\x00\x1b[2J\xff\n\xe4\xb8\xad") == "a��[2J�\n中"
