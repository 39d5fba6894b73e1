"""A subject of another issuer is linked by command, to one user at a time."""

from uuid import UUID

from authz.tables import load_linked
from domain.governance import LinkIdentity, UnlinkIdentity
from tests.domain.governance.conftest import Office

ISSUER = "https://login.example.com/"


async def test_a_linked_subject_stands_for_its_user_until_it_is_unlinked(office: Office) -> None:
    user, version = await office.user("mei"), await office.version()
    (identity,) = await office.done(LinkIdentity(user_id=user, issuer=ISSUER, subject="auth0|mei"))
    account = await load_linked(office.connection, ISSUER, "auth0|mei")
    assert account is not None and account.id == user
    assert await load_linked(office.connection, "https://other.example.com/", "auth0|mei") is None
    await office.done(UnlinkIdentity(identity_id=identity))
    assert await load_linked(office.connection, ISSUER, "auth0|mei") is None
    assert await office.version() == version + 2
    ((code, values),) = await office.refused(UnlinkIdentity(identity_id=identity))
    assert (code, values["state"]) == ("WRONG_STATE", "ARCHIVED")


async def test_a_subject_stands_for_one_user(office: Office) -> None:
    mei, lin = await office.user("mei"), await office.user("lin")
    (first,) = await office.done(LinkIdentity(user_id=mei, issuer=ISSUER, subject="7"))
    again = LinkIdentity(user_id=lin, issuer=ISSUER, subject="7")
    assert await office.refused(again) == [("ALREADY_EXISTS", {"what": "linked identity", "key": f"{ISSUER} 7"})]
    await office.done(UnlinkIdentity(identity_id=first))
    await office.done(again)
    account = await load_linked(office.connection, ISSUER, "7")
    assert account is not None and account.id == lin


async def test_nobody_and_nothing_are_linked_to_no_one(office: Office) -> None:
    mei = await office.user("mei")
    ((code, _),) = await office.refused(LinkIdentity(user_id=UUID(int=5), issuer=ISSUER, subject="7"))
    assert code == "NOT_FOUND"
    for issuer, subject, what in (("", "7", "issuer"), (ISSUER, "", "subject")):
        ((code, values),) = await office.refused(LinkIdentity(user_id=mei, issuer=issuer, subject=subject))
        assert (code, values["what"]) == ("INVALID_VALUE", what)
