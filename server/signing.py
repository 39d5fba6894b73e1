"""The keys of our own bearer tokens: one a generation, each following from the installation's secret.

A process signs with the newest generation that is due, takes tokens of every one that is not over, and shows all of
these to those who verify our tokens: a new key is published before it signs, an old one until the last of its tokens
has ended. Which generations there are stands in `signing_key`; nothing of a key does.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc.jwk import ECKey

from domain.core.tokens import Rotation

ALGORITHM = "ES256"
FIRST_GENERATION = 1

# The order of P-256; a private key is a number from 1 to one less.
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def signing_key(secret: bytes, generation: int = FIRST_GENERATION) -> ECKey:
    """The ES256 key of a generation, from an installation's secret (HKDF, RFC 5869, to a number of P-256)."""
    purpose = "skein token signing key, ES256" + (f", {generation}" if generation > FIRST_GENERATION else "")
    # 16 bytes more than the order has make the remainder's bias negligible (FIPS 186-5, A.2.1).
    material = HKDF(algorithm=SHA256(), length=48, salt=None, info=purpose.encode()).derive(secret)
    number = int.from_bytes(material) % (P256_ORDER - 1) + 1
    return ECKey(ec.derive_private_key(number, ec.SECP256R1()), None)


class KeyRing:
    """The keys of one installation; `take` the rotations that its tables know.

    `before` is the secret before, where there is one whose tokens are still taken: it has the same generations, of
    which each is over when its own tokens are, and signs nothing.
    """

    def __init__(self, secret: bytes, before: bytes | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._secrets = (secret,) if before is None else (secret, before)
        self._clock = clock
        self._rotations: Sequence[Rotation] = ()
        # A generation's keys, one a secret: the first signs.
        self._keys: dict[int, Sequence[ECKey]] = {}
        self._known: dict[str, tuple[int, ECKey]] = {}
        self._make(FIRST_GENERATION)

    def take(self, rotations: Sequence[Rotation]) -> None:
        """Know these rotations, oldest first, in the place of those known before."""
        for one in rotations:
            if one.generation not in self._keys:
                self._make(one.generation)
        self._rotations = rotations

    def _make(self, generation: int) -> None:
        keys = self._keys[generation] = [signing_key(secret, generation) for secret in self._secrets]
        self._known.update({key.thumbprint(): (generation, key) for key in keys})

    @property
    def current(self) -> ECKey:
        """The key that signs now."""
        now = self._clock()
        due = [one.generation for one in self._rotations if one.signs_from <= now]
        return self._keys[max(due, default=FIRST_GENERATION)][0]

    def verifying(self, key_id: object) -> tuple[ECKey, float] | None:
        """The key of that id with the instant until which its tokens are taken; None when there is none any more."""
        generation, key = self._known.get(key_id, (0, None)) if isinstance(key_id, str) else (0, None)
        if key is None or (until := self._until(generation)) <= self._clock():
            return None
        return key, until

    def published(self) -> Mapping[str, Any]:
        """The public halves as a key set (RFC 7517): the key that signs, those to come, those not over."""
        now = self._clock()
        known = sorted((one for one in self._keys if self._until(one) > now), reverse=True)
        return {"keys": [_public(key) for generation in known for key in self._keys[generation]]}

    def _until(self, generation: int) -> float:
        """Until when tokens of a generation are taken; a rotation that was withdrawn from the tables leaves none."""
        if generation != FIRST_GENERATION and all(one.generation != generation for one in self._rotations):
            return -inf
        return min((one.previous_until for one in self._rotations if one.generation > generation), default=inf)


def _public(key: ECKey) -> Mapping[str, Any]:
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}
