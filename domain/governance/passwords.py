"""Passwords: what one must be like, its hash, and the check of a given one, in a thread.

Argon2id with the first parameters of the OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane): about 25 ms.
An account without a password costs the same, so that the time tells nothing of who has one.
"""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN = 12
# Hashing begins with a pass over the text: nobody types more.
LENGTH_MAX = 256
DISTINCT_MIN = 5

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# The hash of a text that was thrown away; a test holds its parameters to those above.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$H5eq8lWWdbCf3eX7Owq4fA$NrhGzWcrh49avUrdSsSH9A5gt1BYN5ZAfPdBTxLujvY"


def weakness(password: str, name: str) -> tuple[str, str] | None:
    """Why the password is none for the account of that name, in en and zh; None when it will do.

    Length counts, not kinds of characters (NIST SP 800-63B, 5.1.1.2).
    """
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        return f"use {LENGTH_MIN} to {LENGTH_MAX} characters", f"须为 {LENGTH_MIN} 至 {LENGTH_MAX} 个字符"
    if len(set(password)) < DISTINCT_MIN:
        return f"use at least {DISTINCT_MIN} different characters", f"至少使用 {DISTINCT_MIN} 个不同字符"
    if name.casefold() in password.casefold():
        return "it holds the name of the account", "不能包含用户名"
    return None


async def hashed(password: str) -> str:
    """The hash of a password."""
    return await asyncio.to_thread(HASHER.hash, _normal(password))


async def is_right(password: str, known: str | None) -> bool:
    """Whether the password is the one of the hash; without a hash, no, after the same work."""
    right = await asyncio.to_thread(_matches, known or NOBODY, _normal(password[:LENGTH_MAX]))
    return right and known is not None and len(password) <= LENGTH_MAX


def is_outdated(known: str) -> bool:
    """Whether the hash was made with other parameters than hold now."""
    return HASHER.check_needs_rehash(known)


def _matches(known: str, password: str) -> bool:
    try:
        return HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """The password as every keyboard means it (RFC 8265, 4.2.1: NFC)."""
    return unicodedata.normalize("NFC", password)
