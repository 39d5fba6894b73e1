"""A token of another issuer acts as the user its subject is linked to, while the issuer's keys and pins say so."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from domain.core.actors import CredentialKind
from domain.core.database import Database
from server.identity import ISSUER, Identity, Unauthenticated
from server.issuers import (
    FRESH_SECONDS,
    JWKS_BYTES_MAX,
    REFETCH_SECONDS,
    STALE_SECONDS,
    Issuers,
    TrustedIssuer,
    public_keys,
    read_issuers,
)
from tests.conftest import run_apart
from tests.server.conftest import Serving, bearer
from tests.server.test_identity import MEI, World, encoded, populate, world

__all__ = ["world"]

NAME = "https://login.example.com/"
AUDIENCE = "https://graph.example.com"
ELLIPTIC = ECKey.generate_key("P-256", {"kid": "elliptic"})
CLASSIC = RSAKey.generate_key(2048, {"kid": "classic"})
STRANGER = ECKey.generate_key("P-256", {"kid": "elliptic"})


def key_set(*keys: ECKey | RSAKey) -> bytes:
    """The public keys as an issuer publishes them."""
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


class KeyServer:
    """A server of this machine that answers one key set, and counts how often it is asked."""

    def __init__(self) -> None:
        self.body = key_set(ELLIPTIC, CLASSIC)
        self.status = 200
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                self.send_response(outer.status)
                self.send_header("location", f"http://127.0.0.1:{outer.port}/elsewhere")
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/keys"
        Thread(target=self._server.serve_forever, args=(0.01,)).start()

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def keys() -> Iterator[KeyServer]:
    """A key server."""
    made = KeyServer()
    yield made
    made.close()


def trusted(jwks: str, **more: Any) -> TrustedIssuer:
    """The issuer of these tests."""
    return TrustedIssuer(**{"issuer": NAME, "audience": AUDIENCE, "jwks": jwks, "allow_private": True, **more})


def token(now: float, key: Any = ELLIPTIC, algorithm: str = "ES256", **changes: Any) -> str:
    """A token of the issuer for Mei; a claim that is changed to None is left out."""
    given = {
        "iss": NAME, "aud": AUDIENCE, "sub": "auth0|mei", "iat": now, "exp": now + 3_600, "azp": "portal", **changes
    }  # fmt: skip
    claims = {name: value for name, value in given.items() if value is not None}
    header = {"alg": algorithm, "kid": key.kid} if key.kid else {"alg": algorithm}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


class Linked:
    """The world of one buyer, whose account the issuer's subject is linked to."""

    def __init__(self, world: World, keys: KeyServer) -> None:
        self.world = world
        self.keys = keys
        self.trust(trusted(keys.url))

    def trust(self, *issuers: TrustedIssuer) -> None:
        """Trust these issuers from now on."""
        policy, companies = self.world.identity.policy, self.world.identity.companies
        known = Issuers(issuers, clock=lambda: self.world.now)
        self.world.identity = Identity(
            self.world.database, self.world.keys, serves_demo=True, issuers=known, clock=lambda: self.world.now
        )
        self.world.identity.policy, self.world.identity.companies = policy, companies

    def bearer(self, key: Any = ELLIPTIC, algorithm: str = "ES256", **changes: Any) -> str:
        """The header of a token made now."""
        return f"Bearer {token(self.world.now, key, algorithm, **changes)}"

    async def name(self, header: str) -> str:
        """Who the header stands for."""
        return (await self.world.identity(header))[0].name

    async def refused(self, header: str) -> bool:
        """Whether the header stands for nobody."""
        with pytest.raises(Unauthenticated):
            await self.world.identity(header)
        return True


async def link(raw: asyncpg.Connection) -> None:
    """Link the subject of these tests to Mei."""
    await raw.execute(
        "INSERT INTO user_identity (id, user_id, issuer, subject) VALUES (gen_random_uuid(), $1, $2, 'auth0|mei')",
        MEI, NAME,
    )  # fmt: skip


@pytest.fixture(scope="session")
def linked_url(clone_database: Callable[[], str]) -> str:
    """A database where Mei is linked; read only."""
    url = clone_database()

    async def fill() -> None:
        raw = await asyncpg.connect(url)
        try:
            await populate(raw)
            await link(raw)
        finally:
            await raw.close()

    run_apart(fill())
    return url


@pytest.fixture
async def linked(linked_url: str, keys: KeyServer) -> AsyncIterator[Linked]:
    """Mei, linked, in the shared database."""
    raw, database = await asyncpg.connect(linked_url), await Database.open(linked_url, 2)
    made = Linked(World(database, raw), keys)
    await made.world.identity.refresh()
    yield made
    await database.close()
    await raw.close()


@pytest.mark.parametrize("key, algorithm", [(ELLIPTIC, "ES256"), (CLASSIC, "RS256")])
async def test_a_token_of_a_trusted_issuer_acts_as_the_linked_user(linked: Linked, key: Any, algorithm: str) -> None:
    actor, grants = await linked.world.identity(linked.bearer(key, algorithm))
    assert (actor.id, actor.client, grants.companies) == (MEI, "portal", (1,))
    assert actor.session is not None
    assert (actor.session.kind, actor.session.issuer) == (CredentialKind.TOKEN, NAME)
    assert linked.keys.asked == 1


