"""The device register of the FDA (dental devices, release of 2025-05-01) in one database: every fact of its README.

The whole release is imported once, by a process of its own so that its memory is its own; the kills run on a part.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg

from authz.audiences import views
from authz.grants import compile_grants
from authz.policy import baseline
from domain.core.actors import Actor, Audience
from domain.core.database import Database
from domain.core.ids import new_id
from domain.core.records import GROUP
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import GraphRequest
from schema.graph import visible
from tests.conftest import run_apart
from tests.graph.conftest import NoWriteRoad
from tests.scenarios.data import data_folder

ARROW, PARQUET = import_module("pyarrow.compute"), import_module("pyarrow.parquet")

ROOT = Path(__file__).parents[2]
KEY = "publicDeviceRecordKey"

# The program itself takes 130 of them; the rest grows with the number of devices alone.
MEGABYTES_MAX = 400
# Devices of the part that kills run on: large enough that each step takes its time.
PART_DEVICES = 4_000

# What the graph answers: the whole of each answer, but for pages that are too long to repeat here.
COUNTS = """{
    items { totalCount }
    retired: items(filter: {status: {eq: RETIRED}}) { totalCount }
    deviceProfiles { totalCount }
    codeLists(orderBy: [{field: CODE, direction: ASC}]) { nodes { code values { totalCount } } }
    terms: codeAssignments(filter: {codeValue: {list: {code: {eq: "GMDN"}}}}) { totalCount }
    products: codeAssignments(filter: {codeValue: {list: {code: {eq: "FDA-PRODUCT-CODE"}}}}) { totalCount }
    labelers: parties(filter: {roles: {some: {role: {eq: MANUFACTURER}}}}) { totalCount }
    unlabelled: items(filter: {manufacturer: {isNull: true}}) { totalCount }
    importRuns { nodes { status refusedCount } }
}"""
COUNTED = {
    "items": {"totalCount": 281_970},
    "retired": {"totalCount": 24_291},
    "deviceProfiles": {"totalCount": 281_970},
    "codeLists": {
        "nodes": [
            {"code": "FDA-PRODUCT-CODE", "values": {"totalCount": 285}},
            {"code": "GMDN", "values": {"totalCount": 1_035}},
        ]
    },
    "terms": {"totalCount": 283_695},
    "products": {"totalCount": 285_761},
    "labelers": {"totalCount": 734},
    "unlabelled": {"totalCount": 0},
    "importRuns": {"nodes": [{"status": "SUCCEEDED", "refusedCount": 0}]},
}
IDENTIFIERS = """{
    deviceIdentifiers { totalCount aggregate(groupBy: [SCOPE, AGENCY]) { groups { key { scope agency } count } } }
    nested: deviceIdentifiers(filter: {scope: {eq: PACKAGE}, contained: {scope: {eq: PACKAGE}}}) { totalCount }
    unresolved: deviceIdentifiers(filter: {scope: {eq: PACKAGE}, contained: {isNull: true}}) { totalCount }
    oddLength: deviceIdentifiers(filter: {isWellFormed: {eq: false}}) { nodes { value normalValue scope } }
    shared: deviceIdentifiers(filter: {sharedScope: {eq: true}}) { totalCount }
    wrong: deviceIdentifiers(filter: {checkDigitValid: {eq: false}}) { totalCount nodes { scope value } }
}"""
GROUPS = {
    ("DIRECT_MARK", "GS1"): 1_572, ("DIRECT_MARK", "HIBCC"): 3, ("PACKAGE", "GS1"): 14_777, ("PACKAGE", "HIBCC"): 166,
    ("PREVIOUS", "GS1"): 76, ("PREVIOUS", "HIBCC"): 480, ("PRIMARY", "GS1"): 278_891, ("PRIMARY", "HIBCC"): 3_079,
    ("SECONDARY", "HIBCC"): 5_079, ("UNIT_OF_USE", "GS1"): 45_735, ("UNIT_OF_USE", "HIBCC"): 15,
}  # fmt: skip
WRONG_CHECK_DIGITS = [
    ("PACKAGE", "12817494020027"), ("PACKAGE", "13817494020027"), ("PRIMARY", "00860003321765"),
    ("PRIMARY", "04050546003765"), ("PRIMARY", "13010733000145"), ("UNIT_OF_USE", "00085021106397"),
    ("UNIT_OF_USE", "01681131145855"), ("UNIT_OF_USE", "04046826378488"), ("UNIT_OF_USE", "10618874000011"),
    ("UNIT_OF_USE", "10850211006373"),
]  # fmt: skip
DEVICE = """{ item(legacyKey: {system: "gudid", key: "e68180cd-de3a-4826-8090-f824eea78ca2"}) {
    code name status kind manufacturer { code name }
    deviceIdentifiers { nodes { scope value packageQuantity contained { value } } }
    codes { nodes { codeValue { code } } }
} }"""
DEVICE_FOUND = {
    "code": "GS1-06931718175589",
    "name": "HIT PROMOTIONAL PRODUCTS, INC. 90065WHT",
    "status": "ACTIVE",
    "kind": "DEVICE",
    "manufacturer": {"code": "DUNS-527622687", "name": "New Phenix Home Products Manufactory Co., Ltd."},
}
DEVICE_IDENTIFIERS = {
    ("PRIMARY", "06931718175589", None, None), ("UNIT_OF_USE", "86931718175585", None, None),
    ("PACKAGE", "16931718175586", 24, "06931718175589"), ("PACKAGE", "26931718175583", 24, "16931718175586"),
}  # fmt: skip

# What no question to the graph counts: distinct pairs, and rows against their keys.
SQL_FACTS = {
    "SELECT count(DISTINCT (agency, value)) FROM device_identifier WHERE scope = 'UNIT_OF_USE'": 41_492,
    "SELECT count(DISTINCT (agency, value)) FROM device_identifier WHERE shared_scope": 120,
    "SELECT count(*) FROM device_identifier a JOIN device_identifier b USING (agency, value) "
    "WHERE a.scope = 'PRIMARY' AND b.scope = 'PACKAGE'": 1,
    "SELECT count(*) - count(DISTINCT item_id) FROM device_identifier WHERE scope = 'PRIMARY'": 0,
    "SELECT count(*) FROM device_identifier p JOIN device_identifier c ON c.id = p.contained_id "
    "WHERE c.item_id <> p.item_id": 0,
    "SELECT count(*) FROM legacy_key WHERE record_type = 'item'": 281_970,
    "SELECT count(*) FROM legacy_key WHERE record_type = 'device_identifier'": 349_873,
    "SELECT count(*) FROM legacy_key WHERE record_type = 'code_assignment'": 283_695 + 285_761,
}


async def graph_answers(url: str, *documents: str) -> list[Any]:
    """What the graph answers an auditor of the whole group."""
    database = await Database.open(url, 2)
    policy = baseline()
    shown = views(policy)
    actor = Actor(id=new_id(), name="auditor", audience=Audience.STAFF, roles={GROUP: frozenset({"auditor"})})
    grants = compile_grants(policy, actor, ())
    dispatcher = Dispatcher(lambda own: visible(shown[own.audience]), read=ReadRoad(database), write=NoWriteRoad())
    answers: list[Any] = []
    for document in documents:
        answer = await dispatcher.answer(GraphRequest(query=document), actor, grants)
        answers.append(json.loads(answer.body))
    await database.close()
    assert [answer.get("errors") for answer in answers] == [None] * len(answers)
    return [answer["data"] for answer in answers]


async def importing(url: str, directory: Path) -> asyncio.subprocess.Process:
    """A process that imports the release; its output is the progress, then the report."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.scenarios.import_gudid", url, str(directory), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def imported(url: str, directory: Path) -> dict[str, Any]:
    """The report of a process that was left alone."""
    process = await importing(url, directory)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(output.splitlines()[-1])


