"""What is known of a request afterwards: its figures, its line in the log, its times, its span."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from resolvers.stages import STAGES
from server import metrics as figures
from server.metrics import OTHER, Metrics, Sharing, exposition
from server.tracing import ENDPOINT, Spans, configured_spans
from tests.server.conftest import Serving, serving_at

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
TOKEN = "a token of these tests"


def samples(text: str) -> dict[str, float]:
    """The value of each sample by its name and labels."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def scrape(serving: Serving, **headers: str) -> httpx.Response:
    """What /metrics answers."""
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://127.0.0.1:{serving.port}/metrics", headers=headers)


async def scraped(serving: Serving) -> dict[str, float]:
    """The samples of a server on this machine."""
    response = await scrape(serving)
    assert (response.status_code, response.headers["content-type"].split(";")[0]) == (200, "text/plain")
    return samples(response.text)


async def test_requests_are_counted_by_operation_road_and_outcome(serving: Serving) -> None:
    name = f"Items{uuid4().hex[:6]}"
    for _ in range(3):
        await serving.ask(f"query {name} {{ items(first: 2) {{ nodes {{ code }} }} }}")
    await serving.post({"query": "{ nothing }", "operationName": name})
    before = await scraped(serving)
    await serving.post(b"5")
    await serving.post({"query": "{__typename}"}, who=None, authorization="Bearer nonsense")
    after = await scraped(serving)
    answered = f'code="OK",operation="{name}",road="read"'
    assert after[f"skein_operation_seconds_count{{{answered}}}"] == 3
    assert 0 < after[f"skein_operation_seconds_sum{{{answered}}}"] < 30
    assert after[f'skein_cost_points_total{{code="OK",kind="requested",operation="{name}",road="read"}}'] == 3 * 3
    failed = 'skein_operation_seconds_count{code="GRAPHQL_VALIDATION_FAILED",operation="%s",road="none"}'
    assert after[failed % name] == 1
    for code in ("BAD_REQUEST", "UNAUTHENTICATED"):
        key = f'skein_operation_seconds_count{{code="{code}",operation="none",road="none"}}'
        assert after[key] - before.get(key, 0) == 1
    pattern = re.compile(r'skein_stage_seconds_count{road="read",stage="(\w+)"}')
    stages = {found[1] for key in after if (found := pattern.fullmatch(key))}
    assert stages == set(STAGES)


async def test_the_state_of_the_process_is_told(serving: Serving) -> None:
    async with serving.socket() as socket:
        await socket.subscribe("subscription Told { alerts { cursor alert { number } } }")
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}
        async with asyncio.timeout(10):
            while (found := await scraped(serving))["skein_streams"] < 1:  # noqa: ASYNC110  # in another thread
                await asyncio.sleep(0.02)
        assert found["skein_sockets"] >= 1
        assert found['skein_operation_seconds_count{code="OK",operation="Told",road="watch"}'] >= 1
    for name in ("connections_lent", "connections_waiting", "outbox_waiting", "outbox_lag_seconds", "watch_lag",
                 "connections_awaited_total", "connections_refused_total", "bucket_writes_total"):  # fmt: skip
        assert f"skein_{name}" in found


async def test_figures_are_for_this_machine_alone_unless_there_is_a_token(serving: Serving, tmp_path: Path) -> None:
    for headers in ({"x-forwarded-for": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}):
        response = await scrape(serving, **headers)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (404, "NO_SUCH_PATH")
    with serving_at(serving.database_url, tmp_path, background=False, metrics_token=TOKEN) as guarded:
        given = [{}, {"authorization": "Bearer no"}, {"authorization": f"Bearer {TOKEN}"}]
        assert [(await scrape(guarded, **one)).status_code for one in given] == [404, 404, 200]


def test_names_are_bounded_and_learned_only_from_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "NAMES_MAX", 2)
    counted = Metrics()
    assert counted.name("A", learn=False) == OTHER
    assert [counted.name(one, learn=True) for one in ("A", "B", "C", "x" * 65, None)] == [
        "A", "B", OTHER, OTHER, "unnamed",
    ]  # fmt: skip
    assert [counted.name(one, learn=False) for one in ("A", "B", "C")] == ["A", "B", OTHER]


