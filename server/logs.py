"""The log of a process: one line of JSON an event on the error stream, tracebacks without the values of variables.

structlog's own default shows local variables in tracebacks; ours hold tokens, grants and rows.
"""

import logging
import sys

import structlog


def configure_logs(level: str) -> None:
    """Log events of this level and above."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=_on_stderr,
        cache_logger_on_first_use=False,
    )


def _on_stderr(*_: object) -> structlog.PrintLogger:
    """A logger to the error stream as it is now: whoever redirects it later redirects the log."""
    return structlog.PrintLogger(sys.stderr)
