"""What stands on each printed document: the record as the graph answered it -> blocks of text and tables.

Nothing is computed here but what a reader can check on the page: amounts are the record's own, with every digit that
they have. Names, dates and words follow the language; the words are in `printed_words`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from domain.coexistence.printing import DocumentKind
from server.printed_speech import NO_BREAK, Fact, Speech, broken, money, percent, quantity

CHINA: Final = "CN"
# The share of a column that is never broken.
WHOLE: Final = -1
# Serial numbers of one line beyond these fill pages that nobody reads; the note says how many more there are.
SERIALS_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, and what stands small below its description."""

    cells: tuple[str, ...]
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: of each column its heading, whether it holds numbers, and how wide it is: 1 shares what is left, 0 is
    as wide as its codes, of which long ones may be broken, WHOLE is never broken.
    """

    columns: tuple[tuple[str, bool, int], ...]
    rows: tuple[Row, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document ready to be set."""

    title: str
    number: str
    language: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    ship_to: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    opening: str = ""
    lines: Table
    totals: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    closing: tuple[Fact, ...] = ()
    footer: str = ""


def is_spoken_in_chinese(record: Mapping[str, Any]) -> bool:
    """Whether the party of the document is in China."""
    return partner_of(record).get("country") == CHINA


def partner_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """To whom the document goes."""
    return record.get("customer") or record.get("supplier") or record.get("party") or {}


