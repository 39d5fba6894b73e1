"""What is kept of backups and of the log: which of it an instant needs, and which of it may go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.backup_store import Archive, Backup, BackupStore, Kept, chain, segment_number, superseded
from server.preflight import Refused

MEBIBYTES_16 = 16 * 1024 * 1024
DAY = datetime(2026, 5, 1, 3, tzinfo=UTC)


def backup(day: int, first_segment: int = 0, **more: object) -> Backup:
    ended = DAY + timedelta(days=day)
    values = {
        "name": f"day-{day}", "started_at": ended - timedelta(minutes=5), "ended_at": ended, "server_version": 180_004,
        "system_identifier": "77", "database": "skein", "timeline": 1, "first_segment": first_segment,
        "segment_bytes": MEBIBYTES_16, "files": (Kept("base.tar.gz", 3, "2c26b46b"),),
    }  # fmt: skip
    return Backup(**{**values, **more})  # type: ignore[arg-type]


def wal(*numbers: int, timeline: int = 1, partial: int | None = None) -> list[str]:
    names = [f"wal/{timeline:08X}{number // 256:08X}{number % 256:08X}.gz" for number in numbers]
    return names + ([f"wal/{timeline:08X}{0:08X}{partial:08X}.partial.gz"] if partial is not None else [])


def test_a_position_lies_in_its_segment() -> None:
    assert segment_number("0/2000028", MEBIBYTES_16) == 2
    assert segment_number("1/4A000028", MEBIBYTES_16) == 256 + 0x4A


def test_a_chain_runs_from_the_backup_to_the_segment_being_written() -> None:
    linked, histories, is_all = chain(backup(0, 254), wal(252, 253, 254, 255, 256, 257))
    assert [one.number for one in linked] == [254, 255, 256, 257]
    assert (histories, is_all) == ([], True)
    linked, _, is_all = chain(backup(0, 3), wal(3, 4, partial=5))
    assert [(one.number, one.partial) for one in linked] == [(3, False), (4, False), (5, True)]
    assert is_all


def test_a_whole_segment_counts_and_not_what_was_kept_of_it_before() -> None:
    linked, _, _ = chain(backup(0, 3), wal(3, 4, partial=4))
    assert [(one.number, one.partial) for one in linked] == [(3, False), (4, False)]


def test_a_chain_ends_before_a_gap_and_says_so() -> None:
    linked, _, is_all = chain(backup(0, 3), wal(3, 4, 6, 7))
    assert [one.number for one in linked] == [3, 4]
    assert not is_all


def test_a_chain_goes_over_to_the_timeline_of_a_promoted_server() -> None:
    paths = [*wal(3, 4), *wal(4, 5, timeline=2), "wal/00000002.history.gz"]
    linked, histories, is_all = chain(backup(0, 3), paths)
    assert [(one.number, one.timeline) for one in linked] == [(3, 1), (4, 1), (4, 2), (5, 2)]
    assert (histories, is_all) == (["wal/00000002.history.gz"], True)


def test_the_last_backup_before_the_oldest_instant_stays() -> None:
    kept = [backup(0), backup(1), backup(2), backup(3)]
    assert superseded(kept, DAY + timedelta(days=2, hours=1)) == kept[:2]
    assert superseded(kept, DAY + timedelta(days=2)) == kept[:2]
    assert superseded(kept, DAY - timedelta(days=1)) == []
    assert superseded(kept[:1], DAY + timedelta(days=99)) == []


async def test_pruning_deletes_old_backups_and_the_log_that_only_they_needed(tmp_path: Path) -> None:
    store = BackupStore(str(tmp_path))
    for one in (backup(0, 3), backup(10, 6)):
        await store.write(one.path("base.tar.gz"), b"foo")
        await store.describe(one)
    for path in wal(3, 4, 5, 6, 7, partial=8):
        await store.write(path, b"log")
    assert await store.prune(14, DAY + timedelta(days=12)) == []
    assert await store.prune(1, DAY + timedelta(days=12)) == ["day-0"]
    assert await store.backups() == [backup(10, 6)]
    assert await store.segment_paths() == wal(6, 7, partial=8)
    assert await store.storage.names("base") == ["base/day-10/backup.json", "base/day-10/base.tar.gz"]


async def test_half_a_backup_is_none(tmp_path: Path) -> None:
    store = BackupStore(str(tmp_path))
    await store.write(backup(0).path("base.tar.gz"), b"foo")
    assert await store.backups() == []
    assert await store.breach(backup(0)) == (
        "base.tar.gz is not the file that was kept: 3 bytes instead of 3, or others"
    )
    assert await store.breach(backup(1)) == "base.tar.gz is not there"


async def test_the_backups_of_two_databases_do_not_share_a_place(tmp_path: Path) -> None:
    store = BackupStore(str(tmp_path))
    await store.check_owner("77")
    await store.record(Archive(system_identifier="77", complete_until=DAY))
    await store.check_owner("77")
    with pytest.raises(Refused, match="holds the backups of another database"):
        await store.check_owner("78")


def test_a_folder_of_backups_is_closed_to_others(tmp_path: Path) -> None:
    BackupStore(str(tmp_path / "kept"))
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
