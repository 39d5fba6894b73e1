"""What belongs to several months, over HTTP: a lease (case F52), insurance paid ahead, and a budget that holds."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.scenarios.group import JOURNAL, ThreeCompanies, line, three_companies

LEASE = """mutation($input: RecordLeaseInput!, $key: String) { recordLease(input: $input, idempotencyKey: $key) {
  lease { number presentValue { amount currency } fixedAsset { number bookValue { amount } }
    lines { position dueOn interest { amount } principal { amount } closing { amount } } }
  userErrors { code message } } }"""
PAY = """mutation($input: PayLeasesInput!, $key: String) { payLeases(input: $input, idempotencyKey: $key) {
  lease { liability { amount } lines { journalEntry { number } } } userErrors { code } } }"""
REMEASURE = """mutation($input: RemeasureLeaseInput!, $key: String) {
  remeasureLease(input: $input, idempotencyKey: $key) { lease { months payment { amount } remeasured { amount }
    liability { amount } fixedAsset { bookValue { amount } monthsTotal } lines { position dueOn payment { amount }
    closing { amount } journalEntry { number } } } userErrors { code message } } }"""
DEFER = """mutation($input: DeferAmountInput!, $key: String) { deferAmount(input: $input, idempotencyKey: $key) {
  deferral { number lines { dueOn amount { amount } journalEntry { number } } } userErrors { code message } } }"""
RELEASE = """mutation($input: ReleaseDeferralsInput!, $key: String) {
  releaseDeferrals(input: $input, idempotencyKey: $key) {
    journalEntry { lines { account { code } amount { amount } } } userErrors { code } } }"""
BUDGET = """mutation($input: CreateBudgetInput!) {
  createBudget(input: $input) { budget { code } userErrors { code } } }"""
DRAFT = """mutation($input: DraftBudgetVersionInput!) {
  draftBudgetVersion(input: $input) { budgetVersion { id edition status } userErrors { code } } }"""
HOLD = """mutation($input: ReleaseBudgetVersionInput!) {
  releaseBudgetVersion(input: $input) { budgetVersion { status } userErrors { code } } }"""
COMMIT = """mutation($input: CommitBudgetInput!, $key: String) {
  commitBudget(input: $input, idempotencyKey: $key) { commitment { number openAmount { amount } }
    userErrors { code message values } } }"""
COMMITMENTS = """{ commitments(companies: ["HQ"]) { nodes { number amount { amount } openAmount { amount }
  entries { nodes { amount { amount } journalEntry { number } } } } } }"""
BOOK = """mutation($input: CreateDepreciationBookInput!) {
  createDepreciationBook(input: $input) { depreciationBook { code } userErrors { code } } }"""
ACQUIRE = """mutation($input: AcquireFixedAssetInput!, $key: String) {
  acquireFixedAsset(input: $input, idempotencyKey: $key) { fixedAsset { id number } userErrors { code message } } }"""
OPEN = """mutation($input: OpenAssetBookInput!, $key: String) {
  openAssetBook(input: $input, idempotencyKey: $key) { assetBook { bookValue { amount } } userErrors { code } } }"""
DEPRECIATE = """mutation($input: DepreciateAssetsInput!, $key: String) {
  depreciateAssets(input: $input, idempotencyKey: $key) { journalEntry { number } userErrors { code } } }"""
BY_BOOK = """mutation($input: DepreciateBookInput!, $key: String) {
  depreciateBook(input: $input, idempotencyKey: $key) { depreciationBook { code } userErrors { code } } }"""
SPLIT = """mutation($input: SplitFixedAssetInput!, $key: String) {
  splitFixedAsset(input: $input, idempotencyKey: $key) { fixedAsset { id number splitFrom { number } }
    userErrors { code } } }"""
ASSETS = """{ fixedAssets(companies: ["HQ"], first: 9, filter: {name: {startsWith: "Press"}}) { nodes {
  name bookValue { amount } accumulated { amount } books(first: 3) { nodes { depreciationBook { code }
    bookValue { amount } entries(first: 9) { nodes { kind amount { amount } } } } } } } }"""
CENTRE = """mutation($input: CreateCostCentreInput!) {
  createCostCentre(input: $input) { costCentre { code } userErrors { code } } }"""
STATUS = """query($budget: String!, $edition: Int, $on: Date, $by: BudgetView, $known: DateTime) {
  budgetStatus(companies: ["HQ"], budget: $budget, edition: $edition, on: $on, by: $by, asKnownAt: $known) { nodes {
    edition status account { code } costCentre { code } startsOn endsOn released { amount currency }
    actual { amount } committed { amount } available { amount } } } }"""
PROMISED = """query($number: String!) { commitments(companies: ["HQ"], filter: {number: {eq: $number}}) {
  nodes { entries { nodes { recordedAt } } } } }"""
SPENT = """query($from: Date!, $to: Date!) { journalLines(companies: ["HQ"], filter: {
  account: {code: {eq: "660203"}}, costCentre: {code: {eq: "SALES"}}, occurredOn: {between: {from: $from, to: $to}}}) {
  nodes { journalEntry { number } amount { amount } } } }"""
HQ = {"company": {"code": "HQ"}}


@pytest.fixture(scope="module")
def group(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeCompanies]:
    """The group, before anything happened."""
    with three_companies(clone_database(), tmp_path_factory.mktemp("group")) as made:
        yield made


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def coded(**codes: str) -> dict[str, Any]:
    """References by code."""
    return {name: {"code": code} for name, code in codes.items()}


async def test_f52_a_lease_is_recorded_paid_and_read_to_its_last_payment(group: ThreeCompanies):
    accounts = coded(
        assetAccount="1601", accumulatedAccount="1602", expenseAccount="660201", liabilityAccount="2701",
        interestAccount="660301", paymentAccount="1002",
    )  # fmt: skip
    lease = {"name": "Hall", "beginsOn": "2026-01-01", "months": 36, "payment": cny("10000"), "percent": "0.5"}
    made = (await group.done(LEASE, "keeper", **HQ, **lease, **accounts))["lease"]
    assert made["presentValue"] == cny("328710.16")
    assert made["fixedAsset"]["bookValue"]["amount"] == "328710.16"
    first, last = made["lines"][0], made["lines"][-1]
    assert (first["interest"]["amount"], first["principal"]["amount"]) == ("1643.55", "8356.45")
    assert (last["dueOn"], last["interest"]["amount"], last["closing"]["amount"]) == ("2028-12-31", "49.78", "0")
    paid = (await group.done(PAY, "keeper", **HQ, dueUntil="2026-01-31"))["lease"]
    assert paid["liability"]["amount"] == "320353.71"
    assert [one["journalEntry"] is not None for one in paid["lines"]][:2] == [True, False]
    # The rent follows an index from February on: 2 % more of what is owed, at the rate that it has.
    dearer = {"lease": {"number": made["number"]}, "payment": cny("10200")}
    changed = (await group.done(REMEASURE, "keeper", **HQ, **dearer))["lease"]
    assert {name: changed[name]["amount"] for name in ("payment", "remeasured", "liability")} == {
        "payment": "10200", "remeasured": "6407.08", "liability": "326760.79",
    }  # fmt: skip
    assert changed["fixedAsset"] == {"bookValue": {"amount": "335117.24"}, "monthsTotal": 36}
    assert (changed["lines"][-1]["dueOn"], changed["lines"][-1]["closing"]["amount"]) == ("2028-12-31", "0")
    [again] = (await group.do(REMEASURE, "keeper", **HQ, **dearer))["userErrors"]
    assert again["code"] == "NOTHING_TO_POST"
    assert await group.breaches() == []


async def test_insurance_paid_ahead_is_released_by_its_days(group: ThreeCompanies):
    accounts = coded(account="1801", resultAccount="6602", offsetAccount="6602")
    span = {"firstOn": "2026-01-16", "lastOn": "2026-03-31", "deferredOn": "2026-01-16", "method": "BY_DAYS"}
    made = (await group.done(DEFER, **HQ, name="Insurance", amount=cny("100"), **span, **accounts))["deferral"]
    assert [(one["dueOn"], one["amount"]["amount"]) for one in made["lines"]] == [
        ("2026-01-31", "21.33"), ("2026-02-28", "37.34"), ("2026-03-31", "41.33"),
    ]  # fmt: skip
    released = (await group.done(RELEASE, **HQ, endsOn="2026-02-28"))["journalEntry"]
    assert [(one["account"]["code"], one["amount"]["amount"]) for one in released["lines"]] == [
        ("6602", "58.67"), ("1801", "-58.67"),
    ]  # fmt: skip
    assert await group.breaches() == []


async def test_a_budget_drawn_up_by_one_and_released_by_another_stops_what_is_too_much(group: ThreeCompanies):
    year = {"code": "B26", "name": "2026", "startsOn": "2026-01-01", "endsOn": "2026-12-31", "control": "STOP"}
    await group.done(BUDGET, "keeper", **HQ, **year)
    lines = [{"account": {"code": "660202"}, "amount": cny("100")}]
    drawn = (await group.done(DRAFT, "keeper", **HQ, budget={"code": "B26"}, lines=lines))["budgetVersion"]
    own = await group.serving.ask(HOLD, who="keeper", input={"budgetVersion": {"id": drawn["id"]}})
    assert [error["extensions"]["code"] for error in own["errors"]] == ["FORBIDDEN"]
    held = await group.done(HOLD, budgetVersion={"id": drawn["id"]})
    assert held["budgetVersion"] == {"status": "RELEASED"}
    desks = {**HQ, **coded(account="660202"), "description": "Desks", "committedOn": "2026-02-02"}
    promised = (await group.done(COMMIT, "keeper", **desks, amount=cny("70")))["commitment"]
    [refused] = (await group.do(COMMIT, "keeper", **desks, amount=cny("30.01")))["userErrors"]
    assert refused["code"] == "BUDGET_EXCEEDED"
    assert refused["values"] == {
        "budget": "B26", "account": "660202", "available": "30", "actual": "0", "committed": "70", "asked": "30.01",
    }  # fmt: skip
    spent = line("660202", "75", "CNY", commitment={"number": promised["number"]})
    paid = await group.done(
        JOURNAL, "keeper", **HQ, description="Desks", occurredOn="2026-02-10", lines=[spent, line("1002", "-75", "CNY")]
    )
    [one] = (await group.ask(COMMITMENTS))["commitments"]["nodes"]
    assert (one["amount"]["amount"], one["openAmount"]["amount"]) == ("70", "0")
    assert one["entries"]["nodes"][-1] == {
        "amount": {"amount": "-70"}, "journalEntry": {"number": paid["journalEntry"]["number"]},
    }  # fmt: skip
    assert await group.breaches() == []


async def status(group: ThreeCompanies, **asked: Any) -> list[tuple[str, ...]]:
    """The lines of a budget: month, account or cost centre, and what is released, spent, promised and left."""
    return [
        (
            one["startsOn"][:7], (one["costCentre"] or one["account"])["code"],
            *(one[name]["amount"] for name in ("released", "actual", "committed", "available")),
        )
        for one in (await group.ask(STATUS, **asked))["budgetStatus"]["nodes"]
    ]  # fmt: skip


async def test_a_budget_tells_what_is_spent_promised_and_left_at_any_day_and_every_figure_leads_to_its_entries(
    group: ThreeCompanies,
):
    await group.ask(CENTRE, input={**HQ, "code": "SALES", "name": "Sales"})
    year = {"code": "TRIPS", "name": "Travel", "startsOn": "2026-01-15", "endsOn": "2026-03-31", "control": "WARN"}
    await group.done(BUDGET, "keeper", **HQ, **year)
    account, sales = coded(account="660203"), coded(costCentre="SALES")
    for amount in ("900", "1000"):
        lines = [{**account, "amount": cny(amount)}, {**account, **sales, "amount": cny("400")}]
        drawn = (await group.done(DRAFT, "keeper", **HQ, budget={"code": "TRIPS"}, lines=lines))["budgetVersion"]
        await group.done(HOLD, budgetVersion={"id": drawn["id"]})
    trip = {**HQ, **account, **sales, "description": "Fair", "committedOn": "2026-01-20", "amount": cny("300")}
    promised = (await group.done(COMMIT, "keeper", **trip))["commitment"]["number"]
    [entry] = (await group.ask(PROMISED, number=promised))["commitments"]["nodes"][0]["entries"]["nodes"]

    async def spent(on: str, amount: str, **more: Any) -> str:
        lines = [line("660203", amount, "CNY", **more), line("1002", f"-{amount}", "CNY")]
        paid = await group.done(JOURNAL, "keeper", **HQ, description="Trip", occurredOn=on, lines=lines)
        return paid["journalEntry"]["number"]

    await spent("2026-02-10", "50")
    fair = await spent("2026-02-11", "120", **sales, commitment={"number": promised})
    await spent("2026-01-14", "7")
    await spent("2026-03-31", "0.5", **sales)
    assert await status(group, budget="TRIPS") == [
        ("2026-01", "660203", "1000", "170.5", "180", "649.5"), ("2026-01", "SALES", "400", "120.5", "180", "99.5"),
    ]  # fmt: skip
    assert await status(group, budget="TRIPS", on="2026-02-10", edition=1) == [
        ("2026-01", "660203", "900", "50", "300", "550"), ("2026-01", "SALES", "400", "0", "300", "100"),
    ]  # fmt: skip
    assert await status(group, budget="TRIPS", by="MONTH") == [
        ("2026-01", "660203", "1000", "0", "300", "700"),
        ("2026-02", "660203", "1000", "170", "-120", "650"),
        ("2026-03", "660203", "1000", "0.5", "0", "649.5"),
        ("2026-01", "SALES", "400", "0", "300", "100"),
        ("2026-02", "SALES", "400", "120", "-120", "100"),
        ("2026-03", "SALES", "400", "0.5", "0", "99.5"),
    ]
    assert await status(group, budget="TRIPS", known=entry["recordedAt"]) == [
        ("2026-01", "660203", "1000", "0", "300", "700"), ("2026-01", "SALES", "400", "0", "300", "100"),
    ]  # fmt: skip
    found = (await group.ask(SPENT, **{"from": "2026-01-15", "to": "2026-03-30"}))["journalLines"]["nodes"]
    assert found == [{"journalEntry": {"number": fair}, "amount": {"amount": "120"}}]
    assert await status(group, budget="NONE") == []
    assert await group.breaches() == []


async def test_a_press_is_written_off_for_the_tax_office_beside_the_ledger_and_parted_in_both(group: ThreeCompanies):
    await group.ask(BOOK, input={**HQ, "code": "TAX", "name": "Tax"})
    accounts = coded(
        account="1601", accumulatedAccount="1602", expenseAccount="660201", offsetAccount="1604", costCentre="PRESS"
    )
    await group.ask(CENTRE, input={**HQ, "code": "PRESS", "name": "Press shop"})
    press = {**HQ, "name": "Press", "cost": cny("1200"), "months": 24, "inServiceOn": "2026-04-10"}
    made = (await group.done(ACQUIRE, "keeper", **press, **accounts))["fixedAsset"]
    asset = {"fixedAsset": {"id": made["id"]}}
    book = {"depreciationBook": {"code": "TAX"}}
    opened = (await group.done(OPEN, "keeper", **HQ, **asset, **book, months=12))["assetBook"]
    assert opened == {"bookValue": {"amount": "1200"}}
    assert (await group.do(OPEN, "keeper", **HQ, **asset, **book, months=12))["userErrors"] == [
        {"code": "ALREADY_EXISTS"}
    ]
    await group.done(DEPRECIATE, "keeper", **HQ, endsOn="2026-05-31")
    await group.done(BY_BOOK, "keeper", **HQ, **book, endsOn="2026-05-31")
    part = {"cost": cny("300"), "name": "Press feeder", "occurredOn": "2026-06-01"}
    feeder = (await group.done(SPLIT, "keeper", **HQ, **asset, **part))["fixedAsset"]
    assert feeder["splitFrom"] == {"number": made["number"]}
    told = {
        one["name"]: (
            one["bookValue"]["amount"], one["accumulated"]["amount"],
            [(own["depreciationBook"]["code"], own["bookValue"]["amount"]) for own in one["books"]["nodes"]],
            [(each["kind"], each["amount"]["amount"]) for each in one["books"]["nodes"][0]["entries"]["nodes"]],
        )
        for one in (await group.ask(ASSETS))["fixedAssets"]["nodes"]
    }  # fmt: skip
    assert told == {
        "Press": (
            "862.5", "37.5", [("TAX", "825")],
            [("ACQUISITION", "1200"), ("DEPRECIATION", "-100"), ("SPLIT", "-275")],
        ),
        "Press feeder": ("287.5", "12.5", [("TAX", "275")], [("SPLIT", "275")]),
    }  # fmt: skip
    assert await group.breaches() == []
