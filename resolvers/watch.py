"""The watch road: what happened, told to everyone who asked, once, in order and without a gap.

One hub a process reads each committed event once, by the sequencer's position. Subscriptions that ask the same
(document, variables, grants, row scope) are one group: an event is rendered once for a group and the same text sent to
all of it. A subscription that resumes replays from its cursor to the position the hub has reached, then joins its group
between two events, so nothing is lost and nothing comes twice. Grants are looked at before events are rendered, and
every second besides.

A position alone is not enough for a cursor, since one event may name many records: a cursor is (position, place in the
event).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from sys import intern
from time import time
from typing import Any, Protocol

import structlog

from domain.core.actors import Actor, Grants
from domain.core.database import LOST, Database, to_json
from domain.core.errors import Overloaded, RequestError
from domain.core.outbox import PublishedEvent, bounds, read_events
from resolvers.events import EventCursor, EventPlan, Rendered, RowReader, Told, parse_cursor, plan_event
from resolvers.operation import Dispatcher
from resolvers.request import GraphRequest, Operation, PayloadTooLarge

log = structlog.get_logger("watch")

# A lost notification costs at most this long; grants are looked at as often.
POLL_SECONDS = 1.0
# Events read at once, live and in a replay: some kilobytes, and the loop is free between two batches.
BATCH = 200
# Rendered events a group keeps, for those of its members that replay what others were told.
RENDERED_MAX = 256
# Groups that render at once: each takes a connection, and requests need some too.
RENDERS_AT_ONCE = 4
# Where no group gets done with a batch for so long, those that still read what they tell go on by themselves: others do
# not wait for them. One that tells is not late: each of its members, going on alone, costs several times as much.
LATE_SECONDS = 1.0
# Members told in one turn of the loop: some milliseconds, then requests and other groups have theirs.
TOLD_AT_ONCE = 250
# Document and variables of a stream: they are kept as long as it is open, and an account has as many as it likes.
REQUEST_BYTES_MAX = 65_536
# A stream whose database is away looks for it again after this long.
RETRY_SECONDS = 0.5

# The database is away or full; what was not read yet is read later.
_PASSING: tuple[type[Exception], ...] = (*LOST, Overloaded)


class ResyncRequired(RequestError):
    """The cursor is older than the events that are kept, or newer than any there is."""

    code = "RESYNC_REQUIRED"
    zh = "游标 {after} 已无法续传：请重新读取全部数据后再订阅。"
    en = "The stream cannot be resumed from {after}: read everything again, then subscribe without it."


class Session(Protocol):
    """Who listens, and what they may see at this moment."""

    @property
    def actor(self) -> Actor: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def generation(self) -> int:
        """The generation of the policy that the grants belong to."""
        ...

    @property
    def until(self) -> float:
        """When the credential or what it gives ends by itself, in seconds of the epoch."""
        ...

    async def refresh(self) -> None:
        """Look again. Raises: RequestError when the credential no longer holds."""
        ...


class Sink(Protocol):
    """Where a subscription's texts go. None of its methods wait, except `drained`."""

    def offer(self, cursor: str, rendered: Rendered) -> bool:
        """Take one execution result, and have it paid for; False when the listener is too slow and was dropped."""
        ...

    def end(self, fault: Exception) -> None:
        """There will be no more, because of that fault."""
        ...

    def stop(self) -> None:
        """The server stops: the listener is to come back and resume."""
        ...

    async def drained(self) -> None:
        """Return once the listener has taken most of what was offered."""
        ...


@dataclass(eq=False, slots=True)
class _Group:
    """Subscriptions that get the same texts; `users` counts those that replay, too."""

    key: tuple[Any, ...]
    plan: EventPlan
    actor: Actor
    grants: Grants
    users: int = 0
    members: set["Subscription"] = field(default_factory=set["Subscription"])
    rendered: OrderedDict[EventCursor, "asyncio.Future[Rendered | None]"] = field(
        default_factory=OrderedDict[EventCursor, "asyncio.Future[Rendered | None]"]
    )


