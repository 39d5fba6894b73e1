"""Bearer tokens as the domain speaks of them: what one says, and the one who signs it.

The key stands with the processes; a command that lets someone in asks for a token and never sees the key.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What a token will say: who, in which application, going back to which sign-in, until when."""

    user_name: str
    client: str
    sign_in_id: UUID
    signed_in_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """A generation of the key, from when it signs, and until when tokens of those before are taken (of the epoch)."""

    generation: int
    signs_from: float
    previous_until: float


class TokenIssuer(Protocol):
    """Signs tokens. `serves_demo` is false where others than this machine can connect."""

    @property
    def serves_demo(self) -> bool: ...

    def issue(self, new: NewToken, /) -> str:
        """The token's text."""
        ...
