"""The FDA's Global UDI Database (GUDID): its release files read and imported as items with their identifiers."""
