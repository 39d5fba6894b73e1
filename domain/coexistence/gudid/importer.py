"""The register becomes items: labelers, devices with their profiles, identifiers with their packages, and codes.

The first pass (`survey`) reads everything and writes nothing. The second writes in batches, each one transaction of
rows and legacy keys. A run that breaks off leaves whole batches, and the next finds by key and digest what is done: it
is complete and exact however often it was killed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import Text, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from domain.coexistence.bulk import row_digest
from domain.coexistence.commands import OpenImportRun
from domain.coexistence.gudid import mapping
from domain.coexistence.gudid.readers import BATCH_ROWS, Source, read, row_count
from domain.coexistence.gudid.release import (
    DEVICE_TERMS,
    DEVICES,
    IDENTIFIERS,
    PRODUCT_CODES,
    SOURCES,
    TERMS,
    Device,
    DeviceTerm,
    Identifier,
    ProductCode,
)
from domain.coexistence.gudid.survey import Survey, surveyed
from domain.coexistence.imports import ImportReport, Progress, Tally
from domain.coexistence.models import LegacyKey
from domain.coexistence.runs import Importer, Keyed, Run, files_digest, running
from domain.core.ids import new_id
from domain.core.records import Record
from domain.master_data.code_lists import CodeList, CodeValue
from domain.master_data.devices import CodeAssignment, DeviceIdentifier, DeviceProfile
from domain.master_data.items import Item
from domain.master_data.parties import IdentifierScheme, Party, PartyIdentifier, PartyRole, PartyRoleKind
from domain.master_data.units import Dimension, UnitOfMeasure

# Counts the changes of what rows are made into: raised, it makes the next run write every row anew.
EDITION = 1

GMDN, FDA = "GMDN", "FDA-PRODUCT-CODE"
CODE_LISTS: Mapping[str, mapping.Values] = {
    GMDN: {"name": "Global Medical Device Nomenclature", "name_zh": "全球医疗器械术语", "owner": "GMDN Agency"},
    FDA: {"name": "FDA product classification", "name_zh": "FDA 产品分类代码", "owner": "FDA"},
}
PIECE: mapping.Values = {"name": "Each", "name_zh": "个", "dimension": Dimension.COUNT.value}
# The register holds no validity of its codes; this is the day on which it opened (78 FR 58786).
CODES_VALID_FROM = date(2013, 9, 24)


async def import_gudid(by: Importer, directory: Path, *, dry_run: bool, progress: Progress) -> ImportReport:
    """What the run made of the release in `directory`; refused as a whole when a row is not fit.

    Raises: UnreadableFile, ImportRunning.
    """
    for source in SOURCES:
        row_count(directory, source)
    opened = OpenImportRun(
        system="gudid", name="FDA Global UDI Database", cut_over_on=None, is_dry_run=dry_run,
        input_digest=files_digest(directory / source.file for source in SOURCES),
    )  # fmt: skip
    async with running(by, opened, progress) as run:
        survey = Survey(directory)
        checked = Tally(source_table="release", record_type="item")
        for finding in surveyed(survey, progress):
            run.report.add(finding)
            checked.refused += finding.is_refusal
        if checked.refused:
            run.report.tallies.append(checked)
        else:
            await _write(run, survey)
    return run.report


async def _write(run: Run, survey: Survey) -> None:
    """The second pass: masters first, what names them after."""
    terms = await _terms(run, survey)
    products = await _product_codes(run, survey)
    await _devices(run, survey)
    await _identifiers(run, survey)
    await _assign(run, survey, DEVICE_TERMS, terms)
    await _assign(run, survey, PRODUCT_CODES, products)
    # So many rows at once make what the planner believes of these tables wrong until it looks again.
    for record in (Item, DeviceProfile, DeviceIdentifier, CodeAssignment, LegacyKey):
        await run.by.connection.execute(f"ANALYZE {record.table.name}")


async def _ensured(run: Run, record: type[Record], code: str, values: mapping.Values) -> UUID:
    """The id of the shared master with the code, made unless it exists: it may be another source's too."""
    table, connection = record.table, run.by.connection
    made = insert(table).values(id=new_id(), code=code, **values).on_conflict_do_nothing(index_elements=["code"])
    await connection.execute(made)
    return await connection.fetchval(
        select(table.c.id).where(table.c.code == bindparam("wanted", type_=Text())), wanted=code
    )


