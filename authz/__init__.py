"""Who may what: the Casbin policy, and what it becomes before any request asks.

Casbin is the source of truth and never on the road of a request: `enforce` is linear in the policy and synchronous. The
policy is compiled once per role set and version into the frozen `Grants` of `domain.core.actors`; a test proves that
both say the same for every role, field and command. The baseline is `policy.csv`; once migrated, the tables are truth.
"""
