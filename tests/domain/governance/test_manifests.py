"""The manifests that three kinds of build write are read alike, and nothing else is."""

import json
from hashlib import md5, sha1, sha256
from typing import Any

import pytest

from domain.governance.manifests import DOCUMENTS_MAX, ManifestInvalid, read_manifest
from domain.governance.models import DOCUMENT_ID_LENGTH_MAX, DOCUMENT_LENGTH_MAX

WHO, ORDERS = "query Who { viewer { name } }", "query Orders { purchaseOrders { totalCount } }"
CODEGEN = {sha1(text.encode()).hexdigest(): text for text in (WHO, ORDERS)}
RELAY = {md5(text.encode()).hexdigest(): text for text in (WHO, ORDERS)}
APOLLO = {
    "format": "apollo-persisted-query-manifest", "version": 1,
    "operations": [
        {"id": sha256(text.encode()).hexdigest(), "name": name, "type": "query", "body": text}
        for name, text in (("Who", WHO), ("Orders", ORDERS))
    ],
}  # fmt: skip


@pytest.mark.parametrize("manifest, ids", [
    (CODEGEN, list(CODEGEN)), (RELAY, list(RELAY)),
    (APOLLO, [sha256(text.encode()).hexdigest() for text in (WHO, ORDERS)]),
])  # fmt: skip
def test_every_form_gives_ids_and_texts(manifest: Any, ids: list[str]) -> None:
    documents = read_manifest(json.dumps(manifest))
    assert [(one.id, one.text) for one in documents] == list(zip(ids, (WHO, ORDERS), strict=True))
    assert documents[0].digest == sha256(WHO.encode()).hexdigest()


@pytest.mark.parametrize("manifest, reason", [
    ("", "it is not JSON"), ("[]", "it is not a JSON object"), ("{}", "it holds no document"),
    ('{"a": 1}', "the document a is not a text"), ('{"": "{ a }"}', "an id is not a text"),
    ('{"a": "{ \\u0000 }"}', "holds a character that is none"),
    (json.dumps({"a": "x" * (DOCUMENT_LENGTH_MAX + 1)}), "the document a is not a text"),
    (json.dumps({"a" * (DOCUMENT_ID_LENGTH_MAX + 1): "{ a }"}), "an id is not a text"),
    (json.dumps({str(n): "{ a }" for n in range(DOCUMENTS_MAX + 1)}), "at most 10000 are taken"),
    (json.dumps(APOLLO | {"version": 2}), "only format"), (json.dumps(APOLLO | {"format": "other"}), "only format"),
    (json.dumps(APOLLO | {"operations": {}}), "operations is not a list"),
    (json.dumps(APOLLO | {"operations": []}), "it holds no document"),
    (json.dumps(APOLLO | {"operations": [{"id": "1"}]}), "the document 1 is not a text"),
    (json.dumps(APOLLO | {"operations": [{"id": "1", "body": WHO}, {"id": "1", "body": ORDERS}]}), "two documents"),
])  # fmt: skip
def test_what_is_no_manifest_is_refused_with_its_place(manifest: str, reason: str) -> None:
    with pytest.raises(ManifestInvalid) as caught:
        read_manifest(manifest)
    assert reason in str(caught.value)
