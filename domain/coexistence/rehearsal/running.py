"""One rehearsal, from the company's books to the question whether it ties out."""

from hashlib import sha256

from domain.coexistence.commands import OpenImportRun
from domain.coexistence.feeds import IMPORTER, IMPORTER_ID, company_number
from domain.coexistence.imports import Finding, ImportReport, Progress
from domain.coexistence.rehearsal.acting import NotMade, Rehearsing, grants_in
from domain.coexistence.rehearsal.books import SUFFIX, Books, Pair, pair_of, prepare
from domain.coexistence.rehearsal.chain import perform_chain
from domain.coexistence.rehearsal.history import Extent, extent, next_orders
from domain.coexistence.rehearsal.stock import is_settled, settle_stock
from domain.coexistence.rehearsal.ties import remarks, ties
from domain.coexistence.runs import Importer, running
from domain.core.actors import Actor, Audience
from domain.core.database import Connection
from domain.core.errors import Rejected
from domain.finance.models import JournalLine
from domain.inventory.models import StockBalance
from domain.procurement.invoices import SupplierInvoice
from domain.procurement.models import GoodsReceipt, PurchaseOrder

# What stands for the files of a source that is a company of this database.
SYSTEM_PREFIX = "rehearsal:"
MADE = (PurchaseOrder, GoodsReceipt, SupplierInvoice)


def second_company(code: str) -> str:
    """The code of the company in which another is rehearsed, unless one is named."""
    return f"{code}{SUFFIX}"


async def rehearse_purchases(
    connection: Connection, code: str, *, into: str | None = None, dry_run: bool = False, progress: Progress
) -> ImportReport:
    """The report of a rehearsal of the company's historical purchases in a second company, whose code may be given.

    Raises: NotFound for a company that is not there, Rejected for one without historical orders, AlreadyExists for a
    second company that is no rehearsal of the first, ImportRunning while another rehearsal of it is under way.
    """
    pair = await pair_of(connection, code, into or second_company(code))
    first_id: int = pair.first["company_id"]
    there = await extent(connection, first_id)
    if there is None:
        reason, reason_zh = "no order of another system was brought over into it", "没有从其他系统导入的采购订单"
        raise Rejected(("company",), what="company", value=code, reason=reason, reason_zh=reason_zh)
    second_id = await company_number(connection, pair.code)
    actor = Actor(id=IMPORTER_ID, name=IMPORTER, audience=Audience.STAFF, roles={}, client=IMPORTER)
    by = Importer(connection, actor, grants_in(second_id))
    opened = OpenImportRun(
        system=f"{SYSTEM_PREFIX}{pair.code}", name=f"Rehearsal of {pair.first['name']}", cut_over_on=there.held_on,
        input_digest=sha256(f"{code}:{there}".encode()).hexdigest(), is_dry_run=dry_run,
    )  # fmt: skip
    async with running(by, opened, progress) as run:
        await _rehearse(Rehearsing(run, first_id, second_id, by.grants), pair, there)
    return run.report


async def _rehearse(rehearsing: Rehearsing, pair: Pair, there: Extent) -> None:
    """Everything, as far as it goes: what is refused stands in the report, and what was done before it stays."""
    report, tally = rehearsing.run.report, rehearsing.run.tally("purchase_order", PurchaseOrder)
    tally.read = there.orders
    try:
        books = await prepare(rehearsing, pair, there)
        made = await _perform_orders(rehearsing, books, there)
        if made or not await is_settled(rehearsing):
            places = await settle_stock(rehearsing, books, there)
            settled = rehearsing.run.tally("stock on hand", StockBalance)
            settled.read = settled.created = places
    except NotMade as stopped:
        tally.refused = len(stopped.findings)
        for finding in stopped.findings:
            report.add(finding)
        return
    await _tie_out(rehearsing, there)


async def _perform_orders(rehearsing: Rehearsing, books: Books, there: Extent) -> int:
    """How many orders were performed, chunk by chunk; those of an earlier run are left alone. Raises: NotMade."""
    run = rehearsing.run
    orders = run.report.tallies[0]
    others = {record: run.tally("purchase_order", record) for record in MADE[1:]}
    while chunk := await next_orders(rehearsing.connection, rehearsing.first_id, rehearsing.second_id, run.system_id):
        documents = await perform_chain(rehearsing, books, chunk)
        orders.created += len(chunk)
        for record, tally in others.items():
            tally.read += documents[record.table.name]
            tally.created += documents[record.table.name]
        run.progress("orders, receipts and invoices", orders.created, there.orders)
    orders.unchanged = there.orders - orders.created
    return orders.created


async def _tie_out(rehearsing: Rehearsing, there: Extent) -> None:
    """Every figure that must be the same in the report; one that is not is a finding that refuses the run."""
    report, tally = rehearsing.run.report, rehearsing.run.tally("tie-outs", JournalLine)
    for tie in await ties(rehearsing, there):
        tally.read += 1
        if tie.is_tied:
            tally.unchanged += 1
            report.remarks.append(str(tie))
        else:
            tally.refused += 1
            report.add(Finding(file="tie-outs", column=tie.what, code="DOES_NOT_TIE_OUT", message=str(tie)))
    report.remarks += await remarks(rehearsing, there)