async def _terms(run: Run, survey: Survey) -> Mapping[str, UUID]:
    """The nomenclature's terms, by code."""
    list_id = await _ensured(run, CodeList, GMDN, CODE_LISTS[GMDN])
    rows = [
        Keyed(term.code, row_digest(EDITION, term[1:]), _code_values(list_id, mapping.term_values(term)))
        for batch in read(survey.directory, TERMS)
        for term in batch.rows
    ]
    return await _code_list(run, run.tally("gmdn", CodeValue), GMDN, rows)


async def _product_codes(run: Run, survey: Survey) -> Mapping[str, UUID]:
    """The product codes that devices carry, by code, each under the name that most rows give it."""
    list_id = await _ensured(run, CodeList, FDA, CODE_LISTS[FDA])
    named = [(code, survey.product_name(code)) for code in sorted(survey.product_names)]
    rows = [
        Keyed(code, row_digest(EDITION, (code, name)), _code_values(list_id, {"code": code, "name": name}))
        for code, name in named
    ]
    return await _code_list(run, run.tally("product_codes", CodeValue), FDA, rows)


def _code_values(list_id: UUID, values: mapping.Values) -> mapping.Values:
    return {"list_id": list_id, **values, "valid_from": CODES_VALID_FROM}


async def _code_list(run: Run, tally: Tally, list_code: str, rows: Sequence[Keyed]) -> Mapping[str, UUID]:
    """The values of a code list by code; two lists may share codes, so their keys begin with the list's."""
    keyed = [Keyed(f"{list_code}:{row.key}", row.digest, row.values) for row in rows]
    ids = await run.put(CodeValue, tally, keyed)
    return {row.key: ids[key.key] for row, key in zip(rows, keyed, strict=True)}


async def _devices(run: Run, survey: Survey) -> None:
    """Labelers as parties, devices as items with their profiles."""
    unit_id = await _ensured(run, UnitOfMeasure, "EA", PIECE)
    labelers: dict[str, UUID] = {}
    parties, roles = run.tally("devices", Party), run.tally("devices", PartyRole)
    numbers = run.tally("devices", PartyIdentifier)
    items, profiles = run.tally("devices", Item), run.tally("devices", DeviceProfile)
    for batch in read(survey.directory, DEVICES):
        new = {device.duns: device for device in reversed(batch.rows) if device.duns not in labelers}
        if new:
            labelers |= await _labelers(run, (parties, roles, numbers), list(new.values()))
        digests = [row_digest(EDITION, (*device[1:], survey.code(device.key))) for device in batch.rows]
        ids = await run.put(
            Item,
            items,
            [
                Keyed(
                    device.key, digest,
                    mapping.item_values(device, survey.code(device.key), unit_id, labelers[device.duns]),
                )
                for device, digest in zip(batch.rows, digests, strict=True)
            ],
        )  # fmt: skip
        await run.put(
            DeviceProfile,
            profiles,
            [
                Keyed(device.key, digest, mapping.profile_values(device, ids[device.key]))
                for device, digest in zip(batch.rows, digests, strict=True)
            ],
        )
        run.progress("devices", batch.last_row, survey.counts[DEVICES.file])


