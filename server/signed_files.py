"""Files that are made when they are fetched at a signed address, of what the account that asked may see then.

A record that may no longer be seen, an owner who lost a role or signs in no more, an address that ended, all answer as
a path that is not there. Nothing of a file is kept.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from domain.coexistence.printing import KEPT
from domain.core.actors import Actor, Grants
from domain.core.database import Connection, Database, Row
from resolvers.operation import Dispatcher
from server.derived import is_signed, signed_address
from server.roads import Roads

# Files that are made at once of each kind in a process: each takes a core while it lasts.
MADE_AT_ONCE = 2
COMPANY = "SELECT code FROM company WHERE id = $1"


@dataclass(frozen=True, slots=True)
class File:
    """What stands at an address; `make` takes a core while it lasts."""

    make: Callable[[], bytes]
    media_type: str
    disposition: str


class FileCompanion:
    """What asking for a file needs beside the domain: it is made sure of, and its address is told."""

    address: ClassVar[str]

    def __init__(self, database: Database, dispatcher: Dispatcher, secret: bytes) -> None:
        self.dispatcher = dispatcher
        self._database = database
        self._secret = secret

    async def company(self, id_: UUID) -> str:
        """The code of the company that the file is of."""
        async with self._database.acquire() as connection:
            code: str = await connection.fetchval(COMPANY, id_)
        return code

    async def reveal(self, connection: Connection, record_id: UUID) -> str:
        """The address of the file, good for a day."""
        return signed_address(self._secret, self.address.format(record_id), datetime.now(UTC) + KEPT)


class SignedFiles(ABC):
    """Answers GET and HEAD of an address; `missing` makes the answer to a path that is not there.

    `asked` reads what was asked for, with the owner's `name` and the `scopes` that were used.
    """

    asked: ClassVar[str]

    def __init__(self, roads: Roads, secrets: Sequence[bytes], missing: Callable[[Request], Response]) -> None:
        self.roads = roads
        self._secrets = secrets
        self._missing = missing
        self._turn = asyncio.Semaphore(MADE_AT_ONCE)

    @abstractmethod
    async def file(self, row: Row, reader: tuple[Actor, Grants]) -> File | None:
        """What its owner sees now; None where that is nothing."""

    async def __call__(self, request: Request) -> Response:
        """The file as its owner sees it now."""
        if not is_signed(self._secrets, request.url.path, dict(request.query_params), datetime.now(UTC)):
            return self._missing(request)
        async with self.roads.database.acquire() as connection:
            row = await connection.fetchrow(self.asked, request.path_params["file_id"])
        reader = await self._reader(row) if row is not None else None
        file = await self.file(row, reader) if row is not None and reader is not None else None
        if file is None:
            return self._missing(request)
        async with self._turn:
            body = await asyncio.to_thread(file.make)
        headers = {
            "cache-control": "private, no-store", "x-content-type-options": "nosniff",
            "content-disposition": file.disposition,
        }  # fmt: skip
        return Response(body, headers=headers, media_type=file.media_type)

    async def _reader(self, row: Row) -> tuple[Actor, Grants] | None:
        """Who asked, as they may read now; None once they may not sign in, or lost a role they asked with."""
        reader = await self.roads.acting(row["name"], row["scopes"], "documents")
        if reader is None:
            return None
        held = {role for roles in reader[0].roles.values() for role in roles}
        return reader if set(row["scopes"]) <= held else None
