"""The register of this module: its records, commands and handlers."""

RECORDS = ()
COMMANDS = {}
HANDLERS = {}
