"""What a gap-free series of numbers costs: its ceiling, in postings a second."""