async def _labelers(run: Run, tallies: tuple[Tally, Tally, Tally], devices: Sequence[Device]) -> Mapping[str, UUID]:
    """The labelers that the devices are the first to name, by DUNS number."""
    parties, roles, numbers = tallies
    keys = [(device.duns, row_digest(EDITION, (device.duns, device.company_name))) for device in devices]
    ids = await run.put(
        Party,
        parties,
        [
            Keyed(key, digest, {"code": f"DUNS-{key}", "name": device.company_name, "legal_name": device.company_name})
            for (key, digest), device in zip(keys, devices, strict=True)
        ],
    )
    role = PartyRoleKind.MANUFACTURER.value
    await run.put(PartyRole, roles, [Keyed(key, digest, {"party_id": ids[key], "role": role}) for key, digest in keys])
    scheme = IdentifierScheme.DUNS.value
    await run.put(
        PartyIdentifier,
        numbers,
        [Keyed(key, digest, {"party_id": ids[key], "scheme": scheme, "value": key}) for key, digest in keys],
    )
    return ids


async def _identifiers(run: Run, survey: Survey) -> None:
    """Identifiers: those of single devices first, then packages from the inside out, so that each finds its content."""
    tally = run.tally("identifiers", DeviceIdentifier)
    packages: list[Identifier] = []
    for batch in read(survey.directory, IDENTIFIERS):
        packages += (row for row in batch.rows if row.contains is not None)
        await _put_identifiers(run, survey, tally, [row for row in batch.rows if row.contains is None])
        run.progress("identifiers", batch.last_row, survey.counts[IDENTIFIERS.file])
    for layer in layers(packages):
        for start in range(0, len(layer), BATCH_ROWS):
            await _put_identifiers(run, survey, tally, layer[start : start + BATCH_ROWS])


def layers(packages: Sequence[Identifier]) -> list[list[Identifier]]:
    """Packages by how many packages they hold inside each other: first those that hold none."""
    contents = {(row.key, row.value): row.contains for row in packages}
    found: list[list[Identifier]] = []
    for row in packages:
        depth, value = 0, row.contains
        while (row.key, value) in contents:
            depth, value = depth + 1, contents[row.key, value or ""]
        while len(found) <= depth:
            found.append([])
        found[depth].append(row)
    return found


async def _put_identifiers(run: Run, survey: Survey, tally: Tally, rows: Sequence[Identifier]) -> None:
    if not rows:
        return
    items = await run.ids(Item, sorted({row.key for row in rows}))
    contents = await _contents(run, [row for row in rows if row.contains is not None])
    keyed: list[Keyed] = []
    for row in rows:
        ended, shared = row.key in survey.withdrawn, survey.is_shared(row.agency, row.value)
        values = {
            **mapping.identifier_values(row, items[row.key], not ended),
            "contained_id": contents.get((row.key, row.contains or "")),
            "shared_scope": shared,
        }
        key = mapping.identifier_key(row.key, row.scope, row.value)
        keyed.append(Keyed(key, row_digest(EDITION, (*row[1:], ended, shared)), values))
    await run.put(DeviceIdentifier, tally, keyed)


async def _contents(run: Run, packages: Sequence[Identifier]) -> Mapping[tuple[str, str], UUID]:
    """The identifiers that packages contain, by record key and value: a package, else the primary of the device."""
    places = {(row.key, row.contains or "") for row in packages}
    found: dict[tuple[str, str], UUID] = {}
    for scope in ("PRIMARY", "PACKAGE"):
        keys = {mapping.identifier_key(key, scope, value): (key, value) for key, value in places}
        found |= {keys[key]: id_ for key, id_ in (await run.ids(DeviceIdentifier, list(keys))).items()}
    return found


async def _assign(
    run: Run, survey: Survey, source: Source[ProductCode | DeviceTerm], codes: Mapping[str, UUID]
) -> None:
    """The codes of one nomenclature that devices carry."""
    table = source.file.removesuffix(".parquet")
    tally = run.tally(table, CodeAssignment)
    for batch in read(survey.directory, source):
        items = await run.ids(Item, sorted({row.key for row in batch.rows}))
        keyed = [
            Keyed(
                f"{table}:{row.key}:{row.code}",
                row_digest(EDITION, (row.key, row.code)),
                {"item_id": items[row.key], "code_value_id": codes[row.code]},
            )
            for row in batch.rows
        ]
        await run.put(CodeAssignment, tally, keyed)
        run.progress(table, batch.last_row, survey.counts[source.file])
