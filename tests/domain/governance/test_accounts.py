"""Accounts are opened and closed by command; what stops counting stops at the version it raised."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from authz.tables import load_account
from domain.core.actors import Audience
from domain.governance import CreateUser, DeactivateUser, LinkPartner, RevokeToken
from tests.domain.governance.conftest import Office

PARTY = UUID(int=70)


def new_user(**more: Any) -> CreateUser:
    """An account to open."""
    return CreateUser(**{"name": "mei", "display_name": "Mei", "audience": Audience.STAFF, **more})


async def test_a_new_account_may_nothing(office: Office) -> None:
    await office.done(new_user(locale="zh-CN", email="mei@example.com", is_demo=True))
    account = await load_account(office.connection, "mei")
    assert account is not None
    assert (account.roles, account.locale, account.is_demo, account.is_active) == ((), "zh-CN", True, True)


async def test_the_address_of_an_account_stays_out_of_the_open_part_of_the_audit(office: Office) -> None:
    await office.done(new_user(email="mei@example.com"))
    entry = await office.raw.fetchrow(
        "SELECT after::text, personal::text FROM audit_entry WHERE command = 'CreateUser'"
    )
    assert "mei@example.com" not in entry["after"]
    assert "mei@example.com" in entry["personal"]


@pytest.mark.parametrize("more, what", [
    ({"name": ""}, "name"),
    ({"name": "Mei Li"}, "name"),
    ({"name": "x" * 65}, "name"),
    ({"name": "m\nei"}, "name"),
    ({"display_name": " "}, "displayName"),
    ({"locale": "fr"}, "locale"),
    ({"audience": Audience.ANONYMOUS}, "audience"),
])  # fmt: skip
async def test_an_account_that_is_none_is_refused(office: Office, more: dict[str, Any], what: str) -> None:
    ((code, values),) = await office.refused(new_user(**more))
    assert (code, values["what"]) == ("INVALID_VALUE", what)


async def test_a_name_is_given_once(office: Office) -> None:
    await office.done(new_user())
    assert await office.refused(new_user()) == [("ALREADY_EXISTS", {"what": "User account", "key": "mei"})]


async def test_a_deactivated_account_is_inactive_and_the_version_is_raised(office: Office) -> None:
    user = await office.user("mei")
    version = await office.version()
    await office.done(DeactivateUser(user_id=user))
    account = await load_account(office.connection, "mei")
    assert account is not None and account.is_active is False
    assert await office.version() == version + 1
    ((code, values),) = await office.refused(DeactivateUser(user_id=user))
    assert (code, values["key"], values["state"]) == ("WRONG_STATE", "mei", "INACTIVE")


async def test_a_partner_s_user_is_linked_to_its_party(office: Office) -> None:
    user = await office.user("acme", Audience.SUPPLIER)
    version = await office.version()
    await office.done(LinkPartner(user_id=user, party_id=PARTY))
    account = await load_account(office.connection, "acme")
    assert account is not None and account.partners == {PARTY}
    assert await office.version() == version + 1


async def test_a_member_of_staff_is_linked_to_no_party(office: Office) -> None:
    user = await office.user("mei")
    ((code, values),) = await office.refused(LinkPartner(user_id=user, party_id=PARTY))
    assert (code, values["reason"]) == ("INVALID_VALUE", "it is no partner's account")


async def test_a_revoked_token_is_known_to_its_account(office: Office) -> None:
    user, token = await office.user("mei"), uuid4()
    version = await office.version()
    await office.done(RevokeToken(user_id=user, token_id=token))
    account = await load_account(office.connection, "mei")
    assert account is not None and (account.revoked_tokens, account.revoked_at) == ({token}, None)
    assert await office.version() == version + 1


async def test_all_tokens_are_revoked_up_to_an_instant(office: Office) -> None:
    user, before = await office.user("mei"), datetime.now(UTC)
    await office.done(RevokeToken(user_id=user))
    account = await load_account(office.connection, "mei")
    assert account is not None and account.revoked_at is not None
    assert before <= account.revoked_at <= datetime.now(UTC)
