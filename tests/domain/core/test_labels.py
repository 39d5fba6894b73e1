"""What refusals call things: the words of the data dictionary, numbers as people write them."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest

import domain
from domain.core.errors import (
    Forbidden,
    IdempotencyKeyRequired,
    NotFound,
    Refusal,
    Rejected,
    SegregationOfDuties,
    StaleVersion,
    WrongState,
    trimmed,
)
from domain.procurement.rules import OverReceipt

ROOT = Path(__file__).parents[3]

# Words that are no record, field, command or transition: arguments of the graph, and what a database calls a value.
PLAIN = {"API key", "first", "idempotencyKey", "ids", "orderBy", "search", "text"}

MESSAGES = [
    (
        OverReceipt(
            order="PO-7", position=1, ordered=Decimal("10.000000"), received=Decimal("0E-6"), arriving=Decimal("10.50"),
            allowed=Decimal("10.0000000000000000"),
        ),
        "Purchase order PO-7 line 1: 10 ordered, 0 received; 10.5 more exceed the 10 allowed.",
        "采购订单 PO-7 第 1 行：订购 10，已收 0，本次 10.5，超过允许的 10。",
    ),
    (NotFound(what="party", key="NOPE"), "There is no party NOPE.", "找不到往来单位 NOPE。"),
    (
        NotFound(what="PurchaseOrderLine", key="PO-7/9"),
        "There is no purchase order line PO-7/9.", "找不到采购订单行 PO-7/9。",
    ),
    (
        Forbidden(what="ReceivePurchaseOrder"),
        "You may not do this: receive purchase order.", "您无权执行采购收货。",
    ),
    (
        IdempotencyKeyRequired(command="ReceivePurchaseOrder"),
        "Receive purchase order needs an idempotencyKey.", "采购收货需要 idempotencyKey。",
    ),
    (
        WrongState(what="Purchase order", key="PO-7", state="PENDING", transition="be received"),
        "Purchase order PO-7 is PENDING and cannot be received.", "采购订单 PO-7 处于状态 PENDING，不能收货。",
    ),
    (
        StaleVersion(what="PurchaseOrder", key="PO-7", current_version=2, expected_version=1),
        "Purchase order PO-7 is at version 2; you expected 1.", "采购订单 PO-7 已是版本 2，您依据的是版本 1。",
    ),
    (
        SegregationOfDuties(duty="ApprovePurchaseOrder", conflicting="CreatePurchaseOrder"),
        "Segregation of duties: approve purchase order and create purchase order on one document need two people.",
        "职责分离：批准采购订单与创建采购订单不能由同一人在同一单据上执行。",
    ),
    (
        Rejected(what="unitPrice", value=Decimal("-0.500"), reason="it must not be negative", reason_zh="不能为负数"),
        "Unit price -0.5 is refused: it must not be negative.", "单价的值 -0.5 不被接受：不能为负数。",
    ),
    (
        Rejected(what="input.lines.0", value="x", reason="it is no id", reason_zh="不是有效的标识"),
        "input.lines.0 x is refused: it is no id.", "input.lines.0 的值 x 不被接受：不是有效的标识。",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("refusal", "en", "zh"), MESSAGES)
def test_a_refusal_names_things_as_its_reader_does(refusal: Refusal, en: str, zh: str) -> None:
    assert (refusal.message("en"), refusal.message("zh")) == (en, zh)


@pytest.mark.parametrize(("command", "zh"), [("CreatePurchaseOrder", "订单行"), ("PostJournal", "分录")])
def test_a_word_that_commands_share_is_read_in_the_command_that_was_refused(command: str, zh: str) -> None:
    refusal = Rejected(what="lines", value=0, reason="x", reason_zh="原因")
    assert refusal.message("zh", command) == f"{zh}的值 0 不被接受：原因。"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("10.000000", "10"), ("0E-6", "0"), ("-0.5000", "-0.5"), ("1E+3", "1000"), ("100", "100"),
        ("12345678901234567890.1234567890", "12345678901234567890.123456789"), ("NaN", "NaN"), ("1E+999", "1E+999"),
    ],
)  # fmt: skip
def test_a_number_is_shown_without_trailing_zeros_or_exponent(number: str, shown: str) -> None:
    assert str(trimmed(Decimal(number))) == shown
    assert Rejected(what="", value=Decimal(number), reason="x").message() == f" {shown} is refused: x."


def test_values_for_machines_keep_their_names() -> None:
    refusal = OverReceipt(order="PO-7", position=1, ordered=Decimal("10.000000"))
    assert refusal.values == {"order": "PO-7", "position": 1, "ordered": Decimal(10)}
    assert str(refusal.values["ordered"]) == "10"
    assert Forbidden(what="CreatePurchaseOrder").values == {"what": "CreatePurchaseOrder"}


def named_in(path: Path) -> set[str]:
    """The literal names that a file's calls give to refusals."""
    return {
        keyword.value.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in ("what", "transition", "command", "duty", "conflicting")
        and isinstance(keyword.value, ast.Constant)
    }


def test_every_name_that_a_refusal_uses_has_a_label() -> None:
    files = [path for folder in ("domain", "resolvers") for path in (ROOT / folder).rglob("*.py")]
    named = set().union(*(named_in(path) for path in files))
    assert named - domain.LABELS.keys() == PLAIN
