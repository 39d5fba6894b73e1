"""Tests of the fast and the long run, counted for the table: each test a check, what it records as `figure` printed."""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from tests.conformance.environments import run
from tests.conformance.ground import ROOT, Ground
from tests.conformance.suites import Check, Outcome, Run

RUN_SECONDS = 3_600.0
# The long tests draw new cases each time; the oracle as many a reader as the fuzzers.
LONG = {"SKEIN_TEST_PROFILE": "soak", "SKEIN_ORACLE_CASES": "1000"}
# Of a failed test so many characters of its report are told.
REPORT_CHARACTERS = 1_000


def tests(*ids: str, soak: bool = False) -> Run:
    """A suite of these test files or tests; with `soak` also the long ones among them."""
    return partial(_counted, ids=ids, soak=soak)


async def _counted(ground: Ground, ids: Sequence[str], *, soak: bool) -> Outcome:
    return await count(ids, LONG, "-m", "soak or not soak") if soak else await count(ids, {})


async def count(ids: Sequence[str], environment: Mapping[str, str], *more: str) -> Outcome:
    """What pytest finds; the tests make servers and databases of their own."""
    with tempfile.TemporaryDirectory(prefix="skein-counted-") as folder:
        report = Path(folder) / "report.xml"
        # The first form of the report, because tests tell their counts as properties.
        form = ["-o", "junit_family=xunit1", f"--junit-xml={report}"]
        command = [sys.executable, "-m", "pytest", "-n", "0", "-q", *form, *more, *ids]
        code, _, why = await run(command, ROOT, dict(environment), RUN_SECONDS, is_told=True)
        if not _exists(report):
            return Outcome((Check("pytest reports", f"exit code {code} {why}".rstrip()),))
        return _read(report)


def _exists(report: Path) -> bool:
    return report.exists()


def _read(report: Path) -> Outcome:
    """The tests of a report in JUnit's format."""
    checks: list[Check] = []
    figures: list[str] = []
    for case in ElementTree.parse(report).iter("testcase"):
        broken = [one for one in case if one.tag in ("failure", "error")]
        if case.find("skipped") is not None:
            continue
        fault = (broken[0].get("message") or broken[0].text or "it failed")[:REPORT_CHARACTERS] if broken else None
        checks.append(Check(f"{case.get('classname')}::{case.get('name')}", fault))
        figures += [one.get("value") or "" for one in case.iter("property") if one.get("name") == "figure"]
    return Outcome(tuple(checks), tuple(figures))