@dataclass(eq=False, slots=True)
class Subscription:
    """One listener's stream; `last` is the place up to which it was told."""

    request: GraphRequest
    session: Session
    sink: Sink
    group: _Group
    last: EventCursor
    replay: "asyncio.Task[None] | None" = None
    ended: bool = False


class Hub:
    """Tells this process's subscribers what happened.

    `refresh` looks whether the policy moved and answers its generation; sessions of another are asked anew.
    """

    def __init__(
        self, dispatcher: Dispatcher, read: RowReader, database: Database, refresh: Callable[[], Awaitable[int]]
    ) -> None:
        self._dispatcher = dispatcher
        self._read = read
        self._database = database
        self._refresh = refresh
        self._groups: dict[tuple[Any, ...], _Group] = {}
        self._subscriptions: set[Subscription] = set()
        self._wake = asyncio.Event()
        self._renders = asyncio.Semaphore(RENDERS_AT_ONCE)
        # The reads of events under way, by the position they begin behind: thousands that resume together share them.
        self._reading: dict[int, asyncio.Task[list[PublishedEvent]]] = {}
        # Who waits for what is rendered, and groups that others no longer wait for.
        self._rendering: set[asyncio.Task[Any] | None] = set()
        self._late: set[asyncio.Task[None]] = set()
        # The generation of every session's grants, None where they differ, and when the first of them ends by itself.
        self._generation: int | None = None
        self._until = inf
        self.position = 0
        self.renders = 0

    @property
    def count(self) -> int:
        """The number of open streams."""
        return len(self._subscriptions)

    async def open(self) -> None:
        """Begin behind the newest event; to be done before the first subscription."""
        async with self._database.acquire() as connection:
            self.position = (await bounds(connection))[1]

    def wake(self) -> None:
        """Something may have happened: look now instead of at the next poll."""
        self._wake.set()

    async def run(self) -> None:
        """Look and tell until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._look()
            except _PASSING as error:
                # Positions did not move, so the next look misses nothing.
                log.warning("watch_waits", reason=type(error).__name__)

    async def subscribe(
        self, operation: Operation, session: Session, sink: Sink, *, resume: str | None = None
    ) -> Subscription:
        """The stream of a subscription operation, replaying first where it, or `resume` before it, names a cursor.

        Raises: InvalidInput for a malformed cursor, ResyncRequired, Invalid (variables), PayloadTooLarge.
        """
        plan = plan_event(operation)
        request = operation.request
        if len(request.query) + len(to_json(dict(request.variables))) > REQUEST_BYTES_MAX:
            raise PayloadTooLarge(limit=REQUEST_BYTES_MAX)
        # Thousands listen with one document: its text is kept once. Nothing asks for the extensions again.
        request.query, request.extensions = intern(request.query), {}
        async with self._database.acquire() as connection:
            oldest, newest = await bounds(connection)
        if not self._subscriptions:
            # While nobody listened nothing was read: the hub begins where its first listener does.
            self.position = max(self.position, newest)
        last = (parse_cursor(resume) if resume else plan.after) or EventCursor(newest, None)
        if not oldest - 1 <= last.position <= newest:
            raise ResyncRequired(after=last.text())
        subscription = Subscription(operation.request, session, sink, self._enter(plan, session), last)
        self._subscriptions.add(subscription)
        self._until = min(self._until, session.until)
        if session.generation != self._generation:
            self._generation = None
        self._replay(subscription)
        return subscription

    def cancel(self, subscription: Subscription) -> None:
        """The listener is gone."""
        if not subscription.ended:
            subscription.ended = True
            self._subscriptions.discard(subscription)
            self._leave(subscription)
            if subscription.replay is not None and subscription.replay is not asyncio.current_task():
                subscription.replay.cancel()

    def stop(self) -> None:
        """End every stream because the process stops."""
        for subscription in list(self._subscriptions):
            self.cancel(subscription)
            subscription.sink.stop()

    def _end(self, subscription: Subscription, fault: Exception) -> None:
        if not subscription.ended:
            self.cancel(subscription)
            subscription.sink.end(fault)

    # --- groups ---------------------------------------------------------------------------------------------------

    def _enter(self, plan: EventPlan, session: Session) -> _Group:
        """The group that gets what this reader gets, one user more."""
        actor, grants = session.actor, session.grants
        key = (plan.key, *_reader_key(plan, actor, grants))
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(key, plan, actor, grants)
        group.users += 1
        return group

    def _leave(self, subscription: Subscription) -> None:
        group = subscription.group
        group.members.discard(subscription)
        group.users -= 1
        if group.users == 0:
            del self._groups[group.key]

    def _regroup(self, subscription: Subscription) -> None:
        """Put a stream where its grants of now belong; end it when its document is no longer valid for them."""
        try:
            operation = self._dispatcher.prepare(subscription.request, subscription.session.grants)
            group = self._enter(plan_event(operation), subscription.session)
        except Exception as fault:
            self._end(subscription, fault)
            return
        is_member = subscription in subscription.group.members
        self._leave(subscription)
        subscription.group = group
        if is_member:
            group.members.add(subscription)

    # --- live -----------------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Tell what happened since the last look."""
        await self._check_grants()
        is_more = bool(self._subscriptions)
        while is_more and (events := await self._events(self.position)):
            # What came meanwhile is said again.
            is_more = len(events) == BATCH
            # Whoever was the first to listen again meanwhile began at the newest event.
            fresh = [event for event in events if event.position > self.position]
            if fresh:
                # Nothing waits until the groups are taken: whoever joins later replays up to here by itself.
                self.position = fresh[-1].position
                await self._tell_all(fresh)
                await self._check_grants()

    async def _tell_all(self, events: Sequence[PublishedEvent]) -> None:
        """Tell every group; the members of one that fails or takes long take up by themselves where they stand."""
        telling: dict[asyncio.Task[None], tuple[_Group, list[Subscription]]] = {}
        for group in list(self._groups.values()):
            if group.members:
                members = list(group.members)
                telling[asyncio.create_task(self._tell(group, members, events))] = group, members
        if not telling:
            return
        pending, late = set(telling), set[asyncio.Task[None]]()
        while pending:
            done, pending = await asyncio.wait(pending, timeout=LATE_SECONDS)
            for task in pending & self._rendering if not done else ():
                group, members = telling[task]
                # Out of the group, so that the next events do not overtake these.
                group.members.difference_update(members)
                self._late.add(task)
                task.add_done_callback(lambda task, behind=members: self._was_late(task, behind))
                late.add(task)
            pending -= late
        failed = [task for task in telling.keys() - late if task.exception() is not None]
        for task in failed:
            group, members = telling[task]
            group.members.difference_update(members)
            self._take_up(members)
        if late or failed:
            reasons = sorted({type(task.exception()).__name__ for task in failed})
            log.warning("watch_falls_back", late=len(late), failed=len(failed), reasons=reasons)

    def _was_late(self, task: asyncio.Task[None], members: Sequence[Subscription]) -> None:
        """The group has told its batch, or failed to: its members go on from where each stands."""
        self._late.discard(task)
        if not task.cancelled():
            if task.exception() is not None:
                log.warning("watch_falls_back", late=0, failed=1, reasons=[type(task.exception()).__name__])
            self._take_up(members)

    def _take_up(self, members: Sequence[Subscription]) -> None:
        for member in members:
            if not member.ended:
                self._replay(member)

    async def _events(self, position: int) -> list[PublishedEvent]:
        """The events behind a position, read once for all who ask while it is read."""
        reading = self._reading.get(position)
        if reading is None:
            reading = self._reading[position] = asyncio.create_task(self._read_events(position))
            reading.add_done_callback(lambda _: self._reading.pop(position, None))
        return await asyncio.shield(reading)

    async def _read_events(self, position: int) -> list[PublishedEvent]:
        async with self._database.acquire() as connection:
            return await read_events(connection, position, BATCH)

    async def _tell(self, group: _Group, members: Sequence[Subscription], events: Sequence[PublishedEvent]) -> None:
        kinds = group.plan.watch.events
        for event in events:
            if event.event not in kinds:
                continue
            for place, record_id in enumerate(event.record_ids):
                cursor = EventCursor(event.position, place)
                if not any(cursor.is_after(member.last) for member in members):
                    continue
                told = Told(cursor.text(), kinds[event.event], (event.company_id, record_id))
                rendered = await self._rendered(group, cursor, told)
                for start in range(0, len(members), TOLD_AT_ONCE):
                    if start:
                        await asyncio.sleep(0)
                    for member in members[start : start + TOLD_AT_ONCE]:
                        self._offer(member, cursor, told.cursor, rendered)

    def _offer(self, subscription: Subscription, cursor: EventCursor, shown: str, rendered: Rendered | None) -> None:
        if subscription.ended or not cursor.is_after(subscription.last):
            return
        subscription.last = cursor
        if rendered is not None and not subscription.sink.offer(shown, rendered):
            self.cancel(subscription)

    async def _rendered(self, group: _Group, cursor: EventCursor, told: Told) -> Rendered | None:
        """The execution result for one record of an event, made once a group; None where it may not see the record."""
        known = group.rendered.get(cursor)
        if known is None or (known.done() and (known.cancelled() or known.exception() is not None)):
            known = group.rendered[cursor] = asyncio.ensure_future(self._render(group, told))
            if len(group.rendered) > RENDERED_MAX:
                group.rendered.popitem(last=False)
        task = asyncio.current_task()
        self._rendering.add(task)
        try:
            return await asyncio.shield(known)
        finally:
            self._rendering.discard(task)

    async def _render(self, group: _Group, told: Told) -> Rendered | None:
        async with self._renders, self._database.acquire() as connection:
            self.renders += 1
            return await group.plan.render(self._read, connection, told, (group.actor, group.grants))

    # --- replay ---------------------------------------------------------------------------------------------------

    def _replay(self, subscription: Subscription) -> None:
        subscription.replay = asyncio.create_task(self._catch_up(subscription))

    async def _catch_up(self, subscription: Subscription) -> None:
        """Tell from the subscription's place to where the hub is, then join its group between two events."""
        while not subscription.ended:
            try:
                if await self._caught_up(subscription):
                    return
            except _PASSING:
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as fault:
                self._end(subscription, fault)

    async def _caught_up(self, subscription: Subscription) -> bool:
        last = subscription.last
        position = last.position if last.place is None else last.position - 1
        while position < self.position:
            await subscription.sink.drained()
            events = [event for event in await self._events(position) if event.position <= self.position]
            if not events or events[0].position != position + 1:
                raise ResyncRequired(after=last.text())
            await self._tell(subscription.group, [subscription], events)
            position = events[-1].position
            if subscription.ended:
                return True
        # Nothing waited since the comparison, so no event falls between replay and live.
        subscription.group.members.add(subscription)
        subscription.replay = None
        return True

    # --- grants ---------------------------------------------------------------------------------------------------

    async def _check_grants(self) -> None:
        """End the streams whose credential no longer holds; move the others to what they may see now.

        Nothing can have changed for a session while the policy stands and the session has not ended by itself.
        """
        if not self._subscriptions:
            return
        generation, now = await self._refresh(), time()
        if generation == self._generation and now < self._until:
            return
        sessions: dict[int, list[Subscription]] = {}
        for subscription in self._subscriptions:
            sessions.setdefault(id(subscription.session), []).append(subscription)
        for subscriptions in sessions.values():
            session = subscriptions[0].session
            if session.generation != generation or session.until <= now:
                try:
                    await session.refresh()
                except RequestError as fault:
                    if isinstance(fault, Overloaded):
                        raise
                    for subscription in subscriptions:
                        self._end(subscription, fault)
                    continue
            for subscription in subscriptions:
                group = subscription.group
                known = _reader_key(group.plan, group.actor, group.grants)
                if known != _reader_key(group.plan, session.actor, session.grants):
                    self._regroup(subscription)
        is_settled = all(one.session.generation == generation for one in self._subscriptions)
        self._generation = generation if is_settled else None
        self._until = min((one.session.until for one in self._subscriptions), default=inf)


def _reader_key(plan: EventPlan, actor: Actor, grants: Grants) -> tuple[Any, ...]:
    """What of a reader an event can depend on; whoever reads personal values, or rows of its own, is alone."""
    return id(grants), actor.partners, actor.sites, actor.locale, actor.id if plan.is_own else None