def paper_of(kind: DocumentKind, answer: Mapping[str, Any], record: Mapping[str, Any], *, is_zh: bool) -> Paper:
    """The document of a record; `answer` holds what was read beside it."""
    speech = Speech(is_zh)
    heads = [*(answer.get("letterheads") or {}).get("nodes", ()), {}]
    made = FORMS[kind](speech, record, answer)
    head: Mapping[str, Any] = heads[0]
    home = (record["company"] or {}).get("country")
    return Paper(
        title=made.title, number=record["number"], language="zh" if is_zh else "en",
        sender=_sender(speech, record["company"] or {}, head),
        recipient=_recipient(speech, partner_of(record), home), ship_to=_address(record.get("shipTo"), home),
        facts=made.facts, opening=made.opening, lines=made.lines,
        totals=made.totals, tables=made.tables,
        closing=(*made.closing, *(_bank(speech, head) if kind in PAID_TO_US and not made.is_credit else ())),
        footer=head.get("footer") or "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What differs from one kind of document to the next."""

    title: str
    lines: Table
    facts: tuple[Fact, ...] = ()
    totals: tuple[Fact, ...] = ()
    opening: str = ""
    tables: tuple[Table, ...] = ()
    closing: tuple[Fact, ...] = field(default=())
    is_credit: bool = False


# --- who --------------------------------------------------------------------------------------------------------------


def _sender(speech: Speech, company: Mapping[str, Any], head: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the company, where it sits, and its numbers."""
    own = speech.name(company)
    other = company.get("name") if speech.is_zh else company.get("nameZh")
    address = (head.get("addressZh") if speech.is_zh else None) or head.get("address")
    numbers = [
        *speech.fact("credit_code", company.get("creditCode")), *speech.fact("vat_number", head.get("vatNumber")),
        *speech.fact("phone", head.get("phone")),
    ]  # fmt: skip
    contact = "  ".join([*(f"{word} {value}" for word, value in numbers), *filter(None, [head.get("email")])])
    return tuple(filter(None, [own, other if other != own else None, address, contact]))


def _recipient(speech: Speech, party: Mapping[str, Any], home: str | None) -> tuple[str, ...]:
    numbers = [one["value"] for one in party.get("identifiers") or () if one["scheme"] == "VAT"]
    found = [one for one in (party.get("addresses") or {}).get("nodes", ()) if one["isActive"]]
    usual = {kind: place for place, kind in enumerate(("BILLING", "MAIN_OFFICE", "REGISTERED", "SHIPPING"))}
    found.sort(key=lambda one: usual.get(one["kind"], len(usual)))
    facts = [*speech.fact("credit_code", party.get("creditCode")), *speech.fact("vat_number", ", ".join(numbers))]
    return tuple(filter(None, [
        speech.name(party), *(_address(found[0], home) if found else ()), *(f"{word} {value}" for word, value in facts),
        party.get("code"),
    ]))  # fmt: skip


def _address(address: Mapping[str, Any] | None, home: str | None) -> tuple[str, ...]:
    """An address as it is written: in Chinese from the large to the small, else from the small to the large; at home
    without the country.
    """
    if not address:
        return ()
    parts = {name: address.get(name) or "" for name in ("line1", "line2", "city", "region", "postalCode", "country")}
    country = "" if parts["country"] == home else parts["country"]
    if parts["country"] == CHINA and not (parts["city"] + parts["line1"]).isascii():
        place = "".join(dict.fromkeys((parts["region"], parts["city"])))
        return tuple(filter(None, [f"{place}{parts['line1']}{parts['line2']}", parts["postalCode"], country]))
    town = " ".join(filter(None, [parts["postalCode"], parts["city"]]))
    return tuple(filter(None, [parts["line1"], parts["line2"], town, parts["region"], country]))


def _bank(speech: Speech, head: Mapping[str, Any]) -> tuple[Fact, ...]:
    return (
        *speech.fact("bank", head.get("bankName")), *speech.fact("account", head.get("bankAccount")),
        *speech.fact("bank_code", head.get("bankCode")),
    )  # fmt: skip


def _columns(speech: Speech, *names: tuple[str, bool, int]) -> tuple[tuple[str, bool, int], ...]:
    return tuple((speech.word(name), is_number, share) for name, is_number, share in names)


def _item(speech: Speech, line: Mapping[str, Any]) -> tuple[str, str, str]:
    """Code, name and unit of a line's item; a line without one has its description."""
    item = line.get("item") or {}
    name = speech.name(item) or broken(line.get("description") or "")
    return broken(item.get("code") or ""), name, speech.unit(item.get("unit"))


def _said(speech: Speech, line: Mapping[str, Any], own: str) -> tuple[str, str, str]:
    """Quantity, unit and price of a line as said; of a part that is no number of that unit, in the item's own."""
    if line.get("unit") and line.get("unitQuantity"):
        return quantity(line["unitQuantity"]), speech.unit(line["unit"]), money(line["priceInUnit"])
    return quantity(line[own]), speech.unit((line.get("item") or {}).get("unit")), money(line["unitPrice"])


# --- sales ------------------------------------------------------------------------------------------------------------

PRICED: Final = (
    ("position", False, 0), ("item", False, 0), ("description", False, 1), ("quantity", True, 0), ("unit", False, 0),
    ("unit_price", True, 0), ("amount", True, 0), ("tax", True, 0),
)  # fmt: skip


def _sales_order(speech: Speech, record: Mapping[str, Any], _: Mapping[str, Any]) -> Body:
    """A quotation, or the confirmation of an order; a kit stands as what was sold, its components below it."""
    is_quote = record["status"] == "QUOTED"
    sold = [line for line in record["lines"] if line["salesOrderKit"] is None] + record["kits"]
    rows = [_sold(speech, record, line) for line in sorted(sold, key=lambda one: one["position"])]
    status = speech.word("cancelled") if record["status"] == "CANCELLED" else ""
    return Body(
        title=" ".join(filter(None, [speech.word("quotation" if is_quote else "confirmation"), status])),
        facts=(
            *speech.fact("date", speech.day(record["orderedOn"] if is_quote else record["confirmedOn"])),
            *speech.fact("valid_until", speech.day(record["quotedUntil"]) if is_quote else None),
            *speech.fact("your_reference", record["customerReference"]),
            *speech.fact("ships_on", speech.day(record["shipOn"])),
        ),
        lines=Table(columns=_columns(speech, *PRICED), rows=tuple(rows)),
        totals=_totals(speech, record, ("subtotal", "subtotal"), ("tax", "tax"), ("total", "totalDue")),
    )  # fmt: skip


def _sold(speech: Speech, record: Mapping[str, Any], line: Mapping[str, Any]) -> Row:
    code, name = _item(speech, line)[:2]
    discount = percent(line["discountPercent"])
    below = [f"{speech.word('discount')} {discount}"] if discount else []
    below += [f"{speech.word('wanted_on')} {speech.day(line['dueOn'])}"] if line.get("dueOn") else []
    if "cancelledQuantity" in line and Decimal(line["cancelledQuantity"]):
        below.append(f"{speech.word('cancelled')} {quantity(line['cancelledQuantity'])}")
    if "cancelledQuantity" not in line:  # a kit
        parts = [
            f"{part['item']['code']} {speech.name(part['item'])} × {quantity(part['quantityPerKit'])}"
            for part in record["lines"] if (part["salesOrderKit"] or {}).get("position") == line["position"]
        ]  # fmt: skip
        below += [f"{speech.word('holds')} {part}" for part in parts]
    cells = (
        str(line["position"]), code, name, *_said(speech, line, "orderedQuantity"), money(line["lineTotal"]),
        money(line["tax"]),
    )  # fmt: skip
    return Row(cells, tuple(below))


def _totals(speech: Speech, record: Mapping[str, Any], *names: tuple[str, str]) -> tuple[Fact, ...]:
    """The sums of a document, each with its currency; one that the record does not have is left out."""
    found = [(speech.word(word), record.get(of)) for word, of in names]
    return tuple((word, f"{money(value)} {value['currency']}") for word, value in found if value)


def _shipment(speech: Speech, record: Mapping[str, Any], _: Mapping[str, Any]) -> Body:
    """What left for the customer: lots, last days, serial numbers, device identifiers, packages."""
    order = record["salesOrder"] or {}
    columns = _columns(
        speech, ("position", False, 0), ("item", False, 0), ("description", False, 1), ("lot", False, 0),
        ("expires", False, 0), ("quantity", True, 0), ("unit", False, 0),
    )  # fmt: skip
    packages = _columns(
        speech, ("package", False, 0), ("sscc", False, WHOLE), ("weight", True, 0), ("contents", False, 1)
    )
    boxed = [
        Row((
            str(one["position"]), f"(00) {one['sscc']}", quantity(one["weightKg"]),
            "; ".join(f"{(of['shipmentLine'] or {}).get('position', '')}{NO_BREAK}×{NO_BREAK}{quantity(of['quantity'])}"
                      for of in one["contents"]),
        ))
        for one in record["packages"]
    ]  # fmt: skip
    left = speech.day(record["shippedOn"])
    return Body(
        title=speech.word("delivery_note"),
        facts=(
            *speech.fact("shipped_on", left or speech.word("not_shipped")),
            *speech.fact("delivered_on", speech.day(record["deliveredOn"])),
            *speech.fact("our_order", order.get("number")),
            *speech.fact("your_reference", order.get("customerReference")),
            *speech.fact("carrier", record["carrierName"]), *speech.fact("tracking", record["trackingNumber"]),
            *speech.fact("proof", record["proofOfDelivery"]),
        ),
        lines=Table(columns=columns, rows=tuple(_shipped(speech, line) for line in record["lines"])),
        tables=(Table(columns=packages, rows=tuple(boxed), caption=speech.word("packages")),) if boxed else (),
    )  # fmt: skip


def _shipped(speech: Speech, line: Mapping[str, Any]) -> Row:
    code, name, unit = _item(speech, line)
    known: list[Mapping[str, str]] = ((line["item"] or {}).get("deviceIdentifiers") or {}).get("nodes") or []
    serials = [one["number"] for one in line["serials"]]
    below = [f"{speech.word('udi')} {udi(known[0], line)}"] if known else []
    if serials:
        more = f" … (+{len(serials) - SERIALS_SHOWN_MAX})" if len(serials) > SERIALS_SHOWN_MAX else ""
        below.append(f"{speech.word('serials')} {', '.join(map(broken, serials[:SERIALS_SHOWN_MAX]))}{more}")
    cells = (
        str(line["position"]), code, name, broken(line["lotNumber"] or ""), speech.short_day(line["expiresOn"]),
        quantity(line["quantity"]), unit,
    )  # fmt: skip
    return Row(cells, tuple(below))


def udi(identifier: Mapping[str, str], line: Mapping[str, Any]) -> str:
    """The device and production identifiers of a line as people read them (GS1 General Specifications, 3.2 and 4.15);
    of another agency the device identifier alone.
    """
    if identifier["agency"] != "GS1":
        return identifier["value"]
    parts = [f"(01){identifier['value'].zfill(14)}"]
    if line["expiresOn"]:
        parts.append(f"(17){date.fromisoformat(line['expiresOn']):%y%m%d}")
    if line["lotNumber"]:
        parts.append(f"(10){line['lotNumber']}")
    return broken("".join(parts))


def _invoice(speech: Speech, record: Mapping[str, Any], answer: Mapping[str, Any]) -> Body:
    """A blue-letter invoice, or the red letter that takes one back."""
    blue = record["credits"]
    names = (blue["number"], blue["digitalNumber"], speech.day(blue["invoicedOn"])) if blue else ()
    credited = ", ".join(filter(None, names))
    due = (answer.get("openItems") or {}).get("nodes") or []
    is_blue = record["kind"] == "INVOICE"
    columns = _columns(
        speech, *((("net" if name == "amount" else name), is_number, share) for name, is_number, share in PRICED)
    )
    rows = [
        Row((
            str(line["position"]), *_item(speech, line)[:2], *_said(speech, line, "quantity"), money(line["net"]),
            money(line["tax"]),
        ), (broken(line["description"]),) if _is_more(speech, line) else ())
        for line in record["lines"]
    ]  # fmt: skip
    return Body(
        title=speech.word("invoice" if is_blue else "credit_note"), is_credit=not is_blue,
        facts=(
            *speech.fact("date", speech.day(record["invoicedOn"])),
            *speech.fact("digital", record["digitalNumber"]),
            *speech.fact("credits", credited), *speech.fact("reason", record["reason"]),
            *speech.fact("your_reference", record["customerReference"]),
            *speech.fact("terms", speech.name(record["paymentTerms"]) if is_blue else None),
            *speech.fact("due_on", speech.day(due[0]["dueOn"]) if is_blue and len(due) == 1 else None),
        ),
        lines=Table(columns=columns, rows=tuple(rows)),
        totals=_totals(speech, record, ("subtotal", "net"), ("tax", "tax"), ("total", "total"), *_withheld(record)),
        tables=(*_taxes(speech, record), *(_instalments(speech, due) if is_blue and len(due) > 1 else ())),
    )  # fmt: skip


def _withheld(record: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    held = record.get("withheld")
    return (("withheld", "withheld"),) if held and Decimal(held["amount"]) else ()


def _is_more(speech: Speech, line: Mapping[str, Any]) -> bool:
    """Whether the description says more than the name of the item."""
    item = line.get("item") or {}
    return bool(item) and line["description"] not in (item.get("name"), item.get("nameZh"), item.get("code"))


def _taxes(speech: Speech, record: Mapping[str, Any]) -> tuple[Table, ...]:
    """What each tax came to, by rate."""
    columns = _columns(speech, ("tax_name", False, 1), ("rate", True, 0), ("base", True, 0), ("tax", True, 0))
    rows = [
        Row((
            _tax_name(speech, one["taxRule"] or {}), percent((one["taxRule"] or {}).get("percent")) or "0 %",
            money(one["base"]), money(one["tax"]),
        ))
        for one in record.get("taxes") or ()
    ]  # fmt: skip
    return (Table(columns=columns, rows=tuple(rows), caption=speech.word("taxes")),) if rows else ()


def _tax_name(speech: Speech, rule: Mapping[str, Any]) -> str:
    """What a tax is called; in Chinese its code has the name."""
    chinese = (rule.get("taxCode") or {}).get("nameZh") if speech.is_zh else None
    return chinese or rule.get("name") or ""


def _instalments(speech: Speech, due: Sequence[Mapping[str, Any]]) -> tuple[Table, ...]:
    columns = _columns(speech, ("instalment", False, 0), ("due_on", False, 1), ("amount", True, 0), ("open", True, 0))
    rows = [
        Row((
            str(one["instalment"]), speech.day(one["dueOn"]), money(one["transactionAmount"]),
            money(one["openTransactionAmount"]),
        ))
        for one in due
    ]  # fmt: skip
    return (Table(columns=columns, rows=tuple(rows), caption=speech.word("instalments")),)


def _dunning(speech: Speech, record: Mapping[str, Any], _: Mapping[str, Any]) -> Body:
    columns = _columns(
        speech, ("position", False, 0), ("document", False, 1), ("issued", False, 0), ("due_on", False, 0),
        ("overdue", True, 0), ("level", True, 0), ("amount", True, 0),
    )  # fmt: skip
    rows: list[Row] = []
    for line in record["lines"]:
        item = line["openItem"] or {}
        rows.append(Row((
            str(line["position"]), broken(item.get("sourceNumber") or ""), speech.short_day(item.get("occurredOn")),
            speech.short_day(item.get("dueOn")), str(line["daysOverdue"]), str(line["level"]), money(line["amount"]),
        )))  # fmt: skip
    return Body(
        title=speech.word("dunning"),
        facts=(*speech.fact("date", speech.day(record["dunnedOn"])), *speech.fact("level", str(record["level"]))),
        opening=speech.word("dunning_text"), lines=Table(columns=columns, rows=tuple(rows)),
        totals=_totals(speech, record, ("asked_total", "total")),
    )  # fmt: skip


# --- purchasing -------------------------------------------------------------------------------------------------------


def _purchase_order(speech: Speech, record: Mapping[str, Any], _: Mapping[str, Any]) -> Body:
    columns = _columns(
        speech, ("position", False, 0), ("item", False, 0), ("description", False, 1), ("wanted_on", False, 0),
        ("quantity", True, 0), ("unit", False, 0), ("unit_price", True, 0), ("amount", True, 0),
    )  # fmt: skip
    rows: list[Row] = []
    for line in record["lines"]:
        code, name = _item(speech, line)[:2]
        below = f"{speech.word('cancelled')} {quantity(line['cancelledQuantity'])}"
        rows.append(Row((
            str(line["position"]), code, name, speech.short_day(line["promisedOn"] or line["dueOn"]),
            *_said(speech, line, "orderedQuantity"), money(line["lineTotal"]),
        ), (below,) if Decimal(line["cancelledQuantity"]) else ()))  # fmt: skip
    is_ordered = record["status"] in ("APPROVED", "COMPLETE")
    status = speech.word("cancelled") if record["status"] == "CANCELLED" else speech.word("draft")
    freight = record["freight"]
    extra = (("freight", "freight"),) if freight and Decimal(freight["amount"]) else ()
    return Body(
        title=speech.word("purchase_order") + ("" if is_ordered else f" ({status})"),
        facts=(
            *speech.fact("date", speech.day(record["orderedOn"])),
            *speech.fact("revision", str(record["revision"]) if record["revision"] else None),
            *speech.fact("ships_on", speech.day(record["shipOn"])), *speech.fact("ship_to", record["deliverTo"]),
        ),
        lines=Table(columns=columns, rows=tuple(rows)),
        totals=_totals(speech, record, ("subtotal", "subtotal"), ("tax", "tax"), *extra, ("total", "totalDue")),
    )  # fmt: skip


def _request(speech: Speech, record: Mapping[str, Any], _: Mapping[str, Any]) -> Body:
    columns = _columns(
        speech, ("position", False, 0), ("item", False, 0), ("description", False, 1), ("quantity", True, 0),
        ("unit", False, 0), ("wanted_on", False, 0), ("your_price", True, 0),
    )  # fmt: skip
    rows: list[Row] = []
    for line in record["lines"]:
        code, name, unit = _item(speech, line)
        rows.append(Row((
            str(line["position"]), code, name, quantity(line["quantity"]), unit, speech.short_day(line["neededOn"]),
            money(line["unitPrice"]),
        )))  # fmt: skip
    return Body(
        title=speech.word("request"),
        facts=(
            *speech.fact("date", speech.day(record["askedOn"])),
            *speech.fact("answer_by", speech.day(record["answerBy"])),
            *speech.fact("your_reference", record["supplierNumber"]),
        ),
        opening=speech.word("request_text"), lines=Table(columns=columns, rows=tuple(rows)),
    )  # fmt: skip


def _payment(speech: Speech, record: Mapping[str, Any], answer: Mapping[str, Any]) -> Body:
    """What a payment settles; what was taken off for paying early stands below each document that it was taken of."""
    found = (answer.get("openItemEntries") or {}).get("nodes") or []
    matchings = [one["matching"] for one in found if one["matching"] and one["matching"]["undoneOn"] is None]
    columns = _columns(
        speech, ("document", False, 1), ("partner_document", False, 1), ("issued", False, 0), ("total", True, 0),
        ("paid", True, 0),
    )  # fmt: skip
    rows: list[Row] = []
    for matching in matchings:
        taken = matching["discount"]
        is_taken = taken is not None and bool(Decimal(taken["amount"]))
        for entry in matching["entries"]["nodes"]:
            item = entry["openItem"] or {}
            if item.get("kind") in ("PAYMENT", "PREPAYMENT", None):
                continue
            rows.append(Row((
                broken(item["sourceNumber"]), broken(item.get("partnerReference") or ""),
                speech.short_day(item["occurredOn"]), money(unsigned(item["transactionAmount"])),
                money(unsigned(entry["transactionAmount"])),
            ), (f"{speech.word('taken_off')} {money(taken)}",) if is_taken else ()))  # fmt: skip
    prepaid = record["prepaid"]
    extra = (("advance", "prepaid"),) if prepaid and Decimal(prepaid["amount"]) else ()
    return Body(
        title=speech.word("remittance" if record["direction"] == "OUT" else "receipt"),
        facts=(
            *speech.fact("date", speech.day(record["paidOn"])),
            *speech.fact("bank_reference", record["bankReference"]),
        ),
        lines=Table(columns=columns, rows=tuple(rows)),
        totals=_totals(speech, record, *extra, ("paid_total", "amount")),
    )  # fmt: skip


def unsigned(value: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """An amount without the sign by which the ledger tells whose it is."""
    return None if value is None else {**value, "amount": value["amount"].removeprefix("-")}


FORMS: Final[Mapping[DocumentKind, Callable[[Speech, Mapping[str, Any], Mapping[str, Any]], Body]]] = {
    DocumentKind.SALES_ORDER: _sales_order,
    DocumentKind.SHIPMENT: _shipment,
    DocumentKind.CUSTOMER_INVOICE: _invoice,
    DocumentKind.DUNNING_NOTICE: _dunning,
    DocumentKind.PURCHASE_ORDER: _purchase_order,
    DocumentKind.SUPPLIER_QUOTATION: _request,
    DocumentKind.PAYMENT: _payment,
}
# Documents that say where we are paid.
PAID_TO_US: Final = (DocumentKind.SALES_ORDER, DocumentKind.CUSTOMER_INVOICE, DocumentKind.DUNNING_NOTICE)