async def test_a_subject_that_is_not_linked_is_refused(linked: Linked) -> None:
    assert await linked.refused(linked.bearer(sub="auth0|stranger"))
    assert await linked.refused(linked.bearer(sub="mei"))


async def test_a_link_that_ends_takes_its_tokens_with_it(world: World, keys: KeyServer) -> None:
    await link(world.raw)
    linked = Linked(world, keys)
    header = linked.bearer()
    assert await linked.name(header) == "mei"
    await world.raw.execute("UPDATE user_identity SET archived_at = now()")
    await world.moved()
    await linked.world.identity.refresh()
    assert await linked.refused(header)


@pytest.mark.parametrize("changes", [
    {"aud": "https://elsewhere.example.com"}, {"aud": None}, {"aud": []}, {"iss": "https://login.example.com"},
    {"sub": None}, {"sub": 7}, {"iat": None}, {"exp": None}, {"exp": "soon"},
])  # fmt: skip
async def test_a_claim_that_is_missing_or_another_s_is_refused(linked: Linked, changes: dict[str, Any]) -> None:
    assert await linked.refused(linked.bearer(**changes))


async def test_one_of_several_audiences_is_enough(linked: Linked) -> None:
    assert await linked.name(linked.bearer(aud=["https://other.example.com", AUDIENCE])) == "mei"


async def test_the_clocks_may_differ_by_the_skew_and_no_more(linked: Linked) -> None:
    now = linked.world.now
    assert await linked.name(linked.bearer(exp=now - 59)) == "mei"
    assert await linked.refused(linked.bearer(exp=now - 61))
    assert await linked.name(linked.bearer(iat=now + 59)) == "mei"
    assert await linked.refused(linked.bearer(iat=now + 61))
    assert await linked.refused(linked.bearer(nbf=now + 61))


async def test_a_token_without_signature_is_refused(linked: Linked) -> None:
    body = token(linked.world.now).split(".")[1]
    for algorithm in ("none", "None", "NONE"):
        header = encoded(json.dumps({"alg": algorithm, "kid": "elliptic"}).encode())
        assert await linked.refused(f"Bearer {header}.{body}.")


async def test_the_public_key_is_no_secret_to_sign_with(linked: Linked) -> None:
    for public in (CLASSIC.as_pem(private=False), ELLIPTIC.as_pem(private=False)):
        secret = OctKey.import_key(base64.urlsafe_b64encode(public).decode(), {"kid": "classic"})
        header = {"alg": "HS256", "kid": "classic"}
        claims = jwt.decode(token(linked.world.now), ELLIPTIC, algorithms=["ES256"]).claims
        assert await linked.refused(f"Bearer {jwt.encode(header, claims, secret, algorithms=['HS256'])}")


async def test_an_algorithm_that_the_issuer_is_not_pinned_to_is_refused(linked: Linked) -> None:
    linked.trust(trusted(linked.keys.url, algorithms=["RS256"]))
    assert await linked.refused(linked.bearer())
    assert await linked.name(linked.bearer(CLASSIC, "RS256")) == "mei"


async def test_a_signature_of_another_key_under_the_same_id_is_refused(linked: Linked) -> None:
    assert await linked.refused(linked.bearer(STRANGER))


async def test_a_token_of_one_issuer_does_not_count_for_another(linked: Linked, tmp_path: Path) -> None:
    other = tmp_path / "keys.json"
    other.write_bytes(key_set(STRANGER))
    linked.trust(trusted(linked.keys.url), trusted(str(other), issuer="https://other.example.com/"))
    assert await linked.refused(linked.bearer(STRANGER, iss="https://other.example.com/"))
    assert await linked.refused(linked.bearer(STRANGER))
    assert await linked.refused(linked.bearer(STRANGER, iss=ISSUER, jti="0" * 32, sub="mei"))


async def test_after_a_rotation_the_new_key_is_asked_for_once(linked: Linked) -> None:
    assert await linked.name(linked.bearer()) == "mei"
    new = ECKey.generate_key("P-256", {"kid": "new"})
    linked.keys.body = key_set(new)
    assert await linked.refused(linked.bearer(new))
    assert linked.keys.asked == 1, "asked a moment ago"
    linked.world.now += REFETCH_SECONDS
    assert await linked.name(linked.bearer(new)) == "mei"
    assert linked.keys.asked == 2
    for _ in range(20):
        assert await linked.refused(linked.bearer(ECKey.generate_key("P-256", {"kid": "forged"})))
    assert linked.keys.asked == 2


async def test_a_key_that_is_withdrawn_stops_counting_even_for_a_token_seen_before(linked: Linked) -> None:
    header = linked.bearer()
    assert await linked.name(header) == "mei"
    linked.keys.body = key_set(CLASSIC)
    linked.world.now += FRESH_SECONDS + 1
    assert await linked.refused(header)


