"""What each printed document reads of the graph, and what of it the reader's own graph knows.

A document is read as any client would read it: with the grants of the account that asked. Fields that do not exist for
its audience are left out before the query is sent; a field of the record itself that exists and is withheld is no gap
to print, but a refusal.
"""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    REMOVE,
    FieldNode,
    GraphQLSchema,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    print_ast,
    visit,
)

from domain.coexistence.printing import DocumentKind

MONEY: Final = "{ amount currency }"
ADDRESS: Final = "{ kind line1 line2 city region postalCode country isActive }"
PARTY: Final = f"""{{ code name nameZh legalName legalNameZh creditCode country identifiers {{ scheme value }}
  addresses(first: 20) {{ nodes {ADDRESS} }} }}"""
COMPANY: Final = "{ code name nameZh creditCode country currency }"
ITEM: Final = "{ code name nameZh unit { code nameZh } }"
# What a line says where it does not speak of its item's own unit.
SAID: Final = f"unit {{ code nameZh }} unitQuantity priceInUnit {MONEY}"

# What is beside the record: without it the document is still the document.
BESIDE: Final = """
  letterheads(companies: [$company], first: 1) { nodes {
    address addressZh phone email vatNumber bankName bankAccount bankCode footer } }"""
DUE: Final = f"""
  openItems(companies: [$company], first: 100, orderBy: {{field: DUE_ON}},
    filter: {{sourceNumber: {{eq: $number}}, kind: {{in: [INVOICE, CREDIT_NOTE]}}}}) {{ nodes {{
    instalment dueOn transactionAmount {MONEY} openTransactionAmount {MONEY} discountPercent discountUntil }} }}"""

# By kind: the root of the record, what is read of it, and what is read beside it.
SELECTED: Final[Mapping[DocumentKind, tuple[str, str, str]]] = {
    DocumentKind.SALES_ORDER: ("salesOrder", f"""
      number status customerReference orderedOn shipOn quotedUntil confirmedOn currency
      subtotal {MONEY} tax {MONEY} totalDue {MONEY} customer {PARTY} shipTo {ADDRESS} company {COMPANY}
      kits {{ position item {ITEM} orderedQuantity unitPrice {MONEY} discountPercent lineTotal {MONEY} tax {MONEY} }}
      lines {{ position item {ITEM} salesOrderKit {{ position }} quantityPerKit orderedQuantity cancelledQuantity
        unitPrice {MONEY} {SAID} discountPercent lineTotal {MONEY} tax {MONEY} dueOn }}""", BESIDE),
    DocumentKind.SHIPMENT: ("shipment", f"""
      number status pickedOn shippedOn deliveredOn carrierName trackingNumber proofOfDelivery
      salesOrder {{ number customerReference }} customer {PARTY} shipTo {ADDRESS} company {COMPANY}
      lines {{ position item {{ code name nameZh unit {{ code nameZh }}
          deviceIdentifiers(first: 1, filter: {{scope: {{eq: PRIMARY}}}}) {{ nodes {{ agency value }} }} }}
        quantity lotNumber expiresOn serials {{ number }} }}
      packages {{ position sscc weightKg contents {{ shipmentLine {{ position }} quantity }} }}""", BESIDE),
    DocumentKind.CUSTOMER_INVOICE: ("customerInvoice", f"""
      number kind invoicedOn currency net {MONEY} tax {MONEY} total {MONEY} withheld {MONEY} digitalNumber reason
      customerReference credits {{ number invoicedOn digitalNumber }} paymentTerms {{ code name nameZh }}
      customer {PARTY} company {COMPANY}
      lines {{ position description item {ITEM} quantity unitPrice {MONEY} {SAID} net {MONEY} tax {MONEY} }}
      taxes {{ base {MONEY} tax {MONEY} taxRule {{ name percent taxCode {{ nameZh }} }} }}""", BESIDE + DUE),
    DocumentKind.DUNNING_NOTICE: ("dunningNotice", f"""
      number dunnedOn level currency total {MONEY} party {PARTY} company {COMPANY}
      lines {{ position level daysOverdue amount {MONEY}
        openItem {{ sourceNumber occurredOn dueOn transactionAmount {MONEY} }} }}""", BESIDE),
    DocumentKind.PURCHASE_ORDER: ("purchaseOrder", f"""
      number status revision orderedOn shipOn currency subtotal {MONEY} tax {MONEY} freight {MONEY} totalDue {MONEY}
      deliverTo supplier {PARTY} company {COMPANY}
      lines {{ position item {ITEM} orderedQuantity cancelledQuantity unitPrice {MONEY} {SAID} lineTotal {MONEY}
        dueOn promisedOn }}""", BESIDE),
    DocumentKind.SUPPLIER_QUOTATION: ("supplierQuotation", f"""
      number status askedOn answerBy validUntil supplierNumber currency supplier {PARTY} company {COMPANY}
      lines {{ position item {ITEM} quantity neededOn unitPrice {MONEY} deliveryOn }}""", BESIDE),
    DocumentKind.PAYMENT: ("payment", f"""
      number direction paidOn currency amount {MONEY} prepaid {MONEY} bankReference party {PARTY} company {COMPANY}
      """, BESIDE + f"""
  openItemEntries(companies: [$company], first: 100, filter: {{kind: {{eq: MATCHING}},
    openItem: {{sourceNumber: {{eq: $number}}, kind: {{in: [PAYMENT, PREPAYMENT]}}}}}}) {{ nodes {{
    matching {{ undoneOn discount {MONEY} entries(first: 100) {{ nodes {{ kind transactionAmount {MONEY}
      openItem {{ kind sourceNumber partnerReference occurredOn transactionAmount {MONEY} }} }} }} }} }} }}"""),
}  # fmt: skip


def root_of(kind: DocumentKind) -> str:
    """The root at which the record is read."""
    return SELECTED[kind][0]


def query_for(kind: DocumentKind, schema: GraphQLSchema) -> str | None:
    """The query of a document as the reader's graph can answer it; None when that has no such record."""
    root, fields, beside = SELECTED[kind]
    whole = f"""query($number: String!, $company: String!) {{
      {root}(number: $number, company: $company) {{ {fields} }} {beside} }}"""
    info = TypeInfo(schema)
    known = visit(parse(whole), TypeInfoVisitor(info, _Known(info)))
    text = print_ast(known)
    query: Any = schema.query_type
    return text if query is not None and root in query.fields else None


class _Known(Visitor):
    """Leaves out what the schema does not have, and what then selects nothing."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        return REMOVE if self._info.get_field_def() is None else None

    def leave_field(self, node: FieldNode, *_: Any) -> Any:
        selected = node.selection_set
        return REMOVE if isinstance(selected, SelectionSetNode) and not selected.selections else None
