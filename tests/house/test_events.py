"""What a command does can be heard: integrations and alerts listen to events, not to tables."""

import domain

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