async def asked(url: str, *statements: str) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement."""
    connection = await asyncpg.connect(url)
    try:
        return [[tuple(row) for row in await connection.fetch(statement)] for statement in statements]
    finally:
        await connection.close()


async def test_the_whole_register_is_imported_exactly(fresh_database: str) -> None:
    report = await imported(fresh_database, data_folder("gudid"))
    assert report["status"] == "SUCCEEDED"
    assert report["refused"] == report["updated"] == report["unchanged"] == 0
    assert report["megabytes"] < MEGABYTES_MAX
    counted, identifiers, device = await graph_answers(fresh_database, COUNTS, IDENTIFIERS, DEVICE)
    assert counted == COUNTED
    groups = identifiers["deviceIdentifiers"].pop("aggregate")["groups"]
    assert {(one["key"]["scope"], one["key"]["agency"]): one["count"] for one in groups} == GROUPS
    wrong = identifiers["wrong"].pop("nodes")
    assert sorted((one["scope"], one["value"]) for one in wrong) == WRONG_CHECK_DIGITS
    assert identifiers == {
        "deviceIdentifiers": {"totalCount": 349_873},
        "nested": {"totalCount": 1_183},
        "unresolved": {"totalCount": 0},
        "oddLength": {"nodes": [{"value": "5056389638957", "normalValue": "05056389638957", "scope": "UNIT_OF_USE"}]},
        "shared": {"totalCount": 275},
        "wrong": {"totalCount": 10},
    }
    own = device["item"].pop("deviceIdentifiers")["nodes"]
    assert {
        (one["scope"], one["value"], one["packageQuantity"], one["contained"] and one["contained"]["value"])
        for one in own
    } == DEVICE_IDENTIFIERS
    assert device["item"].pop("codes") == {"nodes": [{"codeValue": {"code": "11158"}}, {"codeValue": {"code": "JES"}}]}
    assert device["item"] == DEVICE_FOUND
    found = await asked(fresh_database, *SQL_FACTS)
    assert {statement: rows[0][0] for statement, rows in zip(SQL_FACTS, found, strict=True)} == SQL_FACTS


def part_of_release(source: Path, target: Path) -> Path:
    """The first devices of the release with everything of theirs, as a release of its own."""
    keys = PARQUET.read_table(source / "devices.parquet", columns=[KEY])[KEY].slice(0, PART_DEVICES)
    for path in sorted(source.glob("*.parquet")):
        table = PARQUET.read_table(path)
        if KEY in table.column_names:
            table = table.filter(ARROW.is_in(table[KEY], value_set=keys.combine_chunks()))
        PARQUET.write_table(table, target / path.name)
    return target


CONTENT = """
SELECT md5(string_agg(line, '|' ORDER BY line COLLATE "C")) FROM (
    SELECT concat_ws(',', i.code, i.name, i.status, p.code) FROM item i JOIN party p ON p.id = i.manufacturer_id
    UNION ALL SELECT concat_ws(',', 'profile', i.code, f.brand, f.public_version) FROM device_profile f
        JOIN item i ON i.id = f.item_id
    UNION ALL SELECT concat_ws(',', d.value, d.scope, i.code, c.value, d.package_quantity, d.shared_scope)
        FROM device_identifier d JOIN item i ON i.id = d.item_id LEFT JOIN device_identifier c ON c.id = d.contained_id
    UNION ALL SELECT concat_ws(',', i.code, v.code) FROM code_assignment a JOIN item i ON i.id = a.item_id
        JOIN code_value v ON v.id = a.code_value_id
) lines (line)
"""
ROW_COUNTS = """
SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM device_profile), (SELECT count(*) FROM device_identifier),
    (SELECT count(*) FROM code_assignment), (SELECT count(*) FROM legacy_key), (SELECT count(*) FROM party)
