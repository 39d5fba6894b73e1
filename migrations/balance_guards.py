"""The second guard on the ledgers: at commit the database itself sums each new voucher and each new move.

`domain.core.ledger` refuses an unbalanced posting before a row is written; these triggers refuse it again, whoever
wrote it. They are deferred to the commit, because the lines of a large batch are inserted in several statements.
"""

# Without sequential scans: a plan made while the ledger was nearly empty would read the whole of it for each voucher.
VOUCHER = """
CREATE OR REPLACE FUNCTION refuse_unbalanced_voucher() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    line_count bigint;
    difference numeric;
    group_difference numeric;
BEGIN
    SELECT count(*), sum(amount), sum(group_amount) INTO line_count, difference, group_difference FROM journal_line
    WHERE company_id = NEW.company_id AND journal_entry_id = NEW.id;
    IF line_count = 0 OR difference <> 0 OR group_difference <> 0 THEN
        RAISE EXCEPTION 'voucher % has % lines that sum to % (% in group currency)',
            NEW.number, line_count, difference, group_difference
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""

MOVE = """
CREATE OR REPLACE FUNCTION refuse_unbalanced_move() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    entry_count bigint;
    unbalanced bigint;
BEGIN
    SELECT coalesce(sum(entries), 0), count(*) FILTER (WHERE quantity <> 0) INTO entry_count, unbalanced
    FROM (
        SELECT count(*) AS entries, sum(quantity) AS quantity FROM stock_entry
        WHERE company_id = NEW.company_id AND stock_move_id = NEW.id GROUP BY item_id, lot_id
    ) AS sums;
    IF entry_count = 0 OR unbalanced <> 0 THEN
        RAISE EXCEPTION 'stock move % has % entries, % items do not balance', NEW.id, entry_count, unbalanced
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""

# A constraint trigger cannot be replaced, so it is made where it is missing.
TRIGGER = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND tgname = 'balanced') THEN
        CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION {function}();
    END IF;
END $$
"""


def balance_statements() -> list[str]:
    """What makes the database refuse an unbalanced posting; running it again changes nothing."""
    return [
        VOUCHER,
        MOVE,
        TRIGGER.format(table="journal_entry", function="refuse_unbalanced_voucher"),
        TRIGGER.format(table="stock_move", function="refuse_unbalanced_move"),
    ]
