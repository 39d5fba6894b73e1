"""`make bench`: every benchmark, one after the other."""

from bench.reads.__main__ import main as reads
from bench.reports.__main__ import main as reports

if __name__ == "__main__":
    reads()
    reports()
