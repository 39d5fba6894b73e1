"""Who may what: the Casbin policy, and what it becomes before any request asks.

Casbin is the source of truth and never on the road of a request: `enforce` is linear in the policy and synchronous. The
policy is compiled once per role set and version into the frozen `Grants` of `domain.core.actors`; a test proves that
both say the same for every role, field and command. The baseline is `policy.csv`; once migrated, the tables are truth.

To add a role: a `g` line that ends at its audience and its `p` lines in `policy.csv`; then write the permission matrix
anew (`tests/graph/test_permission_matrix.py` says how) and read what changed. In a running installation roles are
changed with `addPolicyRule` and granted with `grantRole`; the `g` line of a new one comes with a release.
"""
