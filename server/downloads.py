"""Files at signed addresses: whoever has the address reads the file, until the address ends or its owner lost a role.
An export, besides, only as long as its owner sees what it saw as the file was written.

Whatever is wrong (signature, time, run, file) is answered as a path that is not there. Ranges are served, so that a
client whose connection broke goes on where it was (RFC 9110, 14).
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.derived import is_signed
from server.roads import Roads, sight_of
from server.storage import Storage

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)

# What is had at an address, by the first step of its path: the file, who may read it, since when it is there.
EXPORT = """
SELECT r.file, r.digest, r.scopes, r.sight, r.queued_at, u.name
FROM export_run r JOIN user_account u ON u.id = r.user_id
WHERE r.id = $1 AND r.status = 'SUCCEEDED' AND r.expires_at > now()
"""
RESULT = """
SELECT r.file, r.digest, r.scopes, NULL AS sight, r.queued_at, u.name
FROM mutation_run r JOIN user_account u ON u.id = r.user_id
WHERE r.id = $1 AND r.file IS NOT NULL AND r.expires_at > now()
"""
FILES = {"exports": EXPORT, "results": RESULT}


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes that are asked for: from `start` to before `end`."""

    start: int
    end: int


class RangeNotSatisfiable(Exception):
    """The file has no such bytes."""


def asked_span(header: str | None, size: int) -> Span | None:
    """The one range that is asked for; None for the whole file, also where several are asked for.

    Raises: RangeNotSatisfiable.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(size - int(found[2]), 0), size
    else:
        start, end = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
    if start >= end:
        raise RangeNotSatisfiable()
    return Span(start, end)


class Downloads:
    """Answers GET and HEAD of /exports/{id}.jsonl and /results/{id}.jsonl.

    `missing` makes the answer to a path that is not there.
    """

    def __init__(
        self, roads: Roads, storage: Storage, secrets: Sequence[bytes], missing: Callable[[Request], Response]
    ) -> None:  # fmt: skip
        self._roads = roads
        self._storage = storage
        self._secrets = secrets
        self._missing = missing

    async def __call__(self, request: Request) -> Response:
        """The file, or a range of it."""
        row = await self._row(request)
        size = await self._storage.size(row["file"]) if row is not None else None
        if row is None or size is None:
            return self._missing(request)
        tag = f'"{row["digest"]}"'
        kind = request.url.path.split("/")[1].removesuffix("s")
        named = f"{kind}-{row['queued_at']:%Y%m%dT%H%M%SZ}.jsonl"
        headers = {
            "accept-ranges": "bytes", "etag": tag, "cache-control": "private, no-store",
            "content-disposition": f'attachment; filename="{named}"', "x-content-type-options": "nosniff",
        }  # fmt: skip
        wanted = request.headers.get("range")
        if request.headers.get("if-range") not in (None, tag):
            wanted = None
        try:
            span = asked_span(wanted, size)
        except RangeNotSatisfiable:
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
        status, part = (200, Span(0, size)) if span is None else (206, span)
        if span is not None:
            headers["content-range"] = f"bytes {span.start}-{span.end - 1}/{size}"
        headers["content-length"] = str(part.end - part.start)
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type="application/jsonl")
        content = self._content(row["file"], part)
        return StreamingResponse(content, status_code=status, headers=headers, media_type="application/jsonl")

    async def _row(self, request: Request) -> Any:
        """The run that the address names, if it may be read."""
        path, now = request.url.path, datetime.now(UTC)
        if not is_signed(self._secrets, path, dict(request.query_params), now):
            return None
        async with self._roads.database.acquire() as connection:
            row = await connection.fetchrow(FILES[path.split("/")[1]], request.path_params["run_id"])
        acting = await self._roads.acting(row["name"], row["scopes"], "download") if row is not None else None
        if row is None or acting is None:
            return None
        held = {role for roles in acting[0].roles.values() for role in roles}
        is_held = set(row["scopes"]) <= held and row["sight"] in (None, sight_of(*acting))
        return row if is_held else None

    async def _content(self, name: str, part: Span) -> AsyncIterator[bytes]:
        if part.end > part.start:
            async for chunk in self._storage.read(name, part.start, part.end):
                yield chunk
