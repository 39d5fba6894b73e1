"""The graph: what is exposed, and nothing about how it is answered.

One file a module names its roots and mutations. `derive` makes the types of records, `commands` those of mutations,
`scalars` the
scalars, `visible` what one audience sees; `graph` merges all. `schema.graphql` is the whole printed graph, under
review like code: `make snapshots` prints it anew.
"""
