"""Reads: the planned read beside a bare handler, strawberry's executor, the ordinary way, and PostGraphile 5."""
