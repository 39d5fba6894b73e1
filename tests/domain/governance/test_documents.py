"""Documents are registered version by version, and retired with the version that was the last to bring them."""

import json
from typing import Any
from uuid import UUID

from domain.core.actors import Audience
from domain.governance import ChangeApplication, DeployDocuments, RegisterApplication, RetireDeployment
from domain.governance.models import DOCUMENT_VERSION_ID
from tests.domain.governance.conftest import Office

ONE, TWO, THREE = "{ viewer { name } }", "{ viewer { roles } }", "{ viewer { locale } }"


async def application(office: Office) -> UUID:
    """A new application."""
    return (await office.done(RegisterApplication(name="web", audience=Audience.STAFF)))[0]


def deployment(of: UUID, name: str, **documents: str) -> DeployDocuments:
    """A version with these documents."""
    return DeployDocuments(application_id=of, deployment=name, manifest=json.dumps(documents))


async def register(office: Office) -> list[tuple[Any, ...]]:
    """(id, deployment, active) of every document."""
    rows = await office.raw.fetch("SELECT document_id, deployment, is_active FROM registered_document ORDER BY 1")
    return [tuple(row) for row in rows]


async def moved(office: Office) -> int:
    """The version of the register."""
    sql = "SELECT version FROM document_version WHERE id = $1"
    return await office.raw.fetchval(sql, DOCUMENT_VERSION_ID)


async def test_a_version_brings_its_documents_and_leaves_those_before(office: Office) -> None:
    web = await application(office)
    before = await moved(office)
    await office.done(deployment(web, "1", a=ONE, b=TWO))
    assert await moved(office) == before + 1
    await office.done(deployment(web, "2", b=TWO, c=THREE))
    assert await register(office) == [("a", "1", True), ("b", "2", True), ("c", "2", True)]
    entries = await office.count("audit_entry")
    await office.done(deployment(web, "2", b=TWO, c=THREE))
    assert await office.count("audit_entry") == entries, "the same again changes nothing"


async def test_an_id_never_comes_to_stand_for_another_text(office: Office) -> None:
    web = await application(office)
    await office.done(deployment(web, "1", a=ONE))
    ((code, values),) = await office.refused(deployment(web, "2", a=TWO, b=THREE))
    assert (code, values["reason"], values["value"]) == (
        "INVALID_VALUE", "the id stands for another text already", "a",
    )  # fmt: skip
    assert await register(office) == [("a", "1", True)]


async def test_a_version_that_is_retired_takes_what_it_was_the_last_to_bring(office: Office) -> None:
    web = await application(office)
    await office.done(deployment(web, "1", a=ONE, b=TWO))
    await office.done(deployment(web, "2", b=TWO))
    await office.done(RetireDeployment(application_id=web, deployment="1"))
    assert await register(office) == [("a", "1", False), ("b", "2", True)]
    ((code, values),) = await office.refused(RetireDeployment(application_id=web, deployment="1"))
    assert (code, values["what"]) == ("NOT_FOUND", "deployment")
    await office.done(deployment(web, "3", a=ONE))
    assert (await register(office))[0] == ("a", "3", True)


async def test_an_application_is_limited_and_opened_again(office: Office) -> None:
    web = await application(office)
    await office.done(ChangeApplication(application_id=web, trusted_only=True))
    await office.done(ChangeApplication(application_id=web, may_register=True))
    row = await office.raw.fetchrow("SELECT trusted_only, may_register FROM client_application")
    assert tuple(row) == (True, True)


async def test_what_is_wrong_is_refused_and_nothing_is_registered(office: Office) -> None:
    web = await application(office)
    nobody = UUID(int=5)
    cases: list[tuple[Any, str, str]] = [
        (deployment(nobody, "1", a=ONE), "NOT_FOUND", "application"),
        (deployment(web, " ", a=ONE), "INVALID_VALUE", "deployment"),
        (deployment(web, "1"), "INVALID_VALUE", "manifest"),
        (ChangeApplication(application_id=nobody), "NOT_FOUND", "application"),
        (RetireDeployment(application_id=nobody, deployment="1"), "NOT_FOUND", "application"),
        (RegisterApplication(name=" ", audience=Audience.STAFF), "INVALID_VALUE", "name"),
    ]
    for command, code, what in cases:
        ((found, values),) = await office.refused(command)
        assert (found, values["what"]) == (code, what)
    assert await office.refused(RegisterApplication(name="web", audience=Audience.STAFF)) == [
        ("ALREADY_EXISTS", {"what": "Client application", "key": "web"})
    ]
    assert await register(office) == []
