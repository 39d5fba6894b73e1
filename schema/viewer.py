"""Who asks: the root `viewer`, and the roots that find anything by its global id."""

import strawberry
from strawberry.types.field import StrawberryField

from schema.making import Field, Kind, make, make_enum, strawberry_field

make_enum("ViewerKind", "Who stands behind a request.", {
    "ANONYMOUS": "Nobody who said so.", "PERSON": "Someone with a token.", "CLIENT": "A program with an API key.",
})  # fmt: skip
make_enum("CredentialKind", "What a caller shows.", {"TOKEN": "A bearer token.", "KEY": "An API key."})
make(Kind.TYPE, "ViewerRoles", "The roles that the caller holds in one place.", [
    Field("company", "String | None", "Code of the company; null: the group and every company."),
    Field("roles", "list[String]", "Their names in the policy."),
])  # fmt: skip
make(Kind.TYPE, "ViewerSession", "The credential of this request.", [
    Field("id", "ID", "What ends it when it is revoked: the sign-in, the token where there was none, or the key."),
    Field("kind", "CredentialKind", "Token or key."),
    Field("issuer", "String", "Who made it."),
    Field("expiresAt", "DateTime | None", "When it ends by itself; null when it does not."),
    Field("signedInAt", "DateTime | None", "When a password was given for it, where the issuer says so."),
])  # fmt: skip
make(Kind.TYPE, "Viewer", "The caller, as the graph knows it.", [
    Field("name", "String", "Name of the account; anonymous without credentials."),
    Field("displayName", "String", "Its name as people read it."),
    Field("kind", "ViewerKind", "Person, program or nobody."),
    Field("audience", "String", "Which kind of reader: it decides the visible schema."),
    Field("roles", "list[String]", "Roles held in any company."),
    Field("roleSets", "list[ViewerRoles]", "Roles by company; those of the group first."),
    Field("companies", "list[String]", "Codes of the companies whose rows may be seen."),
    Field("partners", "list[ID]", "Global ids of the parties whose rows a partner sees; none for staff."),
    Field("isRestrictedToSites", "Boolean", "Whether only rows of some sites are seen; `sites` lists them."),
    Field("locale", "String", "Language of messages."),
    Field("client", "String", "The application that asks, as its credential names it."),
    Field("session", "ViewerSession | None", "The credential; null without one."),
])  # fmt: skip
make_enum("Extent", "In which of the companies that the caller sees something holds.", {
    "ALL": "In all of them.", "SOME": "In some.", "NONE": "In none, or there is no such thing.",
})  # fmt: skip
make(Kind.TYPE, "ViewerPermission", "Where the caller may read a field or perform a command.", [
    Field("extent", "Extent", "In all of its companies, some, or none."),
    Field("companies", "list[String]", "Codes of those companies."),
])  # fmt: skip
make(Kind.TYPE, "ParsedUdi", "What a scanned unique device identifier says.", [
    Field("agency", "IssuingAgency", "Who issued the identifier."),
    Field("identifier", "String", "The device identifier, in the form under which registers are searched."),
    Field("lot", "String | None", "The maker's lot."),
    Field("serial", "String | None", "Serial number."),
    Field("madeOn", "Date | None", "Day of manufacture."),
    Field("expiresOn", "Date | None", "Last day of use; of a date without a day the last of its month."),
    Field("checkDigitValid", "Boolean | None", "Whether its check digit is right; none where the form has none."),
])  # fmt: skip


def _root(spec: Field) -> StrawberryField:
    made = strawberry_field(spec)
    made.python_name, made.graphql_name = "", None
    return made


@strawberry.type
class ViewerQuery:
    viewer = _root(Field("", "Viewer", "The caller, as the graph knows it."))
    viewer_can = _root(Field("", "ViewerPermission", "What the caller may, for exactly one field or command.", [
        Field("field", "String | None", 'A field by its coordinate: "PurchaseOrder.totalDue".'),
        Field("command", "String | None", 'A mutation by its name: "approvePurchaseOrder".'),
    ]))  # fmt: skip
    node = _root(Field("", "Node | None", "Anything by its global id; null when there is none the reader may see.", [
        Field("id", "ID", "Global id."),
    ]))  # fmt: skip
    nodes = _root(Field("", "list[Node | None]", "Several by their global ids, at most 100, in the order of the ids.", [
        Field("ids", "list[ID]", "Global ids."),
    ]))  # fmt: skip
    parse_udi = _root(Field("", "ParsedUdi", "What a scanned UDI says; `items(search:)` finds the device by it.", [
        Field("text", "String", "The scan: GS1 element string or brackets or Digital Link, HIBCC, ICCBBA, IFA."),
    ]))  # fmt: skip
