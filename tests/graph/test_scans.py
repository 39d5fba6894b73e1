"""Scanned device identifiers through the graph: read, found, and held against what is told at the receipt."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.core.errors import InvalidInput
from domain.core.records import GROUP
from domain.master_data.devices import DeviceIdentifier
from tests.graph.office import Office, opened

SCAN = "(01)07035620052132(11)260101(17)280600(10)LOT-7(21)S1"
PARSE = """query($text: String!) { parseUdi(text: $text) { agency identifier lot serial madeOn expiresOn
  checkDigitValid } items(search: $text) { nodes { code } } }"""
RECEIVE = """mutation($id: ID!, $line: GoodsReceiptLineInput!, $key: String!) {
  receivePurchaseOrder(idempotencyKey: $key, input: {company: {code: "AX"}, purchaseOrder: {id: $id}, lines: [$line],
    receivedOn: "2026-05-20"}) { userErrors { code path values } } }"""
LOTS = "{ lots { nodes { item { code } supplierLot madeOn expiresOn udi } } }"


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[Office]:
    async with opened(fresh_database) as made:
        rows = [
            {"item_id": made.world[item], "agency": "GS1", "scope": "PRIMARY", "value": value, "normal_value": value}
            for item, value in (("STENT", "07035620052132"), ("GEAR", "02900001000291"))
        ]
        await made.world.works(GROUP, lambda work: work.insert(DeviceIdentifier, rows))
        yield made


async def received(office: Office, order: str, key: str, **line: Any) -> list[dict[str, Any]]:
    """The refusals of a receipt of one."""
    given = {"position": 1, "received": "1", **line}
    return (await office(RECEIVE, "warehouse", id=order, line=given, key=key))["receivePurchaseOrder"]["userErrors"]


async def test_a_scan_is_read_and_finds_its_item_in_one_request(office: Office) -> None:
    for text in (SCAN, "]d20107035620052132112601011728060010LOT-7\x1d21S1"):
        assert await office(PARSE, "warehouse", text=text) == {
            "parseUdi": {
                "agency": "GS1", "identifier": "07035620052132", "lot": "LOT-7", "serial": "S1",
                "madeOn": "2026-01-01", "expiresOn": "2028-06-30", "checkDigitValid": True,
            },
            "items": {"nodes": [{"code": "STENT"}]},
        }  # fmt: skip
    with pytest.raises(InvalidInput):
        await office(PARSE, "warehouse", text="(17)280600")


async def test_a_receipt_takes_lot_and_days_from_the_scan(office: Office) -> None:
    order = await office.ordered(("STENT", "10", "12"))
    assert await received(office, order, "r1", udi=SCAN, expiresOn="2028-06-30") == []
    assert (await office(LOTS, "warehouse"))["lots"]["nodes"] == [
        {"item": {"code": "STENT"}, "supplierLot": "LOT-7", "madeOn": "2026-01-01", "expiresOn": "2028-06-30",
         "udi": SCAN},
    ]  # fmt: skip
    # What no form explains is kept as it stands on the label.
    assert await received(office, order, "r2", udi="MA.156.M0.1", supplierLot="L8") == []
    assert await office.world.findings() == []


async def test_what_the_label_contradicts_is_not_taken_in(office: Office) -> None:
    order = await office.ordered(("STENT", "10", "12"))
    before = await office.world.state()
    path = ["input", "lines", "0"]

    async def refusal(**line: Any) -> tuple[str, list[str], dict[str, Any]]:
        [error] = await received(office, order, "r", **line)
        assert await office.world.state() == before
        return error["code"], error["path"], error["values"]

    assert await refusal(udi=SCAN, expiresOn="2028-06-01") == (
        "UDI_CONTRADICTS", [*path, "expiresOn"],
        {"what": "expiresOn", "given": "2028-06-01", "told": "2028-06-30"},
    )  # fmt: skip
    assert (await refusal(udi=SCAN, supplierLot="LOT-8"))[:2] == ("UDI_CONTRADICTS", [*path, "supplierLot"])
    assert await refusal(udi="(01)02900001000291(10)LOT-7") == (
        "UDI_OF_ANOTHER_ITEM", [*path, "udi"], {"identifier": "02900001000291", "item": "STENT"},
    )  # fmt: skip
    assert (await refusal(udi="(01)07035620052132(17)281301"))[0] == "UDI_UNREADABLE"
