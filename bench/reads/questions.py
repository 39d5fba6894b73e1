"""The two questions, in the words of each contender, and the bodies that ask them about random orders."""

from datetime import timedelta
from random import Random

from bench.reads.data import FIRST_DAY, ORDERS, key

BODIES = 400

_ORDER = """
  number orderedOn status totalDue { amount currency } supplier { code name }
  lines { position orderedQuantity unitPrice { amount currency } item { code name } }
"""

OURS = {
    "one order": "query One($id: ID!) { purchaseOrder(id: $id) {" + _ORDER + "} }",
    "50 orders x 5 lines": "query Page($from: Date!) { purchaseOrders(first: 50, orderBy: {field: ORDERED_ON}, "
    "filter: {orderedOn: {gte: $from}}) { nodes {" + _ORDER + "} } }",
}

_PEER_ORDER = """
  number orderedOn status totalDue currency partyBySupplierId { code name }
  purchaseOrderLinesByCompanyIdAndPurchaseOrderIdList(orderBy: POSITION_ASC) {
    position orderedQuantity unitPrice itemByItemId { code name }
  }
"""

POSTGRAPHILE = {
    "one order": "query One($id: UUID!) { purchaseOrderByCompanyIdAndRowId(companyId: 1, rowId: $id) {"
    + _PEER_ORDER
    + "} }",
    "50 orders x 5 lines": "query Page($from: Date!) { allPurchaseOrdersList(first: 50, "
    "orderBy: [ORDERED_ON_ASC, ROW_ID_ASC], filter: {orderedOn: {greaterThanOrEqualTo: $from}}) {"
    + _PEER_ORDER
    + "} }",
}


def variables(question: str, *, is_peer: bool) -> list[dict[str, str]]:
    """The variables of the bodies: the same orders for every contender."""
    random = Random(11)
    if question == "one order":
        ids = [str(key(5, random.randrange(ORDERS))) for _ in range(BODIES)]
        return [{"id": one if is_peer else f"PurchaseOrder-1-{one}"} for one in ids]
    return [{"from": (FIRST_DAY + timedelta(days=random.randrange(800))).isoformat()} for _ in range(BODIES)]
