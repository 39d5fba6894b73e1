"""`make conformance`: every point of the table of goals, run against a real server, beside stock strawberry.

    python -m tests.conformance [--quick] [ROW ...]

Three kinds of suites fill the table: programs that other people wrote (audits, clients, linters, fuzzers), each in an
environment of its own; probes of ours over real sockets; and tests of the fast and the long run, counted here. The exit
code is 1 when anything that was reached before is not reached now. `--quick` runs what is run before every change, at
our server alone.

It stands in `tests/`, not beside `bench/`: what it says is right or wrong, not fast or slow.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.ground import Ground, ours, stock
from tests.conformance.register import SUITES
from tests.conformance.suites import POINTS, Outcome, Suite

# Of the faults of one suite so many are told; the first ones explain the rest.
FAULTS_TOLD_MAX = 20
FAULT_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Finding:
    """A suite with what it found at our server and, where it was run there, at stock strawberry."""

    suite: Suite
    outcome: Outcome
    beside: Outcome | None
    seconds: float

    @property
    def is_reached(self) -> bool:
        """Whether everything holds that held when the suite was last reviewed, and nothing else fails."""
        return not self.outcome.faults and self.outcome.held >= self.suite.reached


async def examine(suites: Sequence[Suite], data: Path | None, *, with_stock: bool) -> list[Finding]:
    """The findings of the suites, one after the other: they share two cores with the server they ask."""
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory(prefix="skein-conformance-") as folder:
        async with AsyncExitStack() as stack:
            started = time.monotonic()
            graph = await stack.enter_async_context(ours(data or Path(folder)))
            print(f"our server answers at {graph.url} after {time.monotonic() - started:.0f} s", file=sys.stderr)
            other: Ground | None = None
            for suite in suites:
                started = time.monotonic()
                if with_stock and suite.stock is not None and other is None:
                    other = await stack.enter_async_context(stock())
                outcome = await suite.run(graph)
                beside = await suite.stock(other) if suite.stock is not None and other is not None else None
                findings.append(Finding(suite, outcome, beside, time.monotonic() - started))
                tell(findings[-1])
    return findings


def tell(finding: Finding) -> None:
    """Say at once what a suite found; what did not hold is named."""
    outcome, suite = finding.outcome, finding.suite
    mark = "ok" if finding.is_reached else "MISSED"
    print(f"{mark:6} row {suite.row:>2}  {suite.name}: {outcome.held} of {len(outcome.checks)}", file=sys.stderr)
    for fault in outcome.faults[:FAULTS_TOLD_MAX]:
        print(f"         {fault.name}: {(fault.fault or '')[:FAULT_CHARACTERS]}", file=sys.stderr)
    if outcome.held < suite.reached:
        print(f"         {suite.reached} held when it was last reviewed", file=sys.stderr)


def table(findings: Sequence[Finding]) -> str:
    """The findings as one table, by row."""
    head = ("row", "point", "what was run", "reached", "stock now", "stock then", "goal", "s")
    lines: list[tuple[str, ...]] = [head]
    for finding in sorted(findings, key=lambda one: one.suite.row):
        suite, point, outcome = finding.suite, POINTS[finding.suite.row], finding.outcome
        beside = finding.beside
        now = f"{beside.held} of {len(beside.checks)}" if beside is not None else "-"
        reached = f"{outcome.held} of {max(len(outcome.checks), suite.reached)}"
        lines.append((
            str(suite.row), point.name, suite.name, reached, now, point.stock, point.goal, f"{finding.seconds:.0f}",
        ))  # fmt: skip
        lines += [("", "", f"  {figure}", "", "", "", "", "") for figure in outcome.figures]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
                     for line in lines)  # fmt: skip


def chosen(rows: Sequence[int], *, is_quick: bool) -> list[Suite]:
    """The suites of these rows, of all rows when none is named."""
    return [one for one in SUITES if (not rows or one.row in rows) and (one.quick or not is_quick)]


def main() -> int:
    """Run what the command line names; 1 when something is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only what is run before every change")
    parser.add_argument("rows", nargs="*", type=int, metavar="ROW", help="only these rows")
    parser.add_argument("--data", type=Path, help="folder of a loaded server to start from, instead of a new one")
    given = parser.parse_args()
    findings = asyncio.run(examine(chosen(given.rows, is_quick=given.quick), given.data, with_stock=not given.quick))
    print(table(findings))
    missed = [finding.suite.name for finding in findings if not finding.is_reached]
    held, checks = sum(one.outcome.held for one in findings), sum(len(one.outcome.checks) for one in findings)
    print(
        f"\n{held} of {checks} checks held in {len(findings)} suites"
        + (f"; missed: {', '.join(missed)}" * bool(missed))
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
