"""What a command does can be heard: integrations and alerts listen to events, not to tables."""

import re

import domain
from domain import LADDER

# Masters kept by the register tell of themselves. Settings tell nothing: whoever needs them reads them. Runs that copy
# history or make files are asked for their progress, and a token is nobody else's news.
REGISTER = "domain.master_data.maintenance"
SILENT = {
    "CloseImportRun", "CopyHistory", "CreateBulkUpload", "CreatePaymentTerms", "CreateTaxCode", "ExpireBulkUpload",
    "FoundBooks", "LoadFinancePack", "LoadGroupChart", "MapAccounts", "MapAccountsByCode", "OpenHistoricalStock",
    "OpenImportRun", "PrintDocument", "PrintReport", "RenewToken", "ReplayWebhookMessage", "ReplayWebhookRange",
    "SignBulkExport", "SignBulkMutation",
}  # fmt: skip


def test_every_command_that_is_business_says_which_event_tells_of_it() -> None:
    quiet = {
        command.__name__
        for command, function in domain.COMMANDS.items()
        if "Emits" not in (function.__doc__ or "") and function.__module__ != REGISTER
    }
    assert quiet == SILENT


def test_an_event_that_a_command_says_it_emits_is_one_that_can_be_watched() -> None:
    registered = {event for module in LADDER for event in getattr(module, "EVENTS", {})}
    said = {
        (command.__name__, event)
        for command, function in domain.COMMANDS.items()
        for after in re.findall(r"Emits:(.*?)(?:\n\n|$)", function.__doc__ or "", re.DOTALL)
        for event in re.findall(r"(?<!\()\b(?:[A-Z][a-z]+){2,}\b", after)
    }
    assert len(said) > 200
    # What an import copied is of every type there is, and no stream of one.
    assert {one for one in said if one[1] not in registered} == {("ImportHistory", "HistoryImported")}
