from decimal import Decimal

from tests.domain.books import AX, World

ACCOUNTS = """
SELECT a.role, sum(l.amount) AS amount FROM journal_line l
JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
WHERE l.company_id = $1 GROUP BY a.role ORDER BY a.role
"""


async def test_a_receipt_posts_stock_at_standard_cost_and_gr_ir_at_the_price(world: World):
    order = await world.approved(AX, ("GEAR", "10", "150"))
    performed = await world.act(world.buyer, AX, world.receipt(order, (1, "10", "0")))
    assert performed.committed
    balances = {row["role"]: row["amount"] for row in await world.rows(ACCOUNTS, AX)}
    assert balances == {
        "GR_IR": Decimal("-1500"), "PURCHASE_PRICE_VARIANCE": Decimal("500"), "STOCK": Decimal("1000"),
    }  # fmt: skip
    assert await world.findings() == []
