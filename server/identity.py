"""Who is asking: a bearer token or an API key becomes an `Actor` with its `Grants`.

Both come in the Authorization header as `Bearer ...`. Our own tokens are signed with ES256 by a key that follows from
the installation's secret (`server.signing`), so every process verifies what any of them issued and nothing secret is
stored; tokens of other issuers are the business of `server.issuers`. What a token stands for is remembered by its hash
until it ends, the account's roles change by themselves, or the policy version moves; a request then costs one hash and
one look-up.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol

from authz.grants import compile_grants
from authz.policy import Policy
from authz.tables import Account, load_account, load_linked, load_policy, load_rotations, load_standing
from domain.core.actors import Actor, Audience, CredentialKind, Grants, Session
from domain.core.database import Database
from domain.core.errors import RequestError
from domain.core.tokens import NewToken
from domain.governance.keys import KEY_MARK
from server.issuers import Issuers, NotAccepted, TokenFacts, issuer_of
from server.signing import ALGORITHM, KeyRing

ISSUER = "skein"
TOKEN_HOURS = 12
# How far the clocks of two of our machines may differ.
CLOCK_SKEW_SECONDS = 5

# A token is at most a few hundred bytes; a longer header is not worth hashing.
AUTHORIZATION_LENGTH_MAX = 8_192

# Callers remembered; beyond it the one remembered longest is forgotten.
CALLERS_MAX = 10_000

# How often a process looks whether the policy moved. The read road finds out with each answer; this is for the rest.
POLL_SECONDS = 1.0

# An API key's use is written down to the minute, so that a busy key does not write once a request.
KEY_REMEMBERED_SECONDS = 60

ANONYMOUS = Actor(id=UUID(int=0), name="anonymous", audience=Audience.ANONYMOUS, roles={})

FIND_KEY = """
SELECT k.id, k.digest, k.client, k.scopes, k.expires_at, u.name FROM api_key k JOIN user_account u ON u.id = k.user_id
WHERE k.prefix = $1 AND k.revoked_at IS NULL AND k.archived_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now())
"""
USE_KEY = "UPDATE api_key SET last_used_at = now() WHERE id = $1"

ESSENTIAL: jwt.ClaimsOption = {"essential": True}


class Unauthenticated(RequestError):
    """The credentials do not stand for anyone; why is not said."""

    code = "UNAUTHENTICATED"
    zh = "凭据无效或已过期。"
    en = "The credentials are not valid, or no longer."


@dataclass(frozen=True, slots=True)
class Caller:
    """What a header stands for, until an instant (seconds of the epoch) or until the policy's generation moves."""

    actor: Actor
    grants: Grants
    until: float
    generation: int


def issue_token(key: ECKey, user_name: str, *, client: str = "default", hours: float = TOKEN_HOURS) -> str:
    """A bearer token for the user; whether the account exists and is active is asked at each use."""
    return _signed(key, {"sub": user_name, "exp": time.time() + hours * 3_600, "client": client})


class Tokens:
    """Signs the tokens of those who sign in with a password: the domain's `TokenIssuer`."""

    def __init__(self, keys: KeyRing, *, serves_demo: bool) -> None:
        self._keys = keys
        self.serves_demo = serves_demo

    def issue(self, new: NewToken) -> str:
        """The token's text; it names its sign-in (`sid`), so that both end together."""
        return _signed(self._keys.current, {
            "sub": new.user_name, "exp": new.expires_at.timestamp(), "client": new.client, "sid": str(new.sign_in_id),
            "auth_time": new.signed_in_at.timestamp(),
        })  # fmt: skip


def _signed(key: ECKey, more: Mapping[str, Any]) -> str:
    claims: dict[str, Any] = {"iss": ISSUER, "iat": time.time(), "jti": str(uuid4()), **more}
    return jwt.encode({"alg": ALGORITHM, "kid": key.thumbprint()}, claims, key, algorithms=[ALGORITHM])


