"""The examples of a Markdown page: fenced blocks in their order, run against a server, held to the answers below them.

A `graphql` block is asked as the user named in the paragraph above it ("As `buyer`:"), with the variables of a
`json variables` block below it, and answers the `json` block below that. An `http` block is sent as it is, with
`$BUYER_TOKEN` and the like filled in, and answers the `http` block below it. A variable `…endCursor` is the last
`endCursor` that was answered. `python` blocks of a page are one program, `typescript` blocks parts of files that are
compiled and run elsewhere. In an answer `…` stands for any text, alone for any value.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLSchema, build_schema, parse, validate

from schema.graph import SDL
from tests.server.conftest import Serving, bearer

ANY = "…"
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"As `(\w+)`")
TOKEN = re.compile(r"\$([A-Z]+)_TOKEN")
# How long an answer may take to arrive in full; a stream is read until it has said what the page shows.
ANSWER_SECONDS = 20


@cache
def printed_schema() -> GraphQLSchema:
    """The graph as it is printed for whoever writes a client."""
    return build_schema(SDL)


def faults_of(document: str) -> list[str]:
    """What a client that reads the printed graph finds wrong with a document."""
    return [one.message for one in validate(printed_schema(), parse(document))]


@dataclass(frozen=True)
class Block:
    """One fenced block, where it stands, and the paragraph above it."""

    kind: str
    text: str
    line: int
    above: str

    @property
    def user(self) -> str | None:
        """Who asks, where the paragraph says so."""
        named = NAMED.search(self.above)
        return named[1] if named else None


@dataclass(frozen=True)
class Example:
    """A block that is run, the variables it is given, and what it answers."""

    block: Block
    variables: dict[str, Any]
    answer: str | None


def blocks_of(text: str) -> list[Block]:
    """Every fenced block of a page."""
    return [
        Block(
            found["kind"].strip(), found["text"], text.count("\n", 0, found.start()) + 1,
            text[: found.start()].rstrip().rpartition("\n\n")[2],
        )
        for found in FENCE.finditer(text)
    ]  # fmt: skip


def examples_of(text: str) -> list[Example]:
    """The blocks that are run, each with the blocks that belong to it; none is left over."""
    found: list[Example] = []
    left = blocks_of(text)
    while left:
        block = left.pop(0)
        variables: dict[str, Any] = {}
        if left and left[0].kind == "json variables":
            variables = orjson.loads(left.pop(0).text)
        wanted = {"graphql": "json", "http": "http", "sh": "text"}.get(block.kind)
        answer = left.pop(0).text if left and left[0].kind == wanted else None
        found.append(Example(block, variables, answer))
    return found


def pages(folder: Path) -> Iterator[Path]:
    """The pages of a folder, in the order of their names."""
    return iter(sorted(folder.glob("**/*.md")))


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """Where an answer is not what the page shows."""
    if isinstance(expected, dict) and isinstance(found, dict):
        if expected.keys() != found.keys():
            return [f"{path}: has {sorted(found)}, not {sorted(expected)}"]
        return [one for key in expected for one in differences(expected[key], found[key], f"{path}.{key}")]
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return [f"{path}: {len(found)} entries, not {len(expected)}: {found}"]
        pairs = enumerate(zip(expected, found, strict=True))
        return [one for place, (a, b) in pairs for one in differences(a, b, f"{path}[{place}]")]
    if expected == ANY and not isinstance(found, dict | list):
        return []
    if isinstance(expected, str) and isinstance(found, str) and ANY in expected:
        pattern = ".*".join(re.escape(part) for part in expected.split(ANY))
        return [] if re.fullmatch(pattern, found, re.DOTALL) else [f"{path}: {found!r}, not {expected!r}"]
    return [] if expected == found else [f"{path}: {found!r}, not {expected!r}"]


def filled(variables: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The variables, with what earlier answers told."""
    return {
        name: known[value[1:]] if isinstance(value, str) and value.startswith(ANY) else value
        for name, value in variables.items()
    }


def remember(answer: Any, known: dict[str, Any]) -> None:
    """Keep every text of an answer under its key."""
    if isinstance(answer, dict):
        known.update({key: value for key, value in answer.items() if isinstance(value, str)})
    for one in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        remember(one, known)


async def asked(serving: Serving, example: Example, known: dict[str, Any]) -> list[str]:
    """Where the answer to a `graphql` block is not the one below it; its cost counts only where the page shows it.

    `known` holds what earlier answers of the page told.
    """
    body = {"query": example.block.text, "variables": filled(example.variables, known)}
    found = (await serving.post(body, who=example.block.user)).json()
    remember(found, known)
    if example.answer is None:
        return [f"errors: {found['errors']}"] if "errors" in found else []
    expected = orjson.loads(example.answer)
    if "cost" not in expected.get("extensions", {}):
        extensions = found.get("extensions", {})
        extensions.pop("cost", None)
        if not extensions:
            found.pop("extensions", None)
    return differences(expected, found)


async def exchanged(serving: Serving, example: Example) -> list[str]:
    """Where the response to an `http` block is not the one below it: its status, the headers shown, its body."""
    assert example.answer is not None, "an exchange shows its response"
    head, _, body = TOKEN.sub(lambda found: bearer(found[1].lower())[7:], example.block.text).partition("\n\n")
    lines = head.strip().splitlines()
    sent = body.strip().encode()
    lines += ["Host: 127.0.0.1", f"Content-Length: {len(sent)}", "Connection: close"]
    wanted_head, _, wanted_body = example.answer.partition("\n\n")
    wanted = wanted_head.splitlines()
    found = await _response(serving.port, "\r\n".join(lines).encode() + b"\r\n\r\n" + sent, wanted_body.strip())
    found_head, _, found_body = found.partition("\r\n\r\n")
    status, *headers = found_head.split("\r\n")
    known = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in headers)}
    faults = [] if status.startswith(wanted[0]) else [f"{status!r}, not {wanted[0]!r}"]
    for name, _, value in (line.partition(":") for line in wanted[1:]):
        faults += differences(value.strip(), known.get(name.lower(), ""), name)
    return faults + _bodies(known.get("content-type", ""), wanted_body.strip(), found_body)


def _bodies(media: str, wanted: str, found: str) -> list[str]:
    if media.startswith("text/event-stream"):
        text = re.sub(r"\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n|^:\n\n", "", found, flags=re.MULTILINE).strip()
        pattern = ".*".join(re.escape(part) for part in wanted.split(ANY))
        return [] if re.match(pattern, text, re.DOTALL) else [f"the stream says {text!r}"]
    if not wanted:
        return []
    expected, answered = orjson.loads(wanted), orjson.loads(found)
    if "cost" not in expected.get("extensions", {}) and answered.get("extensions", {}).pop("cost", None):
        answered = {k: v for k, v in answered.items() if k != "extensions" or v}
    return differences(expected, answered)


async def _response(port: int, request: bytes, wanted: str) -> str:
    """The whole response; of a stream, as much as the page shows."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    found = b""
    # The last line a page shows of a stream ends the reading.
    last = wanted.rsplit("\n", 1)[-1].split(ANY, maxsplit=1)[0].encode()
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            while part := await reader.read(65_536):
                found += part
                if b"text/event-stream" in found and found.count(last) >= wanted.encode().count(last) > 0:
                    break
    writer.close()
    return found.decode()


def programs(examples: Sequence[Example], kind: str) -> str:
    """The blocks of one language of a page, as one text."""
    return "\n".join(example.block.text for example in examples if example.block.kind == kind)
