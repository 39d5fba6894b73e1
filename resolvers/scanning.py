"""`parseUdi`: what a scanned device identifier says, told without asking the database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.core.errors import InvalidInput
from domain.master_data.udi_rules import UdiUnreadable, read_udi
from resolvers.reader import Reader

# No label's symbol holds more characters.
SCAN_MAX = 2_000


def parse_udi(_: Reader, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a scan. Raises: InvalidInput for one that cannot be read."""
    text = arguments["text"]
    if len(text) > SCAN_MAX:
        reason, reason_zh = f"at most {SCAN_MAX} characters are read", f"最多 {SCAN_MAX} 个字符"
        raise InvalidInput(what="text", value=f"{text[:40]}…", reason=reason, reason_zh=reason_zh)
    try:
        udi = read_udi(text, datetime.now(UTC).date())
    except UdiUnreadable as refusal:
        told = refusal.values
        raise InvalidInput(
            what="text", value=told["value"], reason=told["reason"], reason_zh=told["reason_zh"]
        ) from refusal
    return {
        "agency": udi.agency.value, "identifier": udi.identifier, "lot": udi.lot, "serial": udi.serial,
        "madeOn": udi.made_on, "expiresOn": udi.expires_on, "checkDigitValid": udi.check_digit_valid,
    }  # fmt: skip
