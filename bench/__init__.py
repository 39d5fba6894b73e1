"""Measured beside what it is compared with, in one run: ratios of medians with their spread."""
