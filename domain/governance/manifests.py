"""Manifests of persisted documents, as the builds of clients write them, read into one form: pure.

Three forms: graphql-codegen's `persisted-documents.json` ({hash: text}), Relay's persisted queries ({id: text}, md5 ids
unless configured), and Apollo's persisted query manifest ({format, version, operations}). The first two are one shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

import orjson

from domain.governance.models import DOCUMENT_ID_LENGTH_MAX, DOCUMENT_LENGTH_MAX

APOLLO_FORMAT = "apollo-persisted-query-manifest"
APOLLO_VERSION = 1

# A large frontend has some thousand operations.
DOCUMENTS_MAX = 10_000


class ManifestInvalid(ValueError):
    """The text is no manifest; the message says where."""


@dataclass(frozen=True, slots=True)
class ManifestDocument:
    """One document of a manifest, under the id by which it will be asked for."""

    id: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text in hex."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def read_manifest(text: str) -> Sequence[ManifestDocument]:
    """The documents of a manifest, each id once, in its order.

    Raises: ManifestInvalid.
    """
    try:
        decoded = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise ManifestInvalid("it is not JSON") from fault
    if not isinstance(decoded, dict):
        raise ManifestInvalid("it is not a JSON object")
    members = cast(dict[str, Any], decoded)
    pairs = _apollo(members) if "format" in members and "operations" in members else list(members.items())
    if not pairs:
        raise ManifestInvalid("it holds no document")
    if len(pairs) > DOCUMENTS_MAX:
        raise ManifestInvalid(f"it holds {len(pairs)} documents; at most {DOCUMENTS_MAX} are taken")
    found: dict[str, ManifestDocument] = {}
    for id_, body in pairs:
        document = _document(id_, body)
        if found.setdefault(document.id, document).text != document.text:
            raise ManifestInvalid(f"the id {document.id} stands for two documents")
    return list(found.values())


def _apollo(members: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    if members["format"] != APOLLO_FORMAT or members.get("version") != APOLLO_VERSION:
        raise ManifestInvalid(f"only format {APOLLO_FORMAT}, version {APOLLO_VERSION}, is known")
    operations = members["operations"]
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in cast(list[Any], operations)):
        raise ManifestInvalid("operations is not a list of objects")
    return [(one.get("id"), one.get("body")) for one in cast(list[dict[str, Any]], operations)]


def _document(id_: Any, body: Any) -> ManifestDocument:
    if not isinstance(id_, str) or not 0 < len(id_) <= DOCUMENT_ID_LENGTH_MAX:
        raise ManifestInvalid(f"an id is not a text of 1 to {DOCUMENT_ID_LENGTH_MAX} characters")
    if not isinstance(body, str) or not 0 < len(body) <= DOCUMENT_LENGTH_MAX:
        raise ManifestInvalid(f"the document {id_} is not a text of 1 to {DOCUMENT_LENGTH_MAX} characters")
    if "\x00" in id_ + body:
        raise ManifestInvalid(f"the document {id_!r} holds a character that is none")
    return ManifestDocument(id_, body)
