"""Takes a file at a signed address, once, as a stream, up to a limit; it is there when it is whole."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.coexistence.mutations import ReceiveBulkUpload
from domain.core.ids import new_id
from domain.core.perform import perform
from domain.core.records import GROUP
from resolvers.request import PayloadTooLarge
from server.bulk_mutations import ACTOR
from server.derived import is_signed
from server.faults import fault_answer, trace_of
from server.roads import Roads
from server.storage import Storage

UPLOAD_BYTES_MAX = 268_435_456

_OPEN = "SELECT id FROM bulk_upload WHERE id = $1 AND status = 'OPEN' AND expires_at > now()"


class Uploads:
    """Answers POST and PUT of /uploads/{id}.jsonl; `missing` makes the answer to a path that is not there."""

    def __init__(
        self, roads: Roads, storage: Storage, secrets: Sequence[bytes], missing: Callable[[Request], Response]
    ) -> None:
        self._roads = roads
        self._storage = storage
        self._secrets = secrets
        self._missing = missing

    async def __call__(self, request: Request) -> Response:
        """201 with size and digest, once the file is there."""
        upload_id = request.path_params["upload_id"]
        if not is_signed(self._secrets, request.url.path, dict(request.query_params), datetime.now(UTC)):
            return self._missing(request)
        async with self._roads.database.acquire() as connection:
            if await connection.fetchrow(_OPEN, upload_id) is None:
                return self._missing(request)
        # Of two requests at once one counts, and neither may write over the other's file.
        name = f"uploads/{upload_id}-{new_id()}.jsonl"
        writer, digest, size = self._storage.writer(name), sha256(), 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > UPLOAD_BYTES_MAX:
                return _refused(request, PayloadTooLarge(limit=UPLOAD_BYTES_MAX))
            digest.update(chunk)
            await writer.write(chunk)
        await writer.close()
        command = ReceiveBulkUpload(
            bulk_upload_id=upload_id, file_kib=-(-size // 1_024), digest=digest.hexdigest(), file=name
        )
        await self._roads.identity.refresh()
        done = await perform(self._roads.database, ACTOR, self._roads.system(ACTOR), GROUP, [command])
        for refusal in done.refusals:
            await self._storage.delete(name)
            return _refused(request, refusal)
        return JSONResponse({"bytes": size, "sha256": digest.hexdigest()}, status_code=201)


def _refused(request: Request, refusal: Any) -> Response:
    answer = fault_answer(refusal, trace_of(request.headers.get("traceparent", "").encode("latin-1")))
    return Response(answer.body, status_code=answer.status, media_type="application/json")
