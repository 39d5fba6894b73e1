"""Who asks: the root `viewer`, and the roots that find anything by its global id."""

import strawberry
from strawberry.types.field import StrawberryField

from schema.derive import Field, make, strawberry_field

make(strawberry.type, "Viewer", "The caller, as the graph knows it.", [
    Field("name", "String", "Name of the account; anonymous without credentials."),
    Field("audience", "String", "Which kind of reader: it decides the visible schema."),
    Field("roles", "list[String]", "Roles held in any company."),
    Field("companies", "list[String]", "Codes of the companies whose rows may be seen."),
    Field("locale", "String", "Language of messages."),
])  # fmt: skip


def _root(spec: Field) -> StrawberryField:
    made = strawberry_field(spec)
    made.python_name, made.graphql_name = "", None
    return made


@strawberry.type
class ViewerQuery:
    viewer = _root(Field("", "Viewer", "The caller, as the graph knows it."))
    node = _root(Field("", "Node | None", "Anything by its global id; null when there is none the reader may see.", [
        Field("id", "ID", "Global id."),
    ]))  # fmt: skip
    nodes = _root(Field("", "list[Node | None]", "Several by their global ids, at most 100, in the order of the ids.", [
        Field("ids", "list[ID]", "Global ids."),
    ]))  # fmt: skip
