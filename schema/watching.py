"""The subscriptions: one for each record that events name, derived from the modules' registers of events.

What happens to shipments is `shipments`, told as a `ShipmentEvent` of a `ShipmentEventKind`. A module that emits a new
event adds it to its `EVENTS`, and it can be watched, by socket, stream and webhook, under the grants of its record.
"""

import strawberry

from domain.core.records import spaced
from resolvers.catalog import CATALOG
from resolvers.events import WATCHES, Watch
from schema.derive import watches
from schema.making import Field, Kind, make, make_enum


def _event_type(watch: Watch) -> str:
    """The type of what is told of a record's events."""
    what = CATALOG[watch.entity].record.spec.en.lower()
    kinds = {kind: f"{spaced(event)}." for event, kind in watch.events.items()}
    make_enum(f"{watch.entity}EventKind", f"What happened to a record of type {watch.entity}.", kinds)
    name = f"{watch.entity}Event"
    make(Kind.TYPE, name, f"Something that happened: {what}.", [
        Field("cursor", "Cursor", "The event's place in the stream; resume with after."),
        Field("kind", f"{watch.entity}EventKind", "What happened."),
        Field(watch.record_field, watch.entity, "The record as it now is."),
    ])  # fmt: skip
    return name


_DOC = "What happens to {}, as far as the reader may see them: what was missed since after, then live."

Subscription: type = strawberry.type(
    type(
        "Subscription",
        (),
        {name: watches(_event_type(watch), _DOC.format(name)) for name, watch in WATCHES.items()},
    )
)
