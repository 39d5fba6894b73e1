"""What is made from the register after each upgrade: guards, and what the planner cannot see of a table's columns.

The second guard on append-only records is a trigger that refuses UPDATE, DELETE and TRUNCATE.
The write path is the first guard and never tries. Which records are append-only is declared on them, so the triggers
are made from the register instead of being written again in each migration.
"""

import domain
from migrations.balance_guards import balance_statements

# The planner takes ten balances for one key of several columns, and then looks up each of ten thousand lines by itself.
STATISTICS = """
CREATE STATISTICS IF NOT EXISTS stock_balance_keys (ndistinct) ON company_id, item_id, location_id FROM stock_balance
"""

REFUSAL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


def guard_statements() -> list[str]:
    """What makes append-only tables refuse changes, and what the planner is told; running it again changes nothing."""
    statements = [STATISTICS, REFUSAL]
    for table, record in sorted(domain.RECORDS.items()):
        if record.spec.append_only:
            statements.append(
                f'CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" '
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            statements.append(
                f'CREATE OR REPLACE TRIGGER append_only_whole BEFORE TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
    return [*statements, *balance_statements()]
