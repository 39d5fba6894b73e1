"""`make bench`: every benchmark, one after the other."""

from bench.reads.__main__ import main

if __name__ == "__main__":
    main()
