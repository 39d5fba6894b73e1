import pytest

from domain.core.errors import WrongState
from domain.procurement.models import PurchaseOrderStatus as Status
from domain.procurement.rules import APPROVE, COMPLETE, ORDER_FLOW, RECEIVE, REJECT


def test_a_transition_leads_to_its_target():
    assert ORDER_FLOW.advance("PO-1", Status.PENDING, APPROVE) is Status.APPROVED
    assert ORDER_FLOW.advance("PO-1", Status.PENDING, REJECT) is Status.REJECTED
    assert ORDER_FLOW.advance("PO-1", Status.APPROVED, RECEIVE) is Status.APPROVED
    assert ORDER_FLOW.advance("PO-1", Status.APPROVED, COMPLETE) is Status.COMPLETE


@pytest.mark.parametrize(
    ("state", "transition"),
    [(Status.REJECTED, APPROVE), (Status.APPROVED, REJECT), (Status.PENDING, RECEIVE), (Status.COMPLETE, RECEIVE)],
)
def test_a_transition_that_the_state_does_not_allow_is_refused_by_name(state: Status, transition: str):
    with pytest.raises(WrongState) as refused:
        ORDER_FLOW.advance("PO-7", state, transition)
    assert refused.value.code == "WRONG_STATE"
    assert refused.value.values == {
        "what": "Purchase order", "key": "PO-7", "state": state.value, "transition": transition,
    }  # fmt: skip
    assert refused.value.message() == f"Purchase order PO-7 is {state.value} and cannot {transition}."


def test_every_state_of_an_order_is_reachable():
    assert ORDER_FLOW.reachable() == frozenset(Status)
