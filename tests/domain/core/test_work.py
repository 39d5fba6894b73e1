from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.core.database import Connection
from domain.core.errors import NotFound, Rejected, StaleVersion
from domain.core.ids import new_id
from domain.core.models import AccessLogEntry
from domain.core.records import GROUP
from domain.core.work import PLANNED_ANEW_MIN, ROWS_PER_STATEMENT_MAX, Work
from domain.finance.models import Account
from domain.master_data.companies import Company
from domain.master_data.units import Dimension, UnitOfMeasure
from domain.people.employees import Employee, EmployeePayRate
from domain.procurement.models import PurchaseOrder
from tests.domain.core.units import all_grants, an_actor, an_instant
from tests.factory import insert, numbered, row


def a_work(connection: Connection, company_id: int = GROUP, **more: Any) -> Work:
    return Work(
        connection=connection, actor=an_actor(), grants=all_grants(), company_id=company_id, command="Try",
        now=an_instant(), **more,
    )  # fmt: skip


def unit(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": code, "dimension": Dimension.OTHER, **more}


@pytest.fixture
async def work(database: Any) -> Any:
    """A work of the group in a transaction that is rolled back."""
    async with database.acquire() as connection:
        transaction = connection.raw.transaction()
        await transaction.start()
        yield a_work(connection)
        await transaction.rollback()


async def entries(work: Work) -> list[dict[str, Any]]:
    return [dict(one) for one in await work.connection.fetch("SELECT * FROM audit_entry ORDER BY id")]


async def test_many_rows_are_written_in_slices_in_order(work: Work):
    count = ROWS_PER_STATEMENT_MAX + 3
    ids = await work.insert(UnitOfMeasure, [unit(f"U{number}") for number in range(count)])
    found = await work.lock(UnitOfMeasure, ids)
    assert [found[id_]["code"] for id_ in ids] == [f"U{number}" for number in range(count)]
    assert (work.entry_count, len(await entries(work))) == (count, count)
    versions = await work.update(UnitOfMeasure, [{"id": id_, "name": "same"} for id_ in ids], ("name",))
    assert set(versions.values()) == {2} and len(versions) == count


async def test_a_large_update_is_planned_for_its_size_and_a_small_one_is_not(work: Work):
    """PostgreSQL counts, for each prepared statement, how often it was planned anew."""
    ids = await work.insert(UnitOfMeasure, [unit(f"U{number}") for number in range(PLANNED_ANEW_MIN)])
    plans = (
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements "
        "WHERE statement LIKE 'WITH given%UPDATE unit_of%'"
    )
    for rows, counted in (([ids[0]], (0, 1)), (ids, (1, 1)), ([ids[0]], (1, 2))):
        await work.update(UnitOfMeasure, [{"id": id_, "name": "same"} for id_ in rows], ("name",))
        assert [tuple(row) for row in await work.connection.fetch(plans)] == [counted]


async def test_rows_are_locked_once_each_and_the_unknown_are_absent(work: Work):
    ids = await work.insert(UnitOfMeasure, [unit("A"), unit("B")])
    found = await work.lock(UnitOfMeasure, [*ids, *ids, new_id()])
    assert sorted(found) == sorted(ids)


async def test_a_column_that_only_some_rows_name_is_null_in_the_others(work: Work):
    ids = await work.insert(UnitOfMeasure, [unit("A", base_factor=Decimal("2.5")), unit("B")])
    found = await work.lock(UnitOfMeasure, ids)
    assert [found[id_]["base_factor"] for id_ in ids] == [Decimal("2.5"), None]


async def test_lists_and_quotes_are_written_as_given(work: Work):
    rows = [
        {"actor_id": new_id(), "actor_name": "ann \"'\\", "document_hash": "x", "coordinates": given, "row_count": 1}
        for given in (["A.b", 'with "quotes", commas', "二"], [])
    ]
    ids = await work.insert(AccessLogEntry, rows, audited=False)
    found = {one["id"]: one for one in await work.connection.fetch("SELECT * FROM access_log_entry")}
    assert [list(found[id_]["coordinates"]) for id_ in ids] == [one["coordinates"] for one in rows]
    assert found[ids[0]]["actor_name"] == "ann \"'\\"


async def test_personal_values_are_kept_apart_in_the_audit(work: Work):
    await insert_masters(work.connection)
    own = a_work(work.connection, 1)
    [rate] = await own.insert(
        EmployeePayRate,
        [
            {
                "employee_id": numbered(Employee, 1), "valid_from": date(2026, 1, 1), "rate": Decimal("12.50"),
                "frequency": "MONTHLY",
            }
        ],
    )  # fmt: skip
    await own.update(EmployeePayRate, [{"id": rate, "rate": Decimal(13)}], ("rate",))
    made, changed = await entries(work)
    assert "rate" not in made["after"] and made["personal"]["after"]["rate"] == 12.5
    assert (changed["before"], changed["after"]) == ({}, {})
    assert changed["personal"] == {"before": {"rate": 12.5}, "after": {"rate": 13.0}}
    assert made["salt"] != changed["salt"] and len(changed["personal_digest"]) == 32


async def insert_masters(connection: Connection) -> None:
    raw: Any = connection.raw
    await insert(raw, Company, [row(Company, 1, company_id=1, code="C1", currency="EUR")])
    await insert(raw, Employee, [row(Employee, 1, company_id=1)])


async def test_an_update_against_an_old_version_changes_nothing(work: Work):
    [id_] = await work.insert(UnitOfMeasure, [unit("A")])
    await work.update(UnitOfMeasure, [{"id": id_, "name": "first", "version": 1}], ("name",))
    with pytest.raises(StaleVersion) as stale:
        await work.update(UnitOfMeasure, [{"id": id_, "name": "second", "version": 1}], ("name",))
    assert stale.value.values["changed_fields"] == ["name"]
    assert (await work.lock(UnitOfMeasure, [id_]))[id_]["name"] == "first"
    with pytest.raises(NotFound):
        await work.update(UnitOfMeasure, [{"id": new_id(), "name": "none"}], ("name",))


async def test_a_removed_row_stays_in_the_audit(work: Work):
    [id_] = await work.insert(UnitOfMeasure, [unit("A")])
    await work.delete(UnitOfMeasure, [id_])
    assert await work.lock(UnitOfMeasure, [id_]) == {}
    gone = (await entries(work))[-1]
    assert (gone["before"]["code"], gone["after"]) == ("A", None)


async def test_a_record_is_written_only_where_it_lives(work: Work):
    with pytest.raises(TypeError):
        await work.insert(PurchaseOrder, [{"number": "1"}])
    with pytest.raises(TypeError):
        await a_work(work.connection, 1).insert(UnitOfMeasure, [unit("A")])
    with pytest.raises(TypeError):
        await work.update(AccessLogEntry, [{"id": new_id(), "row_count": 2}], ("row_count",))
    with pytest.raises(TypeError):
        await work.delete(AccessLogEntry, [new_id()])


async def test_a_number_that_its_column_would_round_is_refused(work: Work):
    with pytest.raises(Rejected):
        await work.insert(UnitOfMeasure, [unit("A", base_factor=Decimal("0.00000000001"))])
    with pytest.raises(TypeError):
        await work.insert(UnitOfMeasure, [unit("A", base_factor=1.5)])


async def test_another_companys_rows_are_neither_locked_nor_changed(work: Work):
    raw: Any = work.connection.raw
    companies = [row(Company, number, company_id=number, code=f"C{number}", currency="EUR") for number in (1, 2)]
    await insert(raw, Company, companies)
    await insert(raw, Account, [row(Account, 1, company_id=1)])
    other = a_work(work.connection, 2)
    assert await other.lock(Account, [numbered(Account, 1)]) == {}
    with pytest.raises(NotFound):
        await other.update(Account, [{"id": numbered(Account, 1), "name": "stolen"}], ("name",))


async def test_events_of_many_records_are_told_in_chunks(work: Work):
    ids = [new_id() for _ in range(2_500)]
    work.emit("Seen", UnitOfMeasure, ids, amount=Decimal("1.50"))
    await work.finish()
    events = await work.connection.fetch("SELECT record_ids, data FROM outbox_event ORDER BY id")
    assert [len(event["record_ids"]) for event in events] == [1_000, 1_000, 500]
    assert [one for event in events for one in event["record_ids"]] == ids
    assert events[0]["data"] == {"amount": "1.50"}


async def test_nothing_written_leaves_no_seal(work: Work):
    await work.finish()
    assert await work.connection.fetchval("SELECT count(*) FROM audit_seal") == 0
