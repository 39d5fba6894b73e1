"""How long large batches take that come in one request, and how much memory."""
