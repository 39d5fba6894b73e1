"""What waits for a listener: in order, within limits, at no cost to whoever keeps up."""

import asyncio

import pytest

import server.outgoing as outgoing
from server.heartbeats import Heartbeats
from server.outgoing import Held, Outgoing


class Peer:
    """The transport of one listener: it takes frames while `open` is set, as a server's `send` does."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.is_gone = False
        self.dropped = 0
        self.held = Held()
        self.outgoing = Outgoing[str](self.send, self.drop, self.held)

    async def send(self, frame: str) -> None:
        await self.open.wait()
        if self.is_gone:
            raise ConnectionResetError
        self.taken.append(frame)

    def drop(self) -> None:
        self.dropped += 1


@pytest.fixture
async def peer() -> Peer:
    made = Peer()
    made.outgoing.begin()
    return made


def tasks() -> int:
    return len(asyncio.all_tasks())


async def test_a_listener_that_keeps_up_has_each_frame_at_once_and_costs_no_task(peer: Peer) -> None:
    before = tasks()
    assert [peer.outgoing.post(frame) for frame in "abc"] == [True] * 3
    assert (peer.taken, tasks(), peer.held.count) == (["a", "b", "c"], before, 0)


async def test_frames_wait_in_order_while_the_transport_takes_none(peer: Peer) -> None:
    peer.open.clear()
    assert [peer.outgoing.post(frame) for frame in ("a", "bb", "ccc")] == [True] * 3
    await asyncio.sleep(0)
    assert (peer.taken, peer.held.count) == ([], 6)
    peer.open.set()
    await peer.outgoing.flushed()
    assert peer.outgoing.post("d")
    assert (peer.taken, peer.held.count) == (["a", "bb", "ccc", "d"], 0)


async def test_nothing_is_handed_over_before_the_beginning() -> None:
    peer = Peer()
    assert peer.outgoing.post("a") and peer.outgoing.post("b")
    assert peer.taken == []
    peer.outgoing.begin()
    assert peer.outgoing.post("c")
    await peer.outgoing.flushed()
    assert peer.taken == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("limit", "value"), [("PENDING_BYTES_MAX", 3), ("PENDING_FRAMES_MAX", 2), ("PENDING_BYTES_ALL_MAX", 3)]
)
async def test_a_listener_that_falls_behind_is_dropped_once_and_what_waited_is_forgotten(
    peer: Peer, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(outgoing, limit, value)
    peer.open.clear()
    assert [peer.outgoing.post(frame) for frame in "abcdef"] == [True] * 3 + [False] * 3
    assert (peer.dropped, peer.held.count) == (1, 0)
    peer.open.set()
    await asyncio.sleep(0.01)
    assert peer.taken == []


async def test_a_listener_that_takes_nothing_for_long_is_dropped(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "STALL_SECONDS", 0.02)
    peer.open.clear()
    assert peer.outgoing.post("a")
    await peer.outgoing.flushed()
    assert (peer.dropped, peer.held.count, peer.outgoing.post("b")) == (1, 0, False)


@pytest.mark.parametrize("is_waiting", [False, True])
async def test_a_listener_that_is_gone_takes_no_more_and_is_not_called_slow(peer: Peer, is_waiting: bool) -> None:
    peer.is_gone = True
    if is_waiting:
        peer.open.clear()
        assert peer.outgoing.post("a") and peer.outgoing.post("b")
        peer.open.set()
        await peer.outgoing.flushed()
    assert not peer.outgoing.post("c")
    assert (peer.taken, peer.dropped, peer.held.count) == ([], 0, 0)


async def test_a_replay_waits_until_half_is_taken(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "PENDING_BYTES_MAX", 8)
    await peer.outgoing.drained()
    peer.open.clear()
    for frame in ("aa", "bb", "cc"):
        assert peer.outgoing.post(frame)
    waits = asyncio.create_task(peer.outgoing.drained())
    await asyncio.sleep(0.01)
    assert not waits.done()
    peer.open.set()
    await asyncio.wait_for(waits, 1)


async def test_stopping_ends_the_wait_and_forgets_what_waits(peer: Peer) -> None:
    before = tasks()
    peer.open.clear()
    assert peer.outgoing.post("a") and peer.outgoing.post("b")
    peer.outgoing.stop()
    await asyncio.sleep(0.01)
    assert (peer.held.count, tasks(), peer.outgoing.post("c"), peer.dropped) == (0, before, False, 0)


async def test_every_stream_beats_in_its_turn_until_it_is_removed() -> None:
    heard: list[str] = []
    beats = Heartbeats(lambda: 0.04)

    def first() -> None:
        heard.append("first")

    def second() -> None:
        heard.append("second")
        beats.remove(second)

    beats.add(first)
    beats.add(second)
    async with asyncio.timeout(2):
        while heard.count("first") < 3:  # noqa: ASYNC110  # a timer of the loop
            await asyncio.sleep(0.01)
    beats.remove(first)
    assert heard == ["first", "second", "first", "first"]
    await asyncio.sleep(0.1)
    assert heard.count("first") == 3