def test_a_scrape_adds_up_what_all_processes_counted(tmp_path: Path) -> None:
    now = 0.0
    processes = [Metrics({"sockets": lambda: 2}) for _ in range(3)]
    sharing = [Sharing(one, tmp_path, pid=pid, clock=lambda: now) for pid, one in enumerate(processes, 1)]
    for one in processes:
        one.count(("A", "read", "OK"), 0.002, 10, 4)
        one.took("read", {"plan": 0.001})
    processes[2].count(("B", "write", "OK"), 0.002)
    for one in sharing[1:]:
        one.write()
    now = tmp_path.joinpath("2.json").stat().st_mtime + 1
    found = samples(exposition([processes[0].figures(), *sharing[0].others()], {}).decode())
    a = 'code="OK",operation="A",road="read"'
    assert found[f"skein_operation_seconds_count{{{a}}}"] == 3
    assert found['skein_operation_seconds_count{code="OK",operation="B",road="write"}'] == 1
    assert found['skein_operation_seconds_bucket{code="OK",le="0.001",operation="A",road="read"}'] == 0
    assert found['skein_operation_seconds_bucket{code="OK",le="0.0025",operation="A",road="read"}'] == 3
    assert found[f"skein_operation_seconds_sum{{{a}}}"] == pytest.approx(0.006)
    assert found['skein_stage_seconds_count{road="read",stage="plan"}'] == 3
    assert found['skein_cost_points_total{code="OK",kind="actual",operation="A",road="read"}'] == 12
    assert found["skein_sockets"] == 6
    # Whoever has not written for long was killed.
    now += 60
    assert list(sharing[0].others()) == []


async def test_times_are_told_to_staff_that_asks_and_to_nobody_else(serving: Serving) -> None:
    query = {"query": "{ items(first: 1) { nodes { code } } }"}
    asked = await serving.post(query, skein_timing="1")
    told = dict(re.findall(r"(\w+);dur=(\d+\.\d{3})", asked.headers["server-timing"]))
    assert set(told) == {*STAGES, "total"}
    assert sum(float(one) for stage, one in told.items() if stage != "total") <= float(told["total"]) + 0.01
    silent = [await serving.post(query), await serving.post({"query": "{__typename}"}, who=None, skein_timing="1")]
    assert [one.headers.get("server-timing") for one in silent] == [None, None]


async def test_the_log_has_one_line_a_request_without_a_variable(
    serving: Serving, capsys: pytest.CaptureFixture[str]
) -> None:
    query = "query Secret($code: String!) { item(code: $code) { code } }"
    await serving.post({"query": query, "variables": {"code": "hunter2"}}, traceparent=f"00-{TRACE}-{SPAN}-01")
    await serving.post(b"[")
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    [operation] = [line for line in lines if line["event"] == "operation"]
    assert (operation["level"], operation["trace_id"], operation["operation"]) == ("info", TRACE, "Secret")
    assert (operation["road"], operation["code"], operation["requested"], operation["actual"]) == ("read", "OK", 1, 0)
    assert set(operation["stages"]) == set(STAGES)
    assert "hunter2" not in str(lines)
    [refused] = [line for line in lines if line["event"] == "turned_away"]
    assert refused["code"] == "BAD_REQUEST"


@pytest.fixture
def exported(serving: Serving) -> Iterator[InMemorySpanExporter]:
    """The spans that the server exports while the test runs."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    assert serving.app.services is not None
    observer = serving.app.services.gate.observer
    observer.tracer = Spans(provider.get_tracer("test"))
    yield exporter
    observer.tracer = None
    provider.shutdown()


async def test_an_operation_is_a_span_of_the_callers_trace_with_one_a_stage(
    serving: Serving, exported: InMemorySpanExporter
) -> None:
    traced: dict[str, Any] = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
    await serving.post({"query": "query Traced { items(first: 1) { nodes { code } } }"}, **traced)
    spans = {span.name: span for span in exported.get_finished_spans()}
    whole = spans["graph Traced"]
    assert set(spans) == {"graph Traced", *STAGES}
    assert (f"{whole.context.trace_id:032x}", f"{whole.parent.span_id:016x}") == (TRACE, SPAN)
    assert whole.attributes["skein.code"] == "OK"
    assert {span.parent.span_id for name, span in spans.items() if name != whole.name} == {whole.context.span_id}
    assert spans["statement"].attributes == {"db.system.name": "postgresql"}
    assert all(whole.start_time <= span.start_time <= span.end_time for span in spans.values())


async def test_a_failed_operation_is_a_span_in_error_of_the_trace_in_its_message(
    serving: Serving, exported: InMemorySpanExporter
) -> None:
    answer = (await serving.post({"query": "{ nothing }"})).json()
    [span] = [one for one in exported.get_finished_spans() if one.name.startswith("graph ")]
    assert f"{span.context.trace_id:032x}" == answer["errors"][0]["extensions"]["traceId"]
    assert (span.status.is_ok, span.status.description) == (False, "GRAPHQL_VALIDATION_FAILED")


def test_without_a_collector_there_are_no_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    assert configured_spans() is None
    # The exporter is no package of the tests: named but not installed is silent too.
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")
    assert configured_spans() is None
