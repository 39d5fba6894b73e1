"""`make bench`: every benchmark, one after the other."""

import asyncio

from bench.batches.__main__ import main as measure_batches
from bench.exports.__main__ import main as measure_exports
from bench.postings.__main__ import main as measure_postings
from bench.reads.__main__ import main as measure_reads
from bench.reports.__main__ import main as measure_reports
from bench.search.__main__ import main as measure_search
from bench.stock.__main__ import main as measure_stock
from bench.watch.__main__ import main as measure_watch
from bench.works.__main__ import main as measure_works

if __name__ == "__main__":
    measure_reads()
    measure_watch()
    measure_reports()
    measure_exports()
    measure_batches()
    measure_search()
    asyncio.run(measure_stock())
    asyncio.run(measure_postings())
    measure_works()
