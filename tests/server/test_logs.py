"""The log is lines of JSON that tell what failed and never what was in the variables."""

import orjson
import pytest
import structlog

from server.logs import configure_logs


def fail(password: str) -> None:
    raise RuntimeError(f"it failed after {len(password)} characters")


def test_a_failure_is_logged_without_the_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    try:
        fail("hunter" + str(1 + 1))
    except RuntimeError as fault:
        structlog.get_logger("test").error("it_failed", trace_id="t", exc_info=fault)
    structlog.get_logger("test").debug("of no interest")
    (line,) = capsys.readouterr().err.splitlines()
    logged = orjson.loads(line)
    assert (logged["level"], logged["event"], logged["trace_id"]) == ("error", "it_failed", "t")
    assert "RuntimeError: it failed after 7 characters" in logged["exception"]
    assert "hunter2" not in line