"""
KILLED_AFTER = ("checking identifiers", "devices ", "identifiers ", "device_gmdn ")


async def kill_after(url: str, directory: Path, line: str) -> None:
    """Import until the progress says `line`, then kill -9."""
    process = await importing(url, directory)
    assert process.stdout is not None
    async for said in process.stdout:
        if said.decode().startswith(line):
            process.send_signal(signal.SIGKILL)
            break
    assert await process.wait() == -signal.SIGKILL


def test_an_import_killed_again_and_again_ends_complete_and_exact(
    clone_database: Callable[[], str], tmp_path: Path
) -> None:
    part = part_of_release(data_folder("gudid"), tmp_path)
    whole, killed = clone_database(), clone_database()
    report = run_apart(imported(whole, part))
    for line in KILLED_AFTER:
        run_apart(kill_after(killed, part, line))
    resumed = run_apart(imported(killed, part))
    assert resumed["created"] > 0
    assert resumed["created"] + resumed["unchanged"] == report["created"]
    assert run_apart(asked(killed, ROW_COUNTS, CONTENT)) == run_apart(asked(whole, ROW_COUNTS, CONTENT))
    statuses = "SELECT status, count(*) FROM import_run GROUP BY status ORDER BY status"
    assert run_apart(asked(killed, statuses)) == [[("INTERRUPTED", len(KILLED_AFTER)), ("SUCCEEDED", 1)]]
    again = run_apart(imported(killed, part))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, report["created"])
