"""Processes: the only place that knows HTTP, settings and signals."""