class Identity:
    """Knows the policy that holds and the callers seen lately; `refresh` before the first use.

    `serves_demo` is false when others than this machine can connect: demo accounts then count for nothing.
    """

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        *,
        serves_demo: bool,
        issuers: Issuers | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._keys = keys
        self._issuers = issuers or Issuers(())
        self._serves_demo = serves_demo
        self._clock = clock
        self._claims_wanted = jwt.JWTClaimsRegistry(
            now=clock,  # type: ignore[arg-type]  # it compares numbers; ours has fractions, so that a revocation can fall between two
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": ISSUER},
            sub=ESSENTIAL, iat=ESSENTIAL, exp=ESSENTIAL, jti=ESSENTIAL,
        )  # fmt: skip
        self._callers: dict[bytes, Caller] = {}
        # Moves whenever the policy or the companies did: what callers were told before may no longer hold.
        self.generation = 0
        self.policy = Policy(version=0, lines=(), inherits=())
        self.companies: tuple[int, ...] = ()
        self._anonymous = compile_grants(self.policy, ANONYMOUS, self.companies)

    @property
    def keys(self) -> Mapping[str, Any]:
        """The public keys of the tokens that this installation issues."""
        return self._keys.published()

    @property
    def version(self) -> int:
        """The policy version that grants are compiled from now."""
        return self.policy.version

    async def __call__(self, authorization: str | None) -> tuple[Actor, Grants]:
        """Who the header stands for and what that actor may do now; without a header the anonymous actor.

        Raises: Unauthenticated.
        """
        caller = await self.caller(authorization)
        return caller.actor, caller.grants

    async def caller(self, authorization: str | None) -> Caller:
        """The same, and until when it holds while the generation does. Raises: Unauthenticated."""
        if authorization is None:
            return Caller(ANONYMOUS, self._anonymous, inf, self.generation)
        if len(authorization) > AUTHORIZATION_LENGTH_MAX:
            raise Unauthenticated()
        digest = hashlib.sha256(authorization.encode()).digest()
        caller = self._callers.get(digest)
        if caller is None or caller.until <= self._clock():
            caller = await self._recognise(authorization, digest)
        return caller

    async def refresh(self) -> int:
        """The policy version that holds, after reloading what moved; every caller is asked for anew then."""
        async with self._database.acquire() as connection:
            version, companies = await load_standing(connection)
            if (version, companies) != (self.version, self.companies):
                policy, rotations = await load_policy(connection), await load_rotations(connection)
                # Nothing awaits between these lines: no request sees the new policy with callers of the old.
                self.policy, self.companies = policy, companies
                self._keys.take(rotations)
                self.generation += 1
                self._anonymous = compile_grants(policy, ANONYMOUS, companies)
                self._callers.clear()
        return self.version

    async def renewed(self) -> int:
        """The generation that holds, after taking over what moved."""
        await self.refresh()
        return self.generation

    async def watch(self) -> None:
        """Keep up with the policy until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.refresh()

    async def _recognise(self, authorization: str, digest: bytes) -> Caller:
        scheme, _, credentials = authorization.partition(" ")
        credentials = credentials.strip()
        if scheme.lower() != "bearer" or not credentials:
            raise Unauthenticated()
        policy, generation = self.policy, self.generation
        if credentials.startswith(KEY_MARK):
            actor, until = await self._by_key(credentials)
        else:
            actor, until = await self._by_token(await self._facts(credentials))
        caller = Caller(actor, compile_grants(policy, actor, self.companies), until, generation)
        if policy is self.policy:
            if len(self._callers) >= CALLERS_MAX:
                del self._callers[next(iter(self._callers))]
            self._callers[digest] = caller
        return caller

    async def _by_token(self, facts: TokenFacts) -> tuple[Actor, float]:
        async with self._database.acquire() as connection:
            if facts.issuer == ISSUER:
                account = self._checked(await load_account(connection, facts.subject))
            else:
                account = self._checked(await load_linked(connection, facts.issuer, facts.subject))
        if account.revoked_at is not None and datetime.fromtimestamp(facts.issued_at, UTC) <= account.revoked_at:
            raise Unauthenticated()
        if not account.revoked_tokens.isdisjoint(facts.ids):
            raise Unauthenticated()
        session = Session(
            id=facts.ids[-1], kind=CredentialKind.TOKEN, issuer=facts.issuer,
            expires_at=datetime.fromtimestamp(facts.expires_at, UTC),
            signed_in_at=None if facts.signed_in_at is None else datetime.fromtimestamp(facts.signed_in_at, UTC),
        )  # fmt: skip
        return account.actor(facts.client, session=session), _until(account, facts.until)

    async def _by_key(self, text: str) -> tuple[Actor, float]:
        prefix = text.removeprefix(KEY_MARK).partition("_")[0]
        given = hashlib.sha256(text.encode()).digest()
        async with self._database.acquire() as connection:
            found = await connection.fetchrow(FIND_KEY, prefix)
            if found is None or not hmac.compare_digest(given, found["digest"]):
                raise Unauthenticated()
            account = self._checked(await load_account(connection, found["name"]))
            await connection.execute(USE_KEY, found["id"])
        until = self._clock() + KEY_REMEMBERED_SECONDS
        if found["expires_at"] is not None:
            until = min(until, found["expires_at"].timestamp())
        session = Session(id=found["id"], kind=CredentialKind.KEY, issuer=ISSUER, expires_at=found["expires_at"])
        return account.actor(found["client"], only=found["scopes"], session=session), _until(account, until)

    async def _facts(self, token: str) -> TokenFacts:
        """What a token says that we, or an issuer we trust, signed and that has not ended. Raises: Unauthenticated."""
        try:
            issuer = issuer_of(token)
            return self._own_facts(token) if issuer == ISSUER else await self._issuers.facts(issuer, token)
        except (NotAccepted, JoseError, ValueError) as invalid:
            raise Unauthenticated() from invalid

    def _own_facts(self, token: str) -> TokenFacts:
        """What a token of ours says. Raises: JoseError, ValueError."""
        found: list[float] = []

        def key_of(part: GuestProtocol) -> ECKey:
            known = self._keys.verifying(part.headers().get("kid"))
            if known is None:
                raise NotAccepted("its key is not ours, or not any more")
            found.append(known[1])
            return known[0]

        claims = jwt.decode(token, key_of, algorithms=[ALGORITHM]).claims
        self._claims_wanted.validate(claims)
        client = claims.get("client")
        ids = [UUID(claims[name]) for name in ("jti", "sid") if name in claims]
        return TokenFacts(
            issuer=ISSUER, subject=claims["sub"], ids=tuple(ids), issued_at=claims["iat"], expires_at=claims["exp"],
            until=min(claims["exp"], *found), client=client if isinstance(client, str) else "default",
            signed_in_at=claims.get("auth_time"),
        )  # fmt: skip

    def _checked(self, account: Account | None) -> Account:
        """The account, if it may sign in here. Raises: Unauthenticated."""
        if account is None or not account.is_active or (account.is_demo and not self._serves_demo):
            raise Unauthenticated()
        return account


def _until(account: Account, until: float) -> float:
    """The end of what was found: an assignment that begins or ends by itself ends it earlier."""
    return until if account.changes_at is None else min(until, account.changes_at.timestamp())
