"""Failed attempts to sign in, counted and answered with a pause that grows: pure, over values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from math import ceil

# Failures in a row before pauses begin. Many people can stand behind one address.
ACCOUNT_FREE = 5
ADDRESS_FREE = 30
# The first pause, doubled by every further failure up to the last.
PAUSE_SECONDS = 30
PAUSE_SECONDS_MAX = 900
# A failure this long after the one before begins a new row.
WINDOW = timedelta(hours=1)

# A household or office has a /64 of IPv6 to choose from (RFC 6177).
PREFIX_BITS = 64

# Failures are not counted further: the pause is at its longest long before.
FAILURES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is known of failures under one name or from one address."""

    failures: int = 0
    failed_at: datetime | None = None
    locked_until_at: datetime | None = None


def pause_left(known: Attempts, now: datetime) -> int:
    """Seconds until an attempt is looked at again, rounded up; 0 when it is looked at now."""
    if known.locked_until_at is None or known.locked_until_at <= now:
        return 0
    return ceil((known.locked_until_at - now).total_seconds())


def after_failure(known: Attempts, now: datetime, free: int) -> Attempts:
    """What is known after one more failure, of which `free` cost nothing."""
    is_new_row = known.failed_at is None or now - known.failed_at > WINDOW
    failures = 1 if is_new_row else min(known.failures + 1, FAILURES_MAX)
    if failures < free:
        return Attempts(failures, now, None)
    pause = min(PAUSE_SECONDS * 2 ** min(failures - free, 10), PAUSE_SECONDS_MAX)
    return Attempts(failures, now, now + timedelta(seconds=pause))


def neighbourhood(address: str) -> str:
    """What one party can choose its addresses from: an IPv4 address itself, the /64 of an IPv6 address.

    Where a server listens on a Unix socket there is no address; what it calls its peer stands for all of them.
    """
    try:
        given = ip_address(address)
    except ValueError:
        return address[:64]
    if given.version == 4:
        return str(given)
    return str(ip_network((given, PREFIX_BITS), strict=False)) if given.ipv4_mapped is None else str(given.ipv4_mapped)
