"""A report as a file, asked for in the graph and fetched at its address: what its reader sees, and nobody else."""

from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pypdfium2

from tests.server.conftest import Serving

ASK = """
mutation ($input: PrintReportInput!) {
  printReport(input: $input) { downloadUrl userErrors { code path } printedReport { report form language } }
}
"""
YEAR = [{"name": "from", "value": "2026-01-01"}, {"name": "to", "value": "2026-12-31"}]


async def asked(serving: Serving, who: str, **given: Any) -> dict[str, Any]:
    """What the mutation answers."""
    wanted = {"report": "trialBalance", "issuer": {"code": "ANSER-SZ"}, "form": "XLSX", "arguments": YEAR} | given
    payload: dict[str, Any] = (await serving.ask(ASK, who=who, input=wanted))["data"]["printReport"]
    return payload


async def fetched(serving: Serving, address: str) -> httpx.Response:
    """What stands at an address, for whoever has it."""
    async with httpx.AsyncClient(timeout=60) as client:
        return await client.get(f"http://127.0.0.1:{serving.port}{address}")


async def printed(serving: Serving) -> int:
    """How many files were ever asked for."""
    answer = await serving.ask("{ printedReports { totalCount } }")
    count: int = answer["data"]["printedReports"]["totalCount"]
    return count


async def test_a_report_is_a_workbook_or_a_page_with_the_totals_of_the_graph(demo_server: Serving) -> None:
    sums = await demo_server.ask(
        '{ trialBalance(companies: ["ANSER-SZ"], from: "2026-01-01", to: "2026-12-31") {'
        " totalCount aggregate { sum { debit { amount } } } } }", who="controller",
    )  # fmt: skip
    debit = sums["data"]["trialBalance"]["aggregate"]["sum"]["debit"][0]["amount"]
    workbook = await asked(demo_server, "controller", language="EN")
    assert workbook["printedReport"] == {"report": "trialBalance", "form": "XLSX", "language": "EN"}
    found = await fetched(demo_server, workbook["downloadUrl"])
    assert (found.status_code, found.headers["cache-control"]) == (200, "private, no-store")
    assert found.headers["content-disposition"] == 'attachment; filename="trialBalance-ANSER-SZ.xlsx"'
    with ZipFile(BytesIO(found.content)) as parts:
        shown = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    assert "Trial balance" in shown
    assert f"<v>{debit}</v>" in shown
    page = await fetched(demo_server, (await asked(demo_server, "controller", form="PDF"))["downloadUrl"])
    assert page.headers["content-type"] == "application/pdf"
    texts = [one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(page.content)]
    assert "试算平衡表" in texts[0]
    assert f"{Decimal(debit):,.2f}" in "".join(texts)


async def test_what_cannot_be_read_or_asked_is_refused_and_nothing_is_kept(demo_server: Serving) -> None:
    before = await printed(demo_server)
    for given, code, path in (
        ({"report": "noSuchReport"}, "NOT_FOUND", ["report"]),
        ({"report": "purchaseOrders"}, "NOT_FOUND", ["report"]),
        ({"arguments": [{"name": "from", "value": "soon"}, YEAR[1]]}, "INVALID_VALUE", ["arguments"]),
        ({"arguments": YEAR[:1]}, "INVALID_VALUE", ["arguments"]),
        ({"arguments": [*YEAR, YEAR[0]]}, "INVALID_VALUE", ["arguments"]),
    ):
        refused = await asked(demo_server, "controller", **given)
        assert (refused["downloadUrl"], refused["printedReport"]) == (None, None)
        assert [(one["code"], one["path"][-1:]) for one in refused["userErrors"]] == [(code, path)], given
    assert await printed(demo_server) == before


async def test_an_address_is_good_for_one_file_and_its_row_for_its_owner(demo_server: Serving) -> None:
    address = (await asked(demo_server, "controller"))["downloadUrl"]
    other = await asked(
        demo_server, "buyer", report="stockValuation", arguments=[{"name": "on", "value": "2026-06-30"}]
    )
    assert other["userErrors"] == []
    path, _, signature = address.partition("?")
    assert (await fetched(demo_server, f"{other['downloadUrl'].partition('?')[0]}?{signature}")).status_code == 404
    assert (await fetched(demo_server, path)).status_code == 404
    mine = await demo_server.ask("{ printedReports { nodes { report } } }", who="buyer")
    assert [row["report"] for row in mine["data"]["printedReports"]["nodes"]] == ["stockValuation"]


AGES = ("openTotal", "notDue", "overdueFirst", "overdueSecond", "overdueThird", "overdueLast", "amount")


async def test_ages_of_one_currency_are_named_by_their_days_and_each_is_added_up(demo_server: Serving) -> None:
    """What is owed in the company's own currency has its ages, too: they are no second copy of the amount."""
    figures = " ".join(f"{name} {{ amount }}" for name in AGES)
    sums = await demo_server.ask(
        f'{{ agedItems(companies: ["ANSER-SZ"], on: "2026-11-20", side: PAYABLE, daysFirst: 11) '
        f"{{ totalCount aggregate {{ sum {{ {figures} }} }} }} }}", who="controller",
    )  # fmt: skip
    whole = sums["data"]["agedItems"]["aggregate"]["sum"]
    arguments = {"on": "2026-11-20", "side": "PAYABLE", "daysFirst": "11"}
    address = (await asked(
        demo_server, "controller", report="agedItems", form="PDF", language="EN",
        arguments=[{"name": name, "value": value} for name, value in arguments.items()],
    ))["downloadUrl"]  # fmt: skip
    page = pypdfium2.PdfDocument((await fetched(demo_server, address)).content)[0].get_textpage().get_text_range()
    assert "Open total Not due 1–10 days 11–60 days 61–90 days 91 days or more Amount" in " ".join(page.split())
    total = " ".join(f"{Decimal(whole[name][0]['amount']):,.2f}" for name in AGES)
    assert f"Total {total}" in " ".join(page.split())
    assert len(set(total.split())) > 4
