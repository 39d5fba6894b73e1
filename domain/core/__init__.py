"""The kernel: records, actors, the transaction, commands, ledgers. It knows no module above it."""

RECORDS = ()
COMMANDS = {}
HANDLERS = {}
