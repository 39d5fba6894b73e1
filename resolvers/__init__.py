"""How an operation becomes an answer: three roads over one graph.

Read in the order of a request. `request` is what travels; `operation` parses, weighs (`limits`), validates and
chooses the road.

The read road: `values` tells what of the variables shapes a statement, `selection` merges what is selected, `plan`
walks it with `filters`, `paging` and `aggregates` and asks `reader` for each record and field; `nodes` is the plan.
Where rows follow from other rows instead of standing in a table, `reports` puts the report's select in its place.
`sql`, `connections` and `tallies` render it with the `fragments` they share, `plan_cache` keeps it, `read` runs it.
`catalog` is what can be shown of each record; `viewer` is what a caller may know of itself.

The write road: `inputs` and `references` make the command, `write` performs it and reads its payload before the
commit.

The watch road: `events` is one event as one subscriber asked for it, `watch` tells it to everyone, `errors` and
`codes` say what is refused on any road.

The planner, its nodes and the rendering of aggregates were one file each more than first drawn: apart, each stays
within one page of thought, and everything but `read`, `references`, `write` and `watch` is pure.
"""
