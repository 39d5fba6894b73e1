"""The watch road under load: one event, thousands of listeners, one process."""
