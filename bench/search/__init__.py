"""Search against the number of items."""
