"""Files that are kept for a while: in a folder, or in any object store that its address names.

A file appears when it is whole: a writer that is not closed leaves nothing that could be read.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, cast

import obstore
from obstore.store import LocalStore, from_url

# Parts of an upload: what object stores take at least, and as many in flight as keep memory flat.
PART_BYTES = 5 * 1024 * 1024
PARTS_AT_ONCE = 2
CHUNK_BYTES = 256 * 1024
# Object stores answer a list in pages of so many.
LIST_CHUNK = 1_000


class Writer(Protocol):
    """A file in the making; it is there once closed."""

    async def write(self, data: bytes, /) -> int: ...

    async def close(self) -> None: ...


class Storage:
    """A folder or object store. Names have parts separated by '/'."""

    def __init__(self, place: Path | str) -> None:
        self._folder = place if isinstance(place, Path) else None
        if isinstance(place, Path):
            place.mkdir(parents=True, exist_ok=True)
            self._store: Any = LocalStore(place.absolute(), mkdir=True)
        else:
            self._store = from_url(place)

    def writer(self, name: str) -> Writer:
        """A new file."""
        made = obstore.open_writer_async(self._store, name, buffer_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE)
        return cast(Writer, made)

    async def size(self, name: str) -> int | None:
        """The bytes of a file; None when there is none."""
        try:
            return (await obstore.head_async(self._store, name))["size"]
        except FileNotFoundError:
            return None

    async def read(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in chunks. Raises: FileNotFoundError."""
        options: Any = None
        if end is not None:
            options = {"range": (start, end)}
        elif start:
            options = {"range": {"offset": start}}
        found = await obstore.get_async(self._store, name, options=options)
        async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)

    async def names(self, folder: str) -> list[str]:
        """The names of the files in a folder and below it, in order."""
        listed: list[str] = []
        async for chunk in obstore.list(self._store, prefix=f"{folder}/", chunk_size=LIST_CHUNK):
            listed += [one["path"] for one in chunk]
        # A writer of a local folder works in a file beside the one to be, with a mark in its name.
        return sorted(name for name in listed if "#" not in name)

    async def delete(self, name: str) -> None:
        """The file is gone, and what an ended process left of it."""
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, name)
        if self._folder is not None:
            # A writer of a local folder works in a file beside the one to be.
            for left in self._folder.glob(f"{name}#*"):
                left.unlink(missing_ok=True)
