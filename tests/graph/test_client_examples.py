"""The documents that frontends copy are valid for the staff they are written for."""

from pathlib import Path

import pytest
from graphql import parse, validate

from domain.core.actors import Audience
from schema.graph import visible
from tests.graph.conftest import VIEWS

DOCUMENTS = sorted((Path(__file__).parents[2] / "client_examples" / "operations").glob("*.graphql"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_an_example_is_valid_for_staff(path: Path) -> None:
    assert validate(visible(VIEWS[Audience.STAFF]), parse(path.read_text())) == []


def test_there_are_examples_of_each_kind_of_operation() -> None:
    kinds = {parse(path.read_text()).definitions[0].operation.value for path in DOCUMENTS}  # type: ignore[attr-defined]  # operations only
    assert kinds == {"query", "mutation", "subscription"}
