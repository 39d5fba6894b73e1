"""What follows from the installation's secret: webhook secrets and signed addresses; none of it is kept anywhere.

A copy of the database signs nothing and opens nothing. The price: a new installation secret changes them all, as it
ends every bearer token. What the secret before signed counts as long as that one is given too; meanwhile webhooks carry
its signature besides, and their owners rotate.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Standard Webhooks wants 24 to 64 bytes of a symmetric secret; as many as the digest has are enough (RFC 2104).
KEY_BYTES = 32

SECRET_MARK = "whsec_"

# Seconds of the epoch: more digits name no instant that a signature of ours does.
UNTIL_DIGITS_MAX = 12


def derived_key(secret: bytes, purpose: str) -> bytes:
    """The key for one purpose that follows from the installation's secret (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def webhook_key(secret: bytes, subscription_id: UUID, generation: int) -> bytes:
    """The key that signs the messages of a subscription in one generation of its secret."""
    return derived_key(secret, f"skein webhook secret, {subscription_id}, {generation}")


def secret_text(key: bytes) -> str:
    """A webhook's key as its receiver is told it (Standard Webhooks, "Signature scheme")."""
    return SECRET_MARK + base64.b64encode(key).decode()


def webhook_signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks, "Signature scheme")."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_address(secret: bytes, path: str, ends_at: datetime) -> str:
    """The path with the instant until which it is good, and a signature over both."""
    until = int(ends_at.timestamp())
    return f"{path}?until={until}&signature={_address_signature(secret, path, until)}"


def is_signed(secrets: Sequence[bytes], path: str, given: Mapping[str, str], now: datetime) -> bool:
    """Whether the path was signed with one of the secrets and is still good; `given` is what its query says."""
    until, signature = given.get("until", ""), given.get("signature", "")
    if not (until.isascii() and until.isdigit() and len(until) <= UNTIL_DIGITS_MAX and signature.isascii()):
        return False
    wanted = [_address_signature(secret, path, int(until)) for secret in secrets]
    return any(hmac.compare_digest(one, signature) for one in wanted) and now.timestamp() < int(until)


def _address_signature(secret: bytes, path: str, until: int) -> str:
    key = derived_key(secret, "skein signed addresses")
    digest = hmac.new(key, f"{path} {until}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