async def test_known_keys_count_while_the_issuer_is_away_for_a_day(linked: Linked) -> None:
    assert await linked.name(linked.bearer()) == "mei"
    linked.keys.status = 503
    linked.world.now += FRESH_SECONDS + 1
    assert await linked.name(linked.bearer()) == "mei"
    linked.world.now += STALE_SECONDS
    assert await linked.refused(linked.bearer())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"keys": 1}', b'{"keys": []}', b"x" * (JWKS_BYTES_MAX + 1)])
async def test_what_is_no_key_set_gives_no_key(linked: Linked, body: bytes) -> None:
    linked.keys.body = body
    assert await linked.refused(linked.bearer())


async def test_a_redirect_is_not_followed(linked: Linked) -> None:
    linked.keys.status = 302
    assert await linked.refused(linked.bearer())
    assert linked.keys.asked == 1


async def test_an_address_of_this_net_is_asked_only_where_the_operator_allows_it(linked: Linked) -> None:
    linked.trust(trusted(linked.keys.url.replace("http://", "https://"), allow_private=False))
    assert await linked.refused(linked.bearer())
    assert linked.keys.asked == 0


async def test_keys_come_from_a_file_too(linked: Linked, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(key_set(ELLIPTIC))
    linked.trust(trusted(str(file)))
    assert await linked.name(linked.bearer()) == "mei"
    file.unlink()
    linked.world.now += FRESH_SECONDS + 1
    assert await linked.name(linked.bearer()) == "mei"


async def test_a_token_may_leave_out_the_key_id_only_where_there_is_one_key(linked: Linked) -> None:
    nameless = ECKey.import_key({name: part for name, part in ELLIPTIC.as_dict(private=True).items() if name != "kid"})
    assert await linked.refused(linked.bearer(nameless))
    linked.keys.body = key_set(ELLIPTIC)
    linked.world.now += FRESH_SECONDS + 1
    assert await linked.name(linked.bearer(nameless)) == "mei"


def test_weak_and_foreign_keys_are_passed_over() -> None:
    weak = RSAKey(generate_private_key(65_537, 1_024), None, {"kid": "weak"})
    curve = ECKey.generate_key("P-384", {"kid": "curve"})
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"}
    encrypting = ECKey.generate_key("P-256", {"kid": "encrypting", "use": "enc"})
    listed = [key.as_dict(private=False) for key in (weak, curve, encrypting, ELLIPTIC)]
    assert list(public_keys(json.dumps({"keys": [*listed, secret, 7, {"kty": "EC"}]}).encode())) == ["elliptic"]


def test_a_private_key_that_was_published_is_kept_as_its_public_half() -> None:
    text = json.dumps({"keys": [ELLIPTIC.as_dict(private=True)]}).encode()
    assert [key.is_private for key in public_keys(text).values()] == [False]


@pytest.mark.parametrize("entry", [
    {}, {"issuer": "x", "audience": "y", "jwks": "http://x/keys"}, {"issuer": "x", "audience": "", "jwks": "https://x"},
    {"issuer": "x", "audience": "y", "jwks": "https://x", "algorithms": ["HS256"]},
    {"issuer": "x", "audience": "y", "jwks": "https://x", "algorithms": []},
    {"issuer": "x", "audience": "y", "jwks": "https://x", "skew_seconds": 301},
    {"issuer": "x", "audience": "y", "jwks": "https://x", "audiense": "z"},
    {"issuer": ISSUER, "audience": "y", "jwks": "https://x"},
])  # fmt: skip
def test_an_issuer_that_is_described_wrongly_is_refused_by_name(tmp_path: Path, entry: dict[str, Any]) -> None:
    file = tmp_path / "issuers.json"
    file.write_text(json.dumps([entry]))
    with pytest.raises(ValueError, match=r"issuers\.json: "):
        read_issuers(file, ISSUER)


def test_issuers_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "issuers.json"
    file.write_text(json.dumps([{"issuer": NAME, "audience": AUDIENCE, "jwks": "https://login.example.com/keys"}]))
    (one,) = read_issuers(file, ISSUER)
    assert (one.issuer, one.algorithms, one.skew_seconds) == (NAME, ("ES256", "RS256"), 60)
    assert read_issuers(None, ISSUER) == ()
    with pytest.raises(ValueError, match="No such file"):
        read_issuers(tmp_path / "none.json", ISSUER)


async def test_our_own_keys_are_published_without_their_secret_half(serving: Serving) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(serving.url.replace("/graphql", "/.well-known/jwks.json"))
    (key,) = answer.json()["keys"]
    assert sorted(key) == ["alg", "crv", "kid", "kty", "use", "x", "y"]
    signed = bearer("buyer").removeprefix("Bearer ")
    token = jwt.decode(signed, ECKey.import_key(key), algorithms=["ES256"])
    assert (token.header["kid"], token.claims["sub"]) == (key["kid"], "buyer")
