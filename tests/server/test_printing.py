"""Printed documents, read back from their bytes: whole on many pages, within the paper, exact, in both languages."""

from decimal import Decimal
from typing import Any

import pypdfium2
import pytest

from authz.audiences import visible_to
from domain.coexistence.printing import DocumentKind
from domain.core.actors import Audience
from schema.graph import visible
from server.printed_forms import FORMS, Paper, paper_of, udi
from server.printed_queries import SELECTED, query_for
from server.printed_speech import ZERO_WIDTH_SPACE, broken, money, quantity
from server.printed_words import WORDS
from server.printing import WIDE_FROM, pages, pdf
from tests.graph.conftest import POLICY

LINES = 1_000
COMPANY = {"code": "SH", "name": "Anser (Shanghai)", "nameZh": "雁翎（上海）", "creditCode": "91310115MA1K4AN50C"}
HEAD = {"address": "88 Zhangjiang Road", "addressZh": "张江路88号", "footer": "#panic() *bold* $x$"}
PARTY = {
    "code": "H1", "name": "A hospital with a name that is far too long for one line of an address " * 2,
    "nameZh": "上海玉禾第一人民医院" * 8, "creditCode": None, "country": "CN", "identifiers": [],
    "addresses": {"nodes": [{
        "kind": "BILLING", "line1": "张江路88号", "line2": None, "city": "上海市", "region": "上海市",
        "postalCode": "201203", "country": "CN", "isActive": True,
    }]},
}  # fmt: skip


def shipped(position: int) -> dict[str, Any]:
    item = {
        "code": f"SC-{position}" if position % 50 else "X" * 64, "name": "Screw " * 40, "nameZh": "皮质骨螺钉" * 30,
        "unit": {"code": "EA"}, "deviceIdentifiers": {"nodes": [{"agency": "GS1", "value": "02900001000291"}]},
    }  # fmt: skip
    return {
        "position": position, "item": item, "quantity": "1234567.123456", "lotNumber": f"LOT-{position}",
        "expiresOn": "2028-06-30", "serials": [{"number": f"SN{position}"}],
    }  # fmt: skip


def note(*, is_zh: bool) -> Paper:
    """A delivery note of a thousand lines with names and codes of every length."""
    box = {"position": 1, "sscc": "069012340000000017", "weightKg": "0.8", "contents": [
        {"shipmentLine": {"position": 1}, "quantity": "40"},
    ]}  # fmt: skip
    record = {
        "number": "SHP-000001", "status": "SHIPPED", "shippedOn": "2026-11-26", "deliveredOn": None, "shipTo": None,
        "carrierName": "顺丰", "trackingNumber": "9" * 60, "proofOfDelivery": None, "customer": PARTY,
        "salesOrder": {"number": "SO-1", "customerReference": "H-117"}, "company": COMPANY,
        "lines": [shipped(position) for position in range(1, LINES + 1)], "packages": [box],
    }  # fmt: skip
    return paper_of(DocumentKind.SHIPMENT, {"letterheads": {"nodes": [HEAD]}}, record, is_zh=is_zh)


def read_back(body: bytes) -> list[str]:
    """The text of each page, without what only says where a word may be broken."""
    document = pypdfium2.PdfDocument(body)
    texts = [page.get_textpage().get_text_range() for page in document]
    return [text.replace("\r\n", "\n").replace(ZERO_WIDTH_SPACE, "") for text in texts]


def test_a_thousand_lines_run_over_pages_that_each_have_heading_number_and_place() -> None:
    body = pdf(note(is_zh=True))
    texts = read_back(body)
    for place, text in enumerate(texts, start=1):
        assert f"页 {place} / {len(texts)}" in text
        assert "SHP-000001" in text
        assert HEAD["footer"] in text
    assert all("行号" in text for text in texts[:-1])
    whole = "".join(texts)
    assert [f"(10)LOT-{position}\n" in whole for position in (1, LINES)] == [True, True]
    assert whole.count("1,234,567.123456") == LINES
    assert "2026 年 11 月 26 日" in whole or "2026年11月26日" in whole
    assert "(00) 069012340000000017" in whole
    # What stands small below a line is on the page of its line.
    assert [place for place, text in enumerate(texts) if text.partition("单位")[2].lstrip().startswith("UDI")] == []
    # Nothing is set beyond the edge of the paper.
    for page in pypdfium2.PdfDocument(body):
        width, height = page.get_size()
        for found in page.get_objects():
            left, bottom, right, top = found.get_bounds()
            assert (left >= 0, bottom >= 0, right <= width, top <= height) == (True,) * 4


def test_a_document_has_pages_that_a_person_can_look_at_and_no_text_is_markup() -> None:
    assert pages(note(is_zh=False))[0].startswith(b"\x89PNG")


def test_amounts_have_the_digits_of_their_currency_and_every_digit_that_is_there() -> None:
    shown = [money({"amount": amount, "currency": currency}) for amount, currency in (
        ("4000", "CNY"), ("-376.66", "CNY"), ("33.3333", "CNY"), ("1234567", "JPY"), ("0.5", "BHD"),
    )]  # fmt: skip
    assert shown == ["4,000.00", "-376.66", "33.3333", "1,234,567", "0.500"]
    assert (money(None), quantity("120.000000"), quantity("1E+3")) == ("", "120", "1,000")
    assert Decimal(money({"amount": "99999999999999.123456", "currency": "CNY"}).replace(",", "")) == Decimal(
        "99999999999999.123456"
    )


def test_a_long_word_may_be_broken_and_a_short_or_chinese_one_is_left() -> None:
    assert broken("SC-1508 皮质骨螺钉") == "SC-1508 皮质骨螺钉"
    assert broken("X" * 20).split(ZERO_WIDTH_SPACE) == ["X" * 8, "X" * 8, "X" * 4]


def test_a_device_is_named_by_its_identifiers_as_people_read_them() -> None:
    line = {"expiresOn": "2028-06-30", "lotNumber": "L1"}
    known = {"agency": "GS1", "value": "02900001000291"}
    assert udi(known, line).replace(ZERO_WIDTH_SPACE, "") == "(01)02900001000291(17)280630(10)L1"
    assert udi({"agency": "HIBCC", "value": "+A99912341"}, line) == "+A99912341"


def test_every_kind_has_a_query_a_form_and_words_in_both_languages() -> None:
    assert set(SELECTED) == set(FORMS) == set(DocumentKind)
    assert [name for name, (zh, en) in WORDS.items() if not zh or max(map(ord, en)) > WIDE_FROM] == []


@pytest.mark.parametrize(
    ("audience", "kinds"),
    [
        (Audience.STAFF, set(DocumentKind)),
        (Audience.CUSTOMER, {"SALES_ORDER", "SHIPMENT", "CUSTOMER_INVOICE", "DUNNING_NOTICE"}),
        (Audience.SUPPLIER, {"PURCHASE_ORDER", "SUPPLIER_QUOTATION", "PAYMENT"}),
    ],
)
def test_each_audience_prints_what_its_graph_has(audience: Audience, kinds: set[str]) -> None:
    schema = visible(visible_to(POLICY, audience))
    assert {kind.value for kind in DocumentKind if query_for(kind, schema) is not None} == kinds
