"""`python -m bench.exports`: lines a second and the peak of memory of a bulk export of a million rows (BENCH_ROWS).

The runner works in a process of its own, as in production; its memory is the most that the system gave that process
(VmHWM), the graph and all libraries included.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg

from bench.reads.data import fill, key
from server.embedded import Embedded

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))

FLAT = """{ purchaseOrderLines { nodes {
  id position orderedQuantity unitPrice { amount currency } dueOn purchaseOrder { number } item { code name } } } }"""
NESTED = "{ items { nodes { code name purchaseOrderLines { nodes { position orderedQuantity } } } } }"

_MORE = """
INSERT INTO purchase_order_line (company_id, id, purchase_order_id, position, item_id, ordered_quantity, unit_price,
                                 line_total, received_quantity, rejected_quantity, stocked_quantity)
SELECT l.company_id, gen_random_uuid(), l.purchase_order_id, l.position * 1000 + n, l.item_id, l.ordered_quantity,
       l.unit_price, l.line_total, 0, 0, 0
FROM (SELECT * FROM purchase_order_line LIMIT $1) l, generate_series(1, $2) n
"""


async def create(url: str) -> None:
    """The database, new."""
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE skein")
    await connection.close()


async def prepare(url: str) -> None:
    """The data of the read benchmark, lines added up to ROWS."""
    await fill(url)
    connection = await asyncpg.connect(url)
    lines = await connection.fetchval("SELECT count(*) FROM purchase_order_line")
    times = max(ROWS // lines - 1, 0)
    if times:
        await connection.execute(_MORE, lines, times)
    await connection.execute(
        "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)"
        " VALUES ($1, $2, 'integration', 0, '2020-01-01')",
        key(9, 3),
        key(9, 1),
    )
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def main() -> None:
    """Print one line for each document."""
    with tempfile.TemporaryDirectory() as folder:
        server = Embedded(Path(folder) / "database")
        server.start()
        try:
            asyncio.run(create(server.url("postgres")))
            url = server.url()
            asyncio.run(prepare(url))
            for name, document in (("flat", FLAT), ("nested", NESTED)):
                command = [sys.executable, "-m", "bench.exports.run", url, folder, document]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                print(f"{name:<8}{done.stdout.strip()}")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
