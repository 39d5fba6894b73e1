"""Lines of a file that is read as a stream: bounded, numbered, in chunks."""

from collections.abc import AsyncIterator

from resolvers.batch import FileRefused, Line

# A line is the input of one command: as much as the body of a request.
LINE_BYTES_MAX = 1_048_576
LINES_MAX = 100_000
# Bytes after which a chunk of lines ends: a process that serves does nothing else while it makes commands of one.
CHUNK_BYTES = 262_144


async def lines_of(stream: AsyncIterator[bytes]) -> AsyncIterator[Line]:
    """The lines that are not empty, numbered from 1 as they stand in the file. Raises: FileRefused."""
    number, rest = 0, b""
    async for chunk in stream:
        *whole, rest = (rest + chunk).split(b"\n")
        for text in whole:
            number += 1
            if text.strip():
                yield _checked(number, text)
        if len(rest) > LINE_BYTES_MAX:
            _checked(number + 1, rest)
    if rest.strip():
        yield _checked(number + 1, rest)


def _checked(number: int, text: bytes) -> Line:
    if len(text) > LINE_BYTES_MAX:
        reason, reason_zh = f"it is longer than {LINE_BYTES_MAX} bytes", f"超过 {LINE_BYTES_MAX} 字节"
        raise FileRefused(line=number, reason=reason, reason_zh=reason_zh)
    if number > LINES_MAX:
        reason, reason_zh = f"a file has at most {LINES_MAX} lines", f"文件最多 {LINES_MAX} 行"
        raise FileRefused(line=number, reason=reason, reason_zh=reason_zh)
    return Line(number, text)


async def chunks_of(lines: AsyncIterator[Line], size: int) -> AsyncIterator[list[Line]]:
    """The lines in lists of at most `size`, each ended by the line with which it reaches `CHUNK_BYTES`."""
    chunk: list[Line] = []
    weight = 0
    async for line in lines:
        chunk.append(line)
        weight += len(line.text)
        if len(chunk) == size or weight >= CHUNK_BYTES:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk
