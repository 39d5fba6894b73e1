"""Asking the graph in tests: the sample group, actors with the shipped policy, the read road over a real database."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from authz.audiences import views
from authz.grants import compile_grants
from authz.policy import baseline
from domain.core.actors import Actor, Audience, Grants
from domain.core.database import Database
from domain.core.errors import RequestError
from resolvers.limits import Limits
from resolvers.operation import Dispatcher, Invalid
from resolvers.read import ReadRoad
from resolvers.request import Answer, GraphRequest, Operation
from schema.graph import visible
from tests.conftest import run_apart
from tests.graph import sample

POLICY = baseline()
VIEWS = views(POLICY)
COMPANIES = (1, 2)


class NoWriteRoad:
    """Where no mutation is tested."""

    async def answer(self, operation: Operation, actor: Actor, grants: Grants) -> Answer:
        raise AssertionError("a query test sent a mutation")


@dataclass
class Asker:
    """Asks the graph as an actor; every answer is the parsed body."""

    road: ReadRoad
    dispatcher: Dispatcher
    actors: dict[tuple[Any, ...], tuple[Actor, Grants]] = field(default_factory=dict)

    def actor(
        self,
        *roles: str,
        companies: tuple[int, ...] = (0,),
        audience: Audience = Audience.STAFF,
        partners: frozenset[UUID] = frozenset(),
        sites: frozenset[UUID] | None = None,
    ) -> tuple[Actor, Grants]:
        """An actor with these roles in these companies (0: everywhere), made once."""
        key = (roles, companies, audience, partners, sites)
        if key not in self.actors:
            actor = Actor(
                id=UUID(int=len(self.actors) + 1), name="+".join(roles) or "anonymous", audience=audience,
                roles={company: frozenset(roles) for company in companies}, partners=partners, sites=sites,
            )  # fmt: skip
            self.actors[key] = actor, compile_grants(POLICY, actor, COMPANIES)
        return self.actors[key]

    def mixed(self, roles: dict[int, str]) -> tuple[Actor, Grants]:
        """A member of staff with another role in each company."""
        key = tuple(sorted(roles.items()))
        if key not in self.actors:
            held = {company: frozenset({role}) for company, role in roles.items()}
            actor = Actor(id=UUID(int=len(self.actors) + 1), name="mixed", audience=Audience.STAFF, roles=held)
            self.actors[key] = actor, compile_grants(POLICY, actor, COMPANIES)
        return self.actors[key]

    async def refusal(
        self, query: str, variables: dict[str, Any] | None = None, who: tuple[Actor, Grants] | None = None
    ) -> RequestError:
        """The refusal of a query."""
        with pytest.raises(RequestError) as caught:
            await self.text(query, variables, who)
        return caught.value

    async def invalid(
        self, query: str, variables: dict[str, Any] | None = None, who: tuple[Actor, Grants] | None = None
    ) -> list[tuple[str, str]]:
        """(code, message) of each fault of a document or its variables."""
        with pytest.raises(Invalid) as caught:
            await self.text(query, variables, who)
        return [(one.code, one.message()) for one in caught.value.refusals]

    async def text(
        self, query: str, variables: dict[str, Any] | None = None, who: tuple[Actor, Grants] | None = None
    ) -> bytes:
        """The body as it goes over the wire."""
        actor, grants = who or self.actor("auditor")
        answer = await self.dispatcher.answer(GraphRequest(query=query, variables=variables or {}), actor, grants)
        return answer.body

    async def __call__(
        self, query: str, variables: dict[str, Any] | None = None, who: tuple[Actor, Grants] | None = None
    ) -> Any:
        """The body, parsed."""
        return orjson.loads(await self.text(query, variables, who))


@pytest.fixture(scope="session")
def sample_url(clone_database: Callable[[], str]) -> str:
    """A database that holds the sample group; read only."""
    url = clone_database()

    async def fill() -> None:
        connection = await asyncpg.connect(url)
        try:
            await sample.load(connection)
        finally:
            await connection.close()

    run_apart(fill())
    return url


@asynccontextmanager
async def asker(url: str, limits: Limits | None = None) -> AsyncIterator[Asker]:
    """The graph over a database."""
    database = await Database.open(url, 2)
    road = ReadRoad(database)
    dispatcher = Dispatcher(
        lambda grants: visible(VIEWS[grants.audience]), read=road, write=NoWriteRoad(), limits=limits
    )
    try:
        yield Asker(road, dispatcher)
    finally:
        await database.close()


@pytest.fixture
async def ask(sample_url: str) -> AsyncIterator[Asker]:
    """The graph over the sample group."""
    async with asker(sample_url) as found:
        yield found
